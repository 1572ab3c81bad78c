"""Computation of cumulative distance from the device's count, from positions, or from speed."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from retropace.core.geodesy import MAX_DEGREE_LENGTH_M, compute_distances_m, project_along_path_m
from retropace.core.spans import FloatArray, Spans, contains, true_runs
from retropace.core.world_records import MAX_SPEED_MPS

MIN_SMOOTHING_S = 0.5
"""Smallest standard deviation in seconds of the Gaussian that smooths positions. Little suffices, as watches filter
positions: on 21 recordings, the median ratio of the distance to the device's count is 0.999 with 0.5 s and 0.992 with 2
s."""
MAX_SMOOTHING_S = 2.0
"""Largest standard deviation, in seconds, of the Gaussian that smooths positions."""
SMOOTHING_S_PER_M = 3.0
"""Seconds by which the Gaussian's standard deviation grows for each metre by which the jitter of positions exceeds
``REFERENCE_JITTER_M``.

Jitter is the standard deviation of the random error from position to position."""
REFERENCE_JITTER_M = 0.1
"""Jitter in metres that the turns and steps of a runner alone produce."""
MAX_DENSE_SPACING_S = 1.5
"""Largest time in seconds between two positions for both to be used in measuring jitter."""
MIN_SPARSE_SPACING_S = 4.0
"""Largest median time in seconds between positions at which they are smoothed.

Positions further apart are not smoothed, as their jitter is small compared with the distances between them."""
RESET_WINDOW = 10
"""Number of values before and after a fall of the distance counter that are looked at to decide whether it was reset to
0."""
MIN_RESET_M = 50.0
"""Distance in metres that the counter must have reached before it falls for the fall to be taken for a reset."""
MIN_LEAP_M = 100.0
"""Smallest leap in metres of the device's distance between two records that is reported as a warning."""
MIN_STRAY_M = 30.0
"""Distance in metres within which neighbouring positions are always plausible, however short the time between them."""


def distance_from_device(t_s: FloatArray, counted_m: FloatArray) -> tuple[FloatArray | None, tuple[str, ...]]:
    """Clean the device's own distance so that it starts at 0 and never falls; returns it and warnings.

    The distance is None if the device recorded none. A counter that restarts from 0 is continued. If values still fall,
    as few as possible are dropped and replaced by straight lines.
    """
    known = np.flatnonzero(np.isfinite(counted_m))
    if len(known) < 2 or np.ptp(counted_m[known]) <= 0.0:
        return None, ()
    warnings: list[str] = []
    values = counted_m[known].copy()
    for last in np.flatnonzero(np.diff(values) < 0.0):
        before = values[max(last + 1 - RESET_WINDOW, 0) : last + 1]
        after = values[last + 1 : last + 1 + RESET_WINDOW]
        level_m = float(np.median(before))
        # A reset, unlike a stray value, falls far below the former count and rises from there.
        if level_m > MIN_RESET_M and np.all(after < 0.5 * level_m) and np.all(np.diff(after) >= 0.0):
            warnings.append(f"the distance counter starts again after {values[last]:.0f} m: continued")
            values[last + 1 :] += values[last]
    falls = np.diff(values) < 0.0
    if np.any(falls):
        keep = _longest_nondecreasing(values)
        warnings.append(
            f"the device's distance falls {int(np.sum(falls))} time{'s' * (int(np.sum(falls)) > 1)}: "
            f"{len(values) - len(keep)} values that do not fit were bridged"
        )
        known, values = known[keep], values[keep]
    curve = np.interp(t_s, t_s[known], values) - values[0]
    leap = np.diff(curve) > np.maximum(MAX_SPEED_MPS * np.diff(t_s), MIN_LEAP_M)
    if np.any(leap):
        warnings.append(
            f"the device's distance leaps by {float(np.max(np.diff(curve)[leap])):.0f} m between two records, faster "
            "than anyone runs: kept as the device counted it"
        )
    return curve, tuple(warnings)


def _longest_nondecreasing(values: FloatArray) -> NDArray[np.intp]:
    """Return the indices of as many values as possible such that none is smaller than the one before.

    A value with no larger one before it and no smaller one after it is always kept; only the others are searched.
    """
    fits = (values == np.maximum.accumulate(values)) & (values == np.minimum.accumulate(values[::-1])[::-1])
    for first, end in true_runs(~fits).tolist():
        fits[first + _longest_nondecreasing_by_bisection(values[first:end])] = True
    return np.flatnonzero(fits)


def _longest_nondecreasing_by_bisection(values: FloatArray) -> NDArray[np.intp]:
    """Return the indices of a longest nondecreasing subsequence in O(n log n) (Fredman 1975, Discrete Math 11:29)."""
    tails: list[float] = []
    tail_index: list[int] = []
    previous = np.full(len(values), -1, dtype=np.intp)
    for index, value in enumerate(values.tolist()):
        length = bisect_right(tails, value)
        if length:
            previous[index] = tail_index[length - 1]
        if length == len(tails):
            tails.append(value)
            tail_index.append(index)
        else:
            tails[length], tail_index[length] = value, index
    chain = [tail_index[-1]]
    while previous[chain[-1]] >= 0:
        chain.append(int(previous[chain[-1]]))
    return np.array(chain[::-1], dtype=np.intp)


def drop_stray_positions(
    t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Set stray positions to NaN; returns latitudes, longitudes and warnings.

    A position is stray if the runner would have had to reach and leave it faster than ``MAX_SPEED_MPS``, or if its
    coordinates are impossible or the placeholder 0, 0. If several successive positions lie far off, all are kept:
    those before or those after the leap may be right.
    """
    lat, lon = lat_deg.copy(), lon_deg.copy()
    is_stray = (np.abs(lat) > 90.0) | (np.abs(lon) > 180.0) | ((lat == 0.0) & (lon == 0.0))
    known = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon) & ~is_stray)
    reachable_m = np.maximum(MAX_SPEED_MPS * np.diff(t_s[known]), MIN_STRAY_M)
    # A cheap upper bound of the distances shows that most recordings have no leap at all.
    bound_m = MAX_DEGREE_LENGTH_M * (np.abs(np.diff(lat[known])) + np.abs(np.diff(lon[known])))
    if len(known) > 2 and np.any(bound_m > reachable_m):
        step_m = compute_distances_m(lat[known], lon[known])
        is_leap = step_m > reachable_m
        bypass_m = np.hypot(*_offsets_to_next_but_one_m(lat[known], lon[known]))
        is_outlier = is_leap[:-1] & is_leap[1:] & (bypass_m < 0.5 * np.minimum(step_m[:-1], step_m[1:]))
        is_stray[known[1:-1][is_outlier]] = True
    count = int(np.sum(is_stray & np.isfinite(lat)))
    lat[is_stray], lon[is_stray] = np.nan, np.nan
    return lat, lon, ((f"{count} stray position{'s' * (count > 1)} dropped",) if count else ())


def _offsets_to_next_but_one_m(lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return metres east and north from each position to the one after the next, ``(n - 2,)`` each."""
    east, north = project_along_path_m(lat_deg, lon_deg)
    return east[2:] - east[:-2], north[2:] - north[:-2]


def distance_from_positions(
    t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray, pauses: Spans
) -> FloatArray | None:
    """Compute cumulative distance along the positions; it does not grow in pauses. None with fewer than two positions.

    Random errors would lengthen the path. Dense positions are therefore smoothed in time first. Each part between two
    pauses is smoothed by itself, and its first and last position are kept.
    """
    known = np.flatnonzero(np.isfinite(lat_deg) & np.isfinite(lon_deg))
    if len(known) < 2:
        return None
    known_s = t_s[known]
    east, north = project_along_path_m(lat_deg[known], lon_deg[known])
    paused = contains(pauses, known_s[:-1]) | contains(pauses, (known_s[:-1] + known_s[1:]) / 2.0)
    step_m = np.hypot(np.diff(east), np.diff(north))
    part_number = np.concatenate(([0], np.cumsum(paused | (np.diff(known_s) > 4.0 * MIN_SPARSE_SPACING_S))))
    edges = np.concatenate(([0], np.flatnonzero(np.diff(part_number)) + 1, [len(part_number)]))
    is_long = np.diff(edges) >= 3
    for first, end in zip(edges[:-1][is_long].tolist(), edges[1:][is_long].tolist(), strict=True):
        part = slice(first, end)
        if np.median(np.diff(known_s[part])) > MIN_SPARSE_SPACING_S:
            continue
        width_s = estimate_smoothing_s(known_s[part], east[part], north[part])
        smooth_east, smooth_north = (
            smooth_gaussian(known_s[part], east[part], width_s),
            smooth_gaussian(known_s[part], north[part], width_s),
        )
        step_m[first : end - 1] = np.hypot(np.diff(smooth_east), np.diff(smooth_north))
    step_m[paused] = 0.0
    return np.interp(t_s, known_s, np.concatenate(([0.0], np.cumsum(step_m))))


def estimate_smoothing_s(t_s: FloatArray, east_m: FloatArray, north_m: FloatArray) -> float:
    """Choose how strongly to smooth positions, from their jitter: the standard deviation of a Gaussian in seconds.

    Jitter is the standard deviation of the random error from position to position. The second difference of white noise
    with standard deviation s has variance 6 s² (difference-based estimators of variance, Rice 1984, Ann Stat 12:1215);
    its median ignores turns. Positions more than ``MAX_DENSE_SPACING_S`` apart are left out, as their second
    differences follow the bends of the path.
    """
    is_dense = np.diff(t_s) <= MAX_DENSE_SPACING_S
    second_m = np.concatenate([np.diff(values, 2)[is_dense[1:] & is_dense[:-1]] for values in (east_m, north_m)])
    jitter_m = float(np.median(np.abs(second_m))) / (0.6745 * 6.0**0.5) if len(second_m) else 0.0
    return float(
        np.clip(MIN_SMOOTHING_S + SMOOTHING_S_PER_M * (jitter_m - REFERENCE_JITTER_M), MIN_SMOOTHING_S, MAX_SMOOTHING_S)
    )


def smooth_gaussian(t_s: FloatArray, values: FloatArray, width_s: float) -> FloatArray:
    """Smooth values by a Gaussian of standard deviation ``width_s`` seconds; the first and last value are kept.

    To keep them, the values are continued beyond both ends by point reflection in the end point.
    """
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
    """Compute cumulative distance by integrating speed; it does not grow in pauses and where speed is missing.

    Returns None if speed is known at fewer than two records.
    """
    if np.sum(np.isfinite(speed_mps)) < 2:
        return None
    step = np.diff(t_s) * (speed_mps[1:] + speed_mps[:-1]) / 2.0
    step[contains(pauses, (t_s[1:] + t_s[:-1]) / 2.0)] = 0.0
    return np.concatenate(([0.0], np.cumsum(np.nan_to_num(step))))
