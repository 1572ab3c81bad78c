"""JSON: the whole analysis (``retropace.analysis/1``), or its records as columns (``retropace.samples/1``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from retropace.analysis.json_document import activity_document, source_document
from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.output.export.sample_rows import sample_columns, sample_rows

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

SAMPLES_SCHEMA = "retropace.samples/1"


def analysis_json(analysis: Analysis) -> str:
    """The document that ``analyze --format json`` prints; it holds no positions."""
    return _text(analysis.to_dict())


def samples_json(analysis: Analysis, hiding: Hiding = NOTHING_HIDDEN) -> str:
    """The records as columns of equal length, ``null`` where a value is missing or hidden."""
    return _text(
        {
            "schema": SAMPLES_SCHEMA,
            "source": source_document(analysis.activity),
            "activity": activity_document(analysis.activity, analysis.track),
            "samples": sample_columns(sample_rows(analysis, hiding), analysis),
            "warnings": list(analysis.warnings),
        },
        indent=None,
    )


def _text(document: dict[str, Any], indent: int | None = 2) -> str:
    return json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False) + "\n"
