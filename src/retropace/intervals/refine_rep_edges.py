"""Where reps begin and end to the second: the body's change of pace, seen through the watch's smoothing.

A change point lies where recorded speed is half-way, and is moved back by what watches usually trail. How much a watch
smooths shows in the shape of its changes, all of which a session's reps have in common: so recorded speed around their
edges is laid over a model (:mod:`.watch_model`). Who turns round on the move slows down for a moment: to what, and
whether at all, is told from all edges of a session too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, contains, union
from retropace.intervals.bouts import Bouts, find_manual_lap_times_s, measure_bouts
from retropace.intervals.speed_response import (
    DEVICE_RESPONSE,
    SLOPE_RESPONSE,
    EdgeWindow,
    build_edge_shifts_s,
    compute_edge_costs,
)

WINDOW_BEFORE_S, WINDOW_AFTER_S, LEVEL_WINDOW_S, LEVEL_MARGIN_S = 8.0, 20.0, 40.0, 12.0
"""What is looked at around an edge; from how much of a side its level is told, and how far from the edge."""
MIN_RECORDS = 4
MIN_STANDING_SHARE = 0.8
"""A side is stood through if so much of it is, and moved through if so little."""
MIN_LOG_SPEED_CHANGE = 0.15
"""Within one direction, smaller changes of log speed are no edges of reps."""
MIN_BOUT_S = 3.0
MIN_SPEED_CHANGE_MPS = 0.15
"""With less between the sides an edge cannot be told better than it is."""


def refine_rep_edges(cleaned: CleanedActivity, bouts: Bouts, fixed_edges_s: FloatArray | None = None) -> Bouts:
    """The same bouts with edges to half a second, where direction or pace changes.

    An edge that was pressed, that is among ``sure_s``, that a pause or a dropout lies beside, or without speed stays
    where it is.
    """
    if cleaned.speed_source == "none":
        return bouts
    edges = bouts.edges_s
    change = np.abs(np.diff(np.where(np.isfinite(bouts.log_speed), bouts.log_speed, -9.0)))
    turns = (bouts.direction[1:] != bouts.direction[:-1]) & bouts.moving[1:] & bouts.moving[:-1]
    free = (turns | (change >= MIN_LOG_SPEED_CHANGE)) & (bouts.moving[1:] | bouts.moving[:-1])
    fixed = (
        find_manual_lap_times_s(cleaned)
        if fixed_edges_s is None
        else np.union1d(find_manual_lap_times_s(cleaned), fixed_edges_s)
    )
    free &= ~np.isin(edges[1:-1], fixed)
    moved = edges.copy()
    for at, edge in zip(
        (np.flatnonzero(free) + 1).tolist(), _estimate_edges(cleaned, edges, free, turns).tolist(), strict=True
    ):
        # Each stays between its neighbours, wherever these came to lie.
        if moved[at - 1] + MIN_BOUT_S <= edge <= edges[at + 1] - MIN_BOUT_S:
            moved[at] = edge
    return measure_bouts(cleaned, moved, bouts.direction, bouts.gait, bouts.marked)


def _estimate_edges(
    cleaned: CleanedActivity, edges_s: FloatArray, is_free: NDArray[np.bool_], is_turn: NDArray[np.bool_]
) -> FloatArray:
    """The inner edges that are ``free`` at their likeliest place; ``turns`` says where somebody turned on the move."""
    moved = edges_s[1:-1][is_free]
    recording = DEVICE_RESPONSE if cleaned.speed_source == "device" else SLOPE_RESPONSE
    seen = {
        at: view
        for at, edge in enumerate(moved.tolist())
        if (view := _build_window(cleaned, edge, edges_s)) is not None
    }
    if not seen:
        return moved
    costs = {at: compute_edge_costs(view, recording) for at, view in seen.items()}
    # Turns on the move and setting off from a stand may each be careful or not; the watch is the same.
    ways = {at: _classify_edge(view, bool(is_turn[is_free][at])) for at, view in seen.items()}
    likely: dict[str, FloatArray] = {}
    for at, cost in costs.items():
        likely[ways[at]] = likely.get(ways[at], np.zeros(cost.shape[:2])) + _log_sum_exp(-cost, axis=2)
    if "" in likely:
        likely[""][1:] = -np.inf
    smoothed = _softmax(np.sum([_log_sum_exp(one, axis=0) for one in likely.values()], axis=0), axis=0)
    weights = {way: smoothed * _softmax(one, axis=0) for way, one in likely.items()}
    places = build_edge_shifts_s()
    shift = np.array([(weights[ways[at]] * (_softmax(-cost, axis=2) @ places)).sum() for at, cost in costs.items()])
    # How long a watch waits before it shows anything cannot be seen: cleaning has taken it as usual.
    moved[list(costs)] += shift - (shift.mean() if recording.has_unknown_delay else 0.0)
    return moved


def _classify_edge(window: EdgeWindow, is_turn: bool) -> str:
    if window.left_mps == 0.0:
        return "start"
    return "turn" if is_turn else ""


def _log_sum_exp(values: FloatArray, axis: int) -> FloatArray:
    """Log of the sum of exponentials."""
    most = values.max(axis=axis, keepdims=True)
    total: FloatArray = np.squeeze(most, axis) + np.log(np.exp(values - most).sum(axis=axis))
    return total


def _softmax(values: FloatArray, axis: int) -> FloatArray:
    """Probabilities from their logs."""
    weight = np.exp(values - values.max(axis=axis, keepdims=True))
    share: FloatArray = weight / weight.sum(axis=axis, keepdims=True)
    return share


def _build_window(cleaned: CleanedActivity, edge_s: float, edges_s: FloatArray) -> EdgeWindow | None:
    before, after = edges_s[edges_s < edge_s - 4.0], edges_s[edges_s > edge_s + 4.0]
    low = float(before[-1]) if len(before) else 0.0
    high = float(after[0]) if len(after) else cleaned.elapsed_s
    low, high = max(low, edge_s - LEVEL_WINDOW_S - LEVEL_MARGIN_S), min(high, edge_s + LEVEL_WINDOW_S + LEVEL_MARGIN_S)
    shown = cleaned.raw_device_speed_mps if cleaned.speed_source == "device" else cleaned.speed_mps
    there = np.isfinite(shown)
    moments, speed = cleaned.t_s[there], shown[there]
    near = (moments >= max(edge_s - WINDOW_BEFORE_S, low + 2.0)) & (moments < min(edge_s + WINDOW_AFTER_S, high))
    moments, speed = moments[near], speed[near]
    sides = [np.arange(low + 2.0, edge_s - 1.0), np.arange(edge_s + 2.0, high - 2.0)]
    apart = union(np.concatenate((cleaned.pauses, cleaned.unknown)))
    if (
        len(moments) < MIN_RECORDS
        or min(len(side) for side in sides) == 0
        or np.any(contains(apart, np.concatenate(sides)))
    ):
        return None
    standing = [float(np.mean(contains(cleaned.standing, side))) for side in sides]
    if min(standing) > MIN_STANDING_SHARE or any(
        1.0 - MIN_STANDING_SHARE <= share <= MIN_STANDING_SHARE for share in standing
    ):
        return None
    left = _compute_median_speed_mps(
        cleaned, low + min(6.0, (edge_s - low) / 3.0), edge_s - min(5.0, (edge_s - low) / 3.0)
    )
    right = _compute_median_speed_mps(
        cleaned, edge_s + min(LEVEL_MARGIN_S, (high - edge_s) / 2.0), high - min(5.0, (high - edge_s) / 4.0)
    )
    left, right = (
        0.0 if share > MIN_STANDING_SHARE else level for share, level in zip(standing, (left, right), strict=True)
    )
    if not abs(right - left) >= MIN_SPEED_CHANGE_MPS:
        return None
    return EdgeWindow(moments - edge_s, speed, left, right, edge_s - low, high - edge_s)


def _compute_median_speed_mps(cleaned: CleanedActivity, start_s: float, end_s: float) -> float:
    moments = np.arange(start_s, end_s)
    return float(np.median(np.interp(moments, cleaned.t_s, cleaned.speed_mps))) if len(moments) >= 3 else np.nan
