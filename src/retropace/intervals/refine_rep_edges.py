"""Where reps begin and end to the second: the body's change of pace, seen through the watch's smoothing.

A change point lies where recorded speed is half-way, and is moved back by what watches usually trail. How much a watch
smooths shows in the shape of its changes, all of which a session's reps have in common: so recorded speed around their
edges is laid over a model (:mod:`.watch_model`). Who turns round on the move slows down for a moment: to what, and
whether at all, is told from all edges of a session too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column, covered, union
from retropace.intervals.bouts import Bouts, measured, pressed_s
from retropace.intervals.speed_response import BY_DEVICE, BY_SLOPE, View, costs_of, places_s

BEFORE_S, AFTER_S, LEVEL_S, CLEAR_S = 8.0, 20.0, 40.0, 12.0
"""What is looked at around an edge; from how much of a side its level is told, and how far from the edge."""
LEAST_RECORDS = 4
MOSTLY = 0.8
"""A side is stood through if so much of it is, and moved through if so little."""
CHANGE = 0.15
"""Within one direction, smaller changes of log speed are no edges of reps."""
LEAST_BOUT_S = 3.0
LEAST_CHANGE_MPS = 0.15
"""With less between the sides an edge cannot be told better than it is."""


def sharpened(track: Track, bouts: Bouts, sure_s: Column | None = None) -> Bouts:
    """The same bouts with edges to half a second, where direction or pace changes.

    An edge that was pressed, that is among ``sure_s``, that a pause or a dropout lies beside, or without speed stays
    where it is.
    """
    if track.speed_source == "none":
        return bouts
    edges = bouts.edges_s
    change = np.abs(np.diff(np.where(np.isfinite(bouts.log_speed), bouts.log_speed, -9.0)))
    turns = (bouts.direction[1:] != bouts.direction[:-1]) & bouts.moving[1:] & bouts.moving[:-1]
    free = (turns | (change >= CHANGE)) & (bouts.moving[1:] | bouts.moving[:-1])
    fixed = pressed_s(track) if sure_s is None else np.union1d(pressed_s(track), sure_s)
    free &= ~np.isin(edges[1:-1], fixed)
    moved = edges.copy()
    for at, edge in zip((np.flatnonzero(free) + 1).tolist(), _refined(track, edges, free, turns).tolist(), strict=True):
        # Each stays between its neighbours, wherever these came to lie.
        if moved[at - 1] + LEAST_BOUT_S <= edge <= edges[at + 1] - LEAST_BOUT_S:
            moved[at] = edge
    return measured(track, moved, bouts.direction, bouts.gait, bouts.marked)


def _refined(track: Track, edges_s: Column, free: NDArray[np.bool_], turns: NDArray[np.bool_]) -> Column:
    """The inner edges that are ``free`` at their likeliest place; ``turns`` says where somebody turned on the move."""
    moved = edges_s[1:-1][free]
    recording = BY_DEVICE if track.speed_source == "device" else BY_SLOPE
    seen = {at: view for at, edge in enumerate(moved.tolist()) if (view := _view(track, edge, edges_s)) is not None}
    if not seen:
        return moved
    costs = {at: costs_of(view, recording) for at, view in seen.items()}
    # Turns on the move and setting off from a stand may each be careful or not; the watch is the same.
    ways = {at: _way(view, bool(turns[free][at])) for at, view in seen.items()}
    likely: dict[str, Column] = {}
    for at, cost in costs.items():
        likely[ways[at]] = likely.get(ways[at], np.zeros(cost.shape[:2])) + _log_sum(-cost, axis=2)
    if "" in likely:
        likely[""][1:] = -np.inf
    smoothed = _shares(np.sum([_log_sum(one, axis=0) for one in likely.values()], axis=0), axis=0)
    weights = {way: smoothed * _shares(one, axis=0) for way, one in likely.items()}
    places = places_s()
    shift = np.array([(weights[ways[at]] * (_shares(-cost, axis=2) @ places)).sum() for at, cost in costs.items()])
    # How long a watch waits before it shows anything cannot be seen: cleaning has taken it as usual.
    moved[list(costs)] += shift - (shift.mean() if recording.is_late else 0.0)
    return moved


def _way(view: View, turns: bool) -> str:
    if view.left_mps == 0.0:
        return "start"
    return "turn" if turns else ""


def _log_sum(values: Column, axis: int) -> Column:
    """Log of the sum of exponentials."""
    most = values.max(axis=axis, keepdims=True)
    total: Column = np.squeeze(most, axis) + np.log(np.exp(values - most).sum(axis=axis))
    return total


def _shares(values: Column, axis: int) -> Column:
    """Probabilities from their logs."""
    weight = np.exp(values - values.max(axis=axis, keepdims=True))
    share: Column = weight / weight.sum(axis=axis, keepdims=True)
    return share


def _view(track: Track, edge: float, others_s: Column) -> View | None:
    before, after = others_s[others_s < edge - 4.0], others_s[others_s > edge + 4.0]
    low = float(before[-1]) if len(before) else 0.0
    high = float(after[0]) if len(after) else track.elapsed_s
    low, high = max(low, edge - LEVEL_S - CLEAR_S), min(high, edge + LEVEL_S + CLEAR_S)
    shown = track.recorded_mps if track.speed_source == "device" else track.speed_mps
    there = np.isfinite(shown)
    moments, speed = track.t_s[there], shown[there]
    near = (moments >= max(edge - BEFORE_S, low + 2.0)) & (moments < min(edge + AFTER_S, high))
    moments, speed = moments[near], speed[near]
    sides = [np.arange(low + 2.0, edge - 1.0), np.arange(edge + 2.0, high - 2.0)]
    apart = union(np.concatenate((track.pauses, track.unknown)))
    if (
        len(moments) < LEAST_RECORDS
        or min(len(side) for side in sides) == 0
        or np.any(covered(apart, np.concatenate(sides)))
    ):
        return None
    standing = [float(np.mean(covered(track.standing, side))) for side in sides]
    if min(standing) > MOSTLY or any(1.0 - MOSTLY <= share <= MOSTLY for share in standing):
        return None
    left = _level(track, low + min(6.0, (edge - low) / 3.0), edge - min(5.0, (edge - low) / 3.0))
    right = _level(track, edge + min(CLEAR_S, (high - edge) / 2.0), high - min(5.0, (high - edge) / 4.0))
    left, right = (0.0 if share > MOSTLY else level for share, level in zip(standing, (left, right), strict=True))
    if not abs(right - left) >= LEAST_CHANGE_MPS:
        return None
    return View(moments - edge, speed, left, right, edge - low, high - edge)


def _level(track: Track, start_s: float, end_s: float) -> float:
    moments = np.arange(start_s, end_s)
    return float(np.median(np.interp(moments, track.t_s, track.speed_mps))) if len(moments) >= 3 else np.nan
