"""Fit of a plan to an activity: align the steps, test whether the plan fits, and refine the edges of the steps."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import Plan, StepResult, Workout, complete_plan, iter_steps
from retropace.annotations.workout_fit.acceptance import MIN_DISTINCTNESS, AcceptanceTest
from retropace.annotations.workout_fit.activity_grid import ActivityGrid, build_activity_grid
from retropace.annotations.workout_fit.alignment import AlignedStep, Alignment, align_plan, compute_step_levels
from retropace.annotations.workout_fit.cost_model import StepModel, compute_length_deviation_sd, compute_step_cost
from retropace.annotations.workout_fit.precheck import precheck
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.grade import LOG_SPEED_PER_GRADE, mean_grade
from retropace.core.spans import FloatArray, Spans, union
from retropace.segmentation.signals import StandardizedSignals, standardize_signals

STOP_TOLERANCE_S = 8.0
"""Most seconds by which the start or end of a rest may move to the moment when the runner stopped or started."""
ACTIVITY_END_TOLERANCE_S = 15.0
"""Most seconds by which the first step's start, and the last step's end, may move to that of the activity."""
MAX_SHIFT_S = 8.0
"""Most seconds by which an edge may move, besides the width of one cell of the alignment."""
LENGTH_STRICTNESS = 1.6
"""Divisor of the standard deviation of a step's length while edges are refined, as the step is known to be there."""
GRADE_WINDOW_S = 80.0
"""Seconds, centred, over which the grade that adjusts pace is measured; over less, errors of altitude weigh more."""
LEVEL_WINDOW_S = 40.0
"""Longest part (s) of a warm-up or cool-down, beside its inner edge, from which its pace and cadence are taken."""


def fit_workout(plan: Plan, cleaned: CleanedActivity, edges_s: FloatArray) -> Workout:
    """Fit a plan to an activity with change points ``edges_s``; one that does not fit gets a rejection reason."""
    signals = _standardize_flat_signals(cleaned)
    reason, completed = precheck(plan, cleaned), complete_plan(plan)
    alignment = None if reason else align_plan(completed, cleaned, signals, edges_s)
    if alignment is None or not alignment.steps:
        return Workout(plan, (), 0, 0, reason or "no way was found to lay its steps along the activity")
    grid = build_activity_grid(cleaned, signals, edges_s, len(signals) + 1)
    levels = compute_step_levels(alignment, grid)
    test = AcceptanceTest(plan, alignment.steps, levels, grid, edges_s)
    distinctness = [test.compute_distinctness(number) for number in range(len(alignment.steps))]
    results = _build_step_results(alignment.steps, distinctness, grid)
    reason = test.find_rejection_reason(results, distinctness, alignment.missing_count)
    if not reason:
        halts, elapsed_s = union(np.concatenate((cleaned.pauses, cleaned.standing))), float(grid.edge_s[-1])
        steps = _snap_rests(_refine_edges(alignment, levels, grid), halts)
        if steps[0].start_s <= ACTIVITY_END_TOLERANCE_S:
            steps[0] = replace(steps[0], start_s=0.0)
        if steps[-1].end_s >= elapsed_s - ACTIVITY_END_TOLERANCE_S:
            steps[-1] = replace(steps[-1], end_s=elapsed_s)
        results = _build_step_results(steps, distinctness, grid)
    # The plan as given counts its own steps alone.
    said = {number: index for index, number in enumerate(_find_said_indices(completed))}
    results = tuple(
        replace(result, plan_index=said[result.plan_index]) for result in results if result.plan_index in said
    )
    return Workout(plan, results, alignment.missing_count, alignment.extra_count, reason)


def _find_said_indices(plan: Plan) -> list[int]:
    return [number for number, step in enumerate(iter_steps(plan.items)) if not step.is_unsaid]


def _standardize_flat_signals(cleaned: CleanedActivity) -> StandardizedSignals:
    """Return standardised pace and cadence, the pace as the same effort would give it on the flat."""
    ends_s = np.clip([cleaned.t_s - GRADE_WINDOW_S / 2.0, cleaned.t_s + GRADE_WINDOW_S / 2.0], 0.0, cleaned.elapsed_s)
    flat_speed_mps = cleaned.speed_mps * np.exp(LOG_SPEED_PER_GRADE * mean_grade(cleaned, *ends_s))
    return standardize_signals(replace(cleaned, speed_mps=flat_speed_mps))


def _refine_edges(alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid) -> list[AlignedStep]:
    """Return the aligned steps with each edge moved to its best whole second; ``grid`` has cells of one second."""
    steps = alignment.steps
    edges = sorted({edge for aligned in steps for edge in (aligned.start_s, aligned.end_s)})
    windows = [_find_search_window(number, edges, alignment.cell_s, grid) for number in range(len(edges))]
    step_from = {aligned.start_s: (number, aligned) for number, aligned in enumerate(steps)}
    best_cost = np.zeros(len(windows[0]))
    best_starts: list[NDArray[np.intp]] = []
    for edge, pair in zip(edges[:-1], pairwise(windows), strict=True):
        starts, ends = np.meshgrid(*pair, indexing="ij")
        cost = np.zeros(starts.shape)
        if edge in step_from:
            number, aligned = step_from[edge]
            level = _find_level(number, alignment, levels, grid)
            model = StepModel(aligned.step, aligned.is_outer, level, length_strictness=LENGTH_STRICTNESS)
            cost = compute_step_cost(model, grid, starts, np.maximum(ends, starts + 1))
        total = np.where(starts < ends, best_cost[:, None] + cost, np.inf)
        best_starts.append(np.argmin(total, axis=0))
        best_cost = np.min(total, axis=0)
    # The best edges follow from the last to the first.
    choice = int(np.argmin(best_cost))
    if not np.isfinite(best_cost[choice]):
        return list(steps)
    moved = {edges[-1]: float(windows[-1][choice])}
    for edge, window, starts in zip(edges[-2::-1], windows[-2::-1], best_starts[::-1], strict=True):
        choice = int(starts[choice])
        moved[edge] = float(window[choice])
    return [replace(aligned, start_s=moved[aligned.start_s], end_s=moved[aligned.end_s]) for aligned in steps]


def _find_search_window(index: int, edges: list[float], cell_s: float, grid: ActivityGrid) -> NDArray[np.intp]:
    """Return the seconds at which an edge may lie, up to half-way to the edges beside it; the activity's ends stay."""
    edge, last = edges[index], len(grid)
    low = high = edge
    if 0.0 < edge < grid.edge_s[-1]:
        reach_s = MAX_SHIFT_S + cell_s
        low = edge - reach_s if index == 0 else max(edge - reach_s, (edges[index - 1] + edge) / 2.0)
        high = edge + reach_s if index == len(edges) - 1 else min(edge + reach_s, (edges[index + 1] + edge) / 2.0)
    seconds = np.arange(int(np.ceil(max(low, 0.0))), min(int(np.floor(high)), last) + 1, dtype=np.intp)
    return seconds if len(seconds) else np.array([min(round(edge), last)], dtype=np.intp)


def _find_level(
    number: int, alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid
) -> FloatArray | None:
    """Return a step's median pace and cadence, if known; for a warm-up or cool-down, of the part near its neighbour."""
    aligned, is_first, is_last = alignment.steps[number], number == 0, number == len(alignment.steps) - 1
    level = levels.get(aligned.plan_index)
    if not aligned.is_outer or aligned.step.direction != "forward" or not (is_first or is_last):
        return level
    margin_s = min(MAX_SHIFT_S, aligned.duration_s / 4.0)
    start_s, end_s = aligned.start_s + margin_s, aligned.end_s - margin_s
    if is_first:
        rows = grid.moving_rows(max(int(end_s - LEVEL_WINDOW_S), int(aligned.start_s)), int(end_s))
    else:
        rows = grid.moving_rows(int(start_s), min(int(start_s + LEVEL_WINDOW_S), int(aligned.end_s)))
    return grid.signals.median_level(rows) if len(rows) >= 5 else level


def _snap_rests(steps: list[AlignedStep], halts: Spans) -> list[AlignedStep]:
    moved = list(steps)
    for number, aligned in enumerate(moved):
        if not (aligned.step.direction == "rest" or aligned.step.is_unsaid) or len(halts) == 0:
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
