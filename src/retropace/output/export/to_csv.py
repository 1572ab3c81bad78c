"""CSV for spreadsheets and statistics: a row per segment, or a row per record. SI units; a missing value is empty."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.output.export.sample_rows import build_sample_rows, sample_rows_to_columns

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

SEGMENT_COLUMNS = (
    *("file", "session", "segment", "start_s", "end_s", "direction", "gait", "basis", "confidence", "distance_m"),
    *("moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps"),
)
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")
"""A cell of text that begins so is run as a formula by spreadsheets."""


def format_segments_csv(analyses: Sequence[Analysis]) -> str:
    """CSV with a header and a row per segment of every analysis."""
    text = io.StringIO()
    writer = csv.DictWriter(text, SEGMENT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for analysis in analyses:
        document = analysis.to_dict()
        source = document["source"]
        for number, segment in enumerate(document["segments"], 1):
            whose = {"file": escape_formula(source["path"]), "session": source["session"] + 1, "segment": number}
            writer.writerow({**whose, **segment})
    return text.getvalue()


def format_samples_csv(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> str:
    """CSV with a header and a row per record, and one at each edge of a segment; positions only where not hidden."""
    columns = sample_rows_to_columns(build_sample_rows(analysis, privacy_filter), analysis)
    columns["recorded"] = ["true" if recorded else "false" for recorded in columns["recorded"]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def escape_formula(path: str) -> str:
    """A path as a cell: the only text in our tables that others choose. ``=run.fit`` is written ``./=run.fit``."""
    return f"./{path}" if path.startswith(FORMULA_PREFIXES) else path
