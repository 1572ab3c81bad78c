"""Conversion of the fields of FIT records, those of apps and foot pods among them, to sample columns in SI units."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from retropace.core.activity import Samples
from retropace.core.findings import Finding, note
from retropace.core.spans import FloatArray
from retropace.readers.fit.table import SEMICIRCLE_DEG, FitField, FitTable, select_native_columns

COLUMN_SOURCES: dict[str, tuple[tuple[str, float], ...]] = {
    "lat_deg": (("position_lat", SEMICIRCLE_DEG),),
    "lon_deg": (("position_long", SEMICIRCLE_DEG),),
    "altitude_m": (("enhanced_altitude", 1.0), ("altitude", 1.0)),
    "distance_m": (("distance", 1.0),),
    "speed_mps": (("enhanced_speed", 1.0), ("speed", 1.0)),
    "heart_rate_bpm": (("heart_rate", 1.0),),
    "step_length_m": (("step_length", 1e-3),),
    "vertical_oscillation_m": (("vertical_oscillation", 1e-3),),
    "stance_time_s": (("stance_time", 1e-3),),
}
"""Record fields that can fill a sample column, with factors to its unit; the first with a value counts."""
CADENCE_FIELDS = ("cadence", "fractional_cadence", "cadence256")
"""Record fields of cadence: whole revolutions per minute, the fraction to add to them, and both in a single field."""
USED_FIELDS = {
    "timestamp",
    "fractional_timestamp",
    *CADENCE_FIELDS,
    *(name for sources in COLUMN_SOURCES.values() for name, _ in sources),
}
"""Record fields that are used for standard columns and therefore do not become extra columns."""
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


def build_samples(table: FitTable, origin_s: float) -> tuple[Samples, dict[str, int], list[Finding]]:
    """Build a session's samples, from ``origin_s`` on; returns also the records with each field, and findings."""
    native = select_native_columns(table.fields)
    columns = {target: _merge_sources(native, sources, len(table)) for target, sources in COLUMN_SOURCES.items()}
    columns["cadence_recorded"] = _merge_cadence(native, len(table))
    findings = []
    developer_fields = [field for field in table.fields if field.identity.is_developer and not field.categories]
    for target, quantity, field, factor in _find_substitutes(developer_fields):
        if not np.any(columns[target] > 0.0) and np.any(field.values > 0.0):
            columns[target] = field.values * factor
            name = field.identity.name
            text = f'{quantity} taken from the developer field "{name}": the watch recorded none of its own'
            findings.append(note("developer-field", text))
    extra: dict[str, FloatArray] = {}
    texts: dict[str, tuple[str, ...]] = {}
    counts: dict[str, int] = {}
    for field in sorted(table.fields, key=lambda field: field.identity.is_developer):
        name, is_developer = field.identity.name, field.identity.is_developer
        if name == "timestamp" and not is_developer:
            continue
        counts[_make_unique(name, counts)] = int(field.has_value.sum())
        is_known = is_developer or not (name in USED_FIELDS or name.startswith("unknown_"))
        if is_known and np.any(np.isfinite(field.values)):
            name = _make_unique(name, extra)
            extra[name] = field.values
            if field.categories:
                texts[name] = field.categories
    columns = {name: column for name, column in columns.items() if np.any(np.isfinite(column))}
    samples = Samples.from_columns(table.device_time_s - origin_s, extra, texts, **columns)
    return samples, dict(sorted(counts.items())), findings


def _find_substitutes(fields: Sequence[FitField]) -> Iterator[tuple[str, str, FitField, float]]:
    """Yield sample column, quantity in words, developer field and factor to its unit; matches by number first."""
    for column, numbers, quantity, factors, profile_factor in DEVELOPER_COLUMNS:
        by_number = [field for field in fields if field.identity.native_number in numbers]
        by_name = [field for field in fields if field.identity.name.strip().casefold().replace("_", " ") == quantity]
        for field in (*by_number, *by_name):
            unit = field.identity.units.strip().casefold()
            if not unit or unit in factors:
                yield column, quantity, field, factors[unit] if unit else profile_factor


def _make_unique(name: str, existing: dict[str, Any]) -> str:
    """Append a number to a name if it exists already, for example because two apps define the same field."""
    names = itertools.chain([name], (f"{name} ({number})" for number in itertools.count(2)))
    return next(unique for unique in names if unique not in existing)


def _merge_sources(native: dict[str, FloatArray], sources: tuple[tuple[str, float], ...], count: int) -> FloatArray:
    merged = np.full(count, np.nan)
    for name, factor in reversed(sources):
        if name in native:
            merged = np.where(np.isfinite(native[name]), native[name] * factor, merged)
    return merged


def _merge_cadence(native: dict[str, FloatArray], count: int) -> FloatArray:
    """Merge the cadence fields, in the file's unit: steps or strides per minute."""
    missing = np.full(count, np.nan)
    integer, fraction, combined = (native.get(name, missing) for name in CADENCE_FIELDS)
    return np.where(np.isfinite(integer), integer + np.nan_to_num(fraction), combined)
