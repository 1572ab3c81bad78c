"""Planned against done."""

from dataclasses import replace

import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import parse_sentence
from retropace.core.activity import WorkoutStep
from retropace.intervals import StepOutcome, intervals_of
from retropace.simulate import PlannedStretch, backward, forward
from tests.support.interval_sessions import simulate_session

WARM, COOL, JOG = forward(seconds=480), forward(seconds=300, effort=0.92), forward(seconds=90, effort=0.8)
SENTENCE = "8min forward, 6x(400m backward, 90s jog), 5min forward"


def planned(middle: list[PlannedStretch], sentence: str = SENTENCE) -> tuple[StepOutcome, ...]:
    made = simulate_session([WARM, *middle, COOL])
    return intervals_of(analyze(made.activity, [parse_sentence(sentence)])).step_outcomes


def statuses(steps: tuple[StepOutcome, ...]) -> list[str]:
    return [one.status for one in steps if one.step.label.direction == "backward"]


def test_all_done() -> None:
    steps = planned([backward(metres=400), JOG] * 6)
    assert len(steps) == 14
    assert statuses(steps) == ["done"] * 6


def test_reps_missed_and_beyond() -> None:
    missed = planned([backward(metres=400), JOG] * 5)
    assert statuses(missed) == [*["done"] * 5, "missed"]
    assert [one.result is None for one in missed if one.step.label.direction == "backward"] == [*[False] * 5, True]
    more = planned([backward(metres=400), JOG] * 7)
    assert statuses(more) == [*["done"] * 6, "extra"]
    assert [one.step.label.direction for one in more][-1] == "forward"


def test_short_and_long_ones() -> None:
    some = [backward(metres=400), JOG, backward(metres=350), JOG, backward(metres=400), JOG]
    steps = planned([*some, backward(metres=460), JOG, *[backward(metres=400), JOG] * 2])
    assert statuses(steps) == ["done", "short", "done", "long", "done", "done"]


def test_without_a_workout_and_where_it_does_not_fit_there_is_nothing() -> None:
    made = simulate_session([WARM, *[backward(metres=400), JOG] * 4, COOL])
    assert intervals_of(analyze(made.activity)).step_outcomes == ()
    misfit = intervals_of(analyze(made.activity, [parse_sentence("2x(5km backward, 1min rest)")]))
    assert misfit.step_outcomes == ()
    assert any("does not fit" in one for one in misfit.warnings)


def guided(*, indexed: bool) -> tuple[StepOutcome, ...]:
    """A workout in the file, of which the last repetition was left out and another cut short."""
    made = simulate_session(
        [WARM, backward(metres=400), JOG, backward(metres=300), JOG, backward(metres=400), JOG, COOL]
    )
    steps = (
        WorkoutStep(0, "warm up", duration_kind="time", duration=480.0),
        WorkoutStep(1, "backward", duration_kind="distance", duration=400.0),
        WorkoutStep(2, "jog", duration_kind="time", duration=90.0),
        WorkoutStep(3, duration_kind="repeat", duration=4.0, repeat_from=1),
        WorkoutStep(4, "cool down", duration_kind="time", duration=300.0),
    )
    order = [0, 1, 2, 1, 2, 1, 2, 4]
    laps = tuple(
        replace(lap, trigger="distance", step_index=index if indexed else None)
        for lap, index in zip(made.activity.laps, order, strict=True)
    )
    activity = replace(made.activity, workout_steps=steps, laps=laps if indexed else ())
    return intervals_of(analyze(activity)).step_outcomes


def test_a_guided_workout_is_held_against_its_laps() -> None:
    steps = guided(indexed=True)
    assert [one.status for one in steps] == [
        *("done", "done", "done", "short", "done", "done", "done"),
        *("missed", "missed", "done"),
    ]
    laid = guided(indexed=False)
    assert [one.status for one in laid if one.step.label.direction == "backward"] == ["done", "short", "done", "missed"]


def test_an_autolap_within_a_step_parts_nothing() -> None:
    made = simulate_session([WARM, backward(metres=2500), COOL])
    start, end = (float(edge) for edge in made.truth.edges_s[1:3])
    middle = (start + end) / 2.0
    laps = (
        replace(made.activity.laps[0], step_index=0),
        replace(made.activity.laps[1], end_s=middle, trigger="distance", step_index=1),
        replace(made.activity.laps[1], start_s=middle, step_index=1),
        replace(made.activity.laps[2], step_index=2),
    )
    steps = (
        WorkoutStep(0, "easy", duration_kind="time", duration=480.0),
        WorkoutStep(1, "backward", duration_kind="distance", duration=2500.0),
        WorkoutStep(2, "easy"),
    )
    planned_ = intervals_of(analyze(replace(made.activity, laps=laps, workout_steps=steps))).step_outcomes
    assert [one.status for one in planned_] == ["done"] * 3


@pytest.mark.parametrize("count", [4, 5, 6, 7, 8])
def test_every_step_stands_there_once(count: int) -> None:
    steps = planned([backward(metres=400), JOG] * count)
    done = [one.result for one in steps if one.result is not None]
    assert len({step.start_s for step in done}) == len(done)
    assert sum(one.status != "extra" for one in steps) == 14
