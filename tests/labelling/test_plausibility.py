from functools import cache

import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import parse_mark
from retropace.core.activity import Activity
from retropace.simulate import PlannedStretch, SimulatedPlace, forward, simulate


@cache
def fast_run() -> Activity:
    plan: list[PlannedStretch] = [forward(seconds=300), forward(seconds=600, effort=1.8), forward(seconds=300)]
    return simulate(plan, place=SimulatedPlace("path", 52.5), seed=3).activity


def test_backward_faster_than_the_world_is_refused_with_a_warning() -> None:
    analysis = analyze(fast_run(), [parse_mark("lap 2=backward"), parse_mark("lap 1=forward")])
    assert [str(one.label) for one in analysis.annotations] == ["forward"]
    (said,) = [word for word in analysis.warnings if "cannot have been backward" in word]
    assert "lap 2=backward" in said
    assert "5.2 m/s" in said
    assert "faster than 4.6 m/s for 10:00" in said
    assert float(analysis.summary.directions.distance_m[1]) == 0.0


def test_forward_at_the_same_pace_and_slower_backward_are_not() -> None:
    for mark in ("lap 2=forward", "lap 1=backward"):
        analysis = analyze(fast_run(), [parse_mark(mark)])
        assert len(analysis.annotations) == 1
        assert not any("cannot have been" in word for word in analysis.warnings)


def test_the_distance_that_the_runner_gives_counts() -> None:
    analysis = analyze(fast_run(), [parse_mark("lap 2=backward distance=1500m")])
    assert len(analysis.annotations) == 1
    analysis = analyze(fast_run(), [parse_mark("lap 1=backward distance=2km")])
    assert analysis.annotations == ()
    assert float(analysis.summary.total.distance_m[0]) == pytest.approx(fast_run().device_totals.distance_m, rel=0.01)
