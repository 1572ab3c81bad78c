"""What a watch shows of a change of pace: one level, a turn, another level, as body and device smooth them.

Devices smooth speed exponentially, and show it late. Speed told from distance is a slope over some seconds on both
sides and shows nothing late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

TURN_DURATION_S = 2.0
"""Turning round takes about two seconds. Assumed: nobody has published it for runners."""
TURN_SPEEDS_MPS = (np.inf, 1.6, 1.2, 0.8, 0.4)
"""To what speed somebody slows down in a turn; not at all is the first."""
BODY_TIME_CONSTANT_S = 2.0
"""Runners get up to speed with a time constant of about two seconds, sprinters 1–1.5 (di Prampero 2005, J Exp Biol
208:2809)."""
STOP_TIME_CONSTANT_S = 0.7
"""Coming to a stop takes a stride or two."""
MAX_EDGE_SHIFT_S, EDGE_SHIFT_STEP_S = 8.0, 0.5
"""No edge is further from where it was found, and all are told in such steps."""
EDGE_PRIOR_SD_S = 4.0
"""How far an edge is off before it is looked at (standard deviation)."""
CORRELATION_TIME_S = 4.0
"""How many seconds of recorded speed stray from the model together."""
SHORT_LEVEL_SD_M = 4.0
"""The level of a short stretch is known less well, by so much over its seconds: the watch never shows it."""
MAX_SQUARED_DEVIATION = 9.0
"""Squared noises above which a second counts no more."""


@dataclass(frozen=True, slots=True)
class SpeedResponse:
    """How a recording shows speed."""

    smoothing_times_s: tuple[float, ...]
    """Time constants of a device, or seconds over which a slope is taken; one of them holds for a session."""
    step_response: Callable[[FloatArray, float, float], FloatArray]
    """The share of a step that shows so many seconds after it, given the smoothing and the body's time constant."""
    noise_sd_mps: float
    """How far speed strays from the model."""
    level_sd_mps: float
    """How far levels wander."""
    record_lead_s: float
    """How much of what follows a record's time it holds: times are cut to whole seconds."""
    has_unknown_delay: bool
    """Whether it may show everything some unknown seconds late."""


def compute_device_step_response(
    since_s: FloatArray, device_time_constant_s: float, body_time_constant_s: float
) -> FloatArray:
    """A step as body and device smooth it: two exponential lags, one after the other."""
    after = np.maximum(since_s, 0.0)
    fall = body_time_constant_s * np.exp(-after / body_time_constant_s) - device_time_constant_s * np.exp(
        -after / device_time_constant_s
    )
    return np.where(since_s > 0.0, 1.0 - fall / (body_time_constant_s - device_time_constant_s), 0.0)


def compute_slope_step_response(since_s: FloatArray, width_s: float, body_time_constant_s: float) -> FloatArray:
    """A step as the body smooths it, seen as the slope of distance over ``width_s`` around each moment."""

    def way(at_s: FloatArray) -> FloatArray:
        after = np.maximum(at_s, 0.0)
        return after - body_time_constant_s * (1.0 - np.exp(-after / body_time_constant_s))

    return (way(since_s + width_s / 2.0) - way(since_s - width_s / 2.0)) / width_s


DEVICE_RESPONSE = SpeedResponse(
    (1.0, 2.5, 3.5, 4.5, 5.5, 6.5, 8.0, 10.0), compute_device_step_response, 0.04, 0.1, 1.0, has_unknown_delay=True
)
SLOPE_RESPONSE = SpeedResponse(
    (5.0, 7.0, 9.0, 12.0), compute_slope_step_response, 0.1, 0.15, 0.0, has_unknown_delay=False
)


@dataclass(frozen=True, slots=True)
class EdgeWindow:
    """Recorded speed around one edge, ``(n,)``, and the levels of both sides with how long these are."""

    offset_s: FloatArray
    """Seconds from the edge, as the watch recorded them."""
    speed_mps: FloatArray
    left_mps: float
    right_mps: float
    left_s: float
    right_s: float


def build_edge_shifts_s() -> FloatArray:
    """How far from where it was found an edge may lie."""
    return np.arange(-MAX_EDGE_SHIFT_S, MAX_EDGE_SHIFT_S + EDGE_SHIFT_STEP_S / 2.0, EDGE_SHIFT_STEP_S)


def compute_edge_costs(window: EdgeWindow, response: SpeedResponse) -> FloatArray:
    """How badly each place fits, for each speed of turning and smoothing: ``(turns, smoothings, places)``, in nats."""
    places = build_edge_shifts_s()
    weight = np.clip(np.gradient(window.offset_s) / CORRELATION_TIME_S, 0.1, 1.0)
    costs = np.empty((len(TURN_SPEEDS_MPS), len(response.smoothing_times_s), len(places)))
    body_s = BODY_TIME_CONSTANT_S if window.right_mps > 0.0 else STOP_TIME_CONSTANT_S
    for number, smoothing_s in enumerate(response.smoothing_times_s):
        since = window.offset_s[None, :] - places[:, None] + response.record_lead_s
        rise, later = (
            response.step_response(since, smoothing_s, body_s),
            response.step_response(since - TURN_DURATION_S, smoothing_s, body_s),
        )
        for way, turn_mps in enumerate(TURN_SPEEDS_MPS):
            turns = turn_mps < window.right_mps
            coming = later if turns else rise
            given = turn_mps * (rise - later) if turns else 0.0
            left = window.speed_mps - given - window.left_mps * (1.0 - rise) - window.right_mps * coming
            left = _subtract_levels(left, 1.0 - rise, coming, window, response)
            left2 = np.minimum((left / response.noise_sd_mps) ** 2, MAX_SQUARED_DEVIATION)
            costs[way, number] = 0.5 * left2 @ weight + 0.5 * (places / EDGE_PRIOR_SD_S) ** 2
    return costs


def _subtract_levels(
    residuals: FloatArray,
    left_weight: FloatArray,
    right_weight: FloatArray,
    window: EdgeWindow,
    response: SpeedResponse,
) -> FloatArray:
    """What remains of ``(places, n)`` differences when both levels, which wander, are moved to where they fit best."""
    held_left, held_right = (
        (response.noise_sd_mps / (response.level_sd_mps + SHORT_LEVEL_SD_M / side)) ** 2
        for side in (window.left_s, window.right_s)
    )
    one, other, both = (
        (x * y).sum(axis=1)
        for x, y in ((left_weight, left_weight), (right_weight, right_weight), (left_weight, right_weight))
    )
    left, right = (left_weight * residuals).sum(axis=1), (right_weight * residuals).sum(axis=1)
    det = (one + held_left) * (other + held_right) - both**2
    by_left = ((other + held_right) * left - both * right) / det
    by_right = ((one + held_left) * right - both * left) / det
    rest: FloatArray = residuals - by_left[:, None] * left_weight - by_right[:, None] * right_weight
    return rest
