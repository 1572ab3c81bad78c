"""The comparison of estimated labels with reference labels."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.analysis.labelling_io import read_labellings
from retropace.analysis.metrics import Scores, fill_unlabelled, score
from retropace.cli.sessions.analyze_file import read_activities, require_single
from retropace.core.errors import RetropaceError


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """The files of reference and estimated labels, and the recording that they label."""

    truth: str
    labels: str
    recording: str | None
    session: int | None
    """Number of the session within the recording (the first is 1)."""
    skip_unlabelled: bool
    """Whether stretches without a reference label are left out of the scores."""


def compute_scores(request: EvaluationRequest) -> Scores:
    """Read both labellings and score them; raises ``RetropaceError`` if they label no common time."""
    activity = None
    if request.recording is not None:
        activities = read_activities(request.recording, request.session)
        activity = require_single(activities, request.recording, "say which one is meant")
    reference, estimated = read_labellings((request.truth, request.labels), activity)
    if not request.skip_unlabelled:
        reference = fill_unlabelled(reference, estimated, "forward")
    scores = score(reference, estimated)
    if not scores.judged_s > 0.0:
        message = "labels nothing that the other file labels too: are both about one session?"
        raise RetropaceError(message, path=request.truth)
    return scores
