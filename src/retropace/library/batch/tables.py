"""What the tables of a run hold: columns with types, rows from the library. ``docs/batch.md`` explains them.

Columns may be added at the end; none is renamed or removed. SI units; a missing value is empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from retropace.core.segments import DIRECTIONS
from retropace.library import Library, Only
from retropace.library.queries import activities, failures, segments
from retropace.library.rows import ENERGY, MEASURED, SEGMENT

Kind = type[str] | type[int] | type[float]
BETWEEN = " | "
"""Stands between several texts in one cell."""

_WORDS = {"direction", "gait", "basis"}
_COUNTS = {"segments"}

ACTIVITY_COLUMNS: dict[str, Kind] = {
    **dict.fromkeys(("activity", "path", "duplicate_of", "name", "sport", "sub_sport", "start_time"), str),
    **dict.fromkeys(("elapsed_s", "timer_s", "moving_s", "distance_m"), float),
    "distance_source": str,
    **dict.fromkeys(("cadence_spm", "heart_rate_bpm"), float),
    **{f"{direction}_{figure}": int if figure in _COUNTS else float for direction in DIRECTIONS for figure in MEASURED},
    **dict.fromkeys(("segments", "annotations"), int),
    "annotated_s": float,
    "worth_a_look": int,
    **dict.fromkeys(("format", "device"), str),
    **dict.fromkeys(("session", "records", "laps"), int),
    **dict.fromkeys(("also", "warnings"), str),
    **{f"{direction}_{figure}": float for direction in DIRECTIONS for figure in ENERGY},
}
SEGMENT_COLUMNS: dict[str, Kind] = {
    **dict.fromkeys(("activity", "path"), str),
    **dict.fromkeys(("session", "segment"), int),
    **{name: str if name in _WORDS else float for name in SEGMENT},
}
FAILURE_COLUMNS: dict[str, Kind] = dict.fromkeys(("path", "reason", "message"), str)


COLUMNS = {"activities": ACTIVITY_COLUMNS, "segments": SEGMENT_COLUMNS, "failures": FAILURE_COLUMNS}


@dataclass(frozen=True, slots=True)
class Table:
    """A name, columns with their types, and the rows."""

    name: str
    columns: dict[str, Kind]
    rows: Callable[[], Iterator[dict[str, Any]]]


def activity_row(row: dict[str, Any], shown: Callable[[str], str]) -> dict[str, Any]:
    """An activity as :func:`retropace.library.queries.activities` gives it, as a row of the table."""
    also = [shown(place) for place in (row["also"] or "").split(BETWEEN) if place]
    return {
        **{name: row.get(name) for name in ACTIVITY_COLUMNS},
        "activity": row["id"],
        "duplicate_of": row["counts_instead"],
        "path": shown(row["path"]),
        "session": row["session"] + 1,
        "worth_a_look": len(json.loads(row["worth_a_look"])),
        "also": BETWEEN.join(also) or None,
        "warnings": BETWEEN.join(json.loads(row["warnings"])) or None,
    }


def tables(
    library: Library, only: Only, shown: Callable[[str], str], unkept: Iterable[dict[str, str]] = ()
) -> tuple[Table, ...]:
    """The tables of the places that the library shows; ``shown`` turns a place into what a person wants to read.

    ``unkept`` are failures that could not be stored. :func:`retropace.library.queries.find_duplicates` goes before.
    """

    def activity_rows() -> Iterator[dict[str, Any]]:
        for row in activities(library, only):
            yield activity_row(row, shown)

    def segment_rows() -> Iterator[dict[str, Any]]:
        for row in activities(library, only):
            head = {"activity": row["id"], "path": shown(row["path"]), "session": row["session"] + 1}
            for segment in segments(library, row["key"]):
                yield head | segment

    def failure_rows() -> Iterator[dict[str, Any]]:
        for row in failures(library):
            yield row | {"path": shown(row["path"])}
        yield from unkept

    return (
        Table("activities", ACTIVITY_COLUMNS, activity_rows),
        Table("segments", SEGMENT_COLUMNS, segment_rows),
        Table("failures", FAILURE_COLUMNS, failure_rows),
    )
