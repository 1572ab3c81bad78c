"""Results of the workout that the watch guided, from the workout step that it recorded with each lap."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.annotations.implicit.device_workout import build_plan
from retropace.annotations.model.plan import PlanStep, iter_steps
from retropace.annotations.model.workout import StepResult, Workout
from retropace.annotations.workout_fit.fit import fit_workout
from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.intervals.efforts import compute_timer_s


def find_device_workout(analysis: Analysis) -> Workout | None:
    """Return the recorded workout with the result of each step; None if the recording holds no workout.

    If laps do not say which workout step they were, the workout is aligned with the segments, as one that the runner
    typed. None is also returned if it then does not fit the activity.
    """
    cleaned = analysis.cleaned
    if not cleaned.workout_steps:
        return None
    try:
        plan = build_plan(cleaned.workout_steps)
    except AnnotationError:
        return None
    if all(lap.step_index is None for lap in cleaned.laps):
        workout = fit_workout(plan, cleaned, analysis.signals, analysis.segments.edges_s)
        return workout if workout.fits else None
    # The index of a step in the plan counts the steps that are not repeats.
    indices = [step.index for step in cleaned.workout_steps if step.duration_kind != "repeat"]
    steps = dict(zip(indices, enumerate(iter_steps(plan.items)), strict=True))
    results = []
    for start_s, end_s, index in _find_step_spans(cleaned):
        if index in steps:
            plan_index, step = steps[index]
            results.append(_build_step_result(cleaned, step, plan_index, start_s, end_s))
    return Workout(plan, tuple(results), 0, 0) if results else None


def _find_step_spans(cleaned: CleanedActivity) -> list[tuple[float, float, int]]:
    """Return start, end and step index of each executed step; laps that the watch ended within a step are joined."""
    is_auto = is_autolap(cleaned.laps)
    first_laps = [
        0,
        *(number + 1 for number, is_automatic in enumerate(is_auto[:-1]) if not is_automatic),
        len(cleaned.laps),
    ]
    spans = []
    for begin, end in pairwise(first_laps):
        index = cleaned.laps[begin].step_index
        if index is not None:
            spans.append((cleaned.laps[begin].start_s, min(cleaned.laps[end - 1].end_s, cleaned.elapsed_s), index))
    return spans


def _build_step_result(
    cleaned: CleanedActivity, step: PlanStep, plan_index: int, start_s: float, end_s: float
) -> StepResult:
    seconds = compute_timer_s(cleaned, start_s, end_s)
    metres = cleaned.gain("distance_m", start_s, end_s)
    actual = seconds if step.metres is None else metres
    planned = step.metres or step.seconds
    return StepResult(step, plan_index, start_s, end_s, actual, np.nan if planned is None else actual / planned, 1.0)
