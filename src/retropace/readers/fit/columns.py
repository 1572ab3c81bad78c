"""The columns of a session from the fields of its FIT records."""

from __future__ import annotations

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
"""For each of our columns the record fields it comes from, best first, with the factor to SI units."""
CADENCE_FIELDS = ("cadence", "fractional_cadence", "cadence256")
USED_FIELDS = {
    "timestamp",
    "fractional_timestamp",
    *CADENCE_FIELDS,
    *(name for sources in COLUMN_SOURCES.values() for name, _ in sources),
}


@dataclass(frozen=True, slots=True)
class RecordColumns:
    """Our columns by name, all further ones by theirs, how many records hold each field, and what was assumed."""

    columns: dict[str, FloatArray]
    extra: dict[str, FloatArray]
    texts: dict[str, tuple[str, ...]]
    counts: dict[str, int]
    warnings: tuple[str, ...]


def build_columns(table: FitTable) -> RecordColumns:
    """The columns of the records, NaN where a record lacks a field.

    The watch's own fields come first; a developer field takes the place of one only where the watch has none at all,
    and that is said.
    """
    native = select_native_columns(table.fields)
    columns = {ours: _merge_sources(native, sources, len(table)) for ours, sources in COLUMN_SOURCES.items()}
    columns["cadence_recorded"] = _merge_cadence(native, len(table))
    warnings = []
    for ours, words, item, factor in find_substitutes(
        [item for item in table.fields if item.is_developer and not item.categories]
    ):
        if not np.any(columns[ours] > 0.0) and np.any(item.values > 0.0):
            columns[ours] = item.values * factor
            warnings.append(f'{words} taken from the developer field "{item.name}": the watch recorded none of its own')
    extra: dict[str, FloatArray] = {}
    texts: dict[str, tuple[str, ...]] = {}
    counts: dict[str, int] = {}
    for item in sorted(table.fields, key=lambda item: item.is_developer):
        if item.name == "timestamp" and not item.is_developer:
            continue
        counts[_make_unique(item.name, counts)] = int(item.has_value.sum())
        is_known = item.is_developer or not (item.name in USED_FIELDS or item.name.startswith("unknown_"))
        if is_known and np.any(np.isfinite(item.values)):
            name = _make_unique(item.name, extra)
            extra[name] = item.values
            if item.categories:
                texts[name] = item.categories
    return RecordColumns(
        columns={name: column for name, column in columns.items() if np.any(np.isfinite(column))},
        extra=extra,
        texts=texts,
        counts=dict(sorted(counts.items())),
        warnings=tuple(warnings),
    )


def _make_unique(name: str, existing: dict[str, Any]) -> str:
    """The name, or the name with a number if there already is such a one: two apps may give the same."""
    number = 2
    unique = name
    while unique in existing:
        unique = f"{name} ({number})"
        number += 1
    return unique


def _merge_sources(native: dict[str, FloatArray], sources: tuple[tuple[str, float], ...], count: int) -> FloatArray:
    merged = np.full(count, np.nan)
    for name, factor in reversed(sources):
        if name in native:
            merged = np.where(np.isfinite(native[name]), native[name] * factor, merged)
    return merged


def _merge_cadence(native: dict[str, FloatArray], count: int) -> FloatArray:
    """Cadence with its fraction; where there is none, ``cadence256``. In the unit that the file uses."""
    missing = np.full(count, np.nan)
    whole, fraction, fine = (native.get(name, missing) for name in CADENCE_FIELDS)
    return np.where(np.isfinite(whole), whole + np.nan_to_num(fraction), fine)
