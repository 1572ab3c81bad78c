"""Figures of reps, sets and comparisons: against the simulated truth and against scipy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import linregress

from retropace.analysis.pipeline import analyze
from retropace.intervals import intervals_of
from retropace.intervals.reps import compute_heart_rate_recovery_bpm
from retropace.intervals.sets import fit_linear_trend
from retropace.simulate import backward, forward, rest, walk
from tests.support.interval_sessions import annotate_backward, find_intervals, simulate_session

WARM, COOL = forward(seconds=480), forward(seconds=300, effort=0.92)


def test_a_rep_by_the_truth() -> None:
    plan = [WARM, *[backward(metres=400), rest(120)] * 4, COOL]
    made = simulate_session(plan)
    found = intervals_of(analyze(made.activity, annotate_backward(made)))
    (one,) = found.sets
    edges = made.truth.edges_s
    for rep, at in zip(one.reps, range(1, 8, 2), strict=True):
        took = float(edges[at + 1] - edges[at])
        assert rep.seconds == pytest.approx(took)
        assert rep.metres == pytest.approx(400.0, abs=10.0)  # the watch smooths: it is late at both ends
        assert rep.speed_mps == rep.metres / rep.seconds
        assert rep.steps == pytest.approx(rep.cadence_spm * rep.seconds / 60.0, rel=0.02)
        assert rep.step_length_m == pytest.approx(rep.metres / rep.steps, rel=0.02)
        assert rep.heart_rate_bpm < rep.heart_rate_max_bpm
        assert rep.basis == "annotated"
        beats, end = made.activity.samples.heart_rate_bpm, int(rep.end_s)
        slowed = np.mean(beats[end - 5 : end]) - np.mean(beats[end + 58 : end + 63])
        assert rep.heart_rate_recovery_bpm == pytest.approx(slowed, abs=1.5)
        assert rep.heart_rate_recovery_bpm > 30.0
    assert [rep.recovery is None for rep in one.reps] == [False, False, False, True]
    for rep in one.reps[:-1]:
        assert rep.recovery is not None
        assert rep.recovery.kind == "rest"
        assert rep.recovery.seconds == pytest.approx(120.0)
    assert one.recovery_s == pytest.approx(360.0)
    assert np.median([rep.from_median_s for rep in one.reps]) == 0.0
    assert np.median([rep.from_median_m for rep in one.reps]) == pytest.approx(0.0, abs=1e-9)


def test_heart_rate_recovery_needs_its_minute() -> None:
    made = simulate_session([forward(seconds=300), backward(metres=400), rest(40)])
    track = intervals_of(analyze(made.activity)).cleaned
    assert np.isnan(compute_heart_rate_recovery_bpm(track, track.elapsed_s - 40.0))
    assert compute_heart_rate_recovery_bpm(track, track.elapsed_s - 70.0) == pytest.approx(0.0, abs=45.0)


def test_best_worst_spread_and_fade_of_a_set() -> None:
    efforts = (1.1, 1.06, 1.02, 0.98, 0.94)
    some = [one for effort in efforts for one in (backward(metres=400, effort=effort), rest(90))]
    (one,) = find_intervals([WARM, *some, COOL]).sets
    (each,) = one.statistics
    took = [rep.seconds for rep in one.reps]
    assert (each.figure, each.count) == ("seconds", 5)
    assert (each.best, each.worst) == (min(took), max(took))
    assert (each.best_rep, each.worst_rep) == (1 + took.index(min(took)), 1 + took.index(max(took)))
    assert each.spread == pytest.approx(np.std(took, ddof=1) / np.mean(took))
    fit = linregress(range(5), took)
    assert each.fade == pytest.approx(fit.slope)
    assert each.fade_error == pytest.approx(fit.stderr)
    assert each.fade > 5.0


def test_reps_by_the_clock_are_judged_by_metres() -> None:
    some = [one for effort in (1.0, 1.1, 0.9) for one in (backward(seconds=180, effort=effort), rest(90))]
    (one,) = find_intervals([WARM, *some, COOL]).sets
    (each,) = one.statistics
    assert (each.figure, each.best_rep, each.worst_rep) == ("metres", 2, 3)
    assert each.best > each.worst


def test_a_pyramid_is_judged_by_pace() -> None:
    some = [one for metres in (200, 400, 600, 400, 200) for one in (backward(metres=metres), rest(90))]
    (one,) = find_intervals([WARM, *some, COOL]).sets
    assert one.statistics[0].figure == "speed_mps"


@given(st.lists(st.floats(10.0, 1000.0), min_size=3, max_size=40))
def test_the_trend_is_that_of_least_squares(values: list[float]) -> None:
    assume(len(set(values)) > 1)  # of equal values scipy knows no error
    fit = linregress(range(len(values)), values)
    slope, error = fit_linear_trend(np.array(values))
    assert slope == pytest.approx(fit.slope, rel=1e-9, abs=1e-7)
    assert error == pytest.approx(fit.stderr, rel=1e-6, abs=1e-5)


def test_too_few_reps_have_no_trend() -> None:
    assert all(np.isnan(value) for value in fit_linear_trend(np.array([60.0, 61.0])))


def test_recoveries_say_how_they_were_spent() -> None:
    both = [rest(60), walk("forward", 60)]
    (one,) = find_intervals([WARM, *[backward(metres=400), *both] * 4, COOL]).sets
    assert {rep.recovery.kind for rep in one.reps if rep.recovery} <= {"rest and walk", "walk and rest"}
    assert one.line == "4 × 400 m backward, r 2:00 " + one.line.rpartition("r 2:00 ")[2]


def test_pairs_are_compared_one_by_one_and_together() -> None:
    some = [forward(metres=400, effort=1.3), rest(120), backward(metres=400), walk("forward", 150)]
    found = find_intervals([WARM, *some * 3, COOL])
    (both,) = found.comparisons
    assert (both.length, len(both.pairs)) == ("400 m", 3)
    for one, other, ratios in both.pairs:
        assert (one.direction, other.direction, one.number) == ("forward", "backward", other.number)
        assert ratios.seconds == other.seconds / one.seconds
        assert ratios.cadence_spm == other.cadence_spm / one.cadence_spm
        assert ratios.heart_rate_bpm == other.heart_rate_bpm - one.heart_rate_bpm
        # Metres are cadence times step length times minutes, whichever way round.
        per = ratios.cadence_spm * ratios.step_length_m * ratios.seconds
        assert per == pytest.approx(other.metres / one.metres, rel=0.03)
    assert both.overall.seconds == pytest.approx(np.mean([ratios.seconds for _, _, ratios in both.pairs]))


def test_a_session_of_one_direction_compares_nothing() -> None:
    assert find_intervals([WARM, *[backward(metres=400), rest(90)] * 4, COOL]).comparisons == ()


def test_sets_of_like_duration_are_compared_where_no_length_is_shared() -> None:
    some = [forward(seconds=173, effort=1.25), rest(90)] * 4 + [backward(metres=337), rest(90)] * 4
    found = find_intervals([WARM, *some, COOL])
    (both,) = found.comparisons
    assert both.length.startswith("about 17")
    assert both.overall.speed_mps == pytest.approx(0.65 / 1.25, rel=0.08)


def test_a_treadmill_is_said_to_presume_forward_steps() -> None:
    from retropace.simulate import SimulatedPlace

    plan = [WARM, *[backward(metres=400), rest(90)] * 4, COOL]
    said = find_intervals(plan, place=SimulatedPlace("treadmill")).warnings
    assert any("presumes forward steps" in one for one in said)
    assert not any("presumes forward steps" in one for one in find_intervals(plan).warnings)


def test_the_belts_speed_counts_where_it_is_given() -> None:
    from retropace.annotations import parse_mark
    from retropace.simulate import SimulatedPlace

    made = simulate_session([WARM, *[backward(seconds=180), rest(90)] * 3, COOL], place=SimulatedPlace("treadmill"))
    marks = [parse_mark(f"lap {lap}=backward speed=6.5km/h") for lap in (2, 4, 6)]
    found = intervals_of(analyze(made.activity, marks))
    (one,) = found.sets
    assert [rep.metres for rep in one.reps] == pytest.approx([6.5 / 3.6 * 180.0] * 3, rel=0.02)
    assert [rep.speed_mps for rep in one.reps] == pytest.approx([6.5 / 3.6] * 3, rel=0.02)
    assert not any("presumes forward steps" in said for said in found.warnings)


def test_what_nobody_marked_is_said_to_be_suspected() -> None:
    made = simulate_session([WARM, *[backward(metres=400), forward(seconds=90, effort=0.8)] * 5, COOL])
    found = intervals_of(analyze(made.activity))
    assert found.sets[0].count == 5
    assert {rep.basis for rep in found.sets[0].reps} == {"suspected"}
    assert any("only suspected" in one for one in found.notes)
    marked = intervals_of(analyze(made.activity, annotate_backward(made)[:1]))
    assert [rep.basis for rep in marked.sets[0].reps] == ["annotated", *["suspected"] * 4]
    assert not any("only suspected" in one for one in marked.notes)
