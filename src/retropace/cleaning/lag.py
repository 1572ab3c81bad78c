"""Removal of lag: seconds by which recorded speed (median 7 s), distance and cadence (4 s) trail the body."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from retropace.cleaning.cadence import Cadence
from retropace.cleaning.distance import Distance
from retropace.cleaning.speed import Speed
from retropace.core.findings import HasFindings, note
from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray, Spans, cumulate

CHANGE_WINDOW_S = 3
"""Seconds over which a signal is averaged before and after a moment; their difference is its change."""
MAX_RELATIVE_LAG_S = 10
"""Largest lag in seconds of recorded speed behind cadence, or of cadence behind speed, that is searched for."""
MIN_CORRELATION = 0.25
"""Smallest correlation of the changes of speed and cadence at which the lag between them replaces the default."""
MIN_DURATION_S = 300
"""Shortest recording in seconds whose lags are measured; shorter ones have too few changes."""
MAX_DURATION_S = 200_000
"""Longest recording in seconds whose lags are measured; longer ones are mostly gaps."""


class Lags(NamedTuple):
    """Seconds by which recorded speed (with the distance integrated from it) and recorded cadence trail the body."""

    speed_s: float
    cadence_s: float


@dataclass(frozen=True, slots=True, eq=False)
class BodyMotion(HasFindings):
    """Distance, speed and cadence of ``n`` records without lag: each value at the time at which the runner moved so."""

    distance_m: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray


def remove_lag(
    t_s: FloatArray, distance: Distance, speed: Speed, cadence: Cadence, parameters: CleanParameters
) -> BodyMotion:
    """Return the columns of a device without their lag; positions, and speed computed from them, keep their time."""
    distance_m, speed_mps, pauses = distance.distance_m, speed.speed_mps, distance.pauses.spans
    lags = Lags(0.0, parameters.lag_s)
    if "device" in (distance.source, speed.source):
        lags = estimate_lags(t_s, speed_mps, cadence.cadence_spm, parameters)
        speed_mps = shift_earlier(t_s, speed_mps, lags.speed_s, pauses)
        if distance.source != "positions":
            distance_m = shift_distance_earlier(t_s, distance_m, lags.speed_s, pauses)
    cadence_spm = shift_earlier(t_s, cadence.cadence_spm, lags.cadence_s, pauses)
    shifts = [f"speed by {lags.speed_s:g} s"] * bool(lags.speed_s)
    shifts += [f"cadence by {lags.cadence_s:g} s"] * bool(np.any(np.isfinite(cadence_spm)))
    text = f"{' and '.join(shifts)} moved back to when it happened: watches show it late"
    findings = (note("watch-lag", text),) if shifts else ()
    return BodyMotion(distance_m, speed_mps, cadence_spm, findings=findings)


def estimate_lags(t_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, parameters: CleanParameters) -> Lags:
    """Estimate by how many seconds recorded speed and cadence, ``(n,)`` each, trail the body.

    Their difference is the shift at which absolute changes of speed and cadence correlate best: who turns to run
    backward slows down and takes faster steps. Their mean cannot be measured and is ``parameters.lag_s``.
    """
    relative_s, known = parameters.relative_lag_s, [np.isfinite(column) for column in (speed_mps, cadence_spm)]
    if MIN_DURATION_S <= t_s[-1] <= MAX_DURATION_S and min(map(np.sum, known)) >= MIN_DURATION_S / 4:
        seconds = np.arange(0.0, t_s[-1])
        speed, cadence = (
            np.interp(seconds, t_s[rows], column[rows])
            for rows, column in zip(known, (speed_mps, cadence_spm), strict=True)
        )
        shift_s, correlation = _find_best_shift(np.abs(_compute_changes(speed)), np.abs(_compute_changes(cadence)))
        relative_s = relative_s if correlation < MIN_CORRELATION else shift_s
    return Lags(parameters.lag_s + relative_s / 2.0, parameters.lag_s - relative_s / 2.0)


def _compute_changes(signal: FloatArray) -> FloatArray:
    """Return the mean of the next three seconds less that of the last three, clipped to its 2nd and 98th percentile."""
    total = cumulate(signal)
    mean = (total[CHANGE_WINDOW_S:] - total[:-CHANGE_WINDOW_S]) / CHANGE_WINDOW_S
    change = mean[CHANGE_WINDOW_S:] - mean[:-CHANGE_WINDOW_S]
    # Stops and starts are changes so large that they would outweigh all others.
    return np.clip(change, *np.percentile(change, [2.0, 98.0]))


def _find_best_shift(late: FloatArray, early: FloatArray) -> tuple[float, float]:
    """Find the number of seconds by which ``late`` trails ``early``; returns it and their correlation at that shift."""
    late, early = late - late.mean(), early - early.mean()
    size = float(np.sqrt(np.sum(late**2) * np.sum(early**2)))
    if size <= 0.0:
        return 0.0, 0.0
    middle = slice(MAX_RELATIVE_LAG_S, len(early) - MAX_RELATIVE_LAG_S)
    correlations = [
        float(np.sum(late[MAX_RELATIVE_LAG_S + shift : len(late) - MAX_RELATIVE_LAG_S + shift] * early[middle])) / size
        for shift in range(-MAX_RELATIVE_LAG_S, MAX_RELATIVE_LAG_S + 1)
    ]
    best = int(np.argmax(correlations))
    return float(best - MAX_RELATIVE_LAG_S), correlations[best]


def slices_between_pauses(t_s: FloatArray, pauses: Spans) -> list[slice]:
    """Return the rows between pauses as slices. Each is shifted separately, as watches do not smooth over pauses."""
    cuts = np.searchsorted(t_s, (pauses[:, 0] + pauses[:, 1]) / 2.0)
    edges = np.unique(np.concatenate(([0], cuts, [len(t_s)])))
    return [slice(int(start), int(end)) for start, end in pairwise(edges)]


def shift_earlier(t_s: FloatArray, column: FloatArray, lag_s: float, pauses: Spans) -> FloatArray:
    """Shift a column to ``lag_s`` seconds earlier between pauses; missing values stay, each part's last is repeated."""
    shifted = column.copy()
    for part in slices_between_pauses(t_s, pauses):
        times, values = t_s[part], column[part]
        known = np.isfinite(values)
        if known.sum() < 2:
            continue
        source_s = np.clip(times + lag_s, times[0], times[-1])
        interpolated = np.interp(source_s, times[known], values[known])
        nearest = np.clip(np.searchsorted(times, source_s - 1e-9), 0, len(times) - 1)
        shifted[part] = np.where(known[nearest], interpolated, np.nan)
    return shifted


def shift_distance_earlier(t_s: FloatArray, distance_m: FloatArray, lag_s: float, pauses: Spans) -> FloatArray:
    """Shift distance ``lag_s`` earlier, ``(n,)``; parts between pauses go on at their last speed, keep their metres."""
    shifted_m = distance_m.copy()
    for part in slices_between_pauses(t_s, pauses):
        times, counted_m = t_s[part], distance_m[part]
        total_m = counted_m[-1] - counted_m[0]
        if len(times) < 3 or total_m <= 0.0 or times[-1] - times[0] <= 2.0 * abs(lag_s):
            continue
        window_s, ends = max(abs(lag_s), 1.0), [0, -1]
        before_s, after_s = times[ends] + (-window_s, window_s)
        before_m, after_m = 2.0 * counted_m[ends] - np.interp(times[ends] + (window_s, -window_s), times, counted_m)
        padded_s, padded_m = np.r_[before_s, times, after_s], np.r_[before_m, counted_m, after_m]
        body_m = np.interp(times + lag_s, padded_s, padded_m)
        gain_m = body_m[-1] - body_m[0]
        if gain_m > 0.0:
            shifted_m[part] = counted_m[0] + (body_m - body_m[0]) * (total_m / gain_m)
            shifted_m[part.stop - 1] = counted_m[-1]
    return shifted_m
