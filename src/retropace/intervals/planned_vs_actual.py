"""Planned against done: each step of a workout with what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from retropace.annotations.model.plan import Item, PlanStep, iter_steps
from retropace.annotations.model.workout import StepResult, Workout
from retropace.core.cleaned_activity import CleanedActivity

MIN_DONE_RATIO, MAX_DONE_RATIO = 0.95, 1.05
"""A step that misses its length by more than a twentieth was cut short or drawn out."""
OUTER_STEP_TOLERANCE = 0.2
"""Warm-ups and cool-downs end when they end: they may be off by so much."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """A planned step, or one done that no plan holds (``extra``)."""

    step: PlanStep
    status: str
    """``done``, ``short``, ``long``, ``missed`` or ``extra``."""
    result: StepResult | None
    """None if it was missed."""


def compare_plan_with_results(workout: Workout, cleaned: CleanedActivity) -> tuple[StepOutcome, ...]:
    """Every planned step in order, those missed and those done beyond the plan among them; empty if nothing fits.

    What was done in metres is what ``track`` counts.
    """
    if not workout.fits:
        return ()
    kinds = {id(step): kind for kind, step in enumerate(iter_steps(workout.plan.items))}
    planned = [(step, kinds[id(step)]) for step in _expand_repeats(workout.plan.items)]
    done = [_measure_step(one, cleaned) for one in workout.steps]
    wanted = [kind for _, kind in planned]
    found: list[StepOutcome] = []
    at = 0
    for number, (step, kind) in enumerate(planned):
        # What was done of a kind that the rest of the plan holds too seldom is beyond it.
        while at < len(done) and done[at].plan_index != kind and done[at].plan_index not in wanted[number:]:
            found.append(StepOutcome(done[at].step, "extra", done[at]))
            at += 1
        if at < len(done) and done[at].plan_index == kind:
            outer = number in (0, len(planned) - 1)
            found.append(StepOutcome(step, _classify_step(done[at], is_outer=outer), done[at]))
            at += 1
        else:
            found.append(StepOutcome(step, "missed", None))
    found += [StepOutcome(one.step, "extra", one) for one in done[at:]]
    return tuple(found)


def _measure_step(step: StepResult, cleaned: CleanedActivity) -> StepResult:
    if step.step.metres is None:
        return step
    metres = float(cleaned.increments("distance_m", np.array([step.start_s, step.end_s]))[0])
    return replace(step, actual=metres, ratio=metres / step.step.metres)


def _expand_repeats(items: tuple[Item, ...]) -> Iterator[PlanStep]:
    for item in items:
        if isinstance(item, PlanStep):
            yield item
        else:
            for _ in range(item.count):
                yield from _expand_repeats(item.body)


def _classify_step(step: StepResult, *, is_outer: bool) -> str:
    if not np.isfinite(step.ratio):
        return "done"
    short, long = (
        (1.0 - OUTER_STEP_TOLERANCE, 1.0 + OUTER_STEP_TOLERANCE) if is_outer else (MIN_DONE_RATIO, MAX_DONE_RATIO)
    )
    return "short" if step.ratio < short else "long" if step.ratio > long else "done"
