"""Test of whether a planned workout fits an activity; one that does not labels nothing, and the reason is reported.

A plan fits if its steps cover most of the activity, their lengths are about as planned, every backward stretch is
distinct from its neighbours, and nothing outside of them resembles one.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from retropace.annotations.model.plan import Item, Plan, PlanStep, count_steps
from retropace.annotations.model.workout import StepResult
from retropace.annotations.workout_fit.activity_grid import ActivityGrid
from retropace.annotations.workout_fit.alignment import AlignedStep, Alignment
from retropace.annotations.workout_fit.cost_model import compute_length_log_sd
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.core.units import format_duration

MIN_COVERED_SHARE = 0.6
"""Least share of the session that a plan's steps must cover. It is well below 1 because watches are started early and
stopped late."""
MIN_COMPLETED_SHARE = 0.6
"""Least share of the planned steps that must have been carried out. It is below 1 because people cut sessions short."""
MAX_OUTSIDE_CHANGES = 3
"""Smallest number of change points before the first step, or after the last, for which the plan is rejected."""
MAX_LENGTH_RMS_SD = 1.5
"""Largest root mean square of the deviations of step lengths from the plan, in standard deviations of the length; with
more the plan is rejected."""
MAX_LENGTH_OUTLIER_SHARE = 0.15
"""Largest share of steps whose length deviates from the plan by more than three standard deviations; with more the plan
is rejected."""
MIN_DISTINCTNESS = 3.0
"""Least distinctness of a step in nats: the log-likelihood by which pace and cadence in the step fit the step's own
median better than a neighbouring step's. 3 nats are odds of twenty to one."""
MIN_LEVEL_DISTANCE_SD = 0.8
"""Least distance between the median pace and cadence of a step and of its neighbour, in standard deviations of the
noise. Steps closer than that count as indistinct: long stretches differ reliably by less without any intention."""
MIN_DISTINCT_BACKWARD_SHARE = 0.7
"""Least share of the backward steps whose distinctness must exceed ``MIN_DISTINCTNESS``."""
MIN_DISTINCT_SHARE = 0.5
"""Least share of all steps whose distinctness must exceed ``MIN_DISTINCTNESS``."""
MAX_REST_SPEED_MPS = 0.4
"""Highest mean speed (m/s) at which a rest without much standing still counts as a rest, in which the runner paces
about. Walking, even backward, is at least 0.5 m/s."""
MIN_STANDING_SHARE = 0.4
"""Least share of a rest spent standing or paused; with less, it counts as a rest only if mean speed is at most
``MAX_REST_SPEED_MPS``."""
MAX_GAP_MOVING_SHARE = 0.05
"""A plan is rejected if the runner moves for more than this share of the session, plus 15 s, between its steps."""
MIN_EXPLAINED_SHARE = 0.5
"""Smallest fraction of the variation in pace and cadence that the steps must explain
(:func:`_compute_explained_share`); with less the plan is rejected."""
MAX_LOOKALIKE_COST_PER_S = 0.3
"""Largest cost per second, in nats, at which a stretch still resembles a step: a deviation of one to two standard
deviations."""
LOOKALIKE_LENGTH_RANGE = (0.6, 1.6)
"""Durations of a stretch that resembles a backward step, as multiples of that step's median duration: shortest and
longest."""


def precheck(plan: Plan, cleaned: CleanedActivity) -> str:
    """Return why a plan cannot fit, judged by its total time, distance and number of steps; empty if it may fit."""
    planned_s, planned_m = _sum_planned(plan.items)
    total_m = float(cleaned.curves["distance_m"][-1])
    if planned_s > 1.6 * cleaned.elapsed_s + 60.0:
        total = format_duration(cleaned.elapsed_s)
        return f"its timed steps alone take {format_duration(planned_s)}, the activity lasts {total}"
    if cleaned.distance_source == "none" and planned_m > 0.0:
        return "it has steps by distance, and the recording holds none"
    if planned_m > 1.6 * total_m + 100.0:
        return f"its steps by distance alone are {planned_m:.0f} m, the activity is {total_m:.0f} m long"
    if count_steps(plan.items) * 3.0 > cleaned.elapsed_s:
        return f"it has {count_steps(plan.items)} steps, the activity lasts {format_duration(cleaned.elapsed_s)}"
    return ""


def _sum_planned(items: tuple[Item, ...]) -> tuple[float, float]:
    """Return the total seconds of all timed steps and the total metres of all steps by distance, with all repeats."""
    seconds = metres = 0.0
    for item in items:
        if isinstance(item, PlanStep):
            seconds, metres = seconds + (item.seconds or 0.0), metres + (item.metres or 0.0)
        else:
            body_totals = _sum_planned(item.body)
            seconds, metres = seconds + item.count * body_totals[0], metres + item.count * body_totals[1]
    return seconds, metres


def compute_distinctness(number: int, alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid) -> float:
    """Compute by how many nats pace and cadence in a step fit its own median better than its neighbours' medians.

    Returns the smaller value of the two neighbours; infinity for a rest that was spent standing, 0 for one that was
    not; NaN if the step has no known median pace and cadence or no neighbour.
    """
    aligned = alignment.steps[number]
    rows = _find_step_rows(aligned)
    is_moving = grid.is_moving[rows]
    if aligned.step.label.direction == "rest":
        metres = float(np.diff(np.interp([aligned.start_s, aligned.end_s], grid.edge_s, grid.distance_m))[0])
        is_standing = 1.0 - float(np.mean(is_moving)) >= MIN_STANDING_SHARE if len(is_moving) else True
        return (
            np.inf if is_standing or metres / max(aligned.end_s - aligned.start_s, 1.0) <= MAX_REST_SPEED_MPS else 0.0
        )
    neighbours = [alignment.steps[index] for index in (number - 1, number + 1) if 0 <= index < len(alignment.steps)]
    neighbours = [neighbour for neighbour in neighbours if neighbour.plan_index != aligned.plan_index]
    if aligned.plan_index not in levels or not neighbours:
        return np.nan
    squared_distances = [
        float(np.nansum((levels[neighbour.plan_index] - levels[aligned.plan_index]) ** 2))
        for neighbour in neighbours
        if neighbour.plan_index in levels
    ]
    if squared_distances and min(squared_distances) < MIN_LEVEL_DISTANCE_SD**2:
        return 0.0
    own_cost = grid.signals.select(rows).cost_to_level(levels[aligned.plan_index])[is_moving]
    differences = [
        float((grid.signals.select(rows).cost_to_level(levels[neighbour.plan_index])[is_moving] - own_cost).sum())
        for neighbour in neighbours
        if neighbour.plan_index in levels and neighbour.step.label.direction != "rest"
    ]
    return min(differences) if differences else np.inf


def find_rejection_reason(
    plan: Plan,
    alignment: Alignment,
    results: tuple[StepResult, ...],
    distinctness: list[float],
    levels: dict[int, FloatArray],
    grid: ActivityGrid,
    edges_s: FloatArray,
) -> str:
    """Return the first reason why a plan does not fit the activity; empty if it fits.

    ``distinctness`` holds a value for each aligned step, in nats, NaN where undetermined.
    """
    planned_count = count_steps(plan.items)
    if len(alignment.steps) < MIN_COMPLETED_SHARE * planned_count:
        return f"only {len(alignment.steps)} of its {planned_count} steps would have been done"
    covered_s = sum(aligned.end_s - aligned.start_s for aligned in alignment.steps)
    total_s = float(grid.edge_s[-1])
    if covered_s < MIN_COVERED_SHARE * total_s:
        return f"it explains only {format_duration(covered_s)} of {format_duration(total_s)}"
    if reason := _check_lengths(alignment, results):
        return reason
    rests = [
        value
        for value, aligned in zip(distinctness, alignment.steps, strict=True)
        if aligned.step.label.direction == "rest"
    ]
    if sum(value == 0.0 for value in rests) > 0.5 * len(rests):
        return "nobody rested where its rests would have to be: if you walked or jogged there, say so"
    if reason := _check_gait(alignment, grid) or _check_distinctness(alignment, distinctness):
        return reason
    window = slice(int(alignment.steps[0].start_s), int(np.ceil(alignment.steps[-1].end_s)))
    share = _compute_explained_share(alignment, levels, grid, edges_s, window)
    if share < MIN_EXPLAINED_SHARE:
        return f"its steps explain {100.0 * max(share, 0.0):.0f} % of the changes of pace and cadence in the activity"
    return _check_outside(alignment, grid, edges_s) or _find_lookalike(alignment, levels, grid, edges_s)


def _check_lengths(alignment: Alignment, results: tuple[StepResult, ...]) -> str:
    """Return a reason if the lengths of the steps deviate too much from the plan; empty if they do not."""
    measured = [
        (np.log(max(result.ratio, 1e-3)) / compute_length_log_sd(result.step, is_outer=aligned.is_outer), result)
        for result, aligned in zip(results, alignment.steps, strict=True)
        if np.isfinite(result.ratio)
    ]
    deviations_sd = [deviation_sd for deviation_sd, _ in measured]
    if not deviations_sd or (
        float(np.sqrt(np.mean(np.square(deviations_sd)))) <= MAX_LENGTH_RMS_SD
        and float(np.mean(np.abs(deviations_sd) > 3.0)) <= MAX_LENGTH_OUTLIER_SHARE
    ):
        return ""
    worst = measured[int(np.argmax(np.abs(deviations_sd)))][1]
    return (
        f'its lengths are not those of the activity: "{worst.step}" would have to be '
        f"{format_duration(worst.start_s)} to {format_duration(worst.end_s)}, "
        f"{100.0 * worst.ratio:.0f} % of what was planned"
    )


def _check_distinctness(alignment: Alignment, distinctness: list[float]) -> str:
    """Return a reason if too few steps differ from their neighbours in pace or cadence; empty otherwise."""
    backward = [
        value
        for value, aligned in zip(distinctness, alignment.steps, strict=True)
        if aligned.step.label.direction == "backward"
    ]
    indistinct = sum(not value > MIN_DISTINCTNESS for value in backward if not np.isnan(value))
    if backward and indistinct > (1.0 - MIN_DISTINCT_BACKWARD_SHARE) * len(backward):
        return (
            f"{indistinct} of its {len(backward)} backward stretches do not stand out by pace or cadence from what is "
            "beside them, where they would have to be"
        )
    known = [value for value in distinctness if not np.isnan(value)]
    if known and sum(value > MIN_DISTINCTNESS for value in known) < MIN_DISTINCT_SHARE * len(known):
        return "pace and cadence do not change where its steps would have to"
    return ""


def _check_gait(alignment: Alignment, grid: ActivityGrid) -> str:
    """Return a reason if most steps planned as walks were run, or most planned as runs were walked; empty otherwise."""
    for gait, other_gait_s, actual_gait in (("walk", grid.running_s, "run"), ("run", grid.walking_s, "walked")):
        planned = [aligned for aligned in alignment.steps if aligned.step.label.gait == gait]
        wrong_count = 0
        for aligned in planned:
            edges_s = np.array([aligned.start_s, aligned.end_s])
            moved_s = float(np.diff(np.interp(edges_s, grid.edge_s, grid.timer_s - grid.standing_s))[0])
            wrong_count += float(np.diff(np.interp(edges_s, grid.edge_s, other_gait_s))[0]) > 0.6 * moved_s
        if wrong_count > 0.5 * len(planned):
            planned_gait = "walked" if gait == "walk" else gait
            return f"{wrong_count} of the {len(planned)} stretches that it says were {planned_gait} were {actual_gait}"
    return ""


def _check_outside(alignment: Alignment, grid: ActivityGrid, edges_s: FloatArray) -> str:
    """Return a reason if the runner moved long between steps, or changed pace before or after them; empty otherwise."""
    moved_s = grid.timer_s - grid.standing_s
    gaps = [
        (before.end_s, after.start_s) for before, after in pairwise(alignment.steps) if before.end_s < after.start_s
    ]
    moving_s = [float(np.diff(np.interp(gap, grid.edge_s, moved_s))[0]) for gap in gaps]
    if sum(moving_s) > MAX_GAP_MOVING_SHARE * float(grid.edge_s[-1]) + 15.0:
        start, end = gaps[int(np.argmax(moving_s))]
        return f"somebody moved on from {format_duration(start)} to {format_duration(end)}, where it has no step"
    for start, end in ((0.0, alignment.steps[0].start_s), (alignment.steps[-1].end_s, float(grid.edge_s[-1]))):
        changes_s = edges_s[(edges_s > start + 5.0) & (edges_s < end - 5.0)]
        if len(changes_s) >= MAX_OUTSIDE_CHANGES and end - start > 0.1 * float(grid.edge_s[-1]):
            span = f"{format_duration(start)} to {format_duration(end)}"
            return f"pace changes {len(changes_s)} times from {span}, where it has no steps"
    return ""


def _compute_explained_share(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, edges_s: FloatArray, window: slice
) -> float:
    """Return the fraction of the variation in pace and cadence between change points that the plan's steps explain.

    With one median for the whole ``window`` (an index range of seconds), pace and cadence cost most; with a median
    between each two change points, least. The fraction says how much of this difference the medians of the steps save.
    It may be negative; it is 1 if pace and cadence hardly vary.
    """
    is_moving = np.zeros(len(grid.is_moving), dtype=bool)
    is_moving[window] = grid.is_moving[window]
    change_point_cost = step_cost = 0.0
    rows = np.flatnonzero(is_moving)
    if len(rows) == 0:
        return 1.0
    all_signals = grid.signals.select(rows)
    single_level_cost = float(all_signals.cost_to_level(all_signals.median_level(slice(None))).sum())
    for start, end in zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True):
        part_rows = np.arange(int(start), min(int(end), len(is_moving)))
        part_rows = part_rows[is_moving[part_rows]]
        if len(part_rows):
            signals = grid.signals.select(part_rows)
            change_point_cost += float(signals.cost_to_level(signals.median_level(slice(None))).sum())
    for aligned in alignment.steps:
        if aligned.plan_index in levels and aligned.step.label.direction != "rest":
            part_rows = np.arange(*_find_step_rows(aligned).indices(len(is_moving)))
            step_cost += float(
                grid.signals.select(part_rows[is_moving[part_rows]]).cost_to_level(levels[aligned.plan_index]).sum()
            )
    # A steady session has nothing to explain; the distinctness of its steps is checked separately.
    explainable = single_level_cost - change_point_cost
    return 1.0 if explainable < 0.02 * len(rows) else (single_level_cost - step_cost) / explainable


def _find_lookalike(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, edges_s: FloatArray
) -> str:
    """Return a reason if a stretch outside the backward steps resembles one, so that reps are missing from the plan."""
    backward = [
        aligned
        for aligned in alignment.steps
        if aligned.step.label.direction == "backward" and aligned.plan_index in levels
    ]
    if not backward:
        return ""
    backward_indices = {aligned.plan_index for aligned in backward}
    typical_s = {
        index: np.median([aligned.end_s - aligned.start_s for aligned in backward if aligned.plan_index == index])
        for index in backward_indices
    }
    step_at = np.full(int(np.ceil(grid.edge_s[-1])) + 1, -1)
    for aligned in alignment.steps:
        step_at[_find_step_rows(aligned)] = aligned.plan_index
    for start, end in zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True):
        rows = np.arange(int(np.ceil(start)), min(int(end), len(grid.is_moving)))
        rows = rows[grid.is_moving[rows]]
        # The first and last stretch of an activity cannot be a rep.
        is_at_end = start <= 0.0 or end >= float(grid.edge_s[-1]) - 1.0
        if len(rows) < 10 or is_at_end or np.any(np.isin(step_at[rows], list(backward_indices))):
            continue
        signals = grid.signals.select(rows)
        current_index = int(step_at[rows[len(rows) // 2]])
        current_cost = float(signals.cost_to_level(levels[current_index]).sum()) if current_index in levels else np.inf
        for index in backward_indices:
            cost = float(signals.cost_to_level(levels[index]).sum())
            is_similar = cost < MAX_LOOKALIKE_COST_PER_S * len(rows) and current_cost - cost > 2.0 * MIN_DISTINCTNESS
            if (
                is_similar
                and LOOKALIKE_LENGTH_RANGE[0] * typical_s[index]
                <= end - start
                <= LOOKALIKE_LENGTH_RANGE[1] * typical_s[index]
            ):
                span = f"{format_duration(start)} to {format_duration(end)}"
                return f"{span} looks like its backward stretches, but it has no step for it"
    return ""


def _find_step_rows(aligned: AlignedStep) -> slice:
    return slice(int(aligned.start_s), int(np.ceil(aligned.end_s)))
