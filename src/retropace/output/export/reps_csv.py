"""Reps of interval sessions as CSV, one row per rep."""

from collections.abc import Sequence

from retropace.intervals import Intervals, intervals_document
from retropace.output.export.to_csv import format_csv

REP_COLUMNS = (
    *("file", "session", "set", "kind", "rep", "direction", "gait", "basis", "nominal_m", "nominal_s", "start_s"),
    *("end_s", "time_s", "distance_m", "speed_mps", "cadence_spm", "step_length_m", "steps", "heart_rate_bpm"),
    *("heart_rate_max_bpm", "dropped_bpm", "from_median_s", "from_median_m", "recovery_s", "recovery_m"),
    "recovery_kind",
)
"""The columns in order; those after ``kind`` are keys of a rep in the JSON document of intervals."""


def format_reps_csv(interval_sessions: Sequence[Intervals]) -> str:
    """Return CSV with a header and one row per rep of every session, in SI units; a missing value is an empty cell."""
    rows = []
    for session in interval_sessions:
        document = intervals_document(session)
        source = {"file": document["source"]["path"], "session": document["source"]["session"] + 1}
        for interval_set in document["sets"]:
            for rep in interval_set["reps"]:
                row = {**source, "set": interval_set["set"], "kind": interval_set["kind"], **rep}
                rows.append([row[name] for name in REP_COLUMNS])
    return format_csv(REP_COLUMNS, rows)
