from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from retropace.activity import Activity
from retropace.clean import clean
from retropace.evaluate import Boundaries, match_boundaries
from retropace.segment import segment
from retropace.settings import SegmentSettings
from retropace.simulate import Athlete, Place, Stretch, Watch, backward, forward, rest, simulate, walk
from tests.benchmarks.boundaries import load, measured, nothing
from tests.strategies import activities, activity_of


@given(activities())
@settings(deadline=None, max_examples=100)
def test_edges_cover_the_activity_and_hold_every_stop(activity: Activity) -> None:
    track = clean(activity)
    edges = segment(track)
    assert edges[0] == 0.0
    assert edges[-1] == track.elapsed_s
    assert np.all(np.diff(edges) > 0.0)
    for spans in (track.pauses, track.standing, track.unknown):
        assert np.isin(spans, edges).all()


def found_against_truth(plan: list[Stretch], seed: int, watch: Watch | None = None) -> Boundaries:
    made = simulate(plan, athlete=Athlete(), place=Place("path", 52.5, 13.3), watch=watch, seed=seed)
    edges = segment(clean(made.activity))
    return match_boundaries(made.truth.edges_s[1:-1], edges[1:-1], 6.0, 6.0)


@pytest.mark.parametrize("seed", range(4))
def test_reps_of_a_session_are_found(seed: int) -> None:
    plan: list[Stretch] = [forward(seconds=300)]
    for _ in range(5):
        plan += [backward(metres=300), forward(seconds=90)]
    counted = found_against_truth(plan, seed)
    assert counted.recall == 1.0
    assert counted.precision >= 0.6


@pytest.mark.parametrize("seed", range(4))
def test_fifty_metres_backward_and_fifty_forward_are_told_apart(seed: int) -> None:
    plan: list[Stretch] = [forward(seconds=240, effort=0.95)]
    for _ in range(8):
        plan += [backward(metres=50), forward(metres=50, effort=1.1)]
    counted = found_against_truth([*plan, forward(seconds=120, effort=0.9)], seed)
    assert counted.recall >= 0.8


@pytest.mark.parametrize("seed", range(4))
def test_a_steady_run_is_hardly_cut(seed: int) -> None:
    made = simulate([forward(seconds=3600)], place=Place("path", 52.5, 13.3), seed=seed)
    assert len(segment(clean(made.activity))) - 1 <= 4


def test_walking_reps_and_standing_are_found() -> None:
    plan: list[Stretch] = [walk("forward", 240)]
    for _ in range(4):
        plan += [walk("backward", 100), walk("forward", 100), rest(40)]
    counted = found_against_truth([*plan, walk("forward", 200)], 1)
    assert counted.recall >= 0.9


def test_smart_recording_changes_little() -> None:
    plan: list[Stretch] = [forward(seconds=300)]
    for _ in range(4):
        plan += [backward(metres=400), forward(seconds=120)]
    every = found_against_truth(plan, 3)
    smart = found_against_truth(plan, 3, Watch(smart=True))
    assert smart.recall >= every.recall - 0.15
    assert smart.f1 >= every.f1 - 0.2


def test_pace_alone_or_cadence_alone_is_enough() -> None:
    t_s = np.arange(900.0)
    fast = (t_s // 300) % 2 == 1
    pace = np.where(fast, 3.6, 2.4)
    steps = np.where(fast, 88.0, 78.0)
    for columns in ({"speed_mps": pace}, {"cadence_recorded": steps}):
        edges = segment(clean(activity_of(t_s, None, **columns)))
        assert match_boundaries(np.array([300.0, 600.0]), edges[1:-1], 8.0, 8.0).f1 == 1.0


def test_sensitivity_means_more_or_fewer_cuts() -> None:
    plan: list[Stretch] = []
    for _ in range(6):
        plan += [forward(seconds=120), forward(seconds=120, effort=1.15)]
    track = clean(simulate(plan, place=Place("path", 52.5, 13.3), seed=5).activity)
    counts = [len(segment(track, SegmentSettings(sensitivity=factor))) for factor in (0.2, 1.0, 5.0)]
    assert counts[0] < counts[1] < counts[2]


def test_real_lap_marks_are_found(corpus: Path) -> None:
    """The figures of ``python -m tests.benchmarks.boundaries`` on the core sessions, with a little room."""
    total, empty = Boundaries(0, 0, 0), Boundaries(0, 0, 0)
    for marked in load(corpus):
        if marked.tier == "core":
            total += measured(marked, segment)
            empty += measured(marked, nothing)
    assert total.true == 78
    assert total.recall > 0.85
    assert total.f1 > 0.60 > empty.f1
