"""Segments and reps as CSV, a row each, for spreadsheets and statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retropace.analysis import Analysis
    from retropace.intervals import Intervals

SEGMENT_COLUMNS = (
    *("file", "session", "segment", "start_s", "end_s", "direction", "gait", "basis", "confidence", "distance_m"),
    *("moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps"),
)
REP_COLUMNS = (
    *("file", "session", "set", "kind", "rep", "direction", "gait", "basis", "nominal_m", "nominal_s", "start_s"),
    *("end_s", "time_s", "distance_m", "speed_mps", "cadence_spm", "step_length_m", "steps", "heart_rate_bpm"),
    *("heart_rate_max_bpm", "dropped_bpm", "from_median_s", "from_median_m", "recovery_s", "recovery_m"),
    "recovery_kind",
)


def segment_rows(analyses: Sequence[Analysis]) -> str:
    """CSV with a header and a row per segment of every analysis; a missing value is an empty cell. SI units."""
    text = io.StringIO()
    writer = csv.DictWriter(text, SEGMENT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for analysis in analyses:
        document = analysis.to_dict()
        for number, segment in enumerate(document["segments"], 1):
            source = document["source"]
            writer.writerow({"file": source["path"], "session": source["session"] + 1, "segment": number, **segment})
    return text.getvalue()


def rep_rows(found: Sequence[Intervals]) -> str:
    """CSV with a header and a row per rep of every session; a missing value is an empty cell. SI units."""
    from retropace.intervals import intervals_document

    text = io.StringIO()
    documents = [intervals_document(one) for one in found]
    rows = [
        {
            "file": document["source"]["path"],
            "session": document["source"]["session"] + 1,
            "set": one["set"],
            "kind": one["kind"],
            **rep,
        }
        for document in documents
        for one in document["sets"]
        for rep in one["reps"]
    ]
    writer = csv.DictWriter(text, REP_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
