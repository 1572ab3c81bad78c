"""The workout that the watch guided the session by, as it was carried out: laps say which step each of them was."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from retropace.annotations.implicit.device_workout import build_plan
from retropace.annotations.model.plan import PlanStep, iter_steps
from retropace.annotations.model.workout import StepResult, Workout
from retropace.annotations.workout_fit.fit import fit_workout
from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.segments import Segments
from retropace.intervals.efforts import compute_timer_s
from retropace.segmentation.signals import standardize_signals


def find_device_workout(cleaned: CleanedActivity, segments: Segments) -> Workout | None:
    """The workout in the file with what was done of it; None if there is none, or none that fits.

    Where no lap says which step it carried out, the workout is laid along the session, cut at its segments.
    """
    if not cleaned.workout_steps:
        return None
    try:
        plan = build_plan(cleaned.workout_steps)
    except AnnotationError:
        return None
    if all(lap.step_index is None for lap in cleaned.laps):
        laid = fit_workout(plan, cleaned, standardize_signals(cleaned), segments.edges_s)
        return laid if laid.fits else None
    # A step's place in the text is its place among those that are no repeats.
    indices = [step.index for step in cleaned.workout_steps if step.duration_kind != "repeat"]
    steps = dict(zip(indices, enumerate(iter_steps(plan.items)), strict=True))
    done = []
    for start_s, end_s, index in _find_step_spans(cleaned):
        if index in steps:
            kind, step = steps[index]
            done.append(_build_step_result(cleaned, step, kind, start_s, end_s))
    return Workout(plan, tuple(done), 0, 0) if done else None


def _find_step_spans(cleaned: CleanedActivity) -> list[tuple[float, float, int]]:
    """Start, end and step of every step carried out; laps that the watch ended within one are parts of it."""
    own = is_autolap(cleaned.laps)
    first = [0, *(at + 1 for at, is_own in enumerate(own[:-1]) if not is_own), len(cleaned.laps)]
    found = []
    for begin, end in pairwise(first):
        index = cleaned.laps[begin].step_index
        if index is not None:
            found.append((cleaned.laps[begin].start_s, min(cleaned.laps[end - 1].end_s, cleaned.elapsed_s), index))
    return found


def _build_step_result(
    cleaned: CleanedActivity, step: PlanStep, plan_index: int, start_s: float, end_s: float
) -> StepResult:
    seconds = compute_timer_s(cleaned, start_s, end_s)
    metres = float(cleaned.increments("distance_m", np.array([start_s, end_s]))[0])
    done = seconds if step.metres is None else metres
    planned = step.metres or step.seconds
    return StepResult(step, plan_index, start_s, end_s, done, np.nan if planned is None else done / planned, 1.0)
