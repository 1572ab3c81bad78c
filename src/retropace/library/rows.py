"""Lossless conversion between the JSON document of an analysis and rows of the library."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retropace.analysis.json_document import SCHEMA

STAT_FIELDS = ("distance_m", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps")
"""Names of the figures that are stored both for each segment and for each direction."""
ACTIVITY_FIELDS = (
    *("name", "sport", "sub_sport", "start_time", "elapsed_s", "timer_s", "moving_s", "distance_m", "distance_source"),
)
"""Keys of the object ``activity`` in the JSON document; the table ``activities`` has columns of the same names."""
SEGMENT_FIELDS = ("start_s", "end_s", "direction", "gait", "basis", "confidence", *STAT_FIELDS)
"""Keys of a segment in the JSON document; the table ``segments`` has columns of the same names."""
ENERGY_FIELDS = ("energy_low_kcal_per_kg", "energy_high_kcal_per_kg")
"""Names of the lower and of the upper bound of the energy spent in a direction, in kcal per kg of body weight."""
MEASURE_FIELDS = ("elapsed_s", *STAT_FIELDS, "segments", "annotated_m", "suspected_m")
"""Names of the figures of a direction, energy excluded."""
DIRECTION_FIELDS = (*MEASURE_FIELDS, *ENERGY_FIELDS)
"""Keys of a direction in the JSON document; the table ``directions`` has columns of the same names."""
ANNOTATION_FIELDS = ("start_s", "end_s", "label", "note", "origin", "kind", "distance_m", "speed_mps")
"""Keys of an annotation in the JSON document; the table ``annotations`` has columns of the same names."""
BEST_EFFORT_FIELDS = ("direction", "kind", "asked", "seconds", "metres", "start_s", "basis")
"""Columns of the table ``bests`` (fastest stretch per time or distance), as in :attr:`StoredAnalysis.best_efforts`."""
STORAGE_VERSION = "figures, bests and energy"
"""Description of what the library stores of an analysis. When this text changes, the next run processes every file
again."""
_JSON_FIELDS = ("warnings", "workout", "athlete", "worth_a_look")
"""Keys of the JSON document whose values the table ``activities`` stores as JSON text."""


def format_activity_id(sha256: str, session: int) -> str:
    """Format the id of an activity: the first twelve digits of its file's checksum.

    For the second and later sessions of a file, a dot and the number of the session follow. The first session has the
    argument ``session`` 0.

    Example:
        >>> format_activity_id("8059eb9e7035ff00", 1)
        '8059eb9e7035.2'

    """
    return sha256[:12] + (f".{session + 1}" if session else "")


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """The part of an analysis that the library stores."""

    document: dict[str, Any]
    """Document of schema ``retropace.analysis/1``."""
    counts: dict[str, int]
    """Numbers of ``records`` (samples), ``signals`` (columns with values) and ``laps`` of the recording."""
    best_efforts: tuple[tuple[Any, ...], ...] = ()
    """Fastest stretches, one for each direction and each usual time or distance, with the values of
    :data:`BEST_EFFORT_FIELDS`."""


def insert_activity(db: sqlite3.Connection, recording_key: int, analysis: StoredAnalysis) -> None:
    """Insert the analysis of one session of a recording into all tables; the caller has begun a transaction."""
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
        "annotated_s": sum(annotation["end_s"] - annotation["start_s"] for annotation in document["annotations"]),
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
        [(name, *(figures[column] for column in DIRECTION_FIELDS)) for name, figures in directions.items()],
    )
    _insert_many(db, "bests", ("activity", *BEST_EFFORT_FIELDS), key, analysis.best_efforts)
    annotations = enumerate_rows(document["annotations"], ANNOTATION_FIELDS)
    _insert_many(db, "annotations", ("activity", "annotation", *ANNOTATION_FIELDS), key, annotations)


def build_document(db: sqlite3.Connection, key: int, place: str) -> dict[str, Any]:
    """Rebuild the JSON document (schema ``retropace.analysis/1``) of activity ``key``, with ``place`` as its path."""
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
    json_values = {name: json.loads(row[name]) for name in _JSON_FIELDS}
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
        "workout": json_values["workout"],
        "athlete": json_values["athlete"],
        "worth_a_look": json_values["worth_a_look"],
        "warnings": json_values["warnings"],
    }


def enumerate_rows(rows: Sequence[dict[str, Any]], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Turn each row into a tuple of its number, counted from 1, and its values of ``columns``."""
    return [(number, *(row[column] for column in columns)) for number, row in enumerate(rows, 1)]


def _time_weighted_mean(directions: dict[str, dict[str, Any]], name: str) -> float | None:
    """Mean of a figure over the directions in which it is known, weighted by moving time; None without any."""
    known = [figures for figures in directions.values() if figures[name] is not None and figures["moving_s"]]
    moving_s = sum(figures["moving_s"] for figures in known)
    return sum(figures[name] * figures["moving_s"] for figures in known) / moving_s if moving_s else None


def _insert(db: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    placeholders = ", ".join("?" for _ in row)
    key = db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({placeholders})", tuple(row.values())).lastrowid
    assert key is not None
    return key


def _insert_many(
    db: sqlite3.Connection, table: str, columns: tuple[str, ...], key: int, rows: Sequence[tuple[Any, ...]]
) -> None:
    placeholders = ", ".join("?" for _ in columns)
    values = [(key, *row) for row in rows]
    db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({placeholders})", values)


def _read_rows(
    db: sqlite3.Connection, table: str, columns: tuple[str, ...], key: int, order: str
) -> list[dict[str, Any]]:
    cursor = db.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE activity = ? ORDER BY {order}", (key,))
    return [dict(zip(columns, values, strict=True)) for values in cursor]
