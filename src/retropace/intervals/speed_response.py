"""Model of how recorded speed responds to a change of pace.

Speed passes from one level to another, with an optional slower phase while the runner turns round. The body smooths
each change exponentially. A device smooths speed exponentially again and shows it late. Speed computed from distance is
the slope over some seconds on both sides, without delay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

TURN_DURATION_S = 2.0
"""Duration (s) of turning round while running. Assumed, as no published value was found."""
TURN_SPEEDS_MPS = (np.inf, 1.6, 1.2, 0.8, 0.4)
"""Candidate speeds (m/s) during a turn; infinite for no slowing down."""
BODY_TIME_CONSTANT_S = 2.0
"""Time constant (s) of acceleration in running; 1–1.5 s in sprinting (di Prampero 2005, J Exp Biol 208:2809)."""
STOP_TIME_CONSTANT_S = 0.7
"""Time constant (s) of coming to a stop, one or two strides."""
MAX_EDGE_SHIFT_S = 8.0
"""Maximum shift (s) of an edge."""
EDGE_SHIFT_STEP_S = 0.5
"""Resolution (s) of the shift."""
EDGE_PRIOR_SD_S = 4.0
"""Prior standard deviation (s) of an edge before refinement."""
CORRELATION_TIME_S = 4.0
"""Correlation time (s) of the deviations of recorded speed from the model."""
SHORT_LEVEL_SD_M = 4.0
"""Standard deviation of the level of a side times its duration (m), as short stretches show their level poorly."""
MAX_SQUARED_DEVIATION = 9.0
"""Maximum squared standardised deviation that counts, which makes the fit robust."""


@dataclass(frozen=True, slots=True)
class SpeedResponse:
    """Parameters of the response for one source of speed."""

    smoothing_times_s: tuple[float, ...]
    """Candidate time constants of a device, or widths of a slope (s); one value holds for a session."""
    step_response: Callable[[FloatArray, float, float], FloatArray]
    """Share of a step shown after the given seconds, from (seconds, smoothing time, body time constant)."""
    noise_sd_mps: float
    """Standard deviation of recorded speed around the model."""
    level_sd_mps: float
    """Standard deviation of a side's true level around its median."""
    record_lead_s: float
    """Time by which a record's speed leads its time stamp, which is truncated to whole seconds."""
    has_unknown_delay: bool
    """Whether the source adds an unknown constant delay."""


def compute_device_step_response(
    since_s: FloatArray, device_time_constant_s: float, body_time_constant_s: float
) -> FloatArray:
    """Return the step response of two exponential lags in series, body and device, with the shape of ``since_s``."""
    after = np.maximum(since_s, 0.0)
    fall = body_time_constant_s * np.exp(-after / body_time_constant_s) - device_time_constant_s * np.exp(
        -after / device_time_constant_s
    )
    return np.where(since_s > 0.0, 1.0 - fall / (body_time_constant_s - device_time_constant_s), 0.0)


def compute_slope_step_response(since_s: FloatArray, width_s: float, body_time_constant_s: float) -> FloatArray:
    """Return the step response of the body's lag seen as the slope of distance over ``width_s`` around each time."""

    def integrate(at_s: FloatArray) -> FloatArray:
        after = np.maximum(at_s, 0.0)
        return after - body_time_constant_s * (1.0 - np.exp(-after / body_time_constant_s))

    return (integrate(since_s + width_s / 2.0) - integrate(since_s - width_s / 2.0)) / width_s


DEVICE_RESPONSE = SpeedResponse(
    (1.0, 2.5, 3.5, 4.5, 5.5, 6.5, 8.0, 10.0), compute_device_step_response, 0.04, 0.1, 1.0, has_unknown_delay=True
)
"""Response of speed recorded by a device."""
SLOPE_RESPONSE = SpeedResponse(
    (5.0, 7.0, 9.0, 12.0), compute_slope_step_response, 0.1, 0.15, 0.0, has_unknown_delay=False
)
"""Response of speed computed from distance."""


@dataclass(frozen=True, slots=True)
class EdgeWindow:
    """Recorded speed around one edge, shape ``(n,)``, and the two sides of the edge."""

    offset_s: FloatArray
    """Record times relative to the edge."""
    speed_mps: FloatArray
    left_mps: float
    """Speed level before the edge."""
    right_mps: float
    """Speed level after the edge."""
    left_s: float
    """Duration of the bout before the edge."""
    right_s: float
    """Duration of the bout after the edge."""


def build_edge_shifts_s() -> FloatArray:
    """Return the candidate shifts of an edge in seconds."""
    return np.arange(-MAX_EDGE_SHIFT_S, MAX_EDGE_SHIFT_S + EDGE_SHIFT_STEP_S / 2.0, EDGE_SHIFT_STEP_S)


def compute_edge_costs(window: EdgeWindow, response: SpeedResponse) -> FloatArray:
    """Return the cost in nats for each turn speed, smoothing time and edge shift, as a 3-D array in that order."""
    shifts_s = build_edge_shifts_s()
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
    residuals: FloatArray,
    left_weight: FloatArray,
    right_weight: FloatArray,
    window: EdgeWindow,
    response: SpeedResponse,
) -> FloatArray:
    """Return residuals of shape ``(shifts, n)`` after the best ridge correction of the two uncertain levels."""
    left_penalty, right_penalty = (
        (response.noise_sd_mps / (response.level_sd_mps + SHORT_LEVEL_SD_M / side)) ** 2
        for side in (window.left_s, window.right_s)
    )
    left_norm, right_norm, overlap = (
        (x * y).sum(axis=1)
        for x, y in ((left_weight, left_weight), (right_weight, right_weight), (left_weight, right_weight))
    )
    left_projection, right_projection = (left_weight * residuals).sum(axis=1), (right_weight * residuals).sum(axis=1)
    determinant = (left_norm + left_penalty) * (right_norm + right_penalty) - overlap**2
    left_shift = ((right_norm + right_penalty) * left_projection - overlap * right_projection) / determinant
    right_shift = ((left_norm + left_penalty) * right_projection - overlap * left_projection) / determinant
    corrected: FloatArray = residuals - left_shift[:, None] * left_weight - right_shift[:, None] * right_weight
    return corrected
