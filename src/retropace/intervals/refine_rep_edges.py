"""Refinement of the edges of reps to half a second, by fitting a model of recorded speed around each edge.

Change points lie where recorded speed is half-way between two levels, and watches show speed late. The model is
:mod:`.speed_response`. How much the watch smooths, and how slow the runner gets while turning round, are estimated from
all edges at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, contains, union
from retropace.intervals.bouts import Bouts, find_manual_lap_times_s, measure_bouts
from retropace.intervals.speed_response import (
    DEVICE_RESPONSE,
    EDGE_SHIFTS_S,
    SLOPE_RESPONSE,
    EdgeWindow,
    compute_edge_costs,
)

WINDOW_BEFORE_S = 8.0
"""Seconds before an edge whose recorded speed the model is fitted to."""
WINDOW_AFTER_S = 20.0
"""Seconds after an edge whose recorded speed the model is fitted to."""
LEVEL_WINDOW_S = 40.0
"""Longest stretch (s) on each side of an edge from which mean speed there is estimated."""
LEVEL_MARGIN_S = 12.0
"""Seconds on each side of an edge that are left out of that mean, as speed still changes there."""
MIN_RECORDS = 4
"""Number of records around an edge below which the edge is kept."""
MIN_STANDING_SHARE = 0.8
"""Share of standing beside an edge above which the runner stood there. Below one minus this share the runner moved;
between the two the edge is kept."""
MIN_LOG_SPEED_CHANGE = 0.15
"""Change of log speed below which an edge between two stretches of one direction is kept."""
MIN_BOUT_S = 3.0
"""Duration (s) of a bout below which the refined edge is rejected."""
MIN_SPEED_CHANGE_MPS = 0.15
"""Change of speed (m/s) below which an edge is kept."""


def refine_rep_edges(cleaned: CleanedActivity, bouts: Bouts, fixed_edges_s: FloatArray | None = None) -> Bouts:
    """Return the bouts with edges moved to where direction or pace changed, to half a second.

    Edges at manual laps, edges in ``fixed_edges_s``, and edges beside a pause, a dropout or missing speed are kept.
    """
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
    """Return the posterior mean time of each inner edge that ``is_free``, in elapsed seconds.

    ``is_turn`` marks inner edges where the runner changed direction while moving.
    """
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
    """Return the log of the sum of exponentials along an axis."""
    maximum = values.max(axis=axis, keepdims=True)
    total: FloatArray = np.squeeze(maximum, axis) + np.log(np.exp(values - maximum).sum(axis=axis))
    return total


def _softmax(values: FloatArray, axis: int) -> FloatArray:
    """Return the probabilities whose logarithms are ``values`` up to a constant; they sum to 1 along ``axis``."""
    weight = np.exp(values - values.max(axis=axis, keepdims=True))
    share: FloatArray = weight / weight.sum(axis=axis, keepdims=True)
    return share


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
