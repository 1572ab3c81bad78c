"""Use of the distance between points: it gives points without a time one, and tells columns that count distance."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from retropace.core.findings import Finding, note_if_few
from retropace.core.geodesy import compute_distances_m
from retropace.core.spans import FloatArray, cumulate
from retropace.readers.absurd_values import MAX_VALUE
from retropace.readers.xml.point_values import TIME_COLUMN

MIN_RISING_SHARE = 0.98
"""Smallest fraction of steps in which a counter of distance does not fall; it may restart at each lap."""
MAX_COUNTER_RATIO = 2.0
"""Largest ratio between counted distance and distance along the positions, whichever is larger."""


def report_filled_times(count: int, total: int) -> Finding:
    """Return the finding about ``count`` of ``total`` points that had no time and got one."""
    text = f"{count} of {total} points have no time: theirs follow from the way between the points around them"
    return note_if_few("filled-times", text, count, "records", total=total)


def report_untimed(count: int, total: int) -> Finding:
    """Return the finding about ``count`` of ``total`` points that have no time."""
    text = f"{count} of {total} points have no time and were left out"
    return note_if_few("untimed-records", text, count, "records", total=total)


def fill_times(columns: Mapping[str, FloatArray], placed: NDArray[np.intp], part: NDArray[np.intp]) -> int:
    """Fill missing times of points ``placed`` between timed ones of a part, by distance; returns how many."""
    times_s, part = columns[TIME_COLUMN][placed], part[placed]
    is_timed = np.isfinite(times_s)
    timed, untimed = np.flatnonzero(is_timed), np.flatnonzero(~is_timed)
    after = np.searchsorted(timed, untimed)
    inner = (after > 0) & (after < len(timed))
    untimed, first, last = untimed[inner], timed[after[inner] - 1], timed[after[inner]]
    untimed = untimed[(part[first] == part[last]) & (times_s[last] > times_s[first])]
    if len(untimed):
        # A millimetre per point is added so that points on one spot have an order, too.
        step_m = compute_distances_m(columns["lat_deg"][placed], columns["lon_deg"][placed])
        way_m = cumulate(step_m) + 1e-3 * np.arange(len(times_s))
        columns[TIME_COLUMN][placed[untimed]] = np.interp(way_m[untimed], way_m[timed], times_s[timed])
    return len(untimed)


def find_counter(values: FloatArray, lat_deg: FloatArray, lon_deg: FloatArray) -> FloatArray | None:
    """Return ``values`` as cumulative metres if they count these or steps, and suit the positions; else None."""
    values = np.where(np.abs(values) <= MAX_VALUE, values, np.nan)
    known = values[np.isfinite(values)]
    placed = np.isfinite(lat_deg) & np.isfinite(lon_deg)
    way_m = float(np.sum(compute_distances_m(lat_deg[placed], lon_deg[placed])))
    rises = np.diff(known)
    candidates = []
    if len(rises) and np.mean(rises >= 0.0) >= MIN_RISING_SHARE:
        candidates.append((float(np.sum(rises[rises > 0.0])), values))
    if way_m > 0.0 and len(known) and np.all(known >= 0.0):
        candidates.append((float(np.sum(known)), np.cumsum(np.nan_to_num(values))))
    for counted_m, column in candidates:
        if counted_m > 0.0 and (way_m == 0.0 or 1.0 / MAX_COUNTER_RATIO < counted_m / way_m < MAX_COUNTER_RATIO):
            return column
    return None
