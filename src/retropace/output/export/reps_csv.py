"""Reps of interval sessions as CSV, one row per rep."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from retropace.intervals import Intervals, intervals_document

REP_COLUMNS = (
    *("file", "session", "set", "kind", "rep", "direction", "gait", "basis", "nominal_m", "nominal_s", "start_s"),
    *("end_s", "time_s", "distance_m", "speed_mps", "cadence_spm", "step_length_m", "steps", "heart_rate_bpm"),
    *("heart_rate_max_bpm", "dropped_bpm", "from_median_s", "from_median_m", "recovery_s", "recovery_m"),
    "recovery_kind",
)
"""The columns in order; those after ``kind`` are keys of a rep in the JSON document of intervals."""


def format_reps_csv(interval_sessions: Sequence[Intervals]) -> str:
    """Return CSV with a header and one row per rep of every session, in SI units; a missing value is an empty cell."""
    text = io.StringIO()
    documents = [intervals_document(session) for session in interval_sessions]
    rows = [
        {
            "file": document["source"]["path"],
            "session": document["source"]["session"] + 1,
            "set": set_document["set"],
            "kind": set_document["kind"],
            **rep,
        }
        for document in documents
        for set_document in document["sets"]
        for rep in set_document["reps"]
    ]
    writer = csv.DictWriter(text, REP_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
