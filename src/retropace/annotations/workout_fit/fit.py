"""Fit of a plan to an activity: align the steps, test whether the plan fits, and refine the edges of the steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.model.plan import Plan
from retropace.annotations.model.workout import StepResult, Workout
from retropace.annotations.workout_fit.acceptance import (
    MIN_DISTINCTNESS,
    compute_distinctness,
    find_rejection_reason,
    precheck,
)
from retropace.annotations.workout_fit.activity_grid import ActivityGrid, build_activity_grid
from retropace.annotations.workout_fit.alignment import AlignedStep, Alignment, align_plan, compute_step_levels
from retropace.annotations.workout_fit.cost_model import compute_length_log_sd
from retropace.annotations.workout_fit.refine_edges import refine_edges
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, Spans, union
from retropace.segmentation.signals import StandardizedSignals

STOP_TOLERANCE_S = 8.0
"""Seconds by which the edge of a rest may move to where the runner stopped or started."""
ACTIVITY_END_TOLERANCE_S = 15.0
"""Seconds by which the start of the first and the end of the last step may move to the activity's start and end."""


def fit_workout(plan: Plan, cleaned: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray) -> Workout:
    """Fit a plan to an activity whose change points are ``edges_s``, in elapsed seconds, with its start and end.

    A plan that does not fit is returned with its :attr:`~retropace.annotations.model.workout.Workout.rejection_reason`.
    """
    reason = precheck(plan, cleaned)
    alignment = None if reason else align_plan(plan, cleaned, signals, edges_s)
    if alignment is None or not alignment.steps:
        return Workout(plan, (), 0, 0, reason or "no way was found to lay its steps along the activity")
    grid = build_activity_grid(cleaned, signals, edges_s, len(signals) + 1)
    levels = compute_step_levels(alignment, grid)
    distinctness = [compute_distinctness(number, alignment, levels, grid) for number in range(len(alignment.steps))]
    results = tuple(
        _build_step_result(aligned, value, grid) for aligned, value in zip(alignment.steps, distinctness, strict=True)
    )
    reason = find_rejection_reason(plan, alignment, results, distinctness, levels, grid, edges_s)
    if not reason:
        refined = _refine(alignment, levels, grid, union(np.concatenate((cleaned.pauses, cleaned.standing))))
        results = tuple(
            _build_step_result(aligned, value, grid) for aligned, value in zip(refined, distinctness, strict=True)
        )
    return Workout(plan, results, alignment.missing_count, alignment.extra_count, reason)


def _refine(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, halts: Spans
) -> tuple[AlignedStep, ...]:
    steps = _snap_rests(refine_edges(alignment, levels, grid, alignment.cell_s), halts)
    if steps[0].start_s <= ACTIVITY_END_TOLERANCE_S:
        steps[0] = replace(steps[0], start_s=0.0)
    if steps[-1].end_s >= grid.edge_s[-1] - ACTIVITY_END_TOLERANCE_S:
        steps[-1] = replace(steps[-1], end_s=float(grid.edge_s[-1]))
    return tuple(steps)


def _snap_rests(steps: list[AlignedStep], halts: Spans) -> list[AlignedStep]:
    """Return the steps with the edges of rests moved to where the runner stopped and started again."""
    moved = list(steps)
    for number, aligned in enumerate(moved):
        if aligned.step.label.direction != "rest" or len(halts) == 0:
            continue
        stop, start = (
            float(halts[np.abs(halts[:, 0] - aligned.start_s).argmin(), 0]),
            float(halts[np.abs(halts[:, 1] - aligned.end_s).argmin(), 1]),
        )
        start_s = stop if abs(stop - aligned.start_s) <= STOP_TOLERANCE_S else aligned.start_s
        end_s = start if abs(start - aligned.end_s) <= STOP_TOLERANCE_S else aligned.end_s
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


def _build_step_result(aligned: AlignedStep, distinctness: float, grid: ActivityGrid) -> StepResult:
    """Return an executed step with its actual length, the ratio to the planned length, and a score of the fit."""
    edges_s = np.array([aligned.start_s, aligned.end_s])
    step = aligned.step
    elapsed = grid.edge_s if step.label.direction == "rest" else grid.timer_s
    actual = float(np.diff(np.interp(edges_s, grid.edge_s, grid.distance_m if step.metres is not None else elapsed))[0])
    planned = step.metres or step.seconds
    if planned is None:
        return StepResult(step, aligned.plan_index, aligned.start_s, aligned.end_s, actual, np.nan, 1.0)
    ratio = actual / planned
    deviation_sd = np.log(max(ratio, 1e-3)) / compute_length_log_sd(step, is_outer=aligned.is_outer)
    fit_score = float(np.exp(-0.5 * deviation_sd**2)) * (0.5 if distinctness < MIN_DISTINCTNESS else 1.0)
    return StepResult(step, aligned.plan_index, aligned.start_s, aligned.end_s, actual, ratio, fit_score)
