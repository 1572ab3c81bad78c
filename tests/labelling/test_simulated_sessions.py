"""A few sessions of the labels benchmark, so that neither it nor what it measures rots unseen."""

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.simulate.kinds import BACKWARD_KINDS, FORWARD_KINDS, draw
from tests.support.simulated_labels import Result, condition, labelling_of, line, result_of, session

pytestmark = pytest.mark.slow

SEEDS = (1001, 1003, 1005)
"""Too few to measure by: bars are where nothing good falls below. The benchmark measures, over hundreds."""


def results(given: str) -> list[Result]:
    found = []
    for kind in BACKWARD_KINDS:
        for seed in SEEDS:
            made = draw(kind, seed)
            analysis = condition(made, seed, given)
            labels = labelling_of(analysis.cleaned, analysis.segments)
            found.append(result_of(made, kind, seed, labels, analysis.cleaned))
    return found


@pytest.mark.parametrize(
    ("given", "mean", "f1", "brier"),
    [("one rep", 0.98, 0.9, 0.02), ("all reps", 0.985, 0.95, 0.02)],
)
def test_labels_are_as_right_as_they_should(given: str, mean: float, f1: float, brier: float) -> None:
    found = results(given)
    assert np.mean([one.right for one in found]) >= mean
    near = found[0].near
    for one in found[1:]:
        near = near + one.near
    assert near.f1 >= f1
    assert np.mean([one.brier for one in found]) <= brier


def test_what_is_suspected_of_a_stranger_is_seldom_forward() -> None:
    assert np.mean([one.false_share for one in results("nothing")]) <= 0.005


@pytest.mark.parametrize("kind", FORWARD_KINDS)
def test_forward_sessions_stay_forward(kind: str) -> None:
    for seed in SEEDS:
        segments = analyze(draw(kind, seed).session.activity).segments
        backward_s = np.diff(segments.edges_s)[segments.direction == "backward"].sum()
        assert backward_s / segments.edges_s[-1] <= 0.03


def test_the_benchmark_runs_with_its_baselines_and_ablations() -> None:
    found = session(("quarter mile", 3, ("one rep", "athlete", "nothing"), ("cadence",)))
    assert set(found) == {
        "one rep",
        "athlete",
        "nothing",
        "one rep, without cadence",
        "nothing, without cadence",
        "baseline: all forward",
        "baseline: pace",
    }
    assert found["one rep"].right > found["baseline: pace"].right >= found["baseline: all forward"].right - 0.2
    assert found["baseline: all forward"].distance_error == 1.0
    assert "%" in line(list(found.values()))
