"""Recorded speed, distance and cadence trail the body by seconds; here they are moved back to when it happened.

At a lap mark on real recordings speed follows by 7 s in the median (2–13 s) and cadence by 4 s: watches smooth. Laps
and whatever the runner marks need no correction, so without it every edge would cut the columns in the wrong place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray, Spans

CHANGE_WINDOW_S = 3
"""Changes are those between the means of neighbouring stretches of this many seconds."""
MAX_RELATIVE_LAG_S = 10
"""Speed and cadence of no recording trail each other by more."""
MIN_CORRELATION = 0.25
"""How well the changes of speed and cadence must fit each other before their distance in time is believed."""
MIN_DURATION_S, MAX_DURATION_S = 300, 200_000
"""A shorter recording holds too few changes to tell; a longer one than two days is mostly gaps."""


@dataclass(frozen=True, slots=True)
class Lags:
    """By how many seconds recorded speed (with the distance counted from it) and cadence trail the body."""

    speed_s: float
    cadence_s: float

    def describe(self, *, has_speed: bool, has_cadence: bool) -> list[str]:
        """What was moved, in words; nothing for columns that there are not."""
        told = [f"speed by {self.speed_s:g} s"] * has_speed + [f"cadence by {self.cadence_s:g} s"] * has_cadence
        return [f"{' and '.join(told)} moved back to when it happened: watches show it late"] if told else []


def estimate_lags(t_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, parameters: CleanParameters) -> Lags:
    """The lags of speed and cadence as a device recorded them.

    How far apart the two are is measured: where the sizes of their changes fit each other best. Their sign says
    nothing: who turns round to run backward slows down and steps faster. How far both trail the body together cannot
    be seen without marks and is taken as usual; measuring it against the positions, which trail too, was no better.
    """
    usual = Lags(parameters.lag_s + parameters.relative_lag_s / 2.0, parameters.lag_s - parameters.relative_lag_s / 2.0)
    if not MIN_DURATION_S <= t_s[-1] <= MAX_DURATION_S:
        return usual
    grid = np.arange(0.0, t_s[-1])
    speed, cadence = _resample_each_second(grid, t_s, speed_mps), _resample_each_second(grid, t_s, cadence_spm)
    if speed is None or cadence is None:
        return usual
    apart_s, likeness = _find_best_shift(np.abs(_compute_changes(speed)), np.abs(_compute_changes(cadence)))
    if likeness < MIN_CORRELATION:
        return usual
    return Lags(parameters.lag_s + apart_s / 2.0, parameters.lag_s - apart_s / 2.0)


def _resample_each_second(grid_s: FloatArray, t_s: FloatArray, column: FloatArray) -> FloatArray | None:
    """A column second by second; None if too little of it is known."""
    known = np.isfinite(column)
    return np.interp(grid_s, t_s[known], column[known]) if known.sum() >= MIN_DURATION_S / 4 else None


def _compute_changes(signal: FloatArray) -> FloatArray:
    """How much the mean of the next seconds differs from that of the last ones, every second."""
    total = np.concatenate(([0.0], np.cumsum(signal)))
    mean = (total[CHANGE_WINDOW_S:] - total[:-CHANGE_WINDOW_S]) / CHANGE_WINDOW_S
    change = mean[CHANGE_WINDOW_S:] - mean[:-CHANGE_WINDOW_S]
    # A stop or a start is one huge change: it must not outvote all the others.
    clipped: FloatArray = np.clip(change, *np.percentile(change, [2.0, 98.0]))
    return clipped


def _find_best_shift(late: FloatArray, early: FloatArray) -> tuple[float, float]:
    """By how many seconds the one trails the other, and how well they fit then."""
    late, early = late - late.mean(), early - early.mean()
    size = float(np.sqrt(np.sum(late**2) * np.sum(early**2)))
    if size <= 0.0:
        return 0.0, 0.0
    middle = slice(MAX_RELATIVE_LAG_S, len(early) - MAX_RELATIVE_LAG_S)
    fits = [
        float(np.sum(late[MAX_RELATIVE_LAG_S + shift : len(late) - MAX_RELATIVE_LAG_S + shift] * early[middle])) / size
        for shift in range(-MAX_RELATIVE_LAG_S, MAX_RELATIVE_LAG_S + 1)
    ]
    best = int(np.argmax(fits))
    return float(best - MAX_RELATIVE_LAG_S), fits[best]


def slices_between_pauses(t_s: FloatArray, pauses: Spans) -> list[slice]:
    """The rows between pauses, as slices: a watch that is stopped does not go on smoothing."""
    cuts = np.searchsorted(t_s, (pauses[:, 0] + pauses[:, 1]) / 2.0)
    edges = np.unique(np.concatenate(([0], cuts, [len(t_s)])))
    return [slice(int(start), int(end)) for start, end in pairwise(edges)]


def shift_earlier(t_s: FloatArray, column: FloatArray, lag_s: float, pauses: Spans) -> FloatArray:
    """The column as it was when the body did it, missing where it was missing. The last value of each piece lasts."""
    moved = column.copy()
    for piece in slices_between_pauses(t_s, pauses):
        times, values = t_s[piece], column[piece]
        known = np.isfinite(values)
        if known.sum() < 2:
            continue
        at_s = np.clip(times + lag_s, times[0], times[-1])
        if known.all():
            moved[piece] = np.interp(at_s, times, values)
            continue
        shifted = np.interp(at_s, times[known], values[known])
        nearest = np.clip(np.searchsorted(times, at_s - 1e-9), 0, len(times) - 1)
        moved[piece] = np.where(known[nearest], shifted, np.nan)
    return moved


def shift_distance_earlier(t_s: FloatArray, distance_m: FloatArray, lag_s: float, pauses: Spans) -> FloatArray:
    """The distance curve as it was when the body covered it; each piece keeps its total, so the whole does.

    What the watch had not yet counted when it was stopped is taken as run on at the last pace; the piece is then
    scaled to what was counted, by the share of a few metres.
    """
    moved = distance_m.copy()
    for piece in slices_between_pauses(t_s, pauses):
        times, counted = t_s[piece], distance_m[piece]
        total = counted[-1] - counted[0]
        if len(times) < 3 or total <= 0.0 or times[-1] - times[0] <= 2.0 * abs(lag_s):
            continue
        window_s = max(abs(lag_s), 1.0)
        first_mps, last_mps = (
            (np.interp(times[0] + window_s, times, counted) - counted[0]) / window_s,
            (counted[-1] - np.interp(times[-1] - window_s, times, counted)) / window_s,
        )
        at_s = times + lag_s
        body = np.interp(at_s, times, counted)
        body += last_mps * np.clip(at_s - times[-1], 0.0, None) - first_mps * np.clip(times[0] - at_s, 0.0, None)
        gained = body[-1] - body[0]
        if gained > 0.0:
            moved[piece] = counted[0] + (body - body[0]) * (total / gained)
            moved[piece.stop - 1] = counted[-1]
    return moved
