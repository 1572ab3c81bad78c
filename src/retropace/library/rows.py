"""Lossless conversion between the JSON document of an analysis and rows of the library with the same fields."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retropace.analysis import implausible
from retropace.analysis.json_document import ACTIVITY_FIELDS, SCHEMA
from retropace.core.segments import DIRECTIONS

if TYPE_CHECKING:
    from retropace.library.store import Library

BEST_EFFORT_FIELDS = ("direction", "kind", "asked", "seconds", "metres", "start_s", "basis")
"""Columns of the table ``bests`` of fastest stretches; ``asked`` is the given time (s) or distance (m)."""
STORAGE_VERSION = "figures, bests, energy and findings"
"""Version of what the library stores of an analysis; if this text changes, the next run processes all files again."""
_JSON_FIELDS = ("workout", "athlete", "worth_a_look", "warnings", "notes", "findings")
"""Keys of the JSON document whose values the table ``activities`` stores as JSON text."""


def format_activity_id(sha256: str, session: int) -> str:
    """Format an activity's id: twelve digits of its file's checksum, then ``.2``, ``.3`` … for later sessions."""
    return sha256[:12] + (f".{session + 1}" if session else "")


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """The part of an analysis that the library stores."""

    document: dict[str, Any]  # document of schema ``retropace.analysis/1``
    counts: dict[str, int]  # of ``records`` (samples), ``signals`` (columns with values) and ``laps``
    best_efforts: tuple[tuple[Any, ...], ...] = ()  # fastest stretches with the values of :data:`BEST_EFFORT_FIELDS`


def select(db: sqlite3.Connection, statement: str, values: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
    """Yield each row that an SQL statement selects as a dict by column name."""
    cursor = db.execute(statement, values)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def select_parts(db: sqlite3.Connection, table: str, key: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of activity ``key`` in the table ``segments``, ``directions`` or ``annotations``, in order."""
    for row in select(db, f"SELECT * FROM {table} WHERE activity = ? ORDER BY 2", (key,)):
        del row["activity"]
        yield row


def insert_activity(db: sqlite3.Connection, recording_key: int, analysis: StoredAnalysis) -> None:
    """Insert the analysis of one session of a recording into all tables; the caller has begun a transaction."""
    document = analysis.document
    source, activity, directions = document["source"], document["activity"], document["directions"]
    row = {
        "recording": recording_key,
        "session": source["session"],
        "id": format_activity_id(source["sha256"] or "", source["session"]),
        **activity,
        "format": source["format"],
        "device": source["device"],
        **analysis.counts,
        "cadence_spm": _time_weighted_mean(directions, "cadence_spm"),
        "heart_rate_bpm": _time_weighted_mean(directions, "heart_rate_bpm"),
        "annotated_s": sum(annotation["end_s"] - annotation["start_s"] for annotation in document["annotations"]),
        "implausible": any(
            finding["code"] == implausible.CODE and finding["start_s"] is None for finding in document["findings"]
        ),
        **{name: json.dumps(document[name], ensure_ascii=False) for name in _JSON_FIELDS},
    }
    _insert(db, "activities", [row])
    key = {"activity": db.execute("SELECT last_insert_rowid()").fetchone()[0]}
    _insert(db, "segments", [key | {"segment": number} | part for number, part in enumerate(document["segments"], 1)])
    _insert(db, "directions", [key | {"direction": name} | part for name, part in directions.items()])
    _insert(db, "bests", [key | dict(zip(BEST_EFFORT_FIELDS, row, strict=True)) for row in analysis.best_efforts])
    annotations = enumerate(document["annotations"], 1)
    _insert(db, "annotations", [key | {"annotation": number} | part for number, part in annotations])


def read_document(library: Library, key: int, place: str) -> dict[str, Any]:
    """Rebuild the JSON document (schema ``retropace.analysis/1``) of activity ``key``, with ``place`` as its path."""
    db = library.db
    (row,) = select(
        db,
        "SELECT activities.*, sha256 FROM activities JOIN recordings ON recordings.key = recording"
        " WHERE activities.key = ?",
        (key,),
    )
    segments, directions, annotations = (
        {part.pop(number): part for part in select_parts(db, table, key)}
        for table, number in (("segments", "segment"), ("directions", "direction"), ("annotations", "annotation"))
    )
    return {
        "schema": SCHEMA,
        "source": {
            "path": place,
            "format": row["format"],
            "sha256": row["sha256"] or None,
            "session": row["session"],
            "device": row["device"],
        },
        "activity": {name: row[name] for name in ACTIVITY_FIELDS},
        "segments": list(segments.values()),
        "directions": {name: directions[name] for name in DIRECTIONS},
        "annotations": list(annotations.values()),
        **{name: json.loads(row[name]) for name in _JSON_FIELDS},
    }


def _time_weighted_mean(directions: dict[str, dict[str, Any]], name: str) -> float | None:
    """Return the mean of a figure over the directions that have it, weighted by moving time; None without any."""
    known = [figures for figures in directions.values() if figures[name] is not None and figures["moving_s"]]
    moving_s = sum(figures["moving_s"] for figures in known)
    return sum(figures[name] * figures["moving_s"] for figures in known) / moving_s if moving_s else None


def _insert(db: sqlite3.Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        placeholders = ", ".join(f":{column}" for column in rows[0])
        db.executemany(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({placeholders})", rows)
