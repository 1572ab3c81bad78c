"""The document of an analysis as rows of the library, and back again without losing a bit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retropace.analysis.json_document import SCHEMA

STAT_FIELDS = ("distance_m", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps")
ACTIVITY_FIELDS = (
    *("name", "sport", "sub_sport", "start_time", "elapsed_s", "timer_s", "moving_s", "distance_m", "distance_source"),
)
SEGMENT_FIELDS = ("start_s", "end_s", "direction", "gait", "basis", "confidence", *STAT_FIELDS)
ENERGY_FIELDS = ("energy_low_kcal_per_kg", "energy_high_kcal_per_kg")
MEASURE_FIELDS = ("elapsed_s", *STAT_FIELDS, "segments", "annotated_m", "suspected_m")
DIRECTION_FIELDS = (*MEASURE_FIELDS, *ENERGY_FIELDS)
ANNOTATION_FIELDS = ("start_s", "end_s", "label", "note", "origin", "kind", "distance_m", "speed_mps")
BEST_EFFORT_FIELDS = ("direction", "kind", "asked", "seconds", "metres", "start_s", "basis")
STORAGE_VERSION = "figures, bests and energy"
"""What is kept of an analysis. When this changes, the next run reads everything again."""
_JSON_FIELDS = ("warnings", "workout", "athlete", "worth_a_look")


def format_activity_id(sha256: str, session: int) -> str:
    """What an activity is called in lists: twelve digits of its file's checksum, and which session of several it is."""
    return sha256[:12] + (f".{session + 1}" if session else "")


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """What is stored of one analysis."""

    document: dict[str, Any]
    counts: dict[str, int]
    """``records``, ``signals`` and ``laps``."""
    best_efforts: tuple[tuple[Any, ...], ...] = ()
    """Rows of ``BEST``."""


def insert_activity(db: sqlite3.Connection, recording_key: int, analysis: StoredAnalysis) -> None:
    """Store one analysis. Part of a transaction."""
    document, counts = analysis.document, analysis.counts
    source, activity, directions = document["source"], document["activity"], document["directions"]
    row = {
        "recording": recording_key,
        "session": source["session"],
        "id": format_activity_id(source["sha256"] or "", source["session"]),
        **{name: activity[name] for name in ACTIVITY_FIELDS},
        "format": source["format"],
        "device": source["device"],
        **counts,
        "cadence_spm": _time_weighted_mean(directions, "cadence_spm"),
        "heart_rate_bpm": _time_weighted_mean(directions, "heart_rate_bpm"),
        "annotated_s": sum(one["end_s"] - one["start_s"] for one in document["annotations"]),
        **{name: json.dumps(document[name], ensure_ascii=False) for name in _JSON_FIELDS},
    }
    key = _insert(db, "activities", row)
    _insert_many(
        db,
        "segments",
        ("activity", "segment", *SEGMENT_FIELDS),
        key,
        enumerate_rows(document["segments"], SEGMENT_FIELDS),
    )
    _insert_many(
        db,
        "directions",
        ("activity", "direction", *DIRECTION_FIELDS),
        key,
        [(name, *(one[column] for column in DIRECTION_FIELDS)) for name, one in directions.items()],
    )
    _insert_many(db, "bests", ("activity", *BEST_EFFORT_FIELDS), key, analysis.best_efforts)
    found = enumerate_rows(document["annotations"], ANNOTATION_FIELDS)
    _insert_many(db, "annotations", ("activity", "annotation", *ANNOTATION_FIELDS), key, found)


def build_document(db: sqlite3.Connection, key: int, place: str) -> dict[str, Any]:
    """The document of a stored analysis, schema ``retropace.analysis/1``, as the analysis gave it."""
    cursor = db.execute(
        "SELECT activities.*, recordings.sha256 FROM activities JOIN recordings ON recordings.key = recording"
        " WHERE activities.key = ?",
        (key,),
    )
    row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    segments = _read_rows(db, "segments", SEGMENT_FIELDS, key, "segment")
    directions = db.execute(
        f"SELECT direction, {', '.join(DIRECTION_FIELDS)} FROM directions WHERE activity = ?"
        " ORDER BY instr('forward backward rest unknown', direction)",
        (key,),
    )
    parts = {name: json.loads(row[name]) for name in _JSON_FIELDS}
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
        "segments": segments,
        "directions": {name: dict(zip(DIRECTION_FIELDS, values, strict=True)) for name, *values in directions},
        "annotations": _read_rows(db, "annotations", ANNOTATION_FIELDS, key, "annotation"),
        "workout": parts["workout"],
        "athlete": parts["athlete"],
        "worth_a_look": parts["worth_a_look"],
        "warnings": parts["warnings"],
    }


def enumerate_rows(rows: Sequence[dict[str, Any]], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """The rows as tuples, each with its number, counted from 1, in front."""
    return [(number, *(row[column] for column in columns)) for number, row in enumerate(rows, 1)]


def _time_weighted_mean(directions: dict[str, dict[str, Any]], name: str) -> float | None:
    """The mean of a figure over all directions that have it, weighted by their moving time."""
    known = [one for one in directions.values() if one[name] is not None and one["moving_s"]]
    seconds = sum(one["moving_s"] for one in known)
    return sum(one[name] * one["moving_s"] for one in known) / seconds if seconds else None


def _insert(db: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    marks = ", ".join("?" for _ in row)
    key = db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())).lastrowid
    assert key is not None
    return key


def _insert_many(
    db: sqlite3.Connection, table: str, columns: tuple[str, ...], key: int, rows: Sequence[tuple[Any, ...]]
) -> None:
    marks = ", ".join("?" for _ in columns)
    values = [(key, *row) for row in rows]
    db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)


def _read_rows(
    db: sqlite3.Connection, table: str, columns: tuple[str, ...], key: int, order: str
) -> list[dict[str, Any]]:
    found = db.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE activity = ? ORDER BY {order}", (key,))
    return [dict(zip(columns, values, strict=True)) for values in found]
