"""Labels of real runs of people on whom no constant was chosen."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.support.paths import CONTROLS
from tests.support.real_runs import (
    ControlFile,
    SessionScore,
    annotate_reps,
    label_session,
    list_control_files,
    make_session,
    score_session,
    segment_controls,
)


@pytest.fixture(scope="module")
def controls() -> Path:
    if not CONTROLS.is_dir():
        if os.environ.get("CI"):
            pytest.fail("CI has the forward controls beside the project, but ../shared/controls is missing")
        pytest.skip("needs the forward controls in ../shared/controls")
    return CONTROLS


def check_files(controls: Path, per_runner: int) -> list[ControlFile]:
    return [file for file in list_control_files(controls, per_runner) if file.half == "check"]


def test_runs_of_people_who_ran_forward_stay_forward(controls: Path) -> None:
    files = check_files(controls, 10)
    scores: list[SessionScore] = []
    for file in files:
        for segmented in segment_controls(file):
            analysis, _ = label_session(segmented, ())
            scores.append(score_session(analysis, np.empty((0, 2))))
            assert len(analysis.borderline) <= 5
    assert len(scores) >= 50
    moving_s = sum(score.judged_s for score in scores)
    assert sum(score.false_backward * score.judged_s for score in scores) <= 0.0005 * moving_s
    assert max(score.false_backward for score in scores) <= 0.03
    # One in twenty, and what chance adds to that in a sample of so few.
    assert np.mean([score.suggestion_count > 0 for score in scores]) <= 0.1


def test_one_marked_rep_finds_the_others_in_real_runs(controls: Path) -> None:
    scores: list[SessionScore] = []
    for file in check_files(controls, 15):
        if file.sport != "running" or file.number % 2 or len(scores) == 25:
            continue
        for segmented in segment_controls(file):
            made = make_session(file, segmented, hidden=False)
            if made is not None:
                session, reps = made
                marks = annotate_reps(file, reps, session.cleaned.elapsed_s, "one rep", hidden=False)
                scores.append(score_session(label_session(session, marks)[0], reps))
    assert len(scores) == 25
    assert np.mean([score.right for score in scores]) >= 0.975
    assert np.percentile([score.right for score in scores], 10) >= 0.94
    assert np.mean([score.recall for score in scores]) >= 0.95
    assert np.mean([score.false_backward for score in scores]) <= 0.015
