"""Segments as a runner would name them, on made signals and on a session that five people marked."""

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.cleaning.clean import clean_activity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray
from retropace.segmentation.merge import find_onset
from retropace.segmentation.segment import segment_coarse_and_fine
from tests.segmentation.test_segment import autocorrelated_noise, cleaned_of
from tests.support.run_log import compare_with_annotators, read_run_log
from tests.support.segmentation import segment_activity
from tests.support.strategies import activity_of


def cut(speed_mps: FloatArray, seed: int = 0) -> FloatArray:
    """Inner edges of a run at these speeds, with noise, and cadence that follows speed."""
    rng = np.random.default_rng(seed)
    count = len(speed_mps)
    cadence = 140.0 + 10.0 * speed_mps + autocorrelated_noise(count, 1.5, 4.0, rng)
    return segment_activity(cleaned_of(speed_mps + autocorrelated_noise(count, 0.1, 4.0, rng), cadence))[1:-1]


def test_a_session_that_five_people_marked() -> None:
    activity, t_s = read_run_log()
    assert compare_with_annotators(segment_activity(clean_activity(activity)), t_s).f1 >= 0.95


@pytest.mark.parametrize("seed", range(4))
def test_a_glance_belongs_to_the_run_and_a_short_repetition_does_not(seed: int) -> None:
    speed = np.full(900, 3.0)
    speed[300:308] = 1.5
    speed[600:616] = 4.8
    assert cut(speed, seed) == pytest.approx(np.array([600.0, 616.0]), abs=3.0)


@pytest.mark.parametrize("seed", range(4))
def test_a_gradual_change_is_no_staircase(seed: int) -> None:
    assert len(cut(np.linspace(2.4, 3.4, 1200), seed)) <= 2


def test_swings_within_a_recovery_are_one_segment_and_long_ones_are_not() -> None:
    recovery = np.concatenate((np.full(20, 1.2), np.full(20, 1.7), np.full(20, 1.3)))
    rep = np.full(120, 4.2)
    assert len(cut(np.concatenate((rep, recovery, rep, recovery, rep)))) == 4
    walk = np.concatenate((np.full(300, 1.2), np.full(300, 1.8)))
    assert len(cut(np.concatenate((rep, walk, rep)))) == 3


@pytest.mark.parametrize("speeds", [(3.0, 2.0), (2.0, 3.0)])
def test_an_edge_lies_where_slowing_down_began_and_in_the_middle_of_speeding_up(speeds: tuple[float, float]) -> None:
    before, after = np.array([[speed / 0.3, np.nan] for speed in speeds])
    ramp = np.interp(np.arange(20), [10.5, 20.5], [before[0], after[0]])
    values, known = np.column_stack((ramp, np.zeros(20))), np.tile([True, False], (20, 1))
    assert find_onset(values, known, before, after) == (7 if speeds[0] > speeds[1] else 4)
    assert find_onset(values[:10], known[:10], before, after) == 0


def test_a_stop_of_seconds_is_part_of_the_run_and_does_not_count_as_moving() -> None:
    """Of a stop of 9 s and one of 40 s the second is a rest; distance and time still add up."""
    t_s = np.arange(901.0)
    is_still = ((t_s >= 300) & (t_s < 309)) | ((t_s >= 600) & (t_s < 640))
    speed = np.where(is_still, 0.0, 3.0)
    columns = {"speed_mps": speed, "cadence_recorded": np.where(is_still, 0.0, 84.0), "distance_m": np.cumsum(speed)}
    analysis = analyze(activity_of(t_s, None, **columns))
    assert analysis.segments.direction.tolist() == ["forward", "rest", "forward"]
    document = analysis.to_dict()
    forward, rest = document["directions"]["forward"], document["directions"]["rest"]
    assert forward["elapsed_s"] + rest["elapsed_s"] == pytest.approx(900.0)
    assert forward["moving_s"] == pytest.approx(document["activity"]["moving_s"])
    assert forward["elapsed_s"] - forward["moving_s"] == pytest.approx(
        6.0, abs=3.0
    )  # speed and cadence overlap in fewer seconds
    assert forward["distance_m"] + rest["distance_m"] == pytest.approx(document["activity"]["distance_m"])


@pytest.mark.parametrize("missing", ["speed", "cadence", "both"])
@pytest.mark.parametrize("count", [2, 10, 40])
def test_hardly_any_signal_is_one_segment(missing: str, count: int) -> None:
    none = np.full(count, np.nan)
    speed = np.full(count, 3.0) if missing == "cadence" else none
    cadence = np.full(count, 168.0) if missing == "speed" else none
    coarse, fine = segment_coarse_and_fine(cleaned_of(speed, cadence))
    assert coarse.tolist() == fine.tolist() == [0.0, count - 1.0]


@pytest.mark.slow
def test_nothing_but_stops_and_thirty_hours_of_changes_are_cut_in_bounded_time() -> None:
    t_s = np.arange(0.0, 30.0 * 3600.0)
    is_still = t_s % 40 < 20
    speed = np.where(is_still, 0.0, 1.4)
    columns = {"speed_mps": speed, "cadence_recorded": np.where(is_still, 0.0, 55.0)}
    coarse, _ = segment_coarse_and_fine(clean_activity(activity_of(t_s, None, **columns)))
    assert len(coarse) == pytest.approx(5400, rel=0.01)
    fast = np.where(t_s % 60 < 30, 2.4, 4.0)
    coarse, _ = segment_coarse_and_fine(cleaned_of(fast, np.full(len(t_s), np.nan)), SegmentParameters())
    assert len(coarse) == pytest.approx(3600, rel=0.01)
