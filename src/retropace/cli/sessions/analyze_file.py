"""The analysis of every session of one file, with the annotations that apply to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import retropace.annotations
from retropace.analysis.pipeline import Analysis, analyze
from retropace.cli.sessions.requests import AnalysisRequest
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError
from retropace.readers import choose, read_all

if TYPE_CHECKING:
    from retropace.labelling.athlete import Athlete

T = TypeVar("T")
"""The type of a session: an activity or its analysis."""


def analyze_file(path: str, request: AnalysisRequest, athlete: Athlete | None = None) -> list[Analysis]:
    """Return an analysis of each session on foot in the file, or of the requested one; raises ``RetropaceError``."""
    activities = read_activities(path, request.session)
    inputs = request.annotation_inputs.collect_for_recording(path)
    if len(activities) > 1:  # zones and fields apply to any number of sessions
        marked = any(isinstance(item, retropace.annotations.UnresolvedAnnotation) for item in inputs)
        if marked or request.annotation_inputs.is_session_specific:
            require_single(activities, path, "say which one the annotations are about")
    return [analyze(activity, inputs, request.settings, athlete) for activity in activities]


def read_activities(path: str, session: int | None) -> list[Activity]:
    """Return the running and walking sessions of a file, or only one by number (from 1); raises ``RetropaceError``."""
    return choose(read_all(path), session)


def require_single(sessions: Sequence[T], path: str, advice: str = "say which one") -> T:
    """Return the only session of a file; raises ``AnnotationError`` if it has several."""
    if len(sessions) > 1:
        raise AnnotationError(f"holds {len(sessions)} sessions: {advice} with --session N", path=path)
    return sessions[0]


def build_document(analysis: Analysis, weight_kg: float | None) -> dict[str, Any]:
    """Return the JSON document of an analysis, with the energy cost for a runner of this body mass."""
    from retropace.analysis.json_document import energy_document  # tables need no document

    energy = None if weight_kg is None else energy_document(analysis.energy, weight_kg)
    return {**analysis.to_dict(), "energy": energy}


def format_segments(analyses: Sequence[Analysis]) -> str:
    """Return a CSV document with one row for each segment of every analysis."""
    from retropace.output.export.to_csv import format_segments_csv  # only for CSV

    return format_segments_csv(analyses)
