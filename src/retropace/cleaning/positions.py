"""Positions without stray ones, and the length of the path along them."""

from dataclasses import dataclass

import numpy as np

from retropace.core.findings import HasFindings, note_if_few
from retropace.core.geodesy import MAX_DEGREE_LENGTH_M, compute_distances_m, project_along_path_m
from retropace.core.spans import FloatArray, Spans, contains, cumulate, midpoints
from retropace.core.units import format_count
from retropace.core.world_records import MAX_SPEED_MPS

MIN_SMOOTHING_S = 0.5
"""Smallest standard deviation in seconds of the Gaussian that smooths positions. Little suffices, as watches filter
positions: on 21 recordings, the median ratio of the distance along the positions to the device's count is 0.999 with
0.5 s and 0.992 with 2 s."""
MAX_SMOOTHING_S = 2.0
"""Largest standard deviation, in seconds, of the Gaussian that smooths positions."""
SMOOTHING_S_PER_M = 3.0
"""Standard deviation in seconds that is added to ``MIN_SMOOTHING_S`` for each metre of jitter above
``REFERENCE_JITTER_M``.

Jitter is the standard deviation of the random error from position to position."""
REFERENCE_JITTER_M = 0.1
"""Jitter in metres of positions without any error, which the runner's turns and steps alone produce."""
MAX_DENSE_SPACING_S = 1.5
"""Largest time in seconds between neighbouring positions from which jitter is measured; positions further apart are
ignored."""
MIN_SPARSE_SPACING_S = 4.0
"""Largest median time in seconds between positions that are smoothed.

Positions further apart are not smoothed, as their jitter is small compared with the distances between them."""
MIN_STRAY_M = 30.0
"""Distance in metres between neighbouring positions that is always plausible, however short the time between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Positions(HasFindings):
    """The positions of ``n`` records in degrees, shapes ``(n,)``, NaN where unknown."""

    lat_deg: FloatArray
    lon_deg: FloatArray


def drop_stray_positions(t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray) -> Positions:
    """Return the positions with stray ones set to NaN.

    A position is stray if the runner could only have reached and left it faster than ``MAX_SPEED_MPS``, or if its
    coordinates are impossible or the placeholder 0, 0. If the route leaps and does not return with the next position,
    no position is dropped, because those before and those after the leap may be the right ones.
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
        bypass_m = np.hypot(*(axis_m[2:] - axis_m[:-2] for axis_m in project_along_path_m(lat[known], lon[known])))
        is_outlier = is_leap[:-1] & is_leap[1:] & (bypass_m < 0.5 * np.minimum(step_m[:-1], step_m[1:]))
        is_stray[known[1:-1][is_outlier]] = True
    count = int(np.sum(is_stray & np.isfinite(lat)))
    text = f"{format_count(count, 'stray position')} dropped"
    finding = note_if_few("stray-positions", text, count, "records", total=len(lat))
    lat[is_stray], lon[is_stray] = np.nan, np.nan
    return Positions(lat, lon, findings=(finding,) if count else ())


def distance_from_positions(t_s: FloatArray, positions: Positions, pauses: Spans) -> FloatArray | None:
    """Compute cumulative distance along the positions; it does not grow in pauses. None with fewer than two positions.

    Random errors would lengthen the path. Dense positions are therefore smoothed in time first. Each part between two
    pauses is smoothed by itself, and its first and last position are kept.
    """
    known = np.flatnonzero(np.isfinite(positions.lat_deg) & np.isfinite(positions.lon_deg))
    if len(known) < 2:
        return None
    known_s = t_s[known]
    east, north = project_along_path_m(positions.lat_deg[known], positions.lon_deg[known])
    paused = contains(pauses, known_s[:-1]) | contains(pauses, midpoints(known_s))
    step_m = np.hypot(np.diff(east), np.diff(north))
    part_number = np.concatenate(([0], np.cumsum(paused | (np.diff(known_s) > 4.0 * MIN_SPARSE_SPACING_S))))
    edges = np.concatenate(([0], np.flatnonzero(np.diff(part_number)) + 1, [len(part_number)]))
    is_long = np.diff(edges) >= 3
    for first, end in zip(edges[:-1][is_long].tolist(), edges[1:][is_long].tolist(), strict=True):
        part = slice(first, end)
        if np.median(np.diff(known_s[part])) > MIN_SPARSE_SPACING_S:
            continue
        width_s = estimate_smoothing_s(known_s[part], east[part], north[part])
        steps_m = (np.diff(smooth_gaussian(known_s[part], column[part], width_s)) for column in (east, north))
        step_m[first : end - 1] = np.hypot(*steps_m)
    step_m[paused] = 0.0
    return np.interp(t_s, known_s, cumulate(step_m))


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

    For this the values are continued beyond each end by their point reflection in the first or last value.
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
