"""The analysis of every session of one file, with the annotations that apply to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.core.errors import AnnotationError

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.annotations import AnnotationInput
    from retropace.cli.sessions.annotation_inputs import AnnotationInputs
    from retropace.core.activity import Activity
    from retropace.core.parameters import Settings
    from retropace.labelling.athlete import Athlete


def analyze_file(
    path: str,
    annotation_inputs: AnnotationInputs,
    settings: Settings,
    session: int | None,
    athlete: Athlete | None = None,
) -> list[Analysis]:
    """Return an analysis for each session on foot in the file, or for session number ``session`` alone.

    Raises :class:`~retropace.core.errors.RetropaceError` where the file or its annotations cannot be read, or where
    annotations of a single session are given for a file of several.
    """
    from retropace.analysis.pipeline import analyze
    from retropace.readers import choose, read_all

    activities = choose(read_all(path), session)
    annotations = annotation_inputs.collect_for_recording(path)
    if len(activities) > 1 and (annotation_inputs.is_session_specific or _is_session_specific(annotations)):
        raise AnnotationError(
            f"holds {len(activities)} sessions: say which one the annotations are about with --session N", path=path
        )
    return [analyze(activity, annotations, settings, athlete) for activity in activities]


def read_single_activity(path: str, session: int | None) -> Activity:
    """Return session number ``session`` (the first is 1) of a recording or, if that is None, its only session.

    Raises ``RetropaceError`` if the session does not exist, or if none is named and the recording holds several.
    """
    from retropace.readers import choose, read_all

    activities = choose(read_all(path), session)
    if len(activities) > 1:
        raise AnnotationError(f"holds {len(activities)} sessions: say which one with --session N", path=path)
    return activities[0]


def _is_session_specific(annotations: list[AnnotationInput]) -> bool:
    """Whether an annotation names a stretch of one session: marks do, but zones and fields do not."""
    from retropace.annotations import UnresolvedAnnotation

    return any(isinstance(item, UnresolvedAnnotation) for item in annotations)
