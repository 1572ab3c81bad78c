"""The comparison of estimated labels with reference labels."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.analysis.labelling_io import read_labellings
from retropace.analysis.metrics import Scores, fill_unlabelled, score
from retropace.cli.sessions.analyze_file import read_activities, require_single
from retropace.core.errors import RetropaceError


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """The files of two labellings, and what they are about."""

    truth: str
    labels: str
    recording: str | None
    session: int | None
    """Number, from 1, of the session of the recording."""
    skip_unlabelled: bool
    """Whether what the truth leaves unlabelled is not judged."""


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
