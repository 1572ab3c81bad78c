"""What a watch shows of a change of pace: one level, a turn, another level, as body and device smooth them.

Devices smooth speed exponentially, and show it late. Speed told from distance is a slope over some seconds on both
sides and shows nothing late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import Column

TURN_S = 2.0
"""Turning round takes about two seconds. Assumed: nobody has published it for runners."""
TURN_MPS = (np.inf, 1.6, 1.2, 0.8, 0.4)
"""To what speed somebody slows down in a turn; not at all is the first."""
BODY_S = 2.0
"""Runners get up to speed with a time constant of about two seconds, sprinters 1–1.5 (di Prampero 2005, J Exp Biol
208:2809)."""
STOP_S = 0.7
"""Coming to a stop takes a stride or two."""
REACH_S, STEP_S = 8.0, 0.5
"""No edge is further from where it was found, and all are told in such steps."""
SPREAD_S = 4.0
"""How far an edge is off before it is looked at (standard deviation)."""
INDEPENDENT_S = 4.0
"""How many seconds of recorded speed stray from the model together."""
SHORT_M = 4.0
"""The level of a short stretch is known less well, by so much over its seconds: the watch never shows it."""
MOST2 = 9.0
"""Squared noises above which a second counts no more."""


@dataclass(frozen=True, slots=True)
class Recording:
    """How a recording shows speed."""

    smoothings_s: tuple[float, ...]
    """Time constants of a device, or seconds over which a slope is taken; one of them holds for a session."""
    rise: Callable[[Column, float, float], Column]
    """The share of a step that shows so many seconds after it, given the smoothing and the body's time constant."""
    noise_mps: float
    """How far speed strays from the model."""
    wander_mps: float
    """How far levels wander."""
    sooner_s: float
    """How much of what follows a record's time it holds: times are cut to whole seconds."""
    is_late: bool
    """Whether it may show everything some unknown seconds late."""


def through_device(since_s: Column, watch_s: float, body_s: float) -> Column:
    """A step as body and device smooth it: two exponential lags, one after the other."""
    after = np.maximum(since_s, 0.0)
    fall = body_s * np.exp(-after / body_s) - watch_s * np.exp(-after / watch_s)
    return np.where(since_s > 0.0, 1.0 - fall / (body_s - watch_s), 0.0)


def through_slope(since_s: Column, width_s: float, body_s: float) -> Column:
    """A step as the body smooths it, seen as the slope of distance over ``width_s`` around each moment."""

    def way(at_s: Column) -> Column:
        after = np.maximum(at_s, 0.0)
        return after - body_s * (1.0 - np.exp(-after / body_s))

    return (way(since_s + width_s / 2.0) - way(since_s - width_s / 2.0)) / width_s


BY_DEVICE = Recording((1.0, 2.5, 3.5, 4.5, 5.5, 6.5, 8.0, 10.0), through_device, 0.04, 0.1, 1.0, is_late=True)
BY_SLOPE = Recording((5.0, 7.0, 9.0, 12.0), through_slope, 0.1, 0.15, 0.0, is_late=False)


@dataclass(frozen=True, slots=True)
class View:
    """Recorded speed around one edge, ``(n,)``, and the levels of both sides with how long these are."""

    off_s: Column
    """Seconds from the edge, as the watch recorded them."""
    speed_mps: Column
    left_mps: float
    right_mps: float
    left_s: float
    right_s: float


def places_s() -> Column:
    """How far from where it was found an edge may lie."""
    return np.arange(-REACH_S, REACH_S + STEP_S / 2.0, STEP_S)


def costs_of(view: View, by: Recording) -> Column:
    """How badly each place fits, for each speed of turning and smoothing: ``(turns, smoothings, places)``, in nats."""
    places = places_s()
    weight = np.clip(np.gradient(view.off_s) / INDEPENDENT_S, 0.1, 1.0)
    costs = np.empty((len(TURN_MPS), len(by.smoothings_s), len(places)))
    body_s = BODY_S if view.right_mps > 0.0 else STOP_S
    for number, smoothing_s in enumerate(by.smoothings_s):
        since = view.off_s[None, :] - places[:, None] + by.sooner_s
        rise, later = by.rise(since, smoothing_s, body_s), by.rise(since - TURN_S, smoothing_s, body_s)
        for way, turn_mps in enumerate(TURN_MPS):
            turns = turn_mps < view.right_mps
            coming = later if turns else rise
            given = turn_mps * (rise - later) if turns else 0.0
            left = view.speed_mps - given - view.left_mps * (1.0 - rise) - view.right_mps * coming
            left = _without_levels(left, 1.0 - rise, coming, view, by)
            left2 = np.minimum((left / by.noise_mps) ** 2, MOST2)
            costs[way, number] = 0.5 * left2 @ weight + 0.5 * (places / SPREAD_S) ** 2
    return costs


def _without_levels(off: Column, leaving: Column, coming: Column, view: View, by: Recording) -> Column:
    """What remains of ``(places, n)`` differences when both levels, which wander, are moved to where they fit best."""
    held_left, held_right = (
        (by.noise_mps / (by.wander_mps + SHORT_M / side)) ** 2 for side in (view.left_s, view.right_s)
    )
    one, other, both = ((x * y).sum(axis=1) for x, y in ((leaving, leaving), (coming, coming), (leaving, coming)))
    left, right = (leaving * off).sum(axis=1), (coming * off).sum(axis=1)
    det = (one + held_left) * (other + held_right) - both**2
    by_left = ((other + held_right) * left - both * right) / det
    by_right = ((one + held_left) * right - both * left) / det
    rest: Column = off - by_left[:, None] * leaving - by_right[:, None] * coming
    return rest
