"""FIT ``record`` messages to columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.spans import Column

SEMICIRCLE_DEG = 180.0 / 2**31
"""FIT counts angles in semicircles: 2³¹ to half a turn (FIT SDK)."""

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

FOR_MISSING = {"cadence_recorded": "cadence", "speed_mps": "speed", "distance_m": "distance"}
"""Developer fields (in lower case) that stand in where the watch itself has no such column at all: foot pods."""


@dataclass(frozen=True, slots=True)
class Records:
    """Columns of ``n`` records: ``raw_s`` on the watch's own clock, ours by name, developer fields by theirs."""

    raw_s: Column
    columns: dict[str, Column]
    extra: dict[str, Column]
    counts: dict[str, int]
    warnings: tuple[str, ...]


def read_records(messages: Sequence[Any]) -> Records:
    """The columns of the record messages, NaN where a record lacks a field."""
    count = len(messages)
    native: dict[str, Column] = {}
    developer: dict[str, Column] = {}
    for row, message in enumerate(messages):
        for item in message.fields:
            value = item.raw_value if item.name == "timestamp" else item.value
            if value is None or not isinstance(value, (int, float)):
                continue  # arrays and texts are no column
            if not isinstance(item.name, str):
                continue  # a developer field whose description is damaged
            table = developer if item.field_def is not None and item.field_def.is_dev else native
            column = table.get(item.name)
            if column is None:
                column = table[item.name] = np.full(count, np.nan)
            column[row] = value
    raw_s = native.get("timestamp", np.full(count, np.nan)) + np.nan_to_num(
        native.get("fractional_timestamp", np.zeros(count))
    )
    columns = {ours: _first(native, sources, count) for ours, sources in COLUMNS.items()}
    columns["cadence_recorded"] = _cadence(native, count)
    warnings = _stand_in(columns, developer)
    named = {name: column for name, column in (native | developer).items() if name != "timestamp"}
    return Records(
        raw_s=raw_s,
        columns={name: column for name, column in columns.items() if np.any(np.isfinite(column))},
        extra={name: column for name, column in developer.items() if np.any(np.isfinite(column))},
        counts={name: int(np.isfinite(column).sum()) for name, column in sorted(named.items())},
        warnings=tuple(warnings),
    )


def _first(native: dict[str, Column], sources: tuple[tuple[str, float], ...], count: int) -> Column:
    merged = np.full(count, np.nan)
    for name, factor in reversed(sources):
        if name in native:
            merged = np.where(np.isfinite(native[name]), native[name] * factor, merged)
    return merged


def _cadence(native: dict[str, Column], count: int) -> Column:
    """Cadence with its fraction; else the finer ``cadence256``. In the unit that the file uses."""
    whole = native.get("cadence")
    if whole is None:
        return native.get("cadence256", np.full(count, np.nan))
    return whole + np.nan_to_num(native.get("fractional_cadence", np.zeros(count)))


def _stand_in(columns: dict[str, Column], developer: dict[str, Column]) -> list[str]:
    warnings = []
    for ours, plain in FOR_MISSING.items():
        if np.any(columns[ours] > 0.0):
            continue
        found = next((name for name in developer if name.casefold() == plain), None)
        if found is not None and np.any(developer[found] > 0.0):
            columns[ours] = developer[found]
            warnings.append(f'{plain} taken from the developer field "{found}": the watch recorded none of its own')
    return warnings
