"""Export to JSON: the analysis (``retropace.analysis/1``) or its records as columns (``retropace.samples/1``)."""

import json

from retropace.analysis.json_document import activity_document, source_document
from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.findings import findings_document
from retropace.output.export.sample_rows import build_sample_rows, sample_rows_to_columns

SAMPLES_SCHEMA = "retropace.samples/1"
"""The name and version of the format of exported records."""


def format_analysis_json(analysis: Analysis) -> str:
    """Return the analysis as the JSON text of ``retropace analyze --format json``; it contains no positions."""
    return json.dumps(analysis.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def format_samples_json(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> str:
    """Return the records as JSON text: columns of equal length, ``null`` where a value is missing or hidden."""
    document = {
        "schema": SAMPLES_SCHEMA,
        "source": source_document(analysis.activity),
        "activity": activity_document(analysis.activity, analysis.cleaned),
        "samples": sample_rows_to_columns(build_sample_rows(analysis, privacy_filter), analysis),
        **findings_document(analysis.findings),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"
