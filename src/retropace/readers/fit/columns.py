"""Conversion of the fields of a session's FIT records to sample columns in SI units."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.core.spans import FloatArray
from retropace.readers.fit.developer_fields import find_substitutes
from retropace.readers.fit.table import SEMICIRCLE_DEG, FitTable, select_native_columns

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
"""Record fields that can fill each column of :class:`~retropace.core.activity.Samples`, with the factor to its unit.
Of several fields the first with a value counts."""
CADENCE_FIELDS = ("cadence", "fractional_cadence", "cadence256")
"""Record fields of cadence: whole revolutions per minute, the fraction to add to them, and both in a single field."""
USED_FIELDS = {
    "timestamp",
    "fractional_timestamp",
    *CADENCE_FIELDS,
    *(name for sources in COLUMN_SOURCES.values() for name, _ in sources),
}
"""Record fields that are used for standard columns and therefore do not become extra columns."""


@dataclass(frozen=True, slots=True)
class RecordColumns:
    """The records of one session as columns: those that all formats share, and the file's own extra columns."""

    columns: dict[str, FloatArray]
    """Columns of :class:`~retropace.core.activity.Samples` by name."""
    extra: dict[str, FloatArray]
    """Columns of further record fields, by their names in the file."""
    texts: dict[str, tuple[str, ...]]
    """For each extra column of texts the texts that its values 0, 1, 2 … stand for."""
    counts: dict[str, int]
    """Number of records that hold a value, by the name of the field."""
    warnings: tuple[str, ...]


def build_columns(table: FitTable) -> RecordColumns:
    """Build the sample columns of ``n`` records, each ``(n,)`` float64 and NaN where a record lacks the field.

    A developer field fills a column only if the device itself recorded no value for it; a warning says so.
    """
    native = select_native_columns(table.fields)
    columns = {target: _merge_sources(native, sources, len(table)) for target, sources in COLUMN_SOURCES.items()}
    columns["cadence_recorded"] = _merge_cadence(native, len(table))
    warnings = []
    developer_fields = [field for field in table.fields if field.identity.is_developer and not field.categories]
    for target, quantity, field, factor in find_substitutes(developer_fields):
        if not np.any(columns[target] > 0.0) and np.any(field.values > 0.0):
            columns[target] = field.values * factor
            name = field.identity.name
            warnings.append(f'{quantity} taken from the developer field "{name}": the watch recorded none of its own')
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
    return RecordColumns(
        columns={name: column for name, column in columns.items() if np.any(np.isfinite(column))},
        extra=extra,
        texts=texts,
        counts=dict(sorted(counts.items())),
        warnings=tuple(warnings),
    )


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
