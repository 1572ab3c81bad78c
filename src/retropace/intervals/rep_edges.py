"""Where reps begin and end to the second: the body's change of pace, seen through the watch's smoothing.

A change point lies where recorded speed is half-way, and is moved back by what watches usually trail. How much a watch
smooths shows in the shape of its changes, all of which a session's reps have in common: so recorded speed around their
edges is laid over a model of one level, a turn, and another level, as body and watch smooth them. Who turns round on the
move slows down for a moment: to what, and whether at all, is told from all edges of a session too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.intervals.bouts import Bouts, measured, pressed_s
from retropace.spans import Column, covered, union
from retropace.track import Track

TURN_S = 2.0
"""Turning round takes about two seconds. Assumed: nobody has published it for runners."""
BODY_S = 2.0
"""Runners get up to speed with a time constant of about two seconds, sprinters 1–1.5 (di Prampero 2005, J Exp Biol
208:2809)."""
STOP_S = 0.7
"""Coming to a stop takes a stride or two."""
WATCH_S = (1.0, 2.5, 3.5, 4.5, 5.5, 6.5, 8.0, 10.0)
"""Time constants of a watch's smoothing; the one that fits all edges of a session best is taken."""
REACH_S, STEP_S = 8.0, 0.5
"""No edge moves further, and all in such steps."""
SPREAD_S = 4.0
"""How far an edge is off before it is looked at (standard deviation)."""
NOISE_MPS, INDEPENDENT_S, WANDER_MPS = 0.05, 4.0, 0.1
"""How far recorded speed strays from the model, how many seconds stray together, and how far levels wander."""
SHORT_M = 4.0
"""The level of a short stretch is known less well, by so much over its seconds: the watch never shows it."""
TURN_MPS = (np.inf, 1.6, 1.2, 0.8, 0.4)
"""To what speed somebody slows down in a turn; not at all is the first. The one that fits all edges best is taken."""
MOST2 = 9.0
"""Squared noises above which a second counts no more."""
BEFORE_S, AFTER_S, LEVEL_S, CLEAR_S = 8.0, 20.0, 40.0, 12.0
"""What is looked at around an edge; from how much of a side its level is told, and how far from the edge."""
LEAST_RECORDS = 4
CHANGE = 0.15
"""Within one direction, smaller changes of log speed are no edges of reps."""
LEAST_BOUT_S = 3.0
LEAST_CHANGE_MPS = 0.15
"""With less between the sides an edge cannot be told better than it is."""
SOONER_S = 1.5
"""A record of a second tells of all of it."""


@dataclass(frozen=True, slots=True)
class _View:
    """Recorded speed around one edge, and the levels of both sides."""

    off_s: Column
    """Seconds from the edge, as the watch recorded them."""
    speed_mps: Column
    left_mps: float
    right_mps: float
    left_s: float
    right_s: float


def sharpened(track: Track, bouts: Bouts) -> Bouts:
    """The same bouts with edges to half a second, where direction or pace changes.

    An edge that was pressed, that a pause or a dropout lies beside, or without recorded speed stays where it is.
    """
    if track.speed_source != "device":
        return bouts
    edges = bouts.edges_s
    change = np.abs(np.diff(np.where(np.isfinite(bouts.log_speed), bouts.log_speed, -9.0)))
    turns = (bouts.direction[1:] != bouts.direction[:-1]) & bouts.moving[1:] & bouts.moving[:-1]
    free = (turns | (change >= CHANGE)) & (bouts.moving[1:] | bouts.moving[:-1]) & ~np.isin(edges[1:-1], pressed_s(track))
    moved = edges.copy()
    for at, edge in zip(np.flatnonzero(free).tolist(), _refined(track, edges, free, turns), strict=True):
        moved[at + 1] = edge
    held = bool(np.all(np.diff(moved) > LEAST_BOUT_S))
    return measured(track, moved if held else edges, bouts.direction, bouts.gait, bouts.marked)


def _refined(track: Track, edges_s: Column, free: NDArray[np.bool_], turns: NDArray[np.bool_]) -> list[float]:
    """The inner edges that are ``free`` at their likeliest place; ``turns`` says where somebody turned on the move."""
    moved = edges_s[1:-1][free].tolist()
    turns = turns[free]
    views = {at: _view(track, edge, edges_s) for at, edge in enumerate(moved)}
    costs = {at: _costs(view) for at, view in views.items() if view is not None}
    if not costs:
        return moved
    # Turns on the move and setting off from a stand may each be careful or not; the watch is the same.
    ways = {at: _way(views[at], turned) for at, turned in enumerate(turns.tolist()) if at in costs}
    likely = {at: _log_sum(-cost, axis=2) for at, cost in costs.items()}
    by_way = {way: sum(likely[at] for at in costs if ways[at] == way) for way in sorted(set(ways.values()))}
    for way, one in by_way.items():
        one[1 if way == "" else len(one) :] = -np.inf
    smoothed = _shares(sum(_log_sum(one, axis=0) for one in by_way.values()), axis=0)
    weights = {way: smoothed * _shares(one, axis=0) for way, one in by_way.items()}
    places = _places()
    shift = {at: float((weights[ways[at]] * (_shares(-cost, axis=2) @ places)).sum()) for at, cost in costs.items()}
    # How long a watch waits before it shows anything cannot be seen: cleaning has taken it as usual.
    shared = float(np.mean(list(shift.values())))
    for at, by in shift.items():
        moved[at] += by - shared
    return moved


def _way(view: _View | None, turns: bool) -> str:
    if view is not None and view.left_mps == 0.0:
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


def _view(track: Track, edge: float, others_s: Column) -> _View | None:
    before, after = others_s[others_s < edge - 4.0], others_s[others_s > edge + 4.0]
    low = float(before[-1]) if len(before) else 0.0
    high = float(after[0]) if len(after) else track.elapsed_s
    low, high = max(low, edge - LEVEL_S - CLEAR_S), min(high, edge + LEVEL_S + CLEAR_S)
    recorded = np.flatnonzero(np.isfinite(track.recorded_mps))
    moments, speed = track.t_s[recorded], track.recorded_mps[recorded]
    near = (moments >= max(edge - BEFORE_S, low + 2.0)) & (moments < min(edge + AFTER_S, high))
    moments, speed = moments[near], speed[near]
    stands = [covered(track.standing, np.arange(*side)) for side in ((low + 2.0, edge - 1.0), (edge + 2.0, high - 2.0))]
    apart = union(np.concatenate((track.pauses, track.unknown)))
    if len(moments) < LEAST_RECORDS or np.any(covered(apart, np.arange(low - 2.0, high - 2.0))):
        return None
    if any(len(side) == 0 or np.any(side) != np.all(side) for side in stands) or (stands[0][-1] and stands[1][0]):
        return None
    left = _level(track, low + min(6.0, (edge - low) / 3.0), edge - min(5.0, (edge - low) / 3.0))
    right = _level(track, edge + min(CLEAR_S, (high - edge) / 2.0), high - min(5.0, (high - edge) / 4.0))
    left, right = 0.0 if stands[0][-1] else left, 0.0 if stands[1][0] else right
    if not abs(right - left) >= LEAST_CHANGE_MPS:
        return None
    return _View(moments - edge, speed, left, right, edge - low, high - edge)


def _level(track: Track, start_s: float, end_s: float) -> float:
    moments = np.arange(start_s, end_s)
    return float(np.median(np.interp(moments, track.t_s, track.speed_mps))) if len(moments) >= 3 else np.nan


def _places() -> Column:
    return np.arange(-REACH_S, REACH_S + STEP_S / 2.0, STEP_S)


def _costs(view: _View) -> Column:
    """How badly each place fits, for each speed of turning and smoothing: ``(turns, smoothings, places)``, in nats."""
    places = _places()
    weight = np.clip(np.gradient(view.off_s) / INDEPENDENT_S, 0.1, 1.0)
    costs = np.empty((len(TURN_MPS), len(WATCH_S), len(places)))
    for number, watch_s in enumerate(WATCH_S):
        since = view.off_s[None, :] - places[:, None] + SOONER_S
        body_s = BODY_S if view.right_mps > 0.0 else STOP_S
        rise, later = _smoothed(since, watch_s, body_s), _smoothed(since - TURN_S, watch_s, body_s)
        for way, turn_mps in enumerate(TURN_MPS):
            turns = turn_mps < view.right_mps
            coming = later if turns else rise
            given = turn_mps * (rise - later) if turns else 0.0
            left = view.speed_mps - given - view.left_mps * (1.0 - rise) - view.right_mps * coming
            left2 = np.minimum((_without_levels(left, 1.0 - rise, coming, view) / NOISE_MPS) ** 2, MOST2)
            costs[way, number] = 0.5 * left2 @ weight + 0.5 * (places / SPREAD_S) ** 2
    return costs


def _without_levels(off: Column, leaving: Column, coming: Column, view: _View) -> Column:
    """What remains of ``(places, n)`` differences when both levels, which wander, are moved to where they fit best."""
    held_left, held_right = ((NOISE_MPS / (WANDER_MPS + SHORT_M / side)) ** 2 for side in (view.left_s, view.right_s))
    one, other, both = ((x * y).sum(axis=1) for x, y in ((leaving, leaving), (coming, coming), (leaving, coming)))
    left, right = (leaving * off).sum(axis=1), (coming * off).sum(axis=1)
    det = (one + held_left) * (other + held_right) - both**2
    by_left = ((other + held_right) * left - both * right) / det
    by_right = ((one + held_left) * right - both * left) / det
    rest: Column = off - by_left[:, None] * leaving - by_right[:, None] * coming
    return rest


def _smoothed(since_s: Column, watch_s: float, body_s: float) -> Column:
    """What body and watch make of a step at 0: two exponential lags, one after the other."""
    after = np.maximum(since_s, 0.0)
    fall = body_s * np.exp(-after / body_s) - watch_s * np.exp(-after / watch_s)
    return np.where(since_s > 0.0, 1.0 - fall / (body_s - watch_s), 0.0)
