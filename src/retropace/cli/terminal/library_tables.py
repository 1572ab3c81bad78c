"""What the library remembers, as tables."""

from __future__ import annotations

from typing import Any

from retropace.cli.terminal.short_paths import shorten_path
from retropace.core.segments import DIRECTIONS
from retropace.core.units import KILOMETRES, MILES, Units, format_duration
from retropace.output.tables.text_table import TextTable

MIN_FULL_LIST_COLUMNS = 120
"""Columns of a terminal that leave room for sport, time and place beside the name."""
MAX_NAME_LENGTH = 30
COLUMN_GAP = 2


def build_activity_list(rows: list[dict[str, Any]], units_name: str, width: int) -> TextTable:
    """A row for each activity, as much of it as fits ``width`` columns; whose duplicate it is stands behind it."""
    if not rows:
        return TextTable(footer=("no activities",))
    units = _select_units(units_name)
    cells = [_build_list_row(row, units) for row in rows]
    names = tuple(cells[0])
    if width < MIN_FULL_LIST_COLUMNS:
        # Where it lies only if it has no name: the last part of the place tells most.
        for one in cells:
            one["name"] = one["name"] or one.pop("path").rpartition("/")[2]
        names = ("activity", "began (UTC)", "distance", "backward", "share", "name")
    for one in cells:
        one["name"] = _truncate(one["name"], MAX_NAME_LENGTH)
    widest = [max(len(name), *(len(one[name]) for one in cells)) + COLUMN_GAP for name in names]
    room = max(width - sum(widest[:-1]) - COLUMN_GAP, len(names[-1]))
    table = tuple((*(one[name] for name in names[:-1]), _truncate(one[names[-1]], room, at_end=False)) for one in cells)
    left = tuple(at for at, name in enumerate(names) if name in ("activity", "began (UTC)", "sport", "name", "path"))
    return TextTable(names=names, rows=table, left_aligned=left).drop_empty_columns()


def _build_list_row(row: dict[str, Any], units: Units) -> dict[str, str]:
    back = row["backward_distance_m"] or 0.0
    is_back = bool(row["backward_elapsed_s"])
    return {
        "activity": row["activity"],
        "began (UTC)": (row["start_time"] or "")[:16].replace("T", " "),
        "sport": (row["sport"] or "").replace("_", " "),
        "distance": units.format_distance(row["distance_m"]),
        "time": format_duration(row["moving_s"]),
        "backward": units.format_distance(back) if is_back else "",
        "share": f"{100.0 * back / row['distance_m']:.0f} %" if is_back and row["distance_m"] else "",
        "name": row["name"] or "",
        "path": row["path"] if row["duplicate_of"] is None else f"{row['path']} (duplicate of {row['duplicate_of']})",
    }


def _truncate(text: str, max_length: int, *, at_end: bool = True) -> str:
    """The text, shortened to so many characters at its end or its beginning."""
    if len(text) <= max_length:
        return text
    return f"{text[: max_length - 1]}…" if at_end else f"…{text[len(text) - max_length + 1 :]}"


def build_activity_tables(document: dict[str, Any], units_name: str) -> list[TextTable]:
    """An analysis as it is kept: its totals, its segments, its warnings."""
    units = _select_units(units_name)
    activity, source = document["activity"], document["source"]
    start = (activity["start_time"] or "")[:16].replace("T", " ")
    facts = [(activity["sport"] or "").replace("_", " "), f"{start} UTC" if start else "", source["device"] or ""]
    facts.append(f'"{activity["name"]}"' if activity["name"] else "")
    way, elapsed, moving = activity["distance_m"], activity["elapsed_s"], activity["moving_s"]
    head = (
        "  ".join(fact for fact in facts if fact),
        f"{units.format_distance(way)} in {format_duration(elapsed)}, {format_duration(moving)} of it moving",
    )
    totals = [
        (direction, *_format_stats(document["directions"][direction], units, is_rest=direction == "rest"))
        for direction in DIRECTIONS
        if document["directions"][direction]["segments"]
    ]
    names = ("distance", "time", "pace", "cadence", "step", "heart rate")
    rows = []
    for number, one in enumerate(document["segments"], 1):
        resting = one["direction"] == "rest"
        why = one["basis"] + (f" {100.0 * one['confidence']:.0f}%" if one["basis"] == "suspected" else "")
        label = one["direction"] if resting else f"{one['direction']} {one['gait'] or ''}".strip()
        figures = _format_stats({**one, "elapsed_s": one["end_s"] - one["start_s"]}, units, is_rest=resting)
        rows.append((str(number), format_duration(one["start_s"]), format_duration(one["end_s"]), label, why, *figures))
    warnings = tuple(f"! {warning}" for warning in document["warnings"])
    return [
        TextTable(title=shorten_path(source["path"]), footer=head),
        TextTable(names=("", *names), rows=tuple(totals)).drop_empty_columns(),
        TextTable(names=("#", "from", "to", "direction", "why", *names), rows=tuple(rows), left_aligned=(0, 3, 4)),
        *([TextTable(footer=warnings)] if warnings else []),
    ]


def _format_stats(stats: dict[str, Any], units: Units, *, is_rest: bool) -> tuple[str, ...]:
    """Distance, time, pace, cadence, step length and heart rate as text; empty where there is nothing to say."""
    metres, speed = stats["distance_m"], stats["speed_mps"]
    return (
        units.format_distance(metres) if metres is not None and (not is_rest or metres >= 0.5) else "",
        format_duration(stats["elapsed_s"] if is_rest else stats["moving_s"]),
        units.format_pace(speed) if speed is not None and not is_rest else "",
        f"{stats['cadence_spm']:.0f} spm" if stats["cadence_spm"] is not None and not is_rest else "",
        f"{stats['step_length_m']:.2f} m" if stats["step_length_m"] is not None and not is_rest else "",
        f"{stats['heart_rate_bpm']:.0f} bpm" if stats["heart_rate_bpm"] is not None else "",
    )


def _select_units(name: str) -> Units:
    return MILES if name == "mi" else KILOMETRES
