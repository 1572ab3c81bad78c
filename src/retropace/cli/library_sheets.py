"""What the library remembers, as tables."""

from __future__ import annotations

from typing import Any

from retropace.cli.places import shown_place
from retropace.cli.sheets import Sheet
from retropace.segments import DIRECTIONS
from retropace.units import KILOMETRES, MILES, Units, clock

LEAST_PLACE = 16
"""So much of a place is shown however narrow the terminal: the end, which is the file's name."""


def list_sheet(rows: list[dict[str, Any]], units_name: str, width: int) -> Sheet:
    """A row for each activity; whose twin it is is said behind it. Places are cut so that a row fits ``width``."""
    units = _units(units_name)
    names = ("activity", "began (UTC)", "sport", "distance", "time", "backward", "share", "name", "path")
    cells = []
    for row in rows:
        back = row["backward_distance_m"] or 0.0
        is_back = bool(row["backward_elapsed_s"])
        told = row["path"] if row["same_as"] is None else f"{row['path']} (same as {row['same_as']})"
        cells.append(
            (
                row["activity"],
                (row["start_time"] or "")[:16].replace("T", " "),
                (row["sport"] or "").replace("_", " "),
                units.distance(row["distance_m"]),
                clock(row["moving_s"]),
                units.distance(back) if is_back else "",
                f"{100.0 * back / row['distance_m']:.0f} %" if is_back and row["distance_m"] else "",
                row["name"] or "",
                told,
            )
        )
    below = () if rows else ("no activities",)
    widest = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    room = max(width - sum(widest[:-1]) - 2 * len(names), LEAST_PLACE)
    shortened = [(*row[:-1], row[-1] if len(row[-1]) <= room else f"…{row[-1][1 - room :]}") for row in cells]
    return Sheet(names=names, rows=tuple(shortened), left=(0, 1, 2, 7, 8), below=below).without_empty_columns()


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
