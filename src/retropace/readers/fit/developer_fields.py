"""Use of developer fields (fields that apps and foot pods define) for columns that the watch itself did not record.

A developer field says what it measures by the number of a profile field, or by its name alone.
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
"""Metres per unit of length, by the lower-case unit text."""
TIME_UNITS_S = {"ms": 1e-3, "milliseconds": 1e-3, "s": 1.0, "seconds": 1.0}
"""Seconds per unit of time, by the lower-case unit text."""
SPEED_UNITS_MPS = {
    **dict.fromkeys(("m/s", "mps", "meters/second", "metres/second"), 1.0),
    **dict.fromkeys(("km/h", "kph", "kmh"), 1.0 / 3.6),
    "mph": 0.44704,
}
"""Metres per second per unit of speed, by the lower-case unit text."""
RATE_UNITS_PER_MIN = dict.fromkeys(("rpm", "spm", "bpm", "1/min", "strides/min", "steps/min", "beats/min"), 1.0)
"""Factor from a unit of a rate to one per minute, by the lower-case unit text; cleaning tells steps from strides."""

DEVELOPER_COLUMNS: tuple[tuple[str, frozenset[int], str, dict[str, float], float], ...] = (
    ("distance_m", frozenset({5}), "distance", LENGTH_UNITS_M, 1.0),
    ("speed_mps", frozenset({6, 73}), "speed", SPEED_UNITS_MPS, 1.0),
    ("cadence_recorded", frozenset({4}), "cadence", RATE_UNITS_PER_MIN, 1.0),
    ("heart_rate_bpm", frozenset({3}), "heart rate", RATE_UNITS_PER_MIN, 1.0),
    ("step_length_m", frozenset({85}), "step length", LENGTH_UNITS_M, 1e-3),
    ("vertical_oscillation_m", frozenset({39}), "vertical oscillation", LENGTH_UNITS_M, 1e-3),
    ("stance_time_s", frozenset({41}), "stance time", TIME_UNITS_S, 1e-3),
)
"""For each sample column: numbers of the profile fields of its quantity, the quantity's name, factors from units to the
column's unit, and the factor for a developer field that names no unit."""


def find_substitutes(fields: Sequence[FitField]) -> Iterator[tuple[str, str, FitField, float]]:
    """Yield sample column, its quantity in words, a developer field that measures it, and the factor to its unit.

    For each column, fields that match by number come before those that match by name; unknown units are left out.
    """
    for column, numbers, quantity, factors, profile_factor in DEVELOPER_COLUMNS:
        by_number = [field for field in fields if field.identity.native_number in numbers]
        by_name = [field for field in fields if field.identity.name.strip().casefold().replace("_", " ") == quantity]
        for field in (*by_number, *by_name):
            unit = field.identity.units.strip().casefold()
            if not unit or unit in factors:
                yield column, quantity, field, factors[unit] if unit else profile_factor
