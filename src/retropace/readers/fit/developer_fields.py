"""Developer fields of FIT records that can stand in for a column which the watch itself lacks: what foot pods add.

Such a field says by the number of a record field of the FIT profile, or by its name alone, what it measures, and its
unit in words of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retropace.readers.fit.table import FitField

LENGTH_UNITS_M = {
    **dict.fromkeys(("mm", "millimeters", "millimetres"), 1e-3),
    **dict.fromkeys(("cm", "centimeters", "centimetres"), 1e-2),
    **dict.fromkeys(("m", "meter", "meters", "metres"), 1.0),
    **dict.fromkeys(("km", "kilometers", "kilometres"), 1e3),
    **dict.fromkeys(("mi", "mile", "miles"), 1609.344),
}
TIME_UNITS_S = {"ms": 1e-3, "milliseconds": 1e-3, "s": 1.0, "seconds": 1.0}
SPEED_UNITS_MPS = {
    **dict.fromkeys(("m/s", "mps", "meters/second", "metres/second"), 1.0),
    **dict.fromkeys(("km/h", "kph", "kmh"), 1.0 / 3.6),
    "mph": 0.44704,
}
RATE_UNITS_PER_MIN = dict.fromkeys(("rpm", "spm", "bpm", "1/min", "strides/min", "steps/min", "beats/min"), 1.0)
"""Taken as they are: whether steps or turns are counted is for cleaning to find out."""

DEVELOPER_COLUMNS: tuple[tuple[str, frozenset[int], str, dict[str, float], float], ...] = (
    ("distance_m", frozenset({5}), "distance", LENGTH_UNITS_M, 1.0),
    ("speed_mps", frozenset({6, 73}), "speed", SPEED_UNITS_MPS, 1.0),
    ("cadence_recorded", frozenset({4}), "cadence", RATE_UNITS_PER_MIN, 1.0),
    ("heart_rate_bpm", frozenset({3}), "heart rate", RATE_UNITS_PER_MIN, 1.0),
    ("step_length_m", frozenset({85}), "step length", LENGTH_UNITS_M, 1e-3),
    ("vertical_oscillation_m", frozenset({39}), "vertical oscillation", LENGTH_UNITS_M, 1e-3),
    ("stance_time_s", frozenset({41}), "stance time", TIME_UNITS_S, 1e-3),
)
"""Our column, its record field numbers and its name in the FIT profile, the factors of the units that developers name,
and the factor where none is named: that of the profile's own unit."""


def find_substitutes(fields: Sequence[FitField]) -> Iterator[tuple[str, str, FitField, float]]:
    """For each column the developer fields that measure it, those that say so by number first.

    Each with the words for the column and the factor to its unit. A field in a unit that is not known is none.
    """
    for ours, numbers, words, factors, of_profile in DEVELOPER_COLUMNS:
        by_number = [item for item in fields if item.native_number in numbers]
        by_name = [item for item in fields if item.name.strip().casefold().replace("_", " ") == words]
        for item in (*by_number, *by_name):
            unit = item.units.strip().casefold()
            if not unit or unit in factors:
                yield ours, words, item, factors[unit] if unit else of_profile
