"""Segments as CSV, a row each, for spreadsheets and statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retropace.analysis import Analysis

COLUMNS = (
    *("file", "session", "segment", "start_s", "end_s", "direction", "gait", "basis", "confidence", "distance_m"),
    *("moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps"),
)


def segment_rows(analyses: Sequence[Analysis]) -> str:
    """CSV with a header and a row per segment of every analysis; a missing value is an empty cell. SI units."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for analysis in analyses:
        document = analysis.to_dict()
        for number, segment in enumerate(document["segments"], 1):
            source = document["source"]
            writer.writerow({"file": source["path"], "session": source["session"] + 1, "segment": number, **segment})
    return text.getvalue()
