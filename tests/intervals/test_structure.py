"""What is a set, and of which kind: sessions as people do them, carried out to the metre."""

from dataclasses import replace

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.core.activity import Lap, WorkoutStep
from retropace.core.parameters import LabelParameters, Settings
from retropace.core.spans import as_spans
from retropace.intervals import Intervals, intervals_of
from retropace.simulate import PlannedStretch, Watch, backward, forward, rest, walk
from tests.support.interval_sessions import annotate_backward, find_intervals, simulate_session

WARM, COOL = forward(seconds=480), forward(seconds=300, effort=0.92)


def lines(found: Intervals) -> list[str]:
    return [one.line for one in found.sets]


def plan(*middle: PlannedStretch | list[PlannedStretch]) -> list[PlannedStretch]:
    return [WARM, *(one for some in middle for one in (some if isinstance(some, list) else [some])), COOL]


JOG, REST, STROLL = forward(seconds=90, effort=0.8), rest(120), walk("forward", 60)


@pytest.mark.parametrize(
    ("middle", "kind", "line"),
    [
        ([backward(metres=400), REST] * 6, "reps", "6 × 400 m backward, r 2:00"),
        ([backward(seconds=180), STROLL] * 5, "reps", "5 × 3:00 backward, r 1:00 walk"),
        ([backward(metres=200), JOG] * 8, "reps", "8 × 200 m backward, r 1:30 jog"),
        ([backward(metres=50), forward(metres=50)] * 8, "pairs", "8 × (50 m backward / 50 m forward)"),
        (
            [forward(metres=400, effort=1.3), REST, backward(metres=400), walk("forward", 150)] * 3,
            "pairs",
            "3 × (400 m forward, r 2:00, 400 m backward), r 2:30 walk",
        ),
        (
            [one for metres in (200, 400, 600, 400, 200) for one in (backward(metres=metres), REST)],
            "pyramid",
            "200-400-600-400-200 m backward, r 2:00",
        ),
        (
            [one for seconds in (60, 120, 180, 240) for one in (backward(seconds=seconds), REST)],
            "ladder",
            "1:00-2:00-3:00-4:00 backward, r 2:00",
        ),
        (
            [one for metres in (800, 200, 500) for one in (backward(metres=metres), forward(seconds=200))],
            "mixed",
            "800-200-500 m backward, r 3:20 jog",
        ),
    ],
)
def test_backward_sets(middle: list[PlannedStretch], kind: str, line: str) -> None:
    found = find_intervals(plan(middle))
    assert [(one.kind, one.line) for one in found.sets] == [(kind, line)]
    kinds = [part.kind for part in found.parts]
    assert (kinds[0], kinds[-1]) == ("warm-up", "cool-down")


def test_forward_sets_are_found_by_their_regularity() -> None:
    fast = forward(metres=800, effort=1.25)
    assert lines(find_intervals(plan([fast, JOG] * 5))) == ["5 × 800 m forward, r 1:30 jog"]
    assert lines(find_intervals([walk("forward", 300), *[forward(seconds=120), walk("forward", 60)] * 6])) == [
        "6 × 2:00 forward, r 1:00 walk"
    ]


def test_two_sets_are_parted_by_a_long_break() -> None:
    some = [backward(metres=200), rest(60)]
    found = find_intervals(plan(some * 4, walk("forward", 300), some * 3))
    assert lines(found) == ["4 × 200 m backward, r 1:00", "3 × 200 m backward, r 1:00"]
    assert [part.kind for part in found.parts].count("break") == 1


def test_forward_and_backward_sets_of_one_session() -> None:
    found = find_intervals(plan([forward(metres=400, effort=1.3), REST] * 4, [backward(metres=400), REST] * 4))
    assert lines(found) == ["4 × 400 m forward, r 2:00", "4 × 400 m backward, r 2:00"]
    (both,) = found.comparisons
    assert (both.length, both.pairs) == ("400 m", ())
    assert both.overall.seconds == pytest.approx(1.3 / 0.65, rel=0.06)


@pytest.mark.parametrize(
    "whole",
    [
        [forward(seconds=2400)],
        [WARM, forward(seconds=1200, effort=1.2), COOL],
        [forward(seconds=310), rest(40), forward(seconds=700), rest(15), forward(seconds=450), rest(25), COOL],
        [WARM, backward(seconds=900), COOL],
        [walk("forward", 1800)],
    ],
)
def test_a_session_without_structure_has_none(whole: list[PlannedStretch]) -> None:
    found = find_intervals(whole)
    assert found.sets == ()
    assert [part.kind for part in found.parts] == ["session"]


def test_a_stumble_a_dropout_and_an_autolap_leave_a_rep_whole() -> None:
    whole = plan([backward(metres=400), JOG] * 5)
    made = simulate_session(whole)
    edges = made.truth.edges_s
    second, third, fourth = (float(edges[at] + 80.0) for at in (3, 5, 7))
    samples = made.activity.samples
    still = (samples.t_s >= second) & (samples.t_s < second + 6.0)
    lost = (samples.t_s >= third) & (samples.t_s < third + 20.0)
    speed = np.where(still, 0.0, samples.speed_mps)
    cadence = np.where(still, 0.0, samples.cadence_recorded)
    broken = replace(samples, speed_mps=np.where(lost, np.nan, speed), cadence_recorded=np.where(lost, np.nan, cadence))
    laps = (Lap(0.0, fourth, "distance", distance_m=1000.0), Lap(fourth, float(edges[-1]), "session_end"))
    activity = replace(made.activity, samples=broken, laps=laps)
    # One is marked; the broken ones are left to be suspected.
    found = intervals_of(analyze(activity, annotate_backward(made)[:1]))
    (one,) = found.sets
    assert (one.kind, one.count) == ("reps", 5)
    true = np.diff(edges)[1::2][:5]
    assert [rep.seconds for rep in one.reps] == pytest.approx(true.tolist(), abs=8.0)


def test_a_paused_watch_adds_nothing_to_a_rep() -> None:
    made = simulate_session(plan([backward(metres=400), JOG] * 4))
    edges = made.truth.edges_s
    stop = float(edges[3] + 60.0)
    pauses = as_spans([(stop, stop + 8.0)])
    kept = (made.activity.samples.t_s <= stop) | (made.activity.samples.t_s >= stop + 8.0)
    samples = made.activity.samples
    columns = {
        name: getattr(samples, name)[kept]
        for name in ("distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm", "lat_deg", "lon_deg")
    }
    activity = replace(
        made.activity, samples=type(samples).from_columns(samples.t_s[kept], None, None, **columns), pauses=pauses
    )
    (one,) = intervals_of(analyze(activity, annotate_backward(made))).sets
    assert one.count == 4
    rep = one.reps[1]
    assert rep.end_s - rep.start_s - rep.seconds == pytest.approx(8.0)


def test_pressed_laps_are_the_edges_and_automatic_ones_are_not() -> None:
    made = simulate_session(plan([backward(metres=400), JOG] * 5))
    assert all(lap.trigger in ("manual", "session_end") for lap in made.activity.laps)
    (one,) = intervals_of(analyze(made.activity, annotate_backward(made)[2:3])).sets
    edges = made.truth.edges_s.tolist()
    assert [(rep.start_s, rep.end_s) for rep in one.reps] == [(edges[at], edges[at + 1]) for at in range(1, 11, 2)]
    own = tuple(
        replace(lap, start_s=lap.start_s + 7.0, end_s=lap.end_s + 7.0, trigger="distance")
        for lap in made.activity.laps[:-1]
    )
    (other,) = intervals_of(analyze(replace(made.activity, laps=own), annotate_backward(made)[2:3])).sets
    moved = [abs(rep.start_s - edges[at]) for rep, at in zip(other.reps, range(1, 11, 2), strict=True)]
    assert max(moved) < 4.0


def test_exact_leaves_the_runners_edges_alone() -> None:
    made = simulate_session(plan([backward(metres=400), JOG] * 4))
    marks = [replace(mark, start_s=mark.start_s + 2.0, end_s=mark.end_s - 2.0) for mark in annotate_backward(made)]
    exactly = Settings(label=LabelParameters(keep_edges=True))
    analysis = analyze(replace(made.activity, laps=()), marks, exactly)
    (one,) = intervals_of(analysis, exact=True).sets
    assert [(rep.start_s, rep.end_s) for rep in one.reps] == [(mark.start_s, mark.end_s) for mark in marks]
    (other,) = intervals_of(analysis).sets
    assert [(rep.start_s, rep.end_s) for rep in other.reps] != [(mark.start_s, mark.end_s) for mark in marks]


def test_a_guided_workout_says_which_side_is_work() -> None:
    """Technique at a crawl between faster runs: by pace the runs would be the reps."""
    crawl, run = forward(seconds=60, effort=0.75), forward(seconds=90, effort=1.15)
    made = simulate_session(plan([crawl, run] * 4))
    edges = made.truth.edges_s.tolist()
    roles = ["warmup", *["interval", "recovery"] * 4, "cooldown"]
    laps = tuple(
        Lap(start, end, "time", intensity=role, step_index=at)
        for at, (start, end, role) in enumerate(zip(edges[:-1], edges[1:], roles, strict=True))
    )
    steps = tuple(WorkoutStep(at, intensity=role) for at, role in enumerate(roles))
    found = intervals_of(analyze(replace(made.activity, laps=laps, workout_steps=steps)))
    assert lines(found) == ["4 × 1:00 forward, r 1:30 jog"]
    bare = tuple(replace(lap, intensity="") for lap in laps)
    told = intervals_of(analyze(replace(made.activity, laps=bare, workout_steps=steps)))
    assert lines(told) == lines(found)
    unled = intervals_of(analyze(replace(made.activity, laps=())))
    (by_pace,) = unled.sets
    assert [rep.seconds for rep in by_pace.reps] == pytest.approx([90.0] * by_pace.count, abs=5.0)


def test_a_short_rep_is_in_its_set_but_stands_for_nothing() -> None:
    some = [backward(metres=800), JOG]
    found = find_intervals(plan(some * 3, [backward(metres=550), JOG], some * 2), watch=Watch(position_error_sd_m=0.5))
    (one,) = found.sets
    assert (one.count, str(one.nominal)) == (6, "800 m")
    assert [rep.nominal is None for rep in one.reps] == [False, False, False, True, False, False]


def test_an_overlooked_turn_is_found_by_the_rhythm_of_the_others() -> None:
    made = simulate_session(plan([backward(metres=60), forward(metres=60)] * 8))
    marks = annotate_backward(made)
    edges = made.truth.edges_s
    # The runner marked the fourth and the fifth as one.
    marks[3:5] = [replace(marks[3], end_s=float(edges[10]))]
    (one,) = intervals_of(analyze(replace(made.activity, laps=()), marks)).sets
    assert (one.kind, one.count) == ("pairs", 8)


def test_a_session_all_backward_is_told_by_pace() -> None:
    hard, easy = backward(metres=400, effort=1.1), PlannedStretch("backward", "walk", 90)
    found = find_intervals([backward(seconds=300, effort=0.85), *[hard, easy] * 5, backward(seconds=200, effort=0.85)])
    assert [(one.kind, one.count) for one in found.sets] == [("reps", 5)]
    assert found.sets[0].reps[0].recovery is not None
    assert found.sets[0].reps[0].recovery.kind == "backward walk"
