"""The result tables of a batch run, see ``docs/batch.md``; columns are only ever added, at the end."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from retropace.analysis.json_document import ACTIVITY_FIELDS, DIRECTION_FIELDS, ENERGY_FIELDS, SEGMENT_FIELDS, FieldType
from retropace.core.segments import DIRECTIONS
from retropace.library import ActivityFilter, Library
from retropace.library.queries import find_activities, find_failures
from retropace.library.rows import select_parts

CELL_SEPARATOR = " | "
"""Separator between several texts in one cell."""
ACTIVITY_COLUMNS: dict[str, FieldType] = {
    **dict.fromkeys(("activity", "path", "duplicate_of"), str),
    **ACTIVITY_FIELDS,
    **dict.fromkeys(("cadence_spm", "heart_rate_bpm"), float),
    **{
        f"{direction}_{name}": field_type
        for direction in DIRECTIONS
        for name, field_type in DIRECTION_FIELDS.items()
        if name not in ENERGY_FIELDS
    },
    **dict.fromkeys(("segments", "annotations"), int),
    "annotated_s": float,
    "worth_a_look": int,
    **dict.fromkeys(("format", "device"), str),
    **dict.fromkeys(("session", "records", "laps"), int),
    **dict.fromkeys(("also", "warnings"), str),
    **{f"{direction}_{name}": float for direction in DIRECTIONS for name in ENERGY_FIELDS},
    "implausible": int,
}
"""Columns of the table of activities, with their types."""
SEGMENT_COLUMNS: dict[str, FieldType] = {
    **dict.fromkeys(("activity", "path"), str),
    **dict.fromkeys(("session", "segment"), int),
    **SEGMENT_FIELDS,
}
"""Columns of the table of segments, with their types."""
FAILURE_COLUMNS: dict[str, FieldType] = dict.fromkeys(("path", "reason", "message"), str)
"""Columns of the table of failures, with their types."""
COLUMNS = {"activities": ACTIVITY_COLUMNS, "segments": SEGMENT_COLUMNS, "failures": FAILURE_COLUMNS}
"""Columns of every result table, with their types, by the table's name."""


@dataclass(frozen=True, slots=True)
class BatchTable:
    """A result table: its name, the type of each column, and a function that iterates over its rows."""

    name: str
    columns: dict[str, FieldType]
    rows: Callable[[], Iterator[dict[str, Any]]]


def build_activity_row(row: dict[str, Any], format_place: Callable[[str], str]) -> dict[str, Any]:
    """Turn a row of :func:`find_activities` into one of the table; ``format_place`` turns a place into a path."""
    also = [format_place(place) for place in (row["also"] or "").split(CELL_SEPARATOR) if place]
    return {
        **{name: row.get(name) for name in ACTIVITY_COLUMNS},
        "activity": row["id"],
        "duplicate_of": row["counts_instead"],
        "path": format_place(row["path"]),
        "session": row["session"] + 1,
        "worth_a_look": len(json.loads(row["worth_a_look"])),
        "also": CELL_SEPARATOR.join(also) or None,
        "warnings": CELL_SEPARATOR.join(json.loads(row["warnings"])) or None,
    }


def build_tables(
    library: Library,
    activity_filter: ActivityFilter,
    format_place: Callable[[str], str],
    save_failures: Iterable[dict[str, str]] = (),
) -> tuple[BatchTable, ...]:
    """Build the tables of the places in scope and of ``save_failures``; duplicates must have been marked before."""

    def activity_rows() -> Iterator[dict[str, Any]]:
        return (build_activity_row(row, format_place) for row in find_activities(library, activity_filter))

    def segment_rows() -> Iterator[dict[str, Any]]:
        for row in find_activities(library, activity_filter):
            activity = {"activity": row["id"], "path": format_place(row["path"]), "session": row["session"] + 1}
            for segment in select_parts(library.db, "segments", row["key"]):
                yield activity | segment

    def failure_rows() -> Iterator[dict[str, Any]]:
        yield from (row | {"path": format_place(row["path"])} for row in find_failures(library))
        yield from save_failures

    return (
        BatchTable("activities", ACTIVITY_COLUMNS, activity_rows),
        BatchTable("segments", SEGMENT_COLUMNS, segment_rows),
        BatchTable("failures", FAILURE_COLUMNS, failure_rows),
    )
