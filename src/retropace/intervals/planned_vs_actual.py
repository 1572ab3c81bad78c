"""Comparison of a workout plan with what was carried out, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from retropace.annotations.model.plan import Item, PlanStep, iter_steps
from retropace.annotations.model.workout import StepResult, Workout
from retropace.core.cleaned_activity import CleanedActivity

MIN_DONE_RATIO = 0.95
"""Ratio of actual to planned length; a step with a lower one has the status ``short``."""
MAX_DONE_RATIO = 1.05
"""Ratio of actual to planned length; a step with a higher one has the status ``long``."""
OUTER_STEP_TOLERANCE = 0.2
"""Relative deviation from the planned length up to which the first and last step count as done, as warm-up and
cool-down end less exactly."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """A planned step with what was carried out, or a step that was carried out without being planned."""

    step: PlanStep
    status: str
    """Status of the step: ``done``, ``short``, ``long``, ``missed`` or ``extra`` (not in the plan)."""
    result: StepResult | None
    """What was carried out of the step; None for a missed step."""


def compare_plan_with_results(workout: Workout, cleaned: CleanedActivity) -> tuple[StepOutcome, ...]:
    """Return every planned step with its result, and the extra steps, in order; empty if the plan does not fit.

    Distances are measured on ``cleaned``, which may differ from the activity that the workout was fitted to.
    """
    if not workout.fits:
        return ()
    plan_indices = {id(step): plan_index for plan_index, step in enumerate(iter_steps(workout.plan.items))}
    planned = [(step, plan_indices[id(step)]) for step in _expand_repeats(workout.plan.items)]
    results = [_measure_step(result, cleaned) for result in workout.steps]
    remaining = [plan_index for _, plan_index in planned]
    outcomes: list[StepOutcome] = []
    position = 0
    for number, (step, plan_index) in enumerate(planned):
        # A result that no remaining planned step expects is extra.
        while (
            position < len(results)
            and results[position].plan_index != plan_index
            and results[position].plan_index not in remaining[number:]
        ):
            outcomes.append(StepOutcome(results[position].step, "extra", results[position]))
            position += 1
        if position < len(results) and results[position].plan_index == plan_index:
            is_outer = number in (0, len(planned) - 1)
            outcomes.append(StepOutcome(step, _classify_step(results[position], is_outer=is_outer), results[position]))
            position += 1
        else:
            outcomes.append(StepOutcome(step, "missed", None))
    outcomes += [StepOutcome(result.step, "extra", result) for result in results[position:]]
    return tuple(outcomes)


def _measure_step(result: StepResult, cleaned: CleanedActivity) -> StepResult:
    """Return the result of a step with its distance, if planned in metres, measured on ``cleaned``."""
    if result.step.metres is None:
        return result
    metres = cleaned.gain("distance_m", result.start_s, result.end_s)
    return replace(result, actual=metres, ratio=metres / result.step.metres)


def _expand_repeats(items: tuple[Item, ...]) -> Iterator[PlanStep]:
    """Yield the steps of a plan in order of execution, those in a repeat as often as planned."""
    for item in items:
        if isinstance(item, PlanStep):
            yield item
        else:
            for _ in range(item.count):
                yield from _expand_repeats(item.body)


def _classify_step(result: StepResult, *, is_outer: bool) -> str:
    """Return the status of an executed step by its length: ``done``, ``short`` or ``long``."""
    if not np.isfinite(result.ratio):
        return "done"
    min_ratio, max_ratio = MIN_DONE_RATIO, MAX_DONE_RATIO
    if is_outer:
        min_ratio, max_ratio = 1.0 - OUTER_STEP_TOLERANCE, 1.0 + OUTER_STEP_TOLERANCE
    return "short" if result.ratio < min_ratio else "long" if result.ratio > max_ratio else "done"
