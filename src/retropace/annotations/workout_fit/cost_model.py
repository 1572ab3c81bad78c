"""What it costs to take a stretch of an activity for a step of a plan: too long, too short, or not of one kind.

Costs are negative log likelihoods in nats, up to constants. A second of movement is held against the level of its
kind of step (in the first round, when no level is known, against the mean of the stretch itself).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import PlanStep
from retropace.annotations.workout_fit.activity_grid import EDGE_MARGIN_S, ActivityGrid
from retropace.core.spans import FloatArray

TIMED_LENGTH_LOG_SD, TIMED_LENGTH_SD_S = 0.06, 3.0
"""How far the length of a timed step strays from the plan (standard deviation): glances at the wrist."""
DISTANCE_LENGTH_LOG_SD, DISTANCE_LENGTH_SD_M = 0.06, 5.0
"""The same for distances as the watch counts them, whose model is made for steps forward."""
REST_LENGTH_LOG_SD, REST_LENGTH_SD_S = 0.15, 10.0
"""Rests are taken less strictly."""
OUTER_LENGTH_LOG_SD = 0.2
"""So are the first and last step of a session."""
MAX_LENGTH_DEVIATION_SD = 4.0
"""A step off by more of its standard deviations than this is another step."""
HUBER_THRESHOLD_SD = 2.0
"""From so many standard deviations on the cost rises evenly: once wrong, it matters less by how much."""
STAND_COST_PER_S = 0.3
"""For each second of standing in a step that moves: traffic lights happen."""
REST_MOVING_COST_PER_S, REST_STRIDE_COST_PER_S = 0.05, 0.6
"""For each second of moving in a rest, and for each at walking pace or more: people pace about, but no faster."""
FREE_SPREAD_WEIGHT = 0.3
"""How far wandering counts within a warm-up or cool-down beside that."""
FREE_STAND_COST_PER_S = 0.05
"""For each second of standing there: a traffic light is part of a warm-up, standing about before it is not."""
GAIT_MISMATCH_COST_PER_S = 0.3
"""For each second with the cadence of another gait than the step's."""
FAST_BACKWARD_COST_PER_S = 0.25
"""For each second of a backward step faster than the runner mostly is forward."""
PACE_LOG_SD = 0.12
"""How far a pace strays from the one that was planned."""
NO_CHANGE_COST = 3.0
"""For a boundary without a change point near it: twenty to one that a step ends with a change of pace or cadence."""
MAX_RAMP_S, MAX_RAMP_SHARE = 5.0, 0.25
"""So long getting from one pace to the next takes on a watch, and so much of a short step at most."""
LAP_PRESS_BONUS = 3.0
"""For a boundary at a pressed lap."""
MISSING_LAP_PRESS_COST = 15.0
"""For a step "until lap" that ends where no lap was pressed."""


@dataclass(frozen=True, slots=True)
class CandidateSpans:
    """Every pair of a start and an end that a step may have, by end, and what it costs: columns of one length.

    ``first[e]`` is where the pairs that end at edge ``ends[e]`` begin.
    """

    start_edges: NDArray[np.intp]
    cost: FloatArray
    end_edges: NDArray[np.intp]
    offsets: NDArray[np.intp]


def find_candidate_spans(
    step: PlanStep, grid: ActivityGrid, *, is_outer: bool, level: FloatArray | None
) -> CandidateSpans:
    """The pairs of a step; ``outer`` is the first or last one of a session; ``level`` its kind's, if known."""
    count = len(grid)
    quantity, planned, spread = _select_length_axis(step, grid, is_outer=is_outer)
    ends = np.arange(1, count + 1)
    if planned is None:
        low, high = np.zeros(count, dtype=np.intp), ends - 1
    else:
        reach = MAX_LENGTH_DEVIATION_SD * spread
        low = np.searchsorted(quantity, quantity[ends] - planned * np.exp(reach), side="left")
        high = np.searchsorted(quantity, quantity[ends] - planned * np.exp(-reach), side="right") - 1
        high = np.minimum(high, ends - 1)
    sizes = np.maximum(high - low + 1, 0)
    kept = sizes > 0
    ends, low, sizes = ends[kept], low[kept], sizes[kept]
    first = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
    start = np.arange(int(sizes.sum())) - np.repeat(first - low, sizes)
    end = np.repeat(ends, sizes)
    free = is_outer and step.label.direction == "forward"
    cost = compute_step_cost(step, grid, start, end, level=level, is_outer=is_outer, is_free=free)
    return CandidateSpans(start.astype(np.intp), cost, ends.astype(np.intp), first)


def compute_step_cost(
    step: PlanStep,
    grid: ActivityGrid,
    start: NDArray[np.intp],
    end: NDArray[np.intp],
    *,
    level: FloatArray | None,
    is_outer: bool,
    is_free: bool,
    length_strictness: float = 1.0,
) -> FloatArray:
    """What it costs to take each stretch between a start and an end edge for a step; arrays of one shape.

    ``free`` steps may change their pace within; ``strict`` says how much less than usual lengths may stray.
    """
    quantity, planned, spread = _select_length_axis(step, grid, is_outer=is_outer)
    spread /= length_strictness
    cost = _compute_emission_cost(step, grid, start, end, level, is_free=is_free)
    if planned is not None:
        off = np.abs(np.log(np.maximum(quantity[end] - quantity[start], 1e-9) / planned)) / spread
        cost = cost + np.where(
            off <= HUBER_THRESHOLD_SD, 0.5 * off**2, HUBER_THRESHOLD_SD * off - 0.5 * HUBER_THRESHOLD_SD**2
        )
    if step.speed_mps is not None:
        moved_s = (grid.timer_s - grid.standing_s)[end] - (grid.timer_s - grid.standing_s)[start]
        speed = (grid.distance_m[end] - grid.distance_m[start]) / np.maximum(moved_s, 1.0)
        off = np.abs(np.log(np.maximum(speed, 0.05) / step.speed_mps)) / PACE_LOG_SD
        cost = cost + np.where(
            off <= HUBER_THRESHOLD_SD, 0.5 * off**2, HUBER_THRESHOLD_SD * off - 0.5 * HUBER_THRESHOLD_SD**2
        )
    cost = cost + NO_CHANGE_COST * ~grid.is_near_change[end]
    if np.any(grid.is_near_lap_press):
        cost = cost - LAP_PRESS_BONUS * grid.is_near_lap_press[end]
        if step.until_lap:
            cost = cost + np.where(grid.is_near_lap_press[end] | (end == len(grid)), 0.0, MISSING_LAP_PRESS_COST)
    return cost


def compute_length_log_sd(step: PlanStep, *, is_outer: bool) -> float:
    """The standard deviation of the logarithm of a step's length."""
    if step.label.direction == "rest" and step.seconds is not None:
        share, slack = REST_LENGTH_LOG_SD, REST_LENGTH_SD_S / step.seconds
    elif step.seconds is not None:
        share, slack = TIMED_LENGTH_LOG_SD, TIMED_LENGTH_SD_S / step.seconds
    else:
        share, slack = DISTANCE_LENGTH_LOG_SD, DISTANCE_LENGTH_SD_M / (step.metres or 1.0)
    return float(np.hypot(max(share, OUTER_LENGTH_LOG_SD) if is_outer else share, min(slack, 0.25)))


def _select_length_axis(
    step: PlanStep, grid: ActivityGrid, *, is_outer: bool
) -> tuple[FloatArray, float | None, float]:
    """What a step is measured in, how long it should be, and how far it may stray."""
    spread = compute_length_log_sd(step, is_outer=is_outer)
    if step.metres is not None:
        return grid.distance_m, step.metres, spread
    if step.seconds is not None:
        # A rest goes on while the watch is paused.
        return (grid.edge_s if step.label.direction == "rest" else grid.timer_s), step.seconds, spread
    return grid.edge_s, None, spread


def _compute_emission_cost(
    step: PlanStep,
    grid: ActivityGrid,
    start: NDArray[np.intp],
    end: NDArray[np.intp],
    level: FloatArray | None,
    *,
    is_free: bool,
) -> FloatArray:
    if step.label.direction == "rest":
        moved_s = (grid.timer_s - grid.standing_s)[end] - (grid.timer_s - grid.standing_s)[start]
        resting: FloatArray = REST_MOVING_COST_PER_S * moved_s + REST_STRIDE_COST_PER_S * (
            grid.striding_s[end] - grid.striding_s[start]
        )
        return resting
    stood_s = grid.standing_s[end] - grid.standing_s[start]
    if is_free:
        within = grid.robust_spread.deviation_cost(start, end)
        # Change points are a few seconds off: those near an end are that end.
        near = int(np.ceil(EDGE_MARGIN_S / grid.cell_s))
        inner = grid.change_cost[np.maximum(end - near, 0)] - grid.change_cost[np.minimum(start + near, len(grid))]
        free_cost: FloatArray = FREE_SPREAD_WEIGHT * within + np.maximum(inner, 0.0) + FREE_STAND_COST_PER_S * stood_s
        return free_cost
    if level is not None:
        unlike = grid.accumulate(grid.signals.cost_to_level(level) * grid.is_moving)
        apart2 = unlike[end] - unlike[start]
    else:
        # Watches smooth: the first and last seconds of a step are a ramp, which is no unrest of its own.
        length_s = grid.edge_s[end] - grid.edge_s[start]
        trim = (np.minimum(MAX_RAMP_S, MAX_RAMP_SHARE * length_s) / grid.cell_s).astype(np.intp)
        apart2 = grid.spread.deviation_cost(start + trim, end - trim)
    cost: FloatArray
    cost = apart2 if step.is_recovery else apart2 + STAND_COST_PER_S * stood_s
    if step.label.direction == "backward":
        cost = cost + FAST_BACKWARD_COST_PER_S * (grid.fast_s[end] - grid.fast_s[start])
    if step.label.gait == "run":
        cost = cost + GAIT_MISMATCH_COST_PER_S * (grid.walking_s[end] - grid.walking_s[start])
    elif step.label.gait == "walk":
        cost = cost + GAIT_MISMATCH_COST_PER_S * (grid.running_s[end] - grid.running_s[start])
    return cost
