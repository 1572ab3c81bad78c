"""A plan held against an activity: aligned, polished, judged."""

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
"""A rest begins where the runner comes to a stop within so many seconds."""
ACTIVITY_END_TOLERANCE_S = 15.0
"""Getting going and coming to a stop are part of the first and last step."""


def fit_workout(plan: Plan, track: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray) -> Workout:
    """Lay a plan along a track; ``edges_s`` are its change points, to see what the plan leaves unexplained."""
    reason = precheck(plan, track)
    path = None if reason else align_plan(plan, track, signals, edges_s)
    if path is None or not path.steps:
        return Workout(plan, (), 0, 0, reason or "no way was found to lay its steps along the activity")
    course = build_activity_grid(track, signals, edges_s, len(signals) + 1)
    levels = compute_step_levels(path, course)
    gains = [compute_distinctness(number, path, levels, course) for number in range(len(path.steps))]
    done = tuple(_build_step_result(one, gain, course) for one, gain in zip(path.steps, gains, strict=True))
    reason = find_rejection_reason(plan, path, done, gains, levels, course, edges_s)
    if not reason:
        refined = _refine(path, levels, course, union(np.concatenate((track.pauses, track.standing))))
        done = tuple(_build_step_result(one, gain, course) for one, gain in zip(refined, gains, strict=True))
    return Workout(plan, done, path.missing_count, path.extra_count, reason)


def _refine(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, halts: Spans
) -> tuple[AlignedStep, ...]:
    """The steps with their edges to the second."""
    placed = _snap_rests(refine_edges(alignment, levels, grid, alignment.cell_s), halts)
    if placed[0].start_s <= ACTIVITY_END_TOLERANCE_S:
        placed[0] = replace(placed[0], start_s=0.0)
    if placed[-1].end_s >= grid.edge_s[-1] - ACTIVITY_END_TOLERANCE_S:
        placed[-1] = replace(placed[-1], end_s=float(grid.edge_s[-1]))
    return tuple(placed)


def _snap_rests(steps: list[AlignedStep], halts: Spans) -> list[AlignedStep]:
    """The steps with the edges of rests where the runner really came to a stop and set off again."""
    moved = list(steps)
    for number, one in enumerate(moved):
        if one.step.label.direction != "rest" or len(halts) == 0:
            continue
        stop, go = (
            float(halts[np.abs(halts[:, 0] - one.start_s).argmin(), 0]),
            float(halts[np.abs(halts[:, 1] - one.end_s).argmin(), 1]),
        )
        start_s = stop if abs(stop - one.start_s) <= STOP_TOLERANCE_S else one.start_s
        end_s = go if abs(go - one.end_s) <= STOP_TOLERANCE_S else one.end_s
        before = moved[number - 1] if number > 0 else None
        after = moved[number + 1] if number + 1 < len(moved) else None
        if start_s >= end_s or (before and before.start_s >= start_s) or (after and after.end_s <= end_s):
            continue
        if before and before.end_s == one.start_s:
            moved[number - 1] = replace(before, end_s=start_s)
        if after and after.start_s == one.end_s:
            moved[number + 1] = replace(after, start_s=end_s)
        moved[number] = replace(one, start_s=start_s, end_s=end_s)
    return moved


def _build_step_result(aligned: AlignedStep, distinctness: float, grid: ActivityGrid) -> StepResult:
    at = np.array([aligned.start_s, aligned.end_s])
    step = aligned.step
    elapsed = grid.edge_s if step.label.direction == "rest" else grid.timer_s
    done = float(np.diff(np.interp(at, grid.edge_s, grid.distance_m if step.metres is not None else elapsed))[0])
    planned = step.metres or step.seconds
    if planned is None:
        return StepResult(step, aligned.plan_index, aligned.start_s, aligned.end_s, done, np.nan, 1.0)
    ratio = done / planned
    off = np.log(max(ratio, 1e-3)) / compute_length_log_sd(step, is_outer=aligned.is_outer)
    fit = float(np.exp(-0.5 * off**2)) * (0.5 if distinctness < MIN_DISTINCTNESS else 1.0)
    return StepResult(step, aligned.plan_index, aligned.start_s, aligned.end_s, done, ratio, fit)
