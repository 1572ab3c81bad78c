"""Cleaning of speed and heart rate from impossible values, and computation of speed from distance."""

from dataclasses import dataclass

import numpy as np

from retropace.cleaning.cadence import bridge_gaps
from retropace.cleaning.distance import Distance
from retropace.core.findings import HasFindings, note_if_few
from retropace.core.spans import FloatArray, Spans, contains
from retropace.core.units import format_count
from retropace.core.world_records import MAX_SPEED_MPS

MAX_BRIDGED_GAP_S = 10.0
"""Longest gap in seconds in speed or heart rate that is filled by a straight line; longer ones stay missing."""
SLOPE_HALF_WIDTH_S = 2.5
"""Half the length in seconds of the window around a record in which the slope of the distance curve gives its speed."""
HEART_RATE_RANGE_BPM = (25.0, 240.0)
"""Lowest and highest plausible heart rate in beats per minute; others are dropped."""


@dataclass(frozen=True, slots=True, eq=False)
class Speed(HasFindings):
    """The speed of ``n`` records in m/s, shape ``(n,)``."""

    speed_mps: FloatArray
    source: str
    """What the speed was taken from: ``device`` (its own), ``distance`` (the slope of the distance curve) or
    ``none``."""


def choose_speed(t_s: FloatArray, device: Speed, distance: Distance) -> Speed:
    """Return the device's speed; if it is missing in most records, return the slope of the distance curve instead."""
    if np.mean(np.isfinite(device.speed_mps)) >= 0.5:
        return device
    if distance.source == "none":
        return Speed(np.full(len(t_s), np.nan), "none", findings=device.findings)
    speed_mps = speed_from_distance(t_s, distance.distance_m, distance.pauses.spans)
    return Speed(speed_mps, "distance", findings=device.findings)


def speed_from_distance(t_s: FloatArray, distance_m: FloatArray, pauses: Spans) -> FloatArray:
    """Compute speed in m/s from cumulative distance, ``(n,)``: its slope around each record, and 0 within pauses."""
    start_s = np.maximum(t_s - SLOPE_HALF_WIDTH_S, t_s[0])
    end_s = np.minimum(t_s + SLOPE_HALF_WIDTH_S, t_s[-1])
    gain_m = np.interp(t_s + SLOPE_HALF_WIDTH_S, t_s, distance_m) - np.interp(t_s - SLOPE_HALF_WIDTH_S, t_s, distance_m)
    width_s = end_s - start_s
    speed = np.divide(gain_m, width_s, out=np.full(len(t_s), np.nan), where=width_s > 0.0)
    return np.where(contains(pauses, t_s), 0.0, speed)


def clean_speed(t_s: FloatArray, raw_mps: FloatArray) -> Speed:
    """Return the device's speed without impossible values and with short gaps filled.

    All of it is missing if it is never above 0.
    """
    spikes = (raw_mps > MAX_SPEED_MPS) | (raw_mps < 0.0)
    speed, _ = bridge_gaps(t_s, np.where(spikes, np.nan, raw_mps), MAX_BRIDGED_GAP_S)
    if not np.any(speed > 0.0):
        speed = np.full(len(t_s), np.nan)
    count = int(np.sum(spikes))
    text = f"{format_count(count, 'impossible speed')} dropped"
    finding = note_if_few("impossible-speeds", text, count, "records", total=len(t_s))
    return Speed(speed, "device", findings=(finding,) if count else ())


def clean_heart_rate(t_s: FloatArray, raw_bpm: FloatArray) -> FloatArray:
    """Drop heart rates outside ``HEART_RATE_RANGE_BPM`` and fill short gaps by straight lines."""
    is_impossible = (raw_bpm < HEART_RATE_RANGE_BPM[0]) | (raw_bpm > HEART_RATE_RANGE_BPM[1])
    return bridge_gaps(t_s, np.where(is_impossible, np.nan, raw_bpm), MAX_BRIDGED_GAP_S)[0]
