"""Export to CSV with a row per segment or per record, in SI units; a missing value is an empty cell."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.output.export.sample_rows import build_sample_rows, sample_rows_to_columns

SEGMENT_COLUMNS = (
    *("file", "session", "segment", "start_s", "end_s", "direction", "gait", "basis", "confidence", "distance_m"),
    *("moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps"),
)
"""The columns of a CSV file with a row per segment."""
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")
"""The first characters that make spreadsheets execute a text cell as a formula."""


def format_segments_csv(analyses: Sequence[Analysis]) -> str:
    """Return a CSV document with a header and one row per segment of every analysis."""
    rows = []
    for analysis in analyses:
        document = analysis.to_dict()
        file, session = escape_formula(document["source"]["path"]), document["source"]["session"] + 1
        for number, segment in enumerate(document["segments"], 1):
            row = {"file": file, "session": session, "segment": number, **segment}
            rows.append([row[name] for name in SEGMENT_COLUMNS])
    return format_csv(SEGMENT_COLUMNS, rows)


def format_samples_csv(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> str:
    """Return CSV with a header and a row per record and per segment edge; cells of hidden positions are empty."""
    columns = sample_rows_to_columns(build_sample_rows(analysis, privacy_filter), analysis)
    columns["recorded"] = ["true" if recorded else "false" for recorded in columns["recorded"]]
    return format_csv(columns, zip(*columns.values(), strict=True))


def format_csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a CSV document with a header; None is an empty cell."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def escape_formula(path: str) -> str:
    """Return a path as a CSV cell that spreadsheets do not execute; only paths are exported cells with foreign text.

    >>> escape_formula("=run.fit")
    './=run.fit'
    """
    return f"./{path}" if path.startswith(FORMULA_PREFIXES) else path
