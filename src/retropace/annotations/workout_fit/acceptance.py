"""Why a plan does not fit an activity: then it labels nothing, and the runner is told the reason.

A plan fits if most of the activity is some step, lengths are about as planned, every backward stretch stands out from
its neighbours, and nothing outside of them looks like another one.
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
"""Share of the session that has to be some step: watches are started early and stopped late, but not for half of it."""
MIN_COMPLETED_SHARE = 0.6
"""Share of the planned steps that has to have been done: people cut a session short, but not by half."""
MAX_OUTSIDE_CHANGES = 3
"""So often pace may change before the first step and after the last."""
MAX_LENGTH_RMS_SD = 1.5
"""How far lengths may stray from the plan, as the root mean square of standard deviations."""
MAX_LENGTH_OUTLIER_SHARE = 0.15
"""Share of the steps that may be off by three standard deviations."""
MIN_DISTINCTNESS = 3.0
"""Nats by which a stretch has to fit its own pace and cadence better than its neighbours': twenty to one."""
MIN_LEVEL_DISTANCE_SD = 0.8
"""Noises that a step has to be apart from its neighbours: long enough, any two stretches differ reliably by less."""
MIN_DISTINCT_BACKWARD_SHARE, MIN_DISTINCT_SHARE = 0.7, 0.5
"""Share of the backward stretches, and of all steps, that have to stand out."""
MAX_REST_SPEED_MPS, MIN_STANDING_SHARE = 0.4, 0.4
"""Somebody who rests stands for much of it, or paces about: slower than anybody walks, even backward (0.5 m/s)."""
MAX_GAP_MOVING_SHARE = 0.05
"""Share of the session that may be movement between steps: pauses are expected there, runs are not."""
MIN_EXPLAINED_SHARE = 0.5
"""Share of what the best change points explain of the session that the steps have to explain."""
MAX_LOOKALIKE_COST_PER_S = 0.3
"""Nats per second up to which a stretch looks like a kind of step: between one and two noises from it."""
LOOKALIKE_LENGTH_RANGE = (0.6, 1.6)
"""How long a stretch outside the backward steps may not be, in lengths of these, while looking like one."""


def precheck(plan: Plan, track: CleanedActivity) -> str:
    """Why a plan cannot fit before trying: it is longer than the activity by far."""
    planned_s, planned_m = _sum_planned(plan.items)
    whole_m = float(track.curves["distance_m"][-1])
    if planned_s > 1.6 * track.elapsed_s + 60.0:
        return f"its timed steps alone take {format_duration(planned_s)}, the activity lasts {format_duration(track.elapsed_s)}"
    if track.distance_source == "none" and planned_m > 0.0:
        return "it has steps by distance, and the recording holds none"
    if planned_m > 1.6 * whole_m + 100.0:
        return f"its steps by distance alone are {planned_m:.0f} m, the activity is {whole_m:.0f} m long"
    if count_steps(plan.items) * 3.0 > track.elapsed_s:
        return f"it has {count_steps(plan.items)} steps, the activity lasts {format_duration(track.elapsed_s)}"
    return ""


def _sum_planned(items: tuple[Item, ...]) -> tuple[float, float]:
    """Seconds and metres of all timed and all measured steps."""
    seconds = metres = 0.0
    for item in items:
        if isinstance(item, PlanStep):
            seconds, metres = seconds + (item.seconds or 0.0), metres + (item.metres or 0.0)
        else:
            once = _sum_planned(item.body)
            seconds, metres = seconds + item.count * once[0], metres + item.count * once[1]
    return seconds, metres


def compute_distinctness(number: int, alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid) -> float:
    """By how many nats a step fits its own level better than those of the steps beside it; NaN if that says nothing."""
    one = alignment.steps[number]
    rows = _step_rows(one)
    moving = grid.is_moving[rows]
    if one.step.label.direction == "rest":
        metres = float(np.diff(np.interp([one.start_s, one.end_s], grid.edge_s, grid.distance_m))[0])
        stands = 1.0 - float(np.mean(moving)) >= MIN_STANDING_SHARE if len(moving) else True
        return np.inf if stands or metres / max(one.end_s - one.start_s, 1.0) <= MAX_REST_SPEED_MPS else 0.0
    beside = [alignment.steps[at] for at in (number - 1, number + 1) if 0 <= at < len(alignment.steps)]
    beside = [other for other in beside if other.plan_index != one.plan_index]
    if one.plan_index not in levels or not beside:
        return np.nan
    apart2 = [
        float(np.nansum((levels[other.plan_index] - levels[one.plan_index]) ** 2))
        for other in beside
        if other.plan_index in levels
    ]
    if apart2 and min(apart2) < MIN_LEVEL_DISTANCE_SD**2:
        return 0.0
    own = grid.signals.select(rows).cost_to_level(levels[one.plan_index])[moving]
    gains = [
        float((grid.signals.select(rows).cost_to_level(levels[other.plan_index])[moving] - own).sum())
        for other in beside
        if other.plan_index in levels and other.step.label.direction != "rest"
    ]
    return min(gains) if gains else np.inf


def find_rejection_reason(
    plan: Plan,
    alignment: Alignment,
    results: tuple[StepResult, ...],
    distinctness: list[float],
    levels: dict[int, FloatArray],
    grid: ActivityGrid,
    edges_s: FloatArray,
) -> str:
    """The first reason why a plan does not fit, in words; empty if it does."""
    first, last = alignment.steps[0], alignment.steps[-1]
    planned = count_steps(plan.items)
    if len(alignment.steps) < MIN_COMPLETED_SHARE * planned:
        return f"only {len(alignment.steps)} of its {planned} steps would have been done"
    covered_s = sum(one.end_s - one.start_s for one in alignment.steps)
    whole_s = float(grid.edge_s[-1])
    if covered_s < MIN_COVERED_SHARE * whole_s:
        return f"it explains only {format_duration(covered_s)} of {format_duration(whole_s)}"
    off = [
        np.log(max(one.ratio, 1e-3)) / compute_length_log_sd(one.step, is_outer=placed.is_outer)
        for one, placed in zip(results, alignment.steps, strict=True)
        if np.isfinite(one.ratio)
    ]
    if off and (
        float(np.sqrt(np.mean(np.square(off)))) > MAX_LENGTH_RMS_SD
        or float(np.mean(np.abs(off) > 3.0)) > MAX_LENGTH_OUTLIER_SHARE
    ):
        worst = results[
            [number for number, one in enumerate(results) if np.isfinite(one.ratio)][int(np.argmax(np.abs(off)))]
        ]
        return (
            f'its lengths are not those of the activity: "{worst.step}" would have to be '
            f"{format_duration(worst.start_s)} to {format_duration(worst.end_s)}, {100.0 * worst.ratio:.0f} % of what was planned"
        )
    backward = [
        gain for gain, one in zip(distinctness, alignment.steps, strict=True) if one.step.label.direction == "backward"
    ]
    rests = [
        gain for gain, one in zip(distinctness, alignment.steps, strict=True) if one.step.label.direction == "rest"
    ]
    if sum(gain == 0.0 for gain in rests) > 0.5 * len(rests):
        return "nobody rested where its rests would have to be: if you walked or jogged there, say so"
    if said := _check_gait(alignment, grid):
        return said
    told = [gain for gain in distinctness if not np.isnan(gain)]
    weak = sum(not gain > MIN_DISTINCTNESS for gain in backward if not np.isnan(gain))
    if backward and weak > (1.0 - MIN_DISTINCT_BACKWARD_SHARE) * len(backward):
        return (
            f"{weak} of its {len(backward)} backward stretches do not stand out by pace or cadence from what is "
            "beside them, where they would have to be"
        )
    if told and sum(gain > MIN_DISTINCTNESS for gain in told) < MIN_DISTINCT_SHARE * len(told):
        return "pace and cadence do not change where its steps would have to"
    lost = _compute_explained_share(
        alignment, levels, grid, edges_s, slice(int(first.start_s), int(np.ceil(last.end_s)))
    )
    if lost < MIN_EXPLAINED_SHARE:
        return f"its steps explain {100.0 * max(lost, 0.0):.0f} % of the changes of pace and cadence in the activity"
    return _check_outside(alignment, grid, edges_s) or _find_lookalike(alignment, levels, grid, edges_s)


def _check_gait(alignment: Alignment, grid: ActivityGrid) -> str:
    """Steps said to be walked that were run, or the other way round, in words."""
    for gait, seconds, other in (("walk", grid.running_s, "run"), ("run", grid.walking_s, "walked")):
        said = [one for one in alignment.steps if one.step.label.gait == gait]
        wrong = 0
        for one in said:
            at = np.array([one.start_s, one.end_s])
            moved_s = float(np.diff(np.interp(at, grid.edge_s, grid.timer_s - grid.standing_s))[0])
            wrong += float(np.diff(np.interp(at, grid.edge_s, seconds))[0]) > 0.6 * moved_s
        if wrong > 0.5 * len(said):
            return (
                f"{wrong} of the {len(said)} stretches that it says were {gait}{'ed' * (gait == 'walk')} were {other}"
            )
    return ""


def _check_outside(alignment: Alignment, grid: ActivityGrid, edges_s: FloatArray) -> str:
    """What goes on between the steps, before and after them, in words: then the plan is not that of this session."""
    moved_s = grid.timer_s - grid.standing_s
    gaps = [(one.end_s, two.start_s) for one, two in pairwise(alignment.steps) if one.end_s < two.start_s]
    moving_s = [float(np.diff(np.interp(gap, grid.edge_s, moved_s))[0]) for gap in gaps]
    if sum(moving_s) > MAX_GAP_MOVING_SHARE * float(grid.edge_s[-1]) + 15.0:
        start, end = gaps[int(np.argmax(moving_s))]
        return f"somebody moved on from {format_duration(start)} to {format_duration(end)}, where it has no step"
    for start, end in ((0.0, alignment.steps[0].start_s), (alignment.steps[-1].end_s, float(grid.edge_s[-1]))):
        inside = edges_s[(edges_s > start + 5.0) & (edges_s < end - 5.0)]
        if len(inside) >= MAX_OUTSIDE_CHANGES and end - start > 0.1 * float(grid.edge_s[-1]):
            return f"pace changes {len(inside)} times from {format_duration(start)} to {format_duration(end)}, where it has no steps"
    return ""


def _compute_explained_share(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, edges_s: FloatArray, window: slice
) -> float:
    """The share of what the best change points explain that the steps explain; 1 if there is nothing to explain."""
    moving = np.zeros(len(grid.is_moving), dtype=bool)
    moving[window] = grid.is_moving[window]
    one, best, own = 0.0, 0.0, 0.0
    rows = np.flatnonzero(moving)
    if len(rows) == 0:
        return 1.0
    whole = grid.signals.select(rows)
    one = float(whole.cost_to_level(whole.median_level(slice(None))).sum())
    for start, end in zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True):
        part = np.arange(int(start), min(int(end), len(moving)))
        part = part[moving[part]]
        if len(part):
            piece = grid.signals.select(part)
            best += float(piece.cost_to_level(piece.median_level(slice(None))).sum())
    for placed in alignment.steps:
        if placed.plan_index in levels and placed.step.label.direction != "rest":
            part = np.arange(*_step_rows(placed).indices(len(moving)))
            own += float(grid.signals.select(part[moving[part]]).cost_to_level(levels[placed.plan_index]).sum())
    # A steady session has nothing to explain: whether its steps stand out was asked before.
    return 1.0 if one - best < 0.02 * len(rows) else (one - own) / (one - best)


def _find_lookalike(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, edges_s: FloatArray
) -> str:
    """What looks like a backward step outside of them all, in words: then reps are missing in the plan."""
    backward = [one for one in alignment.steps if one.step.label.direction == "backward" and one.plan_index in levels]
    if not backward:
        return ""
    kinds = {one.plan_index for one in backward}
    typical_s = {
        kind: np.median([one.end_s - one.start_s for one in backward if one.plan_index == kind]) for kind in kinds
    }
    lengths = grid.edge_s[-1]
    owner = np.full(int(np.ceil(lengths)) + 1, -1)
    for one in alignment.steps:
        owner[_step_rows(one)] = one.plan_index
    for start, end in zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True):
        rows = np.arange(int(np.ceil(start)), min(int(end), len(grid.is_moving)))
        rows = rows[grid.is_moving[rows]]
        # How somebody sets off and comes home is no rep.
        at_the_ends = start <= 0.0 or end >= float(grid.edge_s[-1]) - 1.0
        if len(rows) < 10 or at_the_ends or np.any(np.isin(owner[rows], list(kinds))):
            continue
        piece = grid.signals.select(rows)
        mine = int(owner[rows[len(rows) // 2]])
        own = float(piece.cost_to_level(levels[mine]).sum()) if mine in levels else np.inf
        for kind in kinds:
            alike = float(piece.cost_to_level(levels[kind]).sum())
            near = alike < MAX_LOOKALIKE_COST_PER_S * len(rows) and own - alike > 2.0 * MIN_DISTINCTNESS
            if (
                near
                and LOOKALIKE_LENGTH_RANGE[0] * typical_s[kind]
                <= end - start
                <= LOOKALIKE_LENGTH_RANGE[1] * typical_s[kind]
            ):
                return f"{format_duration(start)} to {format_duration(end)} looks like its backward stretches, but it has no step for it"
    return ""


def _step_rows(aligned: AlignedStep) -> slice:
    return slice(int(aligned.start_s), int(np.ceil(aligned.end_s)))
