"""Cleaning of speed and heart rate from impossible values, and computation of speed from distance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.cadence import bridge_gaps
from retropace.cleaning.distance import Distance
from retropace.cleaning.pauses import MAX_STANDING_SPEED_MPS
from retropace.cleaning.reconcile import MIN_DISAGREEMENT_M, MOVING_CADENCE, WINDOW_S, sum_around
from retropace.core.findings import HasFindings, note_if_few
from retropace.core.spans import FloatArray, Spans, contains, mask_from_runs, midpoints, true_runs
from retropace.core.units import format_count
from retropace.core.world_records import MAX_SPEED_MPS

MIN_RUNNING_SPEED_MPS = 1.5
"""Mean speed in m/s from which at least ``MIN_DISAGREEMENT_M`` gained while recorded speed is 0 count as real."""
MAX_DISAGREEMENT = 0.8
"""Largest difference between distance and integrated speed in a piece, as a fraction of the larger of them."""
MIN_WALKING_SPEED_MPS = 0.8
"""Value of ``MIN_RUNNING_SPEED_MPS`` for stretches of ``WINDOW_S`` or longer."""
SLOPE_HALF_WIDTH_S = 2.5
"""Half the length in seconds of the window around a record in which the slope of the distance curve gives its speed."""
HEART_RATE_RANGE_BPM = (25.0, 240.0)
"""Lowest and highest plausible heart rate in beats per minute; others are dropped."""


@dataclass(frozen=True, slots=True, eq=False)
class Speed(HasFindings):
    """The speed of ``n`` records in m/s, shape ``(n,)``."""

    speed_mps: FloatArray
    source: str  # origin of the speed: ``device``, ``distance`` (the slope of the distance curve) or ``none``


def choose_speed(t_s: FloatArray, device: Speed, distance: Distance, cadence: FloatArray) -> Speed:
    """Return the device's speed, and the slope of distance where most of it is missing or it contradicts distance."""
    if distance.source == "none":
        is_known = np.any(np.isfinite(device.speed_mps))
        return device if is_known else Speed(device.speed_mps, "none", findings=device.findings)
    slope_mps = speed_from_distance(t_s, distance.distance_m, distance.pauses.spans)
    is_missing = np.isnan(device.speed_mps)
    if np.mean(is_missing) > 0.5:
        return Speed(slope_mps, "distance", findings=device.findings)
    is_wrong = _find_moving_runs(t_s, device.speed_mps < MAX_STANDING_SPEED_MPS, distance)
    is_wrong |= _find_disagreement(t_s, device.speed_mps, distance)
    if not distance.has_path:
        is_wrong &= ~_find_stepless(t_s, cadence)
    is_replaced = is_wrong | _find_moving_runs(t_s, is_missing, distance)
    speed_mps = np.where(is_replaced, slope_mps, device.speed_mps)
    wrong_s = float(np.sum(np.gradient(t_s)[is_wrong]))
    text = f"the recorded speed contradicts the distance for {wrong_s:.0f} s: computed from distance there"
    finding = note_if_few("speed-contradicts-distance", text, wrong_s, "s", total=float(t_s[-1]))
    return Speed(speed_mps, "device", findings=device.findings + ((finding,) if np.any(is_wrong) else ()))


def _find_moving_runs(t_s: FloatArray, rows: NDArray[np.bool_], distance: Distance) -> NDArray[np.bool_]:
    """Find the runs of the given rows, outside pauses, in which distance grows as only a moving runner's does."""
    runs = true_runs(rows & ~contains(distance.pauses.spans, t_s))
    ends = np.minimum(runs[:, 1], len(t_s) - 1)
    run_s, run_m = t_s[ends] - t_s[runs[:, 0]], distance.distance_m[ends] - distance.distance_m[runs[:, 0]]
    min_mps = np.where(run_s >= WINDOW_S, MIN_WALKING_SPEED_MPS, MIN_RUNNING_SPEED_MPS)
    return mask_from_runs(runs[(run_m >= MIN_DISAGREEMENT_M) & (run_m >= min_mps * run_s)], len(t_s))


def _find_disagreement(t_s: FloatArray, speed_mps: FloatArray, distance: Distance) -> NDArray[np.bool_]:
    """Find the records whose speed is a fraction of the growth of distance or, with positions, a multiple of it."""
    speed_m = midpoints(speed_mps) * np.diff(t_s)
    is_compared = np.isfinite(speed_m) & distance.is_known & ~contains(distance.pauses.spans, midpoints(t_s))
    integrated_m = sum_around(t_s, np.where(is_compared, speed_m, 0.0))
    covered_m = sum_around(t_s, np.where(is_compared, np.diff(distance.distance_m), 0.0))
    larger_m = np.maximum(covered_m, integrated_m if distance.has_path else 0.0)
    limit_m = np.maximum(MAX_DISAGREEMENT * larger_m, MIN_DISAGREEMENT_M)
    return _touching(is_compared & (larger_m - np.minimum(covered_m, integrated_m) > limit_m))


def _find_stepless(t_s: FloatArray, cadence: FloatArray) -> NDArray[np.bool_]:
    known_s = np.where(np.isfinite(midpoints(cadence)), np.diff(t_s), 0.0)
    turns = sum_around(t_s, known_s * np.nan_to_num(midpoints(cadence)))
    return _touching(turns < MOVING_CADENCE * sum_around(t_s, known_s))


def _touching(steps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask of the ``n`` records at either end of the given steps, ``(n - 1,)``."""
    ends: NDArray[np.bool_] = np.append(steps, False) | np.append(False, steps)
    return ends


def speed_from_distance(t_s: FloatArray, distance_m: FloatArray, pauses: Spans) -> FloatArray:
    """Compute speed in m/s from cumulative distance, ``(n,)``: its slope around each record, and 0 within pauses."""
    start_s, end_s = np.clip((t_s - SLOPE_HALF_WIDTH_S, t_s + SLOPE_HALF_WIDTH_S), t_s[0], t_s[-1])
    gain_m = np.interp(end_s, t_s, distance_m) - np.interp(start_s, t_s, distance_m)
    speed = np.divide(gain_m, end_s - start_s, out=np.full(len(t_s), np.nan), where=end_s > start_s)
    return np.where(contains(pauses, t_s), 0.0, speed)


def clean_speed(t_s: FloatArray, raw_mps: FloatArray) -> Speed:
    """Return the device's speed without impossible values, with short gaps filled; all NaN if never above 0."""
    spikes = (raw_mps > MAX_SPEED_MPS) | (raw_mps < 0.0)
    speed, _ = bridge_gaps(t_s, np.where(spikes, np.nan, raw_mps))
    if not np.any(speed > 0.0):
        speed = np.full(len(t_s), np.nan)
    count = int(np.sum(spikes))
    text = f"{format_count(count, 'impossible speed')} dropped"
    finding = note_if_few("impossible-speeds", text, count, "records", total=len(t_s))
    return Speed(speed, "device", findings=(finding,) if count else ())


def clean_heart_rate(t_s: FloatArray, raw_bpm: FloatArray) -> FloatArray:
    """Drop heart rates outside ``HEART_RATE_RANGE_BPM`` and fill short gaps by straight lines."""
    is_impossible = (raw_bpm < HEART_RATE_RANGE_BPM[0]) | (raw_bpm > HEART_RATE_RANGE_BPM[1])
    return bridge_gaps(t_s, np.where(is_impossible, np.nan, raw_bpm))[0]
