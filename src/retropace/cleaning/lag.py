"""Estimates the lag of recorded speed, distance and cadence behind the body, and removes it.

Watches smooth: after a lap button on real recordings speed follows by 7 s in the median (2–13 s) and cadence by 4 s.
Laps and annotations have no lag, so that their edges would otherwise cut the columns in the wrong place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray, Spans

CHANGE_WINDOW_S = 3
"""Length in seconds of the two adjacent windows whose means are compared to measure a change."""
MAX_RELATIVE_LAG_S = 10
"""Largest lag in seconds, either way, between recorded speed and cadence."""
MIN_CORRELATION = 0.25
"""Smallest correlation between the changes of speed and of cadence for which their measured lag is used."""
MIN_DURATION_S = 300
"""Shortest recording in seconds whose lags are measured; a shorter one holds too few changes."""
MAX_DURATION_S = 200_000
"""Longest recording in seconds whose lags are measured; one of more than two days is mostly gaps."""


@dataclass(frozen=True, slots=True)
class Lags:
    """Seconds by which recorded speed (with the distance integrated from it) and recorded cadence trail the body."""

    speed_s: float
    cadence_s: float

    def describe(self, *, has_speed: bool, has_cadence: bool) -> list[str]:
        """Return the warning for the columns that were shifted, as a list of one text or none."""
        shifts = [f"speed by {self.speed_s:g} s"] * has_speed + [f"cadence by {self.cadence_s:g} s"] * has_cadence
        return [f"{' and '.join(shifts)} moved back to when it happened: watches show it late"] if shifts else []


def estimate_lags(t_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, parameters: CleanParameters) -> Lags:
    """Return the lags of speed and cadence, shapes ``(n,)``, as a device recorded them.

    The lag between the two is where the absolute changes of both correlate best. The sign of a change is ignored,
    because a runner who turns to run backward slows down and takes faster steps. The mean of both lags cannot be
    measured without annotations and is ``parameters.lag_s``; positions, which lag too, gave no better estimate.
    """
    default = Lags(
        parameters.lag_s + parameters.relative_lag_s / 2.0, parameters.lag_s - parameters.relative_lag_s / 2.0
    )
    if not MIN_DURATION_S <= t_s[-1] <= MAX_DURATION_S:
        return default
    grid = np.arange(0.0, t_s[-1])
    speed, cadence = _resample_each_second(grid, t_s, speed_mps), _resample_each_second(grid, t_s, cadence_spm)
    if speed is None or cadence is None:
        return default
    relative_s, correlation = _find_best_shift(np.abs(_compute_changes(speed)), np.abs(_compute_changes(cadence)))
    if correlation < MIN_CORRELATION:
        return default
    return Lags(parameters.lag_s + relative_s / 2.0, parameters.lag_s - relative_s / 2.0)


def _resample_each_second(grid_s: FloatArray, t_s: FloatArray, column: FloatArray) -> FloatArray | None:
    """Return a column at the times ``grid_s``; None if it has fewer than ``MIN_DURATION_S / 4`` known values."""
    known = np.isfinite(column)
    return np.interp(grid_s, t_s[known], column[known]) if known.sum() >= MIN_DURATION_S / 4 else None


def _compute_changes(signal: FloatArray) -> FloatArray:
    """Return, for each second, the mean of the next window less that of the previous one, clipped at outliers."""
    total = np.concatenate(([0.0], np.cumsum(signal)))
    mean = (total[CHANGE_WINDOW_S:] - total[:-CHANGE_WINDOW_S]) / CHANGE_WINDOW_S
    change = mean[CHANGE_WINDOW_S:] - mean[:-CHANGE_WINDOW_S]
    # Stops and starts are changes so large that they would outweigh all others.
    clipped: FloatArray = np.clip(change, *np.percentile(change, [2.0, 98.0]))
    return clipped


def _find_best_shift(late: FloatArray, early: FloatArray) -> tuple[float, float]:
    """Return the seconds by which ``late`` trails ``early``, and their correlation at that shift."""
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
    """Return the rows between pauses as slices; a watch does not smooth across a pause."""
    cuts = np.searchsorted(t_s, (pauses[:, 0] + pauses[:, 1]) / 2.0)
    edges = np.unique(np.concatenate(([0], cuts, [len(t_s)])))
    return [slice(int(start), int(end)) for start, end in pairwise(edges)]


def shift_earlier(t_s: FloatArray, column: FloatArray, lag_s: float, pauses: Spans) -> FloatArray:
    """Return the column ``lag_s`` earlier, shape ``(n,)``, missing where it was missing.

    Each part between pauses is shifted alone, and its last value fills its end.
    """
    shifted = column.copy()
    for part in slices_between_pauses(t_s, pauses):
        times, values = t_s[part], column[part]
        known = np.isfinite(values)
        if known.sum() < 2:
            continue
        source_s = np.clip(times + lag_s, times[0], times[-1])
        if known.all():
            shifted[part] = np.interp(source_s, times, values)
            continue
        interpolated = np.interp(source_s, times[known], values[known])
        nearest = np.clip(np.searchsorted(times, source_s - 1e-9), 0, len(times) - 1)
        shifted[part] = np.where(known[nearest], interpolated, np.nan)
    return shifted


def shift_distance_earlier(t_s: FloatArray, distance_m: FloatArray, lag_s: float, pauses: Spans) -> FloatArray:
    """Return the cumulative distance ``lag_s`` earlier, shape ``(n,)``, keeping the total of each part between pauses.

    Beyond the end of a part the distance is extrapolated at its last speed; the part is then scaled back to its total,
    which changes it by a few metres.
    """
    shifted_m = distance_m.copy()
    for part in slices_between_pauses(t_s, pauses):
        times, counted_m = t_s[part], distance_m[part]
        total_m = counted_m[-1] - counted_m[0]
        if len(times) < 3 or total_m <= 0.0 or times[-1] - times[0] <= 2.0 * abs(lag_s):
            continue
        window_s = max(abs(lag_s), 1.0)
        first_mps, last_mps = (
            (np.interp(times[0] + window_s, times, counted_m) - counted_m[0]) / window_s,
            (counted_m[-1] - np.interp(times[-1] - window_s, times, counted_m)) / window_s,
        )
        source_s = times + lag_s
        body_m = np.interp(source_s, times, counted_m)
        body_m += last_mps * np.clip(source_s - times[-1], 0.0, None) - first_mps * np.clip(
            times[0] - source_s, 0.0, None
        )
        gain_m = body_m[-1] - body_m[0]
        if gain_m > 0.0:
            shifted_m[part] = counted_m[0] + (body_m - body_m[0]) * (total_m / gain_m)
            shifted_m[part.stop - 1] = counted_m[-1]
    return shifted_m
