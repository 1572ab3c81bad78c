"""Positions without stray ones, and the length of the path along them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.findings import HasFindings, note_if_few
from retropace.core.geodesy import MAX_DEGREE_LENGTH_M, compute_distances_m, project_along_path_m
from retropace.core.spans import FloatArray, Spans, contains, mask_from_runs, midpoints, spread_over_rows, true_runs
from retropace.core.units import format_count
from retropace.core.world_records import max_distance_m

SMOOTHING_RANGE_S = (0.5, 2.0)
"""Smallest and largest standard deviation in seconds of the Gaussian that smooths positions. Watches filter them
already: with 0.5 s the path is 0.999 of the device's count in the median of 21 recordings, with 2 s 0.992."""
SMOOTHING_S_PER_M = 3.0
"""Standard deviation in seconds added to the smallest per metre of jitter above ``REFERENCE_JITTER_M``."""
REFERENCE_JITTER_M = 0.1
"""Jitter in metres of positions without any error, which the runner's turns and steps alone produce."""
MAX_DENSE_SPACING_S = 1.5
"""Largest time in seconds between neighbouring positions from which jitter is measured."""
MIN_SPARSE_SPACING_S = 4.0
"""Largest median time in seconds between positions that are smoothed; beyond it, jitter is small beside distances."""
MAX_STRAY_COUNT = 60
"""Largest number of successive positions that may be strays; more of them are a part of the route."""
MAX_STRAY_SHARE = 0.1
"""Largest fraction of all positions that successive strays may be."""
MAX_SKIPPED_PIECES = 200
"""Largest number of successive pieces of a route, between leaps, that may all be strays."""
MAX_CORRECTION_M = 100.0
"""Longest leap in metres that counts as distance, because a watch that lost its position returns to it so."""
MAX_POSITION_GAP_S = 15.0
"""Longest time in seconds between positions of an uninterrupted route."""
MAX_JOURNEY_SPEED_MPS = 90.0
"""Highest speed in m/s of a journey between two parts of a route, by train."""
JOURNEY_COST = 3.0
"""Number of positions above which a part of a route is kept that can only be reached by a journey."""
MIN_HELD_COUNT = 3
"""Smallest number of equal positions before a leap that are taken for one that the device repeated."""
NEAR_S = 30.0
"""Seconds of the route beside stray positions whose pace is used for them."""
EARTH_RADIUS_M = 6_371_000.0
"""Mean radius of the Earth in metres (IUGG)."""


@dataclass(frozen=True, slots=True, eq=False)
class Positions(HasFindings):
    """The positions of ``n`` records in degrees, shapes ``(n,)``, NaN where unknown."""

    lat_deg: FloatArray
    lon_deg: FloatArray
    stray_rows: tuple[int, ...] = ()  # records whose position was dropped as stray


def drop_stray_positions(t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray) -> Positions:
    """Return the positions, NaN where impossible, 0, 0, off the longest route possible, or repeated before a leap."""
    lat, lon = lat_deg.copy(), lon_deg.copy()
    is_stray = (np.abs(lat) > 90.0) | (np.abs(lon) > 180.0) | ((lat == 0.0) & (lon == 0.0))
    known = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon) & ~is_stray)
    # A cheap upper bound of the distances shows that most recordings have no leap at all.
    bound_m = MAX_DEGREE_LENGTH_M * (np.abs(np.diff(lat[known])) + np.abs(np.diff(lon[known])))
    is_held = np.zeros(len(lat), dtype=bool)
    if len(known) > 2 and np.any(bound_m > max_distance_m(np.diff(t_s[known]))):
        is_held[known[_find_held(t_s[known], lat[known], lon[known])]] = True
        known = known[~is_held[known]]
        is_stray[known[_find_strays(t_s[known], lat[known], lon[known])]] = True
    count = int(np.sum(is_stray & np.isfinite(lat)))
    text = f"{format_count(count, 'stray position')} dropped"
    finding = note_if_few("stray-positions", text, count, "records", total=len(lat))
    lat[is_stray | is_held], lon[is_stray | is_held] = np.nan, np.nan
    stray_rows = tuple(np.flatnonzero(is_stray).tolist())
    return Positions(lat, lon, stray_rows, findings=(finding,) if count else ())


def _find_held(t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
    """Find the positions that only repeat the one before them, up to a leap caused by that, as a mask."""
    step_m = compute_distances_m(lat_deg, lon_deg)
    leaps = step_m > max_distance_m(np.diff(t_s))
    runs = true_runs(step_m < 0.01)
    runs = runs[(np.diff(runs, axis=1)[:, 0] + 1 >= MIN_HELD_COUNT) & np.append(leaps, False)[runs[:, 1]]]
    explained = step_m[runs[:, 1]] <= max_distance_m(t_s[runs[:, 1] + 1] - t_s[runs[:, 0]])
    return mask_from_runs(runs[explained] + 1, len(t_s))


def _find_strays(t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
    """Find the positions apart from the best chain of pieces between leaps, as a mask, by dynamic programming."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    place_m = EARTH_RADIUS_M * np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    cuts = np.flatnonzero(np.linalg.norm(np.diff(place_m, axis=0), axis=1) > max_distance_m(np.diff(t_s)))
    first, last = np.append(0, cuts + 1), np.append(cuts, len(t_s) - 1)
    penalty = float(np.clip(MAX_STRAY_SHARE * len(t_s), 1.5, MAX_STRAY_COUNT))
    score = (last - first + 1).astype(np.float64)
    previous = np.full(len(first), -1)
    for piece in range(1, len(first)):
        earlier = slice(max(piece - MAX_SKIPPED_PIECES, 0), piece)
        leap_m = np.linalg.norm(place_m[last[earlier]] - place_m[first[piece]], axis=1)
        leap_s = t_s[first[piece]] - t_s[last[earlier]]
        is_journey = (leap_s > MAX_POSITION_GAP_S) & (leap_m <= MAX_JOURNEY_SPEED_MPS * leap_s)
        cost = np.where(is_journey, min(JOURNEY_COST, penalty), penalty)
        chained = score[earlier] - np.where(leap_m <= max_distance_m(leap_s), 0.0, cost)
        best = int(np.argmax(chained))
        if chained[best] > 0.0:
            score[piece] += chained[best]
            previous[piece] = earlier.start + best
    is_stray = np.ones(len(t_s), dtype=bool)
    piece = int(np.argmax(score))
    while piece >= 0:
        is_stray[first[piece] : last[piece] + 1] = False
        piece = int(previous[piece])
    return is_stray


def find_lost_steps(t_s: FloatArray, positions: Positions) -> NDArray[np.bool_]:
    """Find the steps between records, ``(n - 1,)``, that lie between two positions far apart in time."""
    known = np.flatnonzero(np.isfinite(positions.lat_deg))
    far = np.flatnonzero(np.diff(t_s[known]) > MAX_POSITION_GAP_S)
    return mask_from_runs(np.column_stack((known[far], known[far + 1])), len(t_s) - 1)


def steps_from_positions(t_s: FloatArray, positions: Positions, pauses: Spans) -> FloatArray:
    """Return the metres of each step along the positions, ``(n - 1,)``; 0 in pauses, NaN beyond them and at leaps."""
    known = np.flatnonzero(np.isfinite(positions.lat_deg) & np.isfinite(positions.lon_deg))
    if len(known) < 2:
        return np.full(len(t_s) - 1, np.nan)
    steps_m = _measure_path(t_s[known], positions.lat_deg[known], positions.lon_deg[known], pauses)
    path_m = spread_over_rows(t_s, known, steps_m)
    strays, step_s, path_s = np.array(positions.stray_rows, dtype=np.intp), np.diff(t_s), t_s[known] - t_s[known[0]]
    near = known[path_s <= max(NEAR_S, path_s[1])], known[path_s[-1] - path_s <= max(NEAR_S, path_s[-1] - path_s[-2])]
    if np.any(start := strays < known[0]):
        rows, inner = slice(strays[start][0], known[0]), slice(near[0][0], near[0][-1])
        path_m[rows] = step_s[rows] * np.nanmean(path_m[inner] / step_s[inner])
    if np.any(end := strays > known[-1]):
        rows, inner = slice(known[-1], strays[end][-1]), slice(near[1][0], near[1][-1])
        path_m[rows] = step_s[rows] * np.nanmean(path_m[inner] / step_s[inner])
    return path_m


def _measure_path(t_s: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray, pauses: Spans) -> FloatArray:
    """Return the metres between known positions, ``(k - 1,)``, smoothed if dense; 0 in pauses, NaN where they leap."""
    east, north = project_along_path_m(lat_deg, lon_deg)
    step_s, paused = np.diff(t_s), contains(pauses, t_s[:-1]) | contains(pauses, midpoints(t_s))
    step_m = np.hypot(np.diff(east), np.diff(north))
    leaps = step_m > np.maximum(max_distance_m(step_s), MAX_CORRECTION_M)
    part_number = np.concatenate(([0], np.cumsum(paused | leaps | (step_s > 4.0 * MIN_SPARSE_SPACING_S))))
    edges = np.concatenate(([0], np.flatnonzero(np.diff(part_number)) + 1, [len(part_number)]))
    is_long = np.diff(edges) >= 3
    for first, end in zip(edges[:-1][is_long].tolist(), edges[1:][is_long].tolist(), strict=True):
        part = slice(first, end)
        if np.median(np.diff(t_s[part])) > MIN_SPARSE_SPACING_S:
            continue
        width_s = estimate_smoothing_s(t_s[part], east[part], north[part])
        steps_m = (np.diff(smooth_gaussian(t_s[part], column[part], width_s)) for column in (east, north))
        step_m[first : end - 1] = np.hypot(*steps_m)
    step_m[leaps] = np.where(step_s[leaps] > MAX_POSITION_GAP_S, 0.0, np.nan)
    step_m[paused] = 0.0
    return step_m


def estimate_smoothing_s(t_s: FloatArray, east_m: FloatArray, north_m: FloatArray) -> float:
    """Return the Gaussian's standard deviation (s) that suits positions' jitter (Rice 1984, Ann Stat 12:1215)."""
    is_dense = np.diff(t_s) <= MAX_DENSE_SPACING_S
    second_m = np.concatenate([np.diff(values, 2)[is_dense[1:] & is_dense[:-1]] for values in (east_m, north_m)])
    jitter_m = float(np.median(np.abs(second_m))) / (0.6745 * 6.0**0.5) if len(second_m) else 0.0
    width_s = SMOOTHING_RANGE_S[0] + SMOOTHING_S_PER_M * (jitter_m - REFERENCE_JITTER_M)
    return float(np.clip(width_s, *SMOOTHING_RANGE_S))


def smooth_gaussian(t_s: FloatArray, values: FloatArray, width_s: float) -> FloatArray:
    """Smooth values by a Gaussian of ``width_s`` seconds; each end is kept, as values beyond it are its reflection."""
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
