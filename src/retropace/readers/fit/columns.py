"""The columns of a session from the fields of its FIT records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.core.spans import Column
from retropace.readers.fit.developer_fields import stand_ins
from retropace.readers.fit.table import SEMICIRCLE_DEG, Table, native_columns

COLUMNS: dict[str, tuple[tuple[str, float], ...]] = {
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
CADENCES = ("cadence", "fractional_cadence", "cadence256")
USED = {"timestamp", "fractional_timestamp", *CADENCES, *(name for sources in COLUMNS.values() for name, _ in sources)}


@dataclass(frozen=True, slots=True)
class Records:
    """Our columns by name, all further ones by theirs, how many records hold each field, and what was assumed."""

    columns: dict[str, Column]
    extra: dict[str, Column]
    texts: dict[str, tuple[str, ...]]
    counts: dict[str, int]
    warnings: tuple[str, ...]


def read_records(table: Table) -> Records:
    """The columns of the records, NaN where a record lacks a field.

    The watch's own fields come first; a developer field takes the place of one only where the watch has none at all,
    and that is said.
    """
    native = native_columns(table.fields)
    columns = {ours: _first(native, sources, len(table)) for ours, sources in COLUMNS.items()}
    columns["cadence_recorded"] = _cadence(native, len(table))
    warnings = []
    for ours, words, item, factor in stand_ins([item for item in table.fields if item.developer and not item.texts]):
        if not np.any(columns[ours] > 0.0) and np.any(item.values > 0.0):
            columns[ours] = item.values * factor
            warnings.append(f'{words} taken from the developer field "{item.name}": the watch recorded none of its own')
    extra: dict[str, Column] = {}
    texts: dict[str, tuple[str, ...]] = {}
    counts: dict[str, int] = {}
    for item in sorted(table.fields, key=lambda item: item.developer):
        if item.name == "timestamp" and not item.developer:
            continue
        counts[_unique(item.name, counts)] = int(item.filled.sum())
        is_known = item.developer or not (item.name in USED or item.name.startswith("unknown_"))
        if is_known and np.any(np.isfinite(item.values)):
            name = _unique(item.name, extra)
            extra[name] = item.values
            if item.texts:
                texts[name] = item.texts
    return Records(
        columns={name: column for name, column in columns.items() if np.any(np.isfinite(column))},
        extra=extra,
        texts=texts,
        counts=dict(sorted(counts.items())),
        warnings=tuple(warnings),
    )


def _unique(name: str, taken: dict[str, Any]) -> str:
    """The name, or the name with a number if there already is such a one: two apps may give the same."""
    number = 2
    unique = name
    while unique in taken:
        unique = f"{name} ({number})"
        number += 1
    return unique


def _first(native: dict[str, Column], sources: tuple[tuple[str, float], ...], count: int) -> Column:
    merged = np.full(count, np.nan)
    for name, factor in reversed(sources):
        if name in native:
            merged = np.where(np.isfinite(native[name]), native[name] * factor, merged)
    return merged


def _cadence(native: dict[str, Column], count: int) -> Column:
    """Cadence with its fraction; where there is none, ``cadence256``. In the unit that the file uses."""
    missing = np.full(count, np.nan)
    whole, fraction, fine = (native.get(name, missing) for name in CADENCES)
    return np.where(np.isfinite(whole), whole + np.nan_to_num(fraction), fine)
