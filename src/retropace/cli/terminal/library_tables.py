"""What the library remembers, as tables."""

from __future__ import annotations

from typing import Any

from retropace.cli.terminal.short_paths import shown_place
from retropace.core.segments import DIRECTIONS
from retropace.core.units import KILOMETRES, MILES, Units, clock
from retropace.output.tables.text_table import Sheet

ROOMY = 120
"""Columns of a terminal that leave room for sport, time and place beside the name."""
LONGEST_NAME = 30
GAP = 2


def list_sheet(rows: list[dict[str, Any]], units_name: str, width: int) -> Sheet:
    """A row for each activity, as much of it as fits ``width`` columns; whose duplicate it is stands behind it."""
    if not rows:
        return Sheet(below=("no activities",))
    units = _units(units_name)
    cells = [_list_row(row, units) for row in rows]
    names = tuple(cells[0])
    if width < ROOMY:
        # Where it lies only if it has no name: the last part of the place tells most.
        for one in cells:
            one["name"] = one["name"] or one.pop("path").rpartition("/")[2]
        names = ("activity", "began (UTC)", "distance", "backward", "share", "name")
    for one in cells:
        one["name"] = _cut(one["name"], LONGEST_NAME)
    widest = [max(len(name), *(len(one[name]) for one in cells)) + GAP for name in names]
    room = max(width - sum(widest[:-1]) - GAP, len(names[-1]))
    table = tuple((*(one[name] for name in names[:-1]), _cut(one[names[-1]], room, at_end=False)) for one in cells)
    left = tuple(at for at, name in enumerate(names) if name in ("activity", "began (UTC)", "sport", "name", "path"))
    return Sheet(names=names, rows=table, left=left).without_empty_columns()


def _list_row(row: dict[str, Any], units: Units) -> dict[str, str]:
    back = row["backward_distance_m"] or 0.0
    is_back = bool(row["backward_elapsed_s"])
    return {
        "activity": row["activity"],
        "began (UTC)": (row["start_time"] or "")[:16].replace("T", " "),
        "sport": (row["sport"] or "").replace("_", " "),
        "distance": units.distance(row["distance_m"]),
        "time": clock(row["moving_s"]),
        "backward": units.distance(back) if is_back else "",
        "share": f"{100.0 * back / row['distance_m']:.0f} %" if is_back and row["distance_m"] else "",
        "name": row["name"] or "",
        "path": row["path"] if row["duplicate_of"] is None else f"{row['path']} (duplicate of {row['duplicate_of']})",
    }


def _cut(text: str, most: int, *, at_end: bool = True) -> str:
    """The text, shortened to so many characters at its end or its beginning."""
    if len(text) <= most:
        return text
    return f"{text[: most - 1]}…" if at_end else f"…{text[len(text) - most + 1 :]}"


def activity_sheets(document: dict[str, Any], units_name: str) -> list[Sheet]:
    """An analysis as it is kept: its totals, its segments, its warnings."""
    units = _units(units_name)
    activity, source = document["activity"], document["source"]
    start = (activity["start_time"] or "")[:16].replace("T", " ")
    facts = [(activity["sport"] or "").replace("_", " "), f"{start} UTC" if start else "", source["device"] or ""]
    facts.append(f'"{activity["name"]}"' if activity["name"] else "")
    way, elapsed, moving = activity["distance_m"], activity["elapsed_s"], activity["moving_s"]
    head = (
        "  ".join(fact for fact in facts if fact),
        f"{units.distance(way)} in {clock(elapsed)}, {clock(moving)} of it moving",
    )
    totals = [
        (direction, *_figures(document["directions"][direction], units, resting=direction == "rest"))
        for direction in DIRECTIONS
        if document["directions"][direction]["segments"]
    ]
    names = ("distance", "time", "pace", "cadence", "step", "heart rate")
    rows = []
    for number, one in enumerate(document["segments"], 1):
        resting = one["direction"] == "rest"
        why = one["basis"] + (f" {100.0 * one['confidence']:.0f}%" if one["basis"] == "suspected" else "")
        label = one["direction"] if resting else f"{one['direction']} {one['gait'] or ''}".strip()
        figures = _figures({**one, "elapsed_s": one["end_s"] - one["start_s"]}, units, resting=resting)
        rows.append((str(number), clock(one["start_s"]), clock(one["end_s"]), label, why, *figures))
    warnings = tuple(f"! {warning}" for warning in document["warnings"])
    return [
        Sheet(title=shown_place(source["path"]), below=head),
        Sheet(names=("", *names), rows=tuple(totals)).without_empty_columns(),
        Sheet(names=("#", "from", "to", "direction", "why", *names), rows=tuple(rows), left=(0, 3, 4)),
        *([Sheet(below=warnings)] if warnings else []),
    ]


def _figures(one: dict[str, Any], units: Units, *, resting: bool) -> tuple[str, ...]:
    """Distance, time, pace, cadence, step length and heart rate as text; empty where there is nothing to say."""
    metres, speed = one["distance_m"], one["speed_mps"]
    return (
        units.distance(metres) if metres is not None and (not resting or metres >= 0.5) else "",
        clock(one["elapsed_s"] if resting else one["moving_s"]),
        units.pace(speed) if speed is not None and not resting else "",
        f"{one['cadence_spm']:.0f} spm" if one["cadence_spm"] is not None and not resting else "",
        f"{one['step_length_m']:.2f} m" if one["step_length_m"] is not None and not resting else "",
        f"{one['heart_rate_bpm']:.0f} bpm" if one["heart_rate_bpm"] is not None else "",
    )


def _units(name: str) -> Units:
    return MILES if name == "mi" else KILOMETRES
