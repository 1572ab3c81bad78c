from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from retropace.analysis.metrics import BoundaryCounts, match_boundaries
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray, union
from retropace.segmentation.segment import segment_coarse_and_fine
from retropace.simulate import (
    PlannedStretch,
    SimulatedAthlete,
    SimulatedPlace,
    Watch,
    backward,
    forward,
    rest,
    simulate,
    walk,
)
from tests.support.lap_boundaries import (
    boundary_every_minute,
    load_lap_sessions,
    no_boundaries,
    score_boundaries,
)
from tests.support.segmentation import segment_activity
from tests.support.strategies import activities, activity_of


@given(activities())
@settings(deadline=None, max_examples=100)
def test_edges_cover_the_activity_and_hold_every_stop(activity: Activity) -> None:
    cleaned = clean_activity(activity)
    coarse, fine = segment_coarse_and_fine(cleaned)
    for edges in (coarse, fine):
        assert edges[0] == 0.0
        assert edges[-1] == cleaned.elapsed_s
        assert np.all(np.diff(edges) > 0.0)
    rest = union(np.concatenate((cleaned.pauses, cleaned.standing)))
    assert np.isin(rest[rest[:, 1] - rest[:, 0] >= SegmentParameters().min_rest_s], coarse).all()
    for spans in (cleaned.pauses, cleaned.standing, cleaned.unknown):
        assert np.isin(spans, fine).all()
    # Only rest and what lies between two rests is shorter than a segment may be.
    is_short = np.diff(coarse) < SegmentParameters().min_segment_s
    is_fixed = np.isin(coarse, np.concatenate((rest, cleaned.unknown)).ravel()) | np.isin(coarse, coarse[[0, -1]])
    assert np.all(is_fixed[:-1][is_short] & is_fixed[1:][is_short])


def match_with_truth(plan: list[PlannedStretch], seed: int, watch: Watch | None = None) -> BoundaryCounts:
    made = simulate(plan, athlete=SimulatedAthlete(), place=SimulatedPlace("path", 52.5, 13.3), watch=watch, seed=seed)
    edges = segment_activity(clean_activity(made.activity))
    return match_boundaries(made.truth.edges_s[1:-1], edges[1:-1], 6.0, 6.0)


@pytest.mark.parametrize("seed", range(4))
def test_reps_of_a_session_are_found(seed: int) -> None:
    plan: list[PlannedStretch] = [forward(seconds=300)]
    for _ in range(5):
        plan += [backward(metres=300), forward(seconds=90)]
    counted = match_with_truth(plan, seed)
    assert counted.recall == 1.0
    assert counted.precision >= 0.6


@pytest.mark.parametrize("seed", range(4))
def test_fifty_metres_backward_and_fifty_forward_are_told_apart(seed: int) -> None:
    plan: list[PlannedStretch] = [forward(seconds=240, effort=0.95)]
    for _ in range(8):
        plan += [backward(metres=50), forward(metres=50, effort=1.1)]
    counted = match_with_truth([*plan, forward(seconds=120, effort=0.9)], seed)
    assert counted.recall >= 0.8


@pytest.mark.parametrize("seed", range(4))
def test_a_steady_run_is_hardly_cut(seed: int) -> None:
    made = simulate([forward(seconds=3600)], place=SimulatedPlace("path", 52.5, 13.3), seed=seed)
    assert len(segment_activity(clean_activity(made.activity))) - 1 <= 4


def test_walking_reps_and_standing_are_found() -> None:
    plan: list[PlannedStretch] = [walk("forward", 240)]
    for _ in range(4):
        plan += [walk("backward", 100), walk("forward", 100), rest(40)]
    counted = match_with_truth([*plan, walk("forward", 200)], 1)
    assert counted.recall >= 0.9


def test_smart_recording_changes_little() -> None:
    plan: list[PlannedStretch] = [forward(seconds=300)]
    for _ in range(4):
        plan += [backward(metres=400), forward(seconds=120)]
    every = match_with_truth(plan, 3)
    smart = match_with_truth(plan, 3, Watch(smart_recording=True))
    assert smart.recall >= every.recall - 0.15
    assert smart.f1 >= every.f1 - 0.2


def test_pace_alone_or_cadence_alone_is_enough() -> None:
    t_s = np.arange(900.0)
    fast = (t_s // 300) % 2 == 1
    pace = np.where(fast, 3.6, 2.4)
    steps = np.where(fast, 88.0, 78.0)
    for columns in ({"speed_mps": pace}, {"cadence_recorded": steps}):
        edges = segment_activity(clean_activity(activity_of(t_s, None, **columns)))
        assert match_boundaries(np.array([300.0, 600.0]), edges[1:-1], 8.0, 8.0).f1 == 1.0


def cleaned_of(speed_mps: FloatArray, cadence_spm: FloatArray) -> CleanedActivity:
    """A cleaned of these columns as the body moved, without lag, and nothing but movement."""
    t_s = np.arange(len(speed_mps), dtype=np.float64)
    made = clean_activity(
        activity_of(t_s, None, speed_mps=np.full(len(t_s), 3.0), cadence_recorded=np.full(len(t_s), 80.0))
    )
    return replace(made, speed_mps=speed_mps, cadence_spm=cadence_spm)


def autocorrelated_noise(count: int, spread: float, memory_s: float, rng: np.random.Generator) -> FloatArray:
    """Noise of one standard deviation ``spread`` that remembers itself for ``memory_s``."""
    keep = np.exp(-1.0 / memory_s)
    noise = np.empty(count)
    noise[0] = rng.normal(0.0, spread)
    for at, kick in enumerate(rng.normal(0.0, spread * np.sqrt(1.0 - keep**2), count - 1).tolist()):
        noise[at + 1] = keep * noise[at] + kick
    return noise


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("missing", ["nothing", "speed", "cadence"])
def test_a_step_of_the_body_is_cut_within_two_seconds(seed: int, missing: str) -> None:
    rng = np.random.default_rng(seed)
    true = np.array([200.0, 225.0, 300.0, 320.0, 500.0])
    count = 700
    stretch = np.searchsorted(true, np.arange(count), side="right") % 2
    speed = np.where(stretch == 1, 2.0, 3.0) + autocorrelated_noise(count, 0.1, 4.0, rng)
    cadence = np.where(stretch == 1, 176.0, 162.0) + autocorrelated_noise(count, 1.5, 4.0, rng)
    if missing == "speed":
        speed = np.full(count, np.nan)
    if missing == "cadence":
        cadence = np.full(count, np.nan)
    edges = segment_activity(cleaned_of(speed, cadence))
    assert len(edges) == len(true) + 2
    assert np.abs(edges[1:-1] - true).max() <= 2.0


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_slow_wandering_are_no_change(seed: int) -> None:
    rng = np.random.default_rng(seed)
    speed = 3.0 + autocorrelated_noise(3600, 0.12, 30.0, rng) + rng.normal(0.0, 0.15, 3600)
    cadence = 168.0 + autocorrelated_noise(3600, 1.5, 30.0, rng) + rng.normal(0.0, 2.0, 3600)
    assert segment_activity(cleaned_of(speed, cadence)).tolist() == [0.0, 3599.0]


def test_a_signal_that_wanders_a_lot_counts_for_less() -> None:
    rng = np.random.default_rng(8)
    rough = 3.0 + autocorrelated_noise(3600, 0.5, 8.0, rng)
    none = np.full(3600, np.nan)
    trusting = SegmentParameters(reference_wander_sd=100.0)
    assert len(segment_activity(cleaned_of(rough, none))) < len(segment_activity(cleaned_of(rough, none), trusting)) / 4
    steps = np.where(np.arange(3600) // 600 % 2 == 1, 180.0, 168.0)  # cadence is as good as ever and cuts as ever
    inner = segment_activity(cleaned_of(rough, steps))
    assert match_boundaries(np.arange(600.0, 3600.0, 600.0), inner, 2.0, 2.0).recall == 1.0


def test_a_short_dropout_is_bridged_and_in_a_long_one_the_other_signal_decides() -> None:
    speed, cadence = np.full(900, 3.0), np.full(900, 170.0)
    cadence[600:] = 182.0
    for start, end in ((300, 312), (300, 480), (560, 680)):
        gap = speed.copy()
        gap[start:end] = np.nan
        assert segment_activity(cleaned_of(gap, cadence)) == pytest.approx(np.array([0.0, 600.0, 899.0]), abs=1.0)
    # What lies on both sides of a long gap is told apart, though nobody knows where it changed.
    gap = cadence.copy()
    gap[500:650] = np.nan
    edges = segment_activity(cleaned_of(speed, gap))
    assert len(edges) == 3
    assert 500.0 <= edges[1] <= 650.0


def test_the_spacing_of_the_records_changes_little() -> None:
    rng = np.random.default_rng(4)
    count = 2400
    fast = (np.arange(count) // 150) % 2 == 1
    speed = np.where(fast, 3.4, 2.4) + autocorrelated_noise(count, 0.1, 10.0, rng)
    cadence = np.where(fast, 174.0, 164.0) + autocorrelated_noise(count, 1.5, 10.0, rng)
    every = cleaned_of(speed, cadence)
    keep = np.unique(np.append(np.cumsum(rng.integers(1, 9, 600)).clip(max=count - 1), [0, count - 1]))
    columns = {name: getattr(every, name)[keep] for name in ("t_s", "speed_mps", "cadence_spm")}
    sparse = replace(every, **columns)
    fine, coarse = segment_activity(every), segment_activity(sparse)
    assert len(fine) == len(coarse) == 17
    assert np.abs(fine - coarse).max() <= 4.0
    assert segment_activity(every, SegmentParameters(grid_s=0.5)) == pytest.approx(fine, abs=2.0)


def test_a_walk_is_cut_at_smaller_changes_than_a_run() -> None:
    """0.35 m/s is a quarter of a walker's speed and a twelfth of a fast runner's."""
    change = np.where(np.arange(800) // 200 % 2 == 1, 0.35, 0.0)
    none = np.full(800, np.nan)
    assert len(segment_activity(cleaned_of(1.2 + change, none))) == 5
    assert len(segment_activity(cleaned_of(4.2 + change, none))) == 2


def test_sensitivity_means_more_or_fewer_cuts() -> None:
    plan: list[PlannedStretch] = []
    for _ in range(6):
        plan += [forward(seconds=120), forward(seconds=120, effort=1.15)]
    cleaned = clean_activity(simulate(plan, place=SimulatedPlace("path", 52.5, 13.3), seed=5).activity)
    counts = [len(segment_activity(cleaned, SegmentParameters(sensitivity=factor))) for factor in (0.2, 1.0, 5.0)]
    assert counts[0] < counts[1] < counts[2]


def test_real_lap_marks_are_found(corpus: Path) -> None:
    """The figures of ``python -m tests.benchmarks.boundaries`` on the core sessions, with a little room."""
    total, empty, even = BoundaryCounts(0, 0, 0), BoundaryCounts(0, 0, 0), BoundaryCounts(0, 0, 0)
    for marked in load_lap_sessions(corpus):
        if marked.tier == "core":
            total += score_boundaries(marked, segment_activity)
            empty += score_boundaries(marked, no_boundaries)
            even += score_boundaries(marked, boundary_every_minute)
    assert total.reference == 78
    assert total.recall > 0.85
    assert total.f1 > 0.70 > 2.0 * max(empty.f1, even.f1)
