"""Refinement of rep edges to half a second, fitting speed as body and watch smooth it, slower while turning round."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, contains, union
from retropace.intervals.bouts import Bouts, find_manual_lap_times_s, measure_bouts

TURN_DURATION_S = 2.0
"""Time (s) that a runner takes to turn round; assumed, as no published value was found."""
TURN_SPEEDS_MPS = (np.inf, 1.6, 1.2, 0.8, 0.4)
"""Speeds (m/s) during a turn that are tried; infinity means no slowing down."""
BODY_TIME_CONSTANT_S = 2.0
"""Time constant (s) of acceleration in running; 1–1.5 s in sprinting (di Prampero 2005, J Exp Biol 208:2809)."""
STOP_TIME_CONSTANT_S = 0.7
"""Time constant (s) of coming to a stop, which takes one or two strides."""
EDGE_SHIFTS_S = np.arange(-8.0, 8.25, 0.5)
"""The shifts (s) of a rep's edge from its change point that are tried."""
EDGE_PRIOR_SD_S = 4.0
"""Prior standard deviation (s) of a rep's edge around its change point."""
CORRELATION_TIME_S = 4.0
"""Seconds over which deviations of recorded speed from the model stay correlated."""
SHORT_LEVEL_SD_M = 4.0
"""Additional standard deviation of mean speed on one side of an edge: this many metres over the bout's duration."""
MAX_SQUARED_DEVIATION = 9.0
"""Largest squared deviation from the model, in squared standard deviations; larger ones count as this."""
WINDOW_BEFORE_S = 8.0
"""Seconds before an edge whose recorded speed the model is fitted to."""
WINDOW_AFTER_S = 20.0
"""Seconds after an edge whose recorded speed the model is fitted to."""
LEVEL_WINDOW_S = 40.0
"""Longest stretch (s) on each side of an edge from which mean speed there is estimated."""
LEVEL_MARGIN_S = 12.0
"""Seconds on each side of an edge that are left out of mean speed there, as speed still changes."""
MIN_RECORDS = 4
"""Number of records around an edge below which the edge is kept."""
MIN_STANDING_SHARE = 0.8
"""Share of standing beside an edge above which the runner stood; below one minus this the runner moved."""
MIN_LOG_SPEED_CHANGE = 0.15
"""Change of log speed below which an edge between two stretches of one direction is kept."""
MIN_BOUT_S = 3.0
"""Duration (s) of a bout below which the refined edge is rejected."""
MIN_SPEED_CHANGE_MPS = 0.15
"""Change of speed (m/s) below which an edge is kept."""


@dataclass(frozen=True, slots=True)
class SpeedResponse:
    """Parameters of the response of one source of speed: a watch, or distance."""

    smoothing_times_s: tuple[float, ...]  # amounts (s) that are tried: time constants of a watch, or widths of a slope
    step_response: Callable[[FloatArray, float, float], FloatArray]
    """Share of a change that recorded speed shows, by seconds since it, smoothing time and the body's time constant."""
    noise_sd_mps: float  # standard deviation (m/s) of recorded speed around the model
    level_sd_mps: float  # standard deviation (m/s) of the true mean speed beside an edge around the recorded median
    record_lead_s: float  # seconds by which a record's speed is newer than its time stamp, which is cut
    has_unknown_delay: bool  # whether the source shows speed with a constant delay that is not known


def compute_device_step_response(
    since_s: FloatArray, device_time_constant_s: float, body_time_constant_s: float
) -> FloatArray:
    """Return the share of a sudden change that a watch shows after ``since_s``: two exponential lags in series."""
    after = np.maximum(since_s, 0.0)
    body = body_time_constant_s * np.exp(-after / body_time_constant_s)
    device = device_time_constant_s * np.exp(-after / device_time_constant_s)
    return np.where(since_s > 0.0, 1.0 - (body - device) / (body_time_constant_s - device_time_constant_s), 0.0)


def compute_slope_step_response(since_s: FloatArray, width_s: float, body_time_constant_s: float) -> FloatArray:
    """Return the share of a sudden change that the centred slope of distance over ``width_s`` shows by ``since_s``."""

    def integrate(at_s: FloatArray) -> FloatArray:
        after = np.maximum(at_s, 0.0)
        return after - body_time_constant_s * (1.0 - np.exp(-after / body_time_constant_s))

    return (integrate(since_s + width_s / 2.0) - integrate(since_s - width_s / 2.0)) / width_s


DEVICE_RESPONSE = SpeedResponse(
    (1.0, 2.5, 3.5, 4.5, 5.5, 6.5, 8.0, 10.0), compute_device_step_response, 0.04, 0.1, 1.0, has_unknown_delay=True
)
"""How speed that the watch recorded follows a change of pace."""
SLOPE_RESPONSE = SpeedResponse((5.0, 7.0, 9.0, 12.0), compute_slope_step_response, 0.1, 0.15, 0.0, False)
"""How speed follows a change of pace if it is not recorded but computed as the slope of the distance curve."""


@dataclass(frozen=True, slots=True)
class EdgeWindow:
    """Recorded speed around one edge, ``(n,)``, and median speed and duration of the bouts beside it."""

    offset_s: FloatArray  # times of the records relative to the edge, in seconds
    speed_mps: FloatArray
    left_mps: float  # median speed before the edge; 0 if the runner stood
    right_mps: float  # median speed after the edge; 0 if the runner stood
    left_s: float  # duration (s) of the bout before the edge
    right_s: float  # duration (s) of the bout after the edge


def compute_edge_costs(window: EdgeWindow, response: SpeedResponse) -> FloatArray:
    """Return how badly recorded speed fits, in nats, by speed during a turn, smoothing time and shift of the edge."""
    shifts_s = EDGE_SHIFTS_S
    weight = np.clip(np.gradient(window.offset_s) / CORRELATION_TIME_S, 0.1, 1.0)
    costs = np.empty((len(TURN_SPEEDS_MPS), len(response.smoothing_times_s), len(shifts_s)))
    body_s = BODY_TIME_CONSTANT_S if window.right_mps > 0.0 else STOP_TIME_CONSTANT_S
    for smoothing, smoothing_s in enumerate(response.smoothing_times_s):
        since_s = window.offset_s[None, :] - shifts_s[:, None] + response.record_lead_s
        now = response.step_response(since_s, smoothing_s, body_s)
        later = response.step_response(since_s - TURN_DURATION_S, smoothing_s, body_s)
        for turn, turn_mps in enumerate(TURN_SPEEDS_MPS):
            is_slower = turn_mps < window.right_mps
            right_weight = later if is_slower else now
            turn_speed = turn_mps * (now - later) if is_slower else 0.0
            residuals = window.speed_mps - turn_speed - window.left_mps * (1.0 - now) - window.right_mps * right_weight
            residuals = _subtract_levels(residuals, 1.0 - now, right_weight, window, response)
            squared_residuals = np.minimum((residuals / response.noise_sd_mps) ** 2, MAX_SQUARED_DEVIATION)
            costs[turn, smoothing] = 0.5 * squared_residuals @ weight + 0.5 * (shifts_s / EDGE_PRIOR_SD_S) ** 2
    return costs


def _subtract_levels(
    residuals: FloatArray, left: FloatArray, right: FloatArray, window: EdgeWindow, response: SpeedResponse
) -> FloatArray:
    """Return the residuals minus their ridge regression on ``left`` and ``right``, each side's share in a record."""
    left_penalty, right_penalty = (
        (response.noise_sd_mps / (response.level_sd_mps + SHORT_LEVEL_SD_M / side)) ** 2
        for side in (window.left_s, window.right_s)
    )
    left_norm, right_norm = (left * left).sum(axis=1) + left_penalty, (right * right).sum(axis=1) + right_penalty
    overlap = (left * right).sum(axis=1)
    left_projection, right_projection = (left * residuals).sum(axis=1), (right * residuals).sum(axis=1)
    determinant = left_norm * right_norm - overlap**2
    left_shift = (right_norm * left_projection - overlap * right_projection) / determinant
    right_shift = (left_norm * right_projection - overlap * left_projection) / determinant
    corrected: FloatArray = residuals - left_shift[:, None] * left - right_shift[:, None] * right
    return corrected


def refine_rep_edges(cleaned: CleanedActivity, bouts: Bouts, fixed_edges_s: FloatArray | None = None) -> Bouts:
    """Return the bouts with edges, except laps, ``fixed_edges_s`` and those at gaps, moved to the change of pace."""
    if cleaned.speed_source == "none":
        return bouts
    edges = bouts.edges_s
    log_speed_change = np.abs(np.diff(np.where(np.isfinite(bouts.log_speed), bouts.log_speed, -9.0)))
    is_turn = (bouts.direction[1:] != bouts.direction[:-1]) & bouts.moving[1:] & bouts.moving[:-1]
    is_free = (is_turn | (log_speed_change >= MIN_LOG_SPEED_CHANGE)) & (bouts.moving[1:] | bouts.moving[:-1])
    is_free &= ~np.isin(edges[1:-1], find_manual_lap_times_s(cleaned))
    if fixed_edges_s is not None:
        is_free &= ~np.isin(edges[1:-1], fixed_edges_s)
    moved = edges.copy()
    estimates_s = _estimate_edges(cleaned, edges, is_free, is_turn)
    for index, edge in zip((np.flatnonzero(is_free) + 1).tolist(), estimates_s.tolist(), strict=True):
        # An edge stays between its neighbours, of which the left one may have moved.
        if moved[index - 1] + MIN_BOUT_S <= edge <= edges[index + 1] - MIN_BOUT_S:
            moved[index] = edge
    return measure_bouts(cleaned, moved, bouts.direction, bouts.gait, bouts.marked)


def _estimate_edges(
    cleaned: CleanedActivity, edges_s: FloatArray, is_free: NDArray[np.bool_], is_turn: NDArray[np.bool_]
) -> FloatArray:
    """Return the posterior mean time (s) of each inner edge that ``is_free``, of which ``is_turn`` change direction."""
    moved = edges_s[1:-1][is_free]
    response = DEVICE_RESPONSE if cleaned.speed_source == "device" else SLOPE_RESPONSE
    windows = [_build_window(cleaned, edge, edges_s) for edge in moved.tolist()]
    # Each kind of edge has its own turn speed, while the smoothing of the watch is common to all.
    found: list[tuple[int, str, FloatArray]] = []
    log_likelihoods: dict[str, FloatArray] = {}
    for row, (window, is_turn_here) in enumerate(zip(windows, is_turn[is_free].tolist(), strict=True)):
        if window is not None:
            kind = "turn" if is_turn_here else "change of pace"
            if window.left_mps == 0.0:
                kind = "start"
            cost = compute_edge_costs(window, response)
            log_likelihoods[kind] = log_likelihoods.get(kind, 0.0) + _log_sum_exp(-cost, axis=2)
            found.append((row, kind, cost))
    if not found:
        return moved
    if "change of pace" in log_likelihoods:
        log_likelihoods["change of pace"][1:] = -np.inf
    by_smoothing = [_log_sum_exp(by_turn_speed, axis=0) for by_turn_speed in log_likelihoods.values()]
    smoothing_weights = _softmax(np.sum(by_smoothing, axis=0), axis=0)
    weights = {kind: smoothing_weights * _softmax(values, axis=0) for kind, values in log_likelihoods.items()}
    mean_shifts_s = np.array(
        [(weights[kind] * (_softmax(-cost, axis=2) @ EDGE_SHIFTS_S)).sum() for _, kind, cost in found]
    )
    # The constant delay of a device is not identifiable here, and cleaning has corrected its usual value.
    moved[[row for row, _, _ in found]] += mean_shifts_s - (mean_shifts_s.mean() if response.has_unknown_delay else 0.0)
    return moved


def _log_sum_exp(values: FloatArray, axis: int) -> FloatArray:
    return np.asarray(np.logaddexp.reduce(values, axis=axis))


def _softmax(values: FloatArray, axis: int) -> FloatArray:
    """Return the probabilities whose logarithms are ``values`` up to a constant; they sum to 1 along ``axis``."""
    return np.exp(values - np.logaddexp.reduce(values, axis=axis, keepdims=True))


def _build_window(cleaned: CleanedActivity, edge_s: float, edges_s: FloatArray) -> EdgeWindow | None:
    """Return recorded speed around an edge and mean speed on both sides; None if the edge cannot be refined."""
    reach_s = LEVEL_WINDOW_S + LEVEL_MARGIN_S
    low = float(np.max(edges_s[edges_s < edge_s - 4.0], initial=max(0.0, edge_s - reach_s)))
    high = float(np.min(edges_s[edges_s > edge_s + 4.0], initial=min(cleaned.elapsed_s, edge_s + reach_s)))
    recorded_mps = cleaned.raw_device_speed_mps if cleaned.speed_source == "device" else cleaned.speed_mps
    is_known = np.isfinite(recorded_mps)
    times_s, speed = cleaned.t_s[is_known], recorded_mps[is_known]
    is_near = (times_s >= max(edge_s - WINDOW_BEFORE_S, low + 2.0)) & (times_s < min(edge_s + WINDOW_AFTER_S, high))
    times_s, speed = times_s[is_near], speed[is_near]
    sides = [np.arange(low + 2.0, edge_s - 1.0), np.arange(edge_s + 2.0, high - 2.0)]
    gaps = union(np.concatenate((cleaned.pauses, cleaned.unknown)))
    if len(times_s) < MIN_RECORDS or min(map(len, sides)) == 0 or np.any(contains(gaps, np.concatenate(sides))):
        return None
    shares = [float(np.mean(contains(cleaned.standing, side))) for side in sides]
    is_mixed = any(1.0 - MIN_STANDING_SHARE <= share <= MIN_STANDING_SHARE for share in shares)
    if is_mixed or min(shares) > MIN_STANDING_SHARE:
        return None
    left_s, right_s = edge_s - low, high - edge_s
    inner = [
        (low + min(6.0, left_s / 3.0), edge_s - min(5.0, left_s / 3.0)),
        (edge_s + min(LEVEL_MARGIN_S, right_s / 2.0), high - min(5.0, right_s / 4.0)),
    ]
    left_mps, right_mps = (
        0.0 if share > MIN_STANDING_SHARE else _compute_median_speed_mps(cleaned, *span)
        for share, span in zip(shares, inner, strict=True)
    )
    if not abs(right_mps - left_mps) >= MIN_SPEED_CHANGE_MPS:
        return None
    return EdgeWindow(times_s - edge_s, speed, left_mps, right_mps, left_s, right_s)


def _compute_median_speed_mps(cleaned: CleanedActivity, start_s: float, end_s: float) -> float:
    times_s = np.arange(start_s, end_s)
    return float(np.median(np.interp(times_s, cleaned.t_s, cleaned.speed_mps))) if len(times_s) >= 3 else np.nan
