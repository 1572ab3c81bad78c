"""The pace curve: against every window there is."""

from itertools import pairwise

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.cleaning.clean import clean_activity
from retropace.core.segments import Segments
from retropace.intervals import BestEffort, intervals_of
from retropace.intervals.best_efforts import compute_mean_max_curve
from retropace.intervals.bouts import find_bouts
from retropace.simulate import backward, forward, rest
from tests.support.interval_sessions import annotate_backward, simulate_session
from tests.support.strategies import activity_of


def curve(plan_seed: int = 1) -> tuple[list[BestEffort], object]:
    made = simulate_session(
        [forward(seconds=700), *[backward(metres=400), rest(60)] * 3, forward(metres=1200)], plan_seed
    )
    found = intervals_of(analyze(made.activity, annotate_backward(made)))
    return list(found.mean_max_curve), found


def test_bests_are_those_of_every_window() -> None:
    made = simulate_session([forward(seconds=700), *[backward(metres=400), rest(60)] * 3, forward(metres=1200)])
    found = intervals_of(analyze(made.activity, annotate_backward(made)))
    track, bouts = found.cleaned, find_bouts(found.cleaned, found.analysis.segments)
    assert compute_mean_max_curve(track, bouts)
    for best in found.mean_max_curve:
        span = np.array([best.start_s, best.start_s + best.seconds])
        assert float(track.increments("distance_m", span)[0]) == pytest.approx(best.metres, abs=1e-6)
        assert best.speed_mps == best.metres / best.seconds
    # Every window on a tenth of a second, within the parts of one direction.
    for direction in ("forward", "backward"):
        segments = found.analysis.segments
        inside = segments.direction == direction
        assert np.any(inside)
        minute = next(
            one for one in found.mean_max_curve if (one.direction, one.by, one.seconds) == (direction, "time", 60.0)
        )
        fine = np.arange(0.0, track.elapsed_s - 60.0, 0.1)
        owner = np.clip(np.searchsorted(segments.edges_s, fine, side="right") - 1, 0, len(segments) - 1)
        later = np.clip(np.searchsorted(segments.edges_s, fine + 60.0, side="left") - 1, 0, len(segments) - 1)
        alone = (owner == later) & inside[owner]
        way = track.value_at("distance_m", fine[alone] + 60.0) - track.value_at("distance_m", fine[alone])
        # Reps that are told to the half second may begin a little outside the segments.
        assert minute.metres == pytest.approx(float(way.max()), abs=1.5)


def test_longer_is_never_faster() -> None:
    bests, _ = curve()
    for direction in ("forward", "backward"):
        times = [one.metres / one.seconds for one in bests if (one.direction, one.by) == (direction, "time")]
        assert all(later <= sooner + 1e-9 for sooner, later in pairwise(times))
        took = [one.seconds for one in bests if (one.direction, one.by) == (direction, "distance")]
        assert took == sorted(took)


def test_a_rest_is_in_nobodys_best() -> None:
    bests, _ = curve()
    longest = max(one.seconds for one in bests if one.direction == "backward")
    assert longest < 240.0


def test_a_steady_pace_is_its_own_best() -> None:
    t_s = np.arange(0.0, 1300.0)
    activity = activity_of(t_s, speed_mps=np.full(1300, 3.0), distance_m=3.0 * t_s)
    track = clean_activity(activity)
    whole = Segments(
        np.array([0.0, 1299.0]), np.array(["forward"]), np.array(["run"]), np.array(["assumed"]), np.array([1.0])
    )
    bests = compute_mean_max_curve(track, find_bouts(track, whole))
    assert [one.seconds for one in bests if one.by == "time"] == [30.0, 60.0, 120.0, 300.0, 600.0, 1200.0]
    assert [one.metres for one in bests if one.by == "distance"][-1] == 3000.0
    for one in bests:
        assert one.speed_mps == pytest.approx(3.0, rel=0.01)
