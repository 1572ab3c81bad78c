"""Fit of a plan to an activity: align the steps, test whether the plan fits, and refine the edges of the steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from retropace.annotations.model.plan import Plan
from retropace.annotations.model.workout import StepResult, Workout
from retropace.annotations.workout_fit.acceptance import MIN_DISTINCTNESS, AcceptanceTest, precheck
from retropace.annotations.workout_fit.activity_grid import ActivityGrid, build_activity_grid
from retropace.annotations.workout_fit.alignment import AlignedStep, align_plan, compute_step_levels
from retropace.annotations.workout_fit.cost_model import compute_length_deviation_sd
from retropace.annotations.workout_fit.refine_edges import refine_edges
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, Spans, union
from retropace.segmentation.signals import StandardizedSignals

STOP_TOLERANCE_S = 8.0
"""Most seconds by which the start or end of a rest may move to the moment when the runner stopped or started."""
ACTIVITY_END_TOLERANCE_S = 15.0
"""Most seconds by which the first step's start, and the last step's end, may move to that of the activity."""


def fit_workout(plan: Plan, cleaned: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray) -> Workout:
    """Fit a plan to an activity with change points ``edges_s``; one that does not fit gets a rejection reason."""
    reason = precheck(plan, cleaned)
    alignment = None if reason else align_plan(plan, cleaned, signals, edges_s)
    if alignment is None or not alignment.steps:
        return Workout(plan, (), 0, 0, reason or "no way was found to lay its steps along the activity")
    grid = build_activity_grid(cleaned, signals, edges_s, len(signals) + 1)
    levels = compute_step_levels(alignment, grid)
    test = AcceptanceTest(plan, alignment.steps, levels, grid, edges_s)
    distinctness = [test.compute_distinctness(number) for number in range(len(alignment.steps))]
    results = _build_step_results(alignment.steps, distinctness, grid)
    reason = test.find_rejection_reason(results, distinctness)
    if not reason:
        halts, elapsed_s = union(np.concatenate((cleaned.pauses, cleaned.standing))), float(grid.edge_s[-1])
        steps = _snap_rests(refine_edges(alignment, levels, grid), halts)
        if steps[0].start_s <= ACTIVITY_END_TOLERANCE_S:
            steps[0] = replace(steps[0], start_s=0.0)
        if steps[-1].end_s >= elapsed_s - ACTIVITY_END_TOLERANCE_S:
            steps[-1] = replace(steps[-1], end_s=elapsed_s)
        results = _build_step_results(steps, distinctness, grid)
    return Workout(plan, results, alignment.missing_count, alignment.extra_count, reason)


def _snap_rests(steps: list[AlignedStep], halts: Spans) -> list[AlignedStep]:
    moved = list(steps)
    for number, aligned in enumerate(moved):
        if aligned.step.direction != "rest" or len(halts) == 0:
            continue
        edges_s = np.array([aligned.start_s, aligned.end_s])
        nearest_s = halts[np.abs(halts - edges_s).argmin(axis=0), [0, 1]]
        start_s, end_s = np.where(np.abs(nearest_s - edges_s) <= STOP_TOLERANCE_S, nearest_s, edges_s).tolist()
        before = moved[number - 1] if number > 0 else None
        after = moved[number + 1] if number + 1 < len(moved) else None
        if start_s >= end_s or (before and before.start_s >= start_s) or (after and after.end_s <= end_s):
            continue
        if before and before.end_s == aligned.start_s:
            moved[number - 1] = replace(before, end_s=start_s)
        if after and after.start_s == aligned.end_s:
            moved[number + 1] = replace(after, start_s=end_s)
        moved[number] = replace(aligned, start_s=start_s, end_s=end_s)
    return moved


def _build_step_results(
    steps: Iterable[AlignedStep], distinctness: list[float], grid: ActivityGrid
) -> tuple[StepResult, ...]:
    results = []
    for aligned, own_distinctness in zip(steps, distinctness, strict=True):
        step = aligned.step
        elapsed_s = grid.edge_s if step.direction == "rest" else grid.timer_s
        curve = elapsed_s if step.metres is None else grid.distance_m
        actual = grid.increment(curve, aligned.start_s, aligned.end_s)
        ratio, fit_score = np.nan, 1.0
        if planned := step.metres or step.seconds:
            ratio = actual / planned
            deviation_sd = compute_length_deviation_sd(step, ratio, aligned.is_outer)
            fit_score = float(np.exp(-0.5 * deviation_sd**2)) * (0.5 if own_distinctness < MIN_DISTINCTNESS else 1.0)
        results.append(StepResult(step, aligned.plan_index, aligned.start_s, aligned.end_s, actual, ratio, fit_score))
    return tuple(results)
