"""Correction of single wrong times: those that fit nowhere in time, while their place in the file fits."""

from dataclasses import replace

import numpy as np

from retropace.cleaning.clock_faults import MAX_WRONG_TIMES, MIN_STRAY_M, Recorded, measure_m
from retropace.cleaning.longest_rise import find_longest_nondecreasing
from retropace.core.spans import FloatArray, true_runs
from retropace.core.world_records import MAX_SPEED_MPS


def correct_wrong_times(recorded: Recorded) -> Recorded:
    """Return the records with times that fit nowhere corrected, if their place in the file tells the time."""
    t_s = recorded.t_s.copy()
    kept = find_longest_nondecreasing(t_s)
    kept_s, kept_way_m = t_s[kept], [np.ascontiguousarray(column) for column in recorded.way_m[kept].T]
    is_kept = np.zeros(len(t_s), dtype=bool)
    is_kept[kept] = True
    for first, end in true_runs(~is_kept).tolist():
        if first > 0 and end < len(t_s):
            placed_s = _place_in_hole(recorded, first, end)
            if not _fits_at_own_times(recorded, kept_s, kept_way_m, slice(first, end), placed_s):
                t_s[first:end] = placed_s
    return replace(recorded, t_s=t_s)


def _place_in_hole(recorded: Recorded, first: int, end: int) -> FloatArray:
    """Return times between those of the records around ``first`` to ``end``: as spaced if that fits, else even."""
    count, start_s, hole_s = end - first, recorded.t_s[first - 1], recorded.t_s[end] - recorded.t_s[first - 1]
    even_s = hole_s / (count + 1) if hole_s < 2.0 * (count + 1) * recorded.spacing_s else recorded.spacing_s
    inner_s = recorded.t_s[first:end] - recorded.t_s[first]
    is_steady = count > 1 and np.all(np.diff(inner_s) >= 0.0) and inner_s[-1] <= hole_s
    lead_s = min(recorded.spacing_s, (hole_s - inner_s[-1]) / 2.0)
    placed_s: FloatArray = start_s + (lead_s + inner_s if is_steady else even_s * np.arange(1, count + 1))
    return placed_s


def _fits_at_own_times(
    recorded: Recorded, kept_s: FloatArray, kept_way_m: list[FloatArray], run: slice, placed_s: FloatArray
) -> bool:
    """Return whether records fit better at their own times than at ``placed_s``, those of their place in the file."""
    own_s, way_m = recorded.t_s[run], recorded.way_m[run]
    count, hole_s = len(own_s), recorded.t_s[run.stop] - recorded.t_s[run.start - 1]
    needed_s = max(placed_s[-1] - placed_s[0], 0.5 * (count - 1) * recorded.spacing_s) + 2.0 * recorded.spacing_s
    before = np.searchsorted(kept_s, own_s)
    before_s, after_s = (np.concatenate(([-np.inf], kept_s, [np.inf]))[rows] for rows in (before, before + 1))
    nearest_s = float(np.min(np.minimum(own_s - before_s, after_s - own_s)))
    is_far = nearest_s > recorded.contiguous_gap_s
    if count <= MAX_WRONG_TIMES and is_far:
        return bool(hole_s <= 0.0)
    if hole_s < 0.6 * needed_s:
        return True
    if count > MAX_WRONG_TIMES:
        leaps_m = measure_m(np.diff(recorded.way_m[[run.start - 1, run.start, run.stop - 1, run.stop]], axis=0)[::2])
        if hole_s > 1.5 * needed_s or np.any(leaps_m > MAX_SPEED_MPS * recorded.overlap_gap_s + MIN_STRAY_M):
            return True
    if np.mean(after_s - before_s <= recorded.overlap_gap_s) < 0.5:
        return False
    errors_m = [
        measure_m(way_m - np.column_stack([np.interp(times_s, kept_s, column) for column in kept_way_m]))
        for times_s in (own_s, placed_s)
    ]
    if np.all(np.isfinite(errors_m)):
        return bool(np.median(errors_m[0]) < np.median(errors_m[1]))
    return nearest_s >= 0.5 * recorded.spacing_s
