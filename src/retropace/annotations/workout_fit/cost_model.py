"""Cost of assigning a stretch of an activity to a step of a plan: negative log-likelihood in nats, up to constants."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import PlanStep
from retropace.annotations.workout_fit.activity_grid import EDGE_MARGIN_S, ActivityGrid
from retropace.core.spans import FloatArray, cumulate

TIMED_LENGTH_LOG_SD = 0.06
"""Relative standard deviation of the actual duration around the planned one, for a step planned in seconds."""
TIMED_LENGTH_SD_S = 3.0
"""Standard deviation (s), besides the relative one, of the duration of a step planned in seconds."""
DISTANCE_LENGTH_LOG_SD = 0.06
"""Relative standard deviation of the measured distance around the planned one, for a step planned in metres."""
DISTANCE_LENGTH_SD_M = 5.0
"""Standard deviation (m), besides the relative one, of the measured distance of a step planned in metres."""
REST_LENGTH_LOG_SD = 0.15
"""Relative standard deviation of the actual duration of a rest around the planned one."""
REST_LENGTH_SD_S = 10.0
"""Standard deviation (s), besides the relative one, of the duration of a rest."""
OUTER_LENGTH_LOG_SD = 0.2
"""Least relative standard deviation of the actual length of a warm-up or cool-down around the planned one."""
MAX_LENGTH_DEVIATION_SD = 4.0
"""Standard deviations beyond which a stretch's length is too far from the plan for the stretch to be the step."""
HUBER_THRESHOLD_SD = 2.0
"""Deviation, in standard deviations, above which the cost rises linearly instead of quadratically (Huber loss)."""
STAND_COST_PER_S = 0.3
"""Cost (nats) of each second of standing in a step that is run or walked, for example at a traffic light."""
REST_MOVING_COST_PER_S = 0.05
"""Cost (nats) of each second of moving in a rest; it is low because people pace about."""
REST_STRIDE_COST_PER_S = 0.6
"""Additional cost (nats) of each second at walking speed or faster in a rest."""
FREE_SPREAD_WEIGHT = 0.3
"""Factor on the cost of varying pace and cadence within a warm-up or cool-down, where both may drift."""
FREE_STAND_COST_PER_S = 0.05
"""Cost (nats) of each second of standing in a warm-up or cool-down."""
GAIT_MISMATCH_COST_PER_S = 0.3
"""Cost (nats) of each second with a running cadence in a step planned as a walk, or the other way round."""
FAST_BACKWARD_COST_PER_S = 0.25
"""Cost (nats) of each second of a backward step at a speed that is fast for the session."""
PACE_LOG_SD = 0.12
"""Relative standard deviation of the actual pace around the planned one, for a step with a planned pace."""
NO_CHANGE_COST = 3.0
"""Cost (nats) of ending a step where no change point is near: odds of twenty to one that a step ends with a change."""
MAX_RAMP_S = 5.0
"""Seconds left out at each end of a step, where the watch does not show its pace yet."""
MAX_RAMP_SHARE = 0.25
"""Largest share of a step that is left out at each end because the watch does not show its pace yet."""
LAP_PRESS_BONUS = 3.0
"""Cost (nats) that is subtracted if a step ends where the runner pressed the lap button."""
MISSING_LAP_PRESS_COST = 15.0
"""Cost (nats) of ending a step planned as "until lap" where the runner did not press the lap button."""


Edges = NDArray[np.intp]
"""Indices of edges of the grid."""


@dataclass(frozen=True, slots=True)
class StepModel:
    """A step of a plan and what is known of how it was carried out."""

    step: PlanStep
    is_outer: bool  # whether the step is the first or last step of the plan, often a warm-up or cool-down
    level: FloatArray | None  # median pace and cadence; None if unknown
    is_free: bool = False  # whether pace may change within the step, as in a warm-up
    length_strictness: float = 1.0  # divisor of the standard deviation of the step's length


@dataclass(frozen=True, slots=True)
class CandidateSpans:
    """All stretches that a step may occupy, each with its cost (nats). Stretches that end together form a group."""

    start_edges: Edges  # index of the grid edge at which each stretch starts
    cost: FloatArray
    end_edges: Edges  # index of the grid edge at which the stretches of each group end
    offsets: NDArray[np.intp]  # index, in ``start_edges`` and ``cost``, of the first stretch of each group


def find_candidate_spans(model: StepModel, grid: ActivityGrid) -> CandidateSpans:
    """Return all stretches of the activity whose length is close enough to a step's planned length, with costs."""
    count = len(grid)
    quantity, planned, log_sd = _select_length_axis(model, grid)
    ends = np.arange(1, count + 1)
    if planned is None:
        first_start, last_start = np.zeros(count, dtype=np.intp), ends - 1
    else:
        max_log_deviation = MAX_LENGTH_DEVIATION_SD * log_sd
        first_start = np.searchsorted(quantity, quantity[ends] - planned * np.exp(max_log_deviation), side="left")
        last_start = np.searchsorted(quantity, quantity[ends] - planned * np.exp(-max_log_deviation), side="right") - 1
        last_start = np.minimum(last_start, ends - 1)
    sizes = np.maximum(last_start - first_start + 1, 0)
    is_possible = sizes > 0
    ends, first_start, sizes = ends[is_possible], first_start[is_possible], sizes[is_possible]
    first = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
    start = np.arange(int(sizes.sum())) - np.repeat(first - first_start, sizes)
    cost = compute_step_cost(model, grid, start, np.repeat(ends, sizes))
    return CandidateSpans(start.astype(np.intp), cost, ends.astype(np.intp), first)


def compute_step_cost(model: StepModel, grid: ActivityGrid, start: Edges, end: Edges) -> FloatArray:
    """Return the cost (nats) of assigning each stretch from edge ``start`` to edge ``end`` to a step."""
    step = model.step
    quantity, planned, log_sd = _select_length_axis(model, grid)
    cost = _compute_emission_cost(model, grid, start, end)
    if planned is not None:
        cost = cost + _huber(np.log(np.maximum(quantity[end] - quantity[start], 1e-9) / planned) / log_sd)
    if step.speed_mps is not None:
        moved_m = grid.distance_m[end] - grid.distance_m[start]
        speed_mps = moved_m / np.maximum(grid.moved_s[end] - grid.moved_s[start], 1.0)
        cost = cost + _huber(np.log(np.maximum(speed_mps, 0.05) / step.speed_mps) / PACE_LOG_SD)
    cost = cost + NO_CHANGE_COST * ~grid.is_near_change[end]
    if np.any(grid.is_near_lap_press):
        is_pressed = grid.is_near_lap_press[end]
        cost = cost - LAP_PRESS_BONUS * is_pressed
        if step.until_lap:
            cost = cost + MISSING_LAP_PRESS_COST * ~(is_pressed | (end == len(grid)))
    return cost


def _huber(deviation_sd: FloatArray) -> FloatArray:
    """Return the Huber loss (quadratic if small, linear if large) of deviations given in standard deviations."""
    size = np.abs(deviation_sd)
    return np.where(size <= HUBER_THRESHOLD_SD, 0.5 * size**2, HUBER_THRESHOLD_SD * size - 0.5 * HUBER_THRESHOLD_SD**2)


def compute_length_log_sd(step: PlanStep, is_outer: bool) -> float:
    """Return the standard deviation of the logarithm of a step's actual over planned length."""
    if step.seconds is None:
        relative_sd, absolute_sd = DISTANCE_LENGTH_LOG_SD, DISTANCE_LENGTH_SD_M / (step.metres or 1.0)
    elif step.direction == "rest":
        relative_sd, absolute_sd = REST_LENGTH_LOG_SD, REST_LENGTH_SD_S / step.seconds
    else:
        relative_sd, absolute_sd = TIMED_LENGTH_LOG_SD, TIMED_LENGTH_SD_S / step.seconds
    return float(np.hypot(max(relative_sd, OUTER_LENGTH_LOG_SD) if is_outer else relative_sd, min(absolute_sd, 0.25)))


def compute_length_deviation_sd(step: PlanStep, ratio: float, is_outer: bool) -> float:
    """Return how far a ratio of actual to planned length is from 1, in standard deviations of its logarithm."""
    return float(np.log(max(ratio, 1e-3)) / compute_length_log_sd(step, is_outer))


def _select_length_axis(model: StepModel, grid: ActivityGrid) -> tuple[FloatArray, float | None, float]:
    """Return the curve that measures a step, its planned length if any, and the standard deviation of its logarithm."""
    step = model.step
    log_sd = compute_length_log_sd(step, model.is_outer) / model.length_strictness
    if step.metres is not None:
        return grid.distance_m, step.metres, log_sd
    # A rest goes on while the watch is paused.
    is_elapsed = step.seconds is None or step.direction == "rest"
    return grid.edge_s if is_elapsed else grid.timer_s, step.seconds, log_sd


def _compute_emission_cost(model: StepModel, grid: ActivityGrid, start: Edges, end: Edges) -> FloatArray:
    """Return the cost (nats) of pace, cadence and standing within each stretch, without costs of its length and end."""

    def increment(curve: FloatArray) -> FloatArray:
        return np.asarray(curve[end] - curve[start])

    step = model.step
    if step.direction == "rest":
        return REST_MOVING_COST_PER_S * increment(grid.moved_s) + REST_STRIDE_COST_PER_S * increment(grid.striding_s)
    stood_s = increment(grid.standing_s)
    if model.is_free:
        spread_cost = grid.robust_spread.deviation_cost(start, end)
        # Change points are a few seconds off: those near an edge are that edge.
        margin = int(np.ceil(EDGE_MARGIN_S / grid.cell_s))
        first, last = np.minimum(start + margin, len(grid)), np.maximum(end - margin, 0)
        inner_changes = np.maximum(grid.change_cost[last] - grid.change_cost[first], 0.0)
        return FREE_SPREAD_WEIGHT * spread_cost + inner_changes + FREE_STAND_COST_PER_S * stood_s
    if model.level is not None:
        second_cost = grid.signals.cost_to_level(model.level) * grid.is_moving
        spread_cost = increment(cumulate(second_cost)[grid.edge_s.astype(np.intp)])
    else:
        # Watches smooth: the ramps at both ends of a step are not part of its spread.
        trim = (np.minimum(MAX_RAMP_S, MAX_RAMP_SHARE * increment(grid.edge_s)) / grid.cell_s).astype(np.intp)
        spread_cost = grid.spread.deviation_cost(start + trim, end - trim)
    cost = spread_cost if step.is_recovery else spread_cost + STAND_COST_PER_S * stood_s
    if step.direction == "backward":
        cost = cost + FAST_BACKWARD_COST_PER_S * increment(grid.fast_s)
    if step.label.gait:
        mismatch_s = increment(grid.walking_s if step.label.gait == "run" else grid.running_s)
        cost = cost + GAIT_MISMATCH_COST_PER_S * mismatch_s
    return cost
