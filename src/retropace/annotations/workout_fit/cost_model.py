"""The cost of taking a stretch of an activity for a step of a plan.

Costs are negative log likelihoods in nats, up to constants. The seconds of a stretch are compared with the level of the
step (in the first round, when no level is known, with the mean of the stretch itself), and its length with the plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import PlanStep
from retropace.annotations.workout_fit.activity_grid import EDGE_MARGIN_S, ActivityGrid
from retropace.core.spans import FloatArray

TIMED_LENGTH_LOG_SD = 0.06
"""The relative standard deviation of the length of a timed step."""
TIMED_LENGTH_SD_S = 3.0
"""The absolute standard deviation of the length of a timed step, in seconds: glances at the wrist."""
DISTANCE_LENGTH_LOG_SD = 0.06
"""The relative standard deviation of the length of a step by distance, as the watch measures it."""
DISTANCE_LENGTH_SD_M = 5.0
"""The absolute standard deviation of the length of a step by distance, in metres."""
REST_LENGTH_LOG_SD = 0.15
"""The relative standard deviation of the length of a rest, which people take less strictly."""
REST_LENGTH_SD_S = 10.0
"""The absolute standard deviation of the length of a rest, in seconds."""
OUTER_LENGTH_LOG_SD = 0.2
"""The relative standard deviation of the length of the first and last step of a session."""
MAX_LENGTH_DEVIATION_SD = 4.0
"""The largest deviation of a step's length from the plan, in its standard deviations."""
HUBER_THRESHOLD_SD = 2.0
"""The deviation in standard deviations from which the cost rises linearly (Huber loss)."""
STAND_COST_PER_S = 0.3
"""The cost of a second of standing in a step that moves, for example at a traffic light."""
REST_MOVING_COST_PER_S = 0.05
"""The cost of a second of moving in a rest, in which people pace about."""
REST_STRIDE_COST_PER_S = 0.6
"""The additional cost of a second at walking speed or more in a rest."""
FREE_SPREAD_WEIGHT = 0.3
"""The weight of the spread of pace and cadence within a warm-up or cool-down."""
FREE_STAND_COST_PER_S = 0.05
"""The cost of a second of standing in a warm-up or cool-down."""
GAIT_MISMATCH_COST_PER_S = 0.3
"""The cost of a second with the cadence of a gait other than the step's."""
FAST_BACKWARD_COST_PER_S = 0.25
"""The cost of a second of a backward step at a speed that is fast for the session."""
PACE_LOG_SD = 0.12
"""The relative standard deviation of the pace of a step whose pace is planned."""
NO_CHANGE_COST = 3.0
"""The cost of a boundary without a change point near it: odds of twenty to one that a step ends with a change."""
MAX_RAMP_S = 5.0
"""The time that a watch takes to show a new pace, in seconds."""
MAX_RAMP_SHARE = 0.25
"""The largest share of a short step that is taken as such a ramp."""
LAP_PRESS_BONUS = 3.0
"""The cost that a boundary at a pressed lap saves."""
MISSING_LAP_PRESS_COST = 15.0
"""The cost of a step "until lap" that ends where no lap was pressed."""


@dataclass(frozen=True, slots=True)
class CandidateSpans:
    """All spans that a step may have, grouped by end, with the cost of each."""

    start_edges: NDArray[np.intp]
    """The start edge of each span."""
    cost: FloatArray
    """The cost of each span in nats."""
    end_edges: NDArray[np.intp]
    """The end edge of each group."""
    offsets: NDArray[np.intp]
    """The index of the first span of each group."""


def find_candidate_spans(
    step: PlanStep, grid: ActivityGrid, *, is_outer: bool, level: FloatArray | None
) -> CandidateSpans:
    """Find the candidate spans of a step.

    ``is_outer`` marks the first and last step of a session; ``level`` is the step's pace and cadence, if known.
    """
    count = len(grid)
    quantity, planned, log_sd = _select_length_axis(step, grid, is_outer=is_outer)
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
    end = np.repeat(ends, sizes)
    is_free = is_outer and step.label.direction == "forward"
    cost = compute_step_cost(step, grid, start, end, level=level, is_outer=is_outer, is_free=is_free)
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
    """Compute the cost of each span from a start edge to an end edge as a step; arrays of one shape.

    A step that ``is_free`` may change its pace within. ``length_strictness`` divides the standard deviation of the
    length.
    """
    quantity, planned, log_sd = _select_length_axis(step, grid, is_outer=is_outer)
    log_sd /= length_strictness
    cost = _compute_emission_cost(step, grid, start, end, level, is_free=is_free)
    if planned is not None:
        cost = cost + _huber(np.log(np.maximum(quantity[end] - quantity[start], 1e-9) / planned) / log_sd)
    if step.speed_mps is not None:
        moved_m = grid.distance_m[end] - grid.distance_m[start]
        speed_mps = moved_m / np.maximum(_compute_moving_time_s(grid, start, end), 1.0)
        cost = cost + _huber(np.log(np.maximum(speed_mps, 0.05) / step.speed_mps) / PACE_LOG_SD)
    cost = cost + NO_CHANGE_COST * ~grid.is_near_change[end]
    if np.any(grid.is_near_lap_press):
        cost = cost - LAP_PRESS_BONUS * grid.is_near_lap_press[end]
        if step.until_lap:
            cost = cost + np.where(grid.is_near_lap_press[end] | (end == len(grid)), 0.0, MISSING_LAP_PRESS_COST)
    return cost


def _huber(deviation_sd: FloatArray) -> FloatArray:
    """Compute the Huber loss of deviations in standard deviations."""
    size = np.abs(deviation_sd)
    return np.where(size <= HUBER_THRESHOLD_SD, 0.5 * size**2, HUBER_THRESHOLD_SD * size - 0.5 * HUBER_THRESHOLD_SD**2)


def _compute_moving_time_s(grid: ActivityGrid, start: NDArray[np.intp], end: NDArray[np.intp]) -> FloatArray:
    """Compute the time moving within each span."""
    moving_s = grid.timer_s - grid.standing_s
    moved_s: FloatArray = moving_s[end] - moving_s[start]
    return moved_s


def compute_length_log_sd(step: PlanStep, *, is_outer: bool) -> float:
    """Compute the standard deviation of the logarithm of a step's length."""
    if step.label.direction == "rest" and step.seconds is not None:
        relative_sd, absolute_sd = REST_LENGTH_LOG_SD, REST_LENGTH_SD_S / step.seconds
    elif step.seconds is not None:
        relative_sd, absolute_sd = TIMED_LENGTH_LOG_SD, TIMED_LENGTH_SD_S / step.seconds
    else:
        relative_sd, absolute_sd = DISTANCE_LENGTH_LOG_SD, DISTANCE_LENGTH_SD_M / (step.metres or 1.0)
    return float(np.hypot(max(relative_sd, OUTER_LENGTH_LOG_SD) if is_outer else relative_sd, min(absolute_sd, 0.25)))


def _select_length_axis(
    step: PlanStep, grid: ActivityGrid, *, is_outer: bool
) -> tuple[FloatArray, float | None, float]:
    """Return the quantity that measures a step, its planned length, and the log standard deviation of that length."""
    log_sd = compute_length_log_sd(step, is_outer=is_outer)
    if step.metres is not None:
        return grid.distance_m, step.metres, log_sd
    if step.seconds is not None:
        # A rest goes on while the watch is paused.
        return (grid.edge_s if step.label.direction == "rest" else grid.timer_s), step.seconds, log_sd
    return grid.edge_s, None, log_sd


def _compute_emission_cost(
    step: PlanStep,
    grid: ActivityGrid,
    start: NDArray[np.intp],
    end: NDArray[np.intp],
    level: FloatArray | None,
    *,
    is_free: bool,
) -> FloatArray:
    """Compute the cost of the seconds of each span, apart from its length and its boundaries."""
    if step.label.direction == "rest":
        moved_s = _compute_moving_time_s(grid, start, end)
        resting: FloatArray = REST_MOVING_COST_PER_S * moved_s + REST_STRIDE_COST_PER_S * (
            grid.striding_s[end] - grid.striding_s[start]
        )
        return resting
    stood_s = grid.standing_s[end] - grid.standing_s[start]
    if is_free:
        spread_cost = grid.robust_spread.deviation_cost(start, end)
        # Change points are a few seconds off: those near an edge are that edge.
        margin_cells = int(np.ceil(EDGE_MARGIN_S / grid.cell_s))
        inner_changes = (
            grid.change_cost[np.maximum(end - margin_cells, 0)]
            - grid.change_cost[np.minimum(start + margin_cells, len(grid))]
        )
        free_cost: FloatArray = (
            FREE_SPREAD_WEIGHT * spread_cost + np.maximum(inner_changes, 0.0) + FREE_STAND_COST_PER_S * stood_s
        )
        return free_cost
    if level is not None:
        cumulative_cost = grid.accumulate(grid.signals.cost_to_level(level) * grid.is_moving)
        spread_cost = cumulative_cost[end] - cumulative_cost[start]
    else:
        # Watches smooth: the ramps at both ends of a step are not part of its spread.
        length_s = grid.edge_s[end] - grid.edge_s[start]
        trim = (np.minimum(MAX_RAMP_S, MAX_RAMP_SHARE * length_s) / grid.cell_s).astype(np.intp)
        spread_cost = grid.spread.deviation_cost(start + trim, end - trim)
    cost: FloatArray
    cost = spread_cost if step.is_recovery else spread_cost + STAND_COST_PER_S * stood_s
    if step.label.direction == "backward":
        cost = cost + FAST_BACKWARD_COST_PER_S * (grid.fast_s[end] - grid.fast_s[start])
    if step.label.gait == "run":
        cost = cost + GAIT_MISMATCH_COST_PER_S * (grid.walking_s[end] - grid.walking_s[start])
    elif step.label.gait == "walk":
        cost = cost + GAIT_MISMATCH_COST_PER_S * (grid.running_s[end] - grid.running_s[start])
    return cost
