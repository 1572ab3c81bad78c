"""Comparison of a workout, planned by the runner or loaded on the watch, with what was carried out, step by step."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.annotations.implicit.device_workout import build_plan
from retropace.annotations.model.plan import Item, PlanStep, StepResult, Workout, iter_steps
from retropace.annotations.workout_fit.fit import fit_workout
from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.intervals.efforts import compute_timer_s

STEP_TOLERANCE = 0.05
"""Relative deviation from the planned length up to which a step is neither ``short`` nor ``long``."""
OUTER_STEP_TOLERANCE = 0.2
"""Relative deviation up to which the first and last step count as done: warm-up and cool-down end less exactly."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """A planned step with what was carried out, or a step that was carried out without being planned."""

    step: PlanStep
    status: str  # ``done``, ``short``, ``long``, ``missed`` or ``extra`` (not in the plan)
    result: StepResult | None  # what was carried out; None for a missed step


def compare_plan_with_results(workout: Workout, cleaned: CleanedActivity) -> tuple[StepOutcome, ...]:
    """Return planned steps with results on ``cleaned``, and extra steps, in order; empty if the plan does not fit."""
    if not workout.fits:
        return ()
    plan_indices = {id(step): plan_index for plan_index, step in enumerate(iter_steps(workout.plan.items))}
    planned = list(_expand_repeats(workout.plan.items))
    remaining = [plan_indices[id(step)] for step in planned]
    results = deque(workout.steps)
    for index, result in enumerate(results):
        if result.step.metres is not None:
            metres = cleaned.gain("distance_m", result.start_s, result.end_s)
            results[index] = replace(result, actual=metres, ratio=metres / result.step.metres)
    outcomes: list[StepOutcome] = []
    for number, step in enumerate(planned):
        # A result that no remaining planned step expects is extra.
        while results and results[0].plan_index not in remaining[number:]:
            outcomes.append(StepOutcome(results[0].step, "extra", results.popleft()))
        if results and results[0].plan_index == remaining[number]:
            status = _classify_step(results[0], is_outer=number in (0, len(planned) - 1))
            outcomes.append(StepOutcome(step, status, results.popleft()))
        else:
            outcomes.append(StepOutcome(step, "missed", None))
    return (*outcomes, *(StepOutcome(result.step, "extra", result) for result in results))


def _expand_repeats(items: tuple[Item, ...]) -> Iterator[PlanStep]:
    for item in items:
        if isinstance(item, PlanStep):
            yield item
            continue
        for _ in range(item.count):
            yield from _expand_repeats(item.body)


def _classify_step(result: StepResult, *, is_outer: bool) -> str:
    if not np.isfinite(result.ratio):
        return "done"
    tolerance = OUTER_STEP_TOLERANCE if is_outer else STEP_TOLERANCE
    return "short" if result.ratio < 1.0 - tolerance else "long" if result.ratio > 1.0 + tolerance else "done"


def find_device_workout(analysis: Analysis) -> Workout | None:
    """Return the recorded workout with the result of each step; None if there is none that fits the activity."""
    cleaned = analysis.cleaned
    if not cleaned.workout_steps:
        return None
    try:
        plan = build_plan(cleaned.workout_steps)
    except AnnotationError:
        return None
    if all(lap.step_index is None for lap in cleaned.laps):  # then segments have to say which step they were
        workout = fit_workout(plan, cleaned, analysis.segments.edges_s)
        return workout if workout.fits else None
    # The index of a step in the plan counts the steps that are not repeats.
    indices = [step.index for step in cleaned.workout_steps if step.duration_kind != "repeat"]
    steps = dict(zip(indices, enumerate(iter_steps(plan.items)), strict=True))
    results = tuple(
        _build_step_result(cleaned, *steps[index], start_s, end_s)
        for start_s, end_s, index in _find_step_spans(cleaned)
        if index in steps
    )
    return Workout(plan, results, 0, 0) if results else None


def _find_step_spans(cleaned: CleanedActivity) -> list[tuple[float, float, int]]:
    """Return start, end and step index of each executed step; laps that the watch ended within a step are joined."""
    ends = [number + 1 for number, is_automatic in enumerate(is_autolap(cleaned.laps)[:-1]) if not is_automatic]
    spans = []
    for begin, end in pairwise([0, *ends, len(cleaned.laps)]):
        index = cleaned.laps[begin].step_index
        if index is not None:
            spans.append((cleaned.laps[begin].start_s, min(cleaned.laps[end - 1].end_s, cleaned.elapsed_s), index))
    return spans


def _build_step_result(
    cleaned: CleanedActivity, plan_index: int, step: PlanStep, start_s: float, end_s: float
) -> StepResult:
    seconds = compute_timer_s(cleaned, start_s, end_s)
    actual = seconds if step.metres is None else cleaned.gain("distance_m", start_s, end_s)
    planned = step.metres or step.seconds
    return StepResult(step, plan_index, start_s, end_s, actual, np.nan if planned is None else actual / planned, 1.0)
