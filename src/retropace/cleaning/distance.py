"""Distance covered: the device's own count first, else the way along the positions, else speed over time."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from retropace.core.geodesy import MAX_DEGREE_LENGTH_M, compute_distances_m, project_along_path_m
from retropace.core.spans import FloatArray, Spans, contains, true_runs
from retropace.core.world_records import MAX_SPEED_MPS

MIN_SMOOTHING_S, MAX_SMOOTHING_S = 0.5, 2.0
"""Bounds of the Gaussian's standard deviation. Watches write positions that are filtered already: on 21 recordings with
both positions and the device's own count, 0.5 s gives 0.999 of that count in the median, 2 s only 0.992."""
SMOOTHING_S_PER_M = 3.0
"""How much more to smooth for each metre of jitter beyond ``STEADY_M``."""
REFERENCE_JITTER_M = 0.1
"""Jitter that the turns and steps of a body alone look like."""
MAX_DENSE_SPACING_S = 1.5
MIN_SPARSE_SPACING_S = 4.0
"""Positions further apart than this are joined as they are: their jitter is small against the way between them."""


def distance_from_device(t_s: FloatArray, counted_m: FloatArray) -> tuple[FloatArray | None, tuple[str, ...]]:
    """The device's cumulative distance from 0, never falling, ``None`` if it has none; and what was repaired.

    A counter that starts again at the bottom is continued. Single values that do not fit a rising count are dropped
    (the fewest possible) and bridged in time.
    """
    known = np.flatnonzero(np.isfinite(counted_m))
    if len(known) < 2 or np.ptp(counted_m[known]) <= 0.0:
        return None, ()
    warnings: list[str] = []
    values = counted_m[known].copy()
    for at in np.flatnonzero(np.diff(values) < 0.0):
        before, rest = values[max(at - 9, 0) : at + 1], values[at + 1 : at + 11]
        usual = float(np.median(before))
        # A reset, not a stray value: the count falls far below where it was and goes on from there.
        if usual > 50.0 and np.all(rest < 0.5 * usual) and np.all(np.diff(rest) >= 0.0):
            warnings.append(f"the distance counter starts again after {values[at]:.0f} m: continued")
            values[at + 1 :] += values[at]
    falls = np.diff(values) < 0.0
    if np.any(falls):
        keep = _longest_nondecreasing(values)
        warnings.append(
            f"the device's distance falls {int(np.sum(falls))} time{'s' * (int(np.sum(falls)) > 1)}: "
            f"{len(values) - len(keep)} values that do not fit were bridged"
        )
        known, values = known[keep], values[keep]
    curve = np.interp(t_s, t_s[known], values) - values[0]
    leap = np.diff(curve) > np.maximum(MAX_SPEED_MPS * np.diff(t_s), 100.0)
    if np.any(leap):
        warnings.append(
            f"the device's distance leaps by {float(np.max(np.diff(curve)[leap])):.0f} m between two records, faster "
            "than anyone runs: kept as the device counted it"
        )
    return curve, tuple(warnings)


def _longest_nondecreasing(values: FloatArray) -> NDArray[np.intp]:
    """Indices of a longest subsequence that never falls.

    What is no less than all before it and no more than all after it belongs to one; only what lies between is searched.
    """
    fits = (values == np.maximum.accumulate(values)) & (values == np.minimum.accumulate(values[::-1])[::-1])
    for first, end in true_runs(~fits).tolist():
        fits[first + _longest_nondecreasing_by_bisection(values[first:end])] = True
    return np.flatnonzero(fits)


def _longest_nondecreasing_by_bisection(values: FloatArray) -> NDArray[np.intp]:
    """The same where hardly anything is in order, one value after the other (Fredman 1975, Discrete Math 11:29)."""
    tails: list[float] = []
    tail_at: list[int] = []
    before = np.full(len(values), -1, dtype=np.intp)
    for at, value in enumerate(values.tolist()):
        place = bisect_right(tails, value)
        if place:
            before[at] = tail_at[place - 1]
        if place == len(tails):
            tails.append(value)
            tail_at.append(at)
        else:
            tails[place], tail_at[place] = value, at
    chain = [tail_at[-1]]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return np.array(chain[::-1], dtype=np.intp)


def drop_stray_positions(
    t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """The positions without those that could only be reached and left faster than anyone runs.

    Impossible coordinates and the placeholder 0, 0 are dropped too. A whole stretch elsewhere is kept: it is not
    for us to say which side is right.
    """
    lat, lon = lat_deg.copy(), lon_deg.copy()
    bad = (np.abs(lat) > 90.0) | (np.abs(lon) > 180.0) | ((lat == 0.0) & (lon == 0.0))
    known = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon) & ~bad)
    most_m = np.maximum(MAX_SPEED_MPS * np.diff(t_s[known]), 30.0)
    # Degrees alone show that most recordings have no leap at all.
    at_most_m = MAX_DEGREE_LENGTH_M * (np.abs(np.diff(lat[known])) + np.abs(np.diff(lon[known])))
    if len(known) > 2 and np.any(at_most_m > most_m):
        way = compute_distances_m(lat[known], lon[known])
        fast = way > most_m
        around = np.hypot(*_offsets_to_next_but_one_m(lat[known], lon[known]))
        stray = fast[:-1] & fast[1:] & (around < 0.5 * np.minimum(way[:-1], way[1:]))
        bad[known[1:-1][stray]] = True
    count = int(np.sum(bad & np.isfinite(lat)))
    lat[bad], lon[bad] = np.nan, np.nan
    return lat, lon, ((f"{count} stray position{'s' * (count > 1)} dropped",) if count else ())


def _offsets_to_next_but_one_m(lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Metres east and north from each position to the next but one."""
    east, north = project_along_path_m(lat_deg, lon_deg)
    return east[2:] - east[:-2], north[2:] - north[:-2]


def distance_from_positions(
    t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray, pauses: Spans
) -> FloatArray | None:
    """The way along the positions from 0; ``None`` with fewer than two. What lies between a pause's ends is no way.

    Jitter would lengthen the way, so dense positions are smoothed in time first, each stretch between pauses on its
    own with its ends held.
    """
    known = np.flatnonzero(np.isfinite(lat_deg) & np.isfinite(lon_deg))
    if len(known) < 2:
        return None
    at_s = t_s[known]
    east, north = project_along_path_m(lat_deg[known], lon_deg[known])
    paused = contains(pauses, at_s[:-1]) | contains(pauses, (at_s[:-1] + at_s[1:]) / 2.0)
    way = np.hypot(np.diff(east), np.diff(north))
    piece = np.concatenate(([0], np.cumsum(paused | (np.diff(at_s) > 4.0 * MIN_SPARSE_SPACING_S))))
    edges = np.concatenate(([0], np.flatnonzero(np.diff(piece)) + 1, [len(piece)]))
    long = np.diff(edges) >= 3
    for first, end in zip(edges[:-1][long].tolist(), edges[1:][long].tolist(), strict=True):
        part = slice(first, end)
        if np.median(np.diff(at_s[part])) > MIN_SPARSE_SPACING_S:
            continue
        width_s = estimate_smoothing_s(at_s[part], east[part], north[part])
        smooth_east, smooth_north = (
            smooth_gaussian(at_s[part], east[part], width_s),
            smooth_gaussian(at_s[part], north[part], width_s),
        )
        way[first : end - 1] = np.hypot(np.diff(smooth_east), np.diff(smooth_north))
    way[paused] = 0.0
    return np.interp(t_s, at_s, np.concatenate(([0.0], np.cumsum(way))))


def estimate_smoothing_s(t_s: FloatArray, east_m: FloatArray, north_m: FloatArray) -> float:
    """How widely to smooth, in seconds, from the positions' jitter: white noise shows in second differences.

    The second difference of noise of standard deviation s has 6 s² (Rice 1984, Ann Stat 12:1215, difference-based
    estimators of variance); the median is not moved by turns. Positions further apart than ``DENSE_S`` bend with the
    way and say nothing of jitter.
    """
    even = np.diff(t_s) <= MAX_DENSE_SPACING_S
    bends = np.concatenate([np.diff(values, 2)[even[1:] & even[:-1]] for values in (east_m, north_m)])
    jitter_m = float(np.median(np.abs(bends))) / (0.6745 * 6.0**0.5) if len(bends) else 0.0
    return float(
        np.clip(MIN_SMOOTHING_S + SMOOTHING_S_PER_M * (jitter_m - REFERENCE_JITTER_M), MIN_SMOOTHING_S, MAX_SMOOTHING_S)
    )


def smooth_gaussian(t_s: FloatArray, values: FloatArray, width_s: float) -> FloatArray:
    """The values after a Gaussian of ``width_s`` in time; both ends keep their place (odd reflection)."""
    grid = np.arange(t_s[0], t_s[-1] + 1.0)
    even = np.interp(grid, t_s, values)
    reach = min(int(4 * width_s), len(even) - 1)
    if reach < 1:
        return values
    left = 2.0 * even[0] - even[reach:0:-1]
    right = 2.0 * even[-1] - even[-2 : -reach - 2 : -1]
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width_s) ** 2)
    padded = np.concatenate((left, even, right))
    return np.interp(t_s, grid, np.convolve(padded, kernel / kernel.sum(), mode="valid"))


def distance_from_speed(t_s: FloatArray, speed_mps: FloatArray, pauses: Spans) -> FloatArray | None:
    """Recorded speed over time, from 0; ``None`` without speed. Missing speed and pauses add nothing."""
    if np.sum(np.isfinite(speed_mps)) < 2:
        return None
    step = np.diff(t_s) * (speed_mps[1:] + speed_mps[:-1]) / 2.0
    step[contains(pauses, (t_s[1:] + t_s[:-1]) / 2.0)] = 0.0
    return np.concatenate(([0.0], np.cumsum(np.nan_to_num(step))))
