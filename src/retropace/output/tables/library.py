"""The tables of ``retropace library``: the list of activities, and one stored analysis."""

from collections.abc import Callable
from typing import Any

from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units, format_duration
from retropace.output.tables.analysis import format_label, format_stats
from retropace.output.tables.text_table import TextTable

MIN_FULL_LIST_COLUMNS = 120
"""Smallest terminal width (columns) at which the list of activities also shows sport, time and path."""
MAX_NAME_LENGTH = 30
"""Largest number of characters of an activity's name that the list shows; the rest of a longer name is left out."""
COLUMN_GAP = 2
"""Blanks between two columns of the list."""


def build_activity_list(rows: list[dict[str, Any]], units: Units, width: int) -> TextTable:
    """Return a table with a row per activity, cut to ``width`` columns; the path of a duplicate says so."""
    if not rows:
        return TextTable(footer=("no activities",))
    cells = [_build_list_row(row, units) for row in rows]
    names = tuple(cells[0])
    if width < MIN_FULL_LIST_COLUMNS:
        # Without room for the path, its last part replaces a missing name.
        for row_cells in cells:
            row_cells["name"] = row_cells["name"] or row_cells.pop("path").rpartition("/")[2]
        names = ("activity", "began (UTC)", "distance", "backward", "share", "name")
    for row_cells in cells:
        row_cells["name"] = _truncate(row_cells["name"], MAX_NAME_LENGTH)
    widths = [max(len(name), *(len(row_cells[name]) for row_cells in cells)) + COLUMN_GAP for name in names]
    last_width = max(width - sum(widths[:-1]) - COLUMN_GAP, len(names[-1]))
    table = tuple(
        (*(row_cells[name] for name in names[:-1]), _truncate(row_cells[names[-1]], last_width, at_end=False))
        for row_cells in cells
    )
    text_names = ("activity", "began (UTC)", "sport", "name", "path")
    left = tuple(column for column, name in enumerate(names) if name in text_names)
    return TextTable(names=names, rows=table, left_aligned=left).drop_empty_columns()


def _build_list_row(row: dict[str, Any], units: Units) -> dict[str, str]:
    backward_m = row["backward_distance_m"] or 0.0
    has_backward = bool(row["backward_elapsed_s"])
    return {
        "activity": row["activity"],
        "began (UTC)": (row["start_time"] or "")[:16].replace("T", " "),
        "sport": (row["sport"] or "").replace("_", " "),
        "distance": units.format_distance(row["distance_m"]),
        "time": format_duration(row["moving_s"]),
        "backward": units.format_distance(backward_m) if has_backward else "",
        "share": f"{100.0 * backward_m / row['distance_m']:.0f} %" if has_backward and row["distance_m"] else "",
        "name": row["name"] or "",
        "path": row["path"] if row["duplicate_of"] is None else f"{row['path']} (duplicate of {row['duplicate_of']})",
    }


def _truncate(text: str, max_length: int, *, at_end: bool = True) -> str:
    if len(text) <= max_length:
        return text
    return f"{text[: max_length - 1]}…" if at_end else f"…{text[len(text) - max_length + 1 :]}"


def build_activity_tables(
    document: dict[str, Any], units: Units, shorten_path: Callable[[str], str]
) -> list[TextTable]:
    """Return the tables of an analysis in its JSON form: headline, totals per direction, segments, warnings."""
    activity, source = document["activity"], document["source"]
    start = (activity["start_time"] or "")[:16].replace("T", " ")
    facts = [(activity["sport"] or "").replace("_", " "), f"{start} UTC" if start else "", source["device"] or ""]
    facts.append(f'"{activity["name"]}"' if activity["name"] else "")
    distance = units.format_distance(activity["distance_m"])
    elapsed, moving = format_duration(activity["elapsed_s"]), format_duration(activity["moving_s"])
    headline = ("  ".join(fact for fact in facts if fact), f"{distance} in {elapsed}, {moving} of it moving")
    totals = [
        (direction, *format_stats(document["directions"][direction], units, is_rest=direction == "rest"))
        for direction in DIRECTIONS
        if document["directions"][direction]["segments"]
    ]
    names = ("distance", "time", "pace", "cadence", "step", "heart rate")
    rows = []
    for number, segment in enumerate(document["segments"], 1):
        start_s, end_s, direction, basis = (segment[name] for name in ("start_s", "end_s", "direction", "basis"))
        label = format_label(direction, segment["gait"] or "", basis, segment["confidence"])
        stats = format_stats({**segment, "elapsed_s": end_s - start_s}, units, is_rest=direction == "rest")
        rows.append((str(number), format_duration(start_s), format_duration(end_s), *label, *stats))
    warnings = tuple(f"! {warning}" for warning in document["warnings"])
    return [
        TextTable(title=shorten_path(source["path"]), footer=headline),
        TextTable(names=("", *names), rows=tuple(totals)).drop_empty_columns(),
        TextTable(names=("#", "from", "to", "direction", "why", *names), rows=tuple(rows), left_aligned=(0, 3, 4)),
        *([TextTable(footer=warnings)] if warnings else []),
    ]
