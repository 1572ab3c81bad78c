"""Model of how recorded speed follows a change of the runner's pace.

True speed changes from one mean to another, with a slower phase between if the runner turns round. The body smooths
each change exponentially, and a watch does so again and shows it late. Speed computed from distance is the slope over
some seconds on both sides, without delay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

TURN_DURATION_S = 2.0
"""Time (s) that a runner takes to turn round; assumed, as no published value was found."""
TURN_SPEEDS_MPS = (np.inf, 1.6, 1.2, 0.8, 0.4)
"""Speeds (m/s) during a turn that are tried; infinity means no slowing down."""
BODY_TIME_CONSTANT_S = 2.0
"""Time constant (s) of acceleration in running; 1–1.5 s in sprinting (di Prampero 2005, J Exp Biol 208:2809)."""
STOP_TIME_CONSTANT_S = 0.7
"""Time constant (s) of coming to a stop, which takes one or two strides."""
MAX_EDGE_SHIFT_S = 8.0
"""Largest shift (s) of a rep's edge from its change point that is tried."""
EDGE_SHIFT_STEP_S = 0.5
"""Step (s) between the shifts of a rep's edge that are tried."""
EDGE_SHIFTS_S = np.arange(-MAX_EDGE_SHIFT_S, MAX_EDGE_SHIFT_S + EDGE_SHIFT_STEP_S / 2.0, EDGE_SHIFT_STEP_S)
"""The shifts (s) of a rep's edge that are tried."""
EDGE_PRIOR_SD_S = 4.0
"""Prior standard deviation (s) of a rep's edge around its change point."""
CORRELATION_TIME_S = 4.0
"""Seconds over which deviations of recorded speed from the model stay correlated."""
SHORT_LEVEL_SD_M = 4.0
"""Additional standard deviation of mean speed on one side of an edge, times the bout's duration there, in metres."""
MAX_SQUARED_DEVIATION = 9.0
"""Squared deviation from the model, in squared standard deviations, as which larger ones count."""


@dataclass(frozen=True, slots=True)
class SpeedResponse:
    """Parameters of the response of one source of speed: a watch, or distance."""

    smoothing_times_s: tuple[float, ...]
    """Amounts of smoothing (s) that are tried: time constants of a watch, or widths over which a slope is taken."""
    step_response: Callable[[FloatArray, float, float], FloatArray]
    """Share of a sudden change that recorded speed shows: a function of the seconds since the change, the smoothing
    time and the time constant of the body."""
    noise_sd_mps: float
    """Standard deviation (m/s) of recorded speed around the model."""
    level_sd_mps: float
    """Standard deviation (m/s) of the true mean speed on one side of an edge around the median recorded there."""
    record_lead_s: float
    """Seconds by which a record's speed is newer than its time stamp, as time stamps are cut to whole seconds."""
    has_unknown_delay: bool
    """Whether the source shows speed with a constant delay that is not known."""


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
SLOPE_RESPONSE = SpeedResponse(
    (5.0, 7.0, 9.0, 12.0), compute_slope_step_response, 0.1, 0.15, 0.0, has_unknown_delay=False
)
"""How speed follows a change of pace if it is not recorded but computed as the slope of the distance curve."""


@dataclass(frozen=True, slots=True)
class EdgeWindow:
    """Recorded speed around one edge, ``(n,)``, and median speed and duration of the bouts beside it."""

    offset_s: FloatArray
    """Times of the records relative to the edge, in seconds."""
    speed_mps: FloatArray
    left_mps: float
    """Median speed before the edge; 0 if the runner stood."""
    right_mps: float
    """Median speed after the edge; 0 if the runner stood."""
    left_s: float
    """Duration (s) of the bout before the edge."""
    right_s: float
    """Duration (s) of the bout after the edge."""


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
    """Return the residuals, ``(shifts, n)``, with the speeds of both sides corrected by ridge regression.

    ``left`` and ``right`` are the shares of these two speeds in the model.
    """
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
