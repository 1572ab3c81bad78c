"""The device's distance counter, read as metres per step between records and freed of its typical faults."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.longest_rise import find_longest_nondecreasing
from retropace.core.findings import Finding, note_if_few, warn
from retropace.core.spans import FloatArray, mask_from_runs, spread_over_rows, true_runs
from retropace.core.units import format_count
from retropace.core.world_records import MAX_SPEED_MPS, max_distance_m

RESET_WINDOW = 10
"""Number of values looked at on each side of a fall of the distance counter, to decide whether it was reset to 0."""
MIN_RESET_M = 20.0
"""Smallest distance in metres that the counter must have reached for a later fall to be taken for a reset."""
MIN_LEAP_M = 100.0
"""Smallest increase in metres between two records that can be a leap; it must also be farther than anyone runs then."""
MIN_COARSE_S = 30.0
"""Shortest time in seconds between two values of the counter for which another source places the metres in time."""
MIN_INCREMENT_SHARE = 0.99
"""Smallest fraction of values small enough to be covered since the record before, for a column of increments."""
MIN_INCREMENT_FALLS = 0.1
"""Smallest fraction of falling values by which a column of increments is recognized without another source."""
WITNESS_TOLERANCE = 0.3
"""Largest difference between the sum of increments and another source of distance, as a fraction of the latter."""


@dataclass(frozen=True, slots=True)
class Counter:
    """The metres counted in each of ``n - 1`` steps between records."""

    steps_m: FloatArray  # NaN before the first and after the last value, and where the counter leaps
    coarse: NDArray[np.intp]  # ranges of steps, ``(m, 2)``, without the last, whose sum only is counted


def read_counter(
    t_s: FloatArray, counted_m: FloatArray, expected_m: float = np.nan
) -> tuple[Counter | None, tuple[Finding, ...]]:
    """Return the metres counted and findings; None if none; ``expected_m`` is the distance by another source."""
    finite = np.isfinite(counted_m) & (counted_m >= 0.0)
    lowest_m = float(np.min(counted_m[finite], initial=np.inf))
    # Placeholders, such as the largest number that a file can hold, are out of reach of any runner.
    is_possible = finite & (counted_m <= lowest_m + MAX_SPEED_MPS * t_s[-1] + 10.0 * MIN_LEAP_M)
    known = np.flatnonzero(is_possible)
    findings: list[Finding] = []
    if count := int(np.sum(np.isfinite(counted_m) & ~is_possible)):
        text = f"{format_count(count, 'impossible value')} of the device's distance dropped"
        findings.append(note_if_few("impossible-distances", text, count, "records", total=len(t_s)))
    values, times_s = counted_m[known], t_s[known]
    if len(known) >= 2 and _holds_increments(times_s, values, expected_m):
        values = np.cumsum(values)
        text = "the device's distance holds the metres since the record before: added up"
        findings.append(warn("distance-increments", text))
    if len(known) < 2 or np.ptp(values) <= 0.0:
        return None, tuple(findings)
    values, restarts = _continue_restarts(times_s, values)
    findings += restarts
    if falls := int(np.sum(np.diff(values) < 0.0)):
        keep = find_longest_nondecreasing(values)
        misfits = len(values) - len(keep)
        times = format_count(falls, "time")
        text = f"the device's distance falls {times}: {misfits} values that do not fit were bridged"
        findings.append(warn("counter-falls", text, misfits, "records"))
        known, values, times_s = known[keep], values[keep], times_s[keep]
    rows = ~_find_catch_ups(times_s, values)
    known, values, times_s = known[rows], values[rows], times_s[rows]
    steps_m = np.diff(values)
    leaps = steps_m > np.maximum(max_distance_m(np.diff(times_s)), MIN_LEAP_M)
    if np.any(leaps):
        leap_m = float(np.max(steps_m[leaps]))
        text = f"the device's distance leaps by {leap_m:.0f} m at once, faster than anyone runs: taken out"
        findings.append(warn("counter-leaps", text, leap_m, "m"))
    is_coarse = (np.diff(times_s) >= MIN_COARSE_S) & (np.diff(known) > 1)
    coarse = np.column_stack((known[:-1], known[1:]))[is_coarse & ~leaps]
    steps_m = spread_over_rows(t_s, known, np.where(leaps, np.nan, steps_m))
    return Counter(steps_m, coarse), tuple(findings)


def _holds_increments(t_s: FloatArray, values_m: FloatArray, expected_m: float) -> bool:
    """Return whether values are the metres since the record before, rather than those since the start."""
    steps_m = values_m[1:]
    if np.mean(steps_m <= max_distance_m(np.diff(t_s))) < MIN_INCREMENT_SHARE:
        return False
    range_m, total_m = float(np.ptp(values_m)), float(np.sum(steps_m))
    if expected_m > MIN_LEAP_M:
        return range_m < 0.5 * expected_m and abs(total_m / expected_m - 1.0) < WITNESS_TOLERANCE
    return bool(np.mean(np.diff(values_m) < 0.0) > MIN_INCREMENT_FALLS) and total_m > RESET_WINDOW * range_m > 0.0


def _continue_restarts(t_s: FloatArray, raw_m: FloatArray) -> tuple[FloatArray, list[Finding]]:
    """Return the values with each restart from 0 continued, and a finding for each."""
    values, findings, start = raw_m.copy(), list[Finding](), 0
    falls = np.flatnonzero(np.diff(raw_m) < 0.0).tolist()
    for last, end in pairwise([*falls, len(raw_m) - 1]):
        if not _is_restart(t_s, raw_m, (start, last, end)):
            continue
        # The step of the restart holds what was counted since, or more, if the last metres before it were lost.
        step_s, before_s = t_s[last + 1] - t_s[last], t_s[last] - t_s[max(last - 1, start)]
        pace_mps = (raw_m[last] - raw_m[last - 1]) / before_s if 0.0 < step_s <= 2.0 * before_s else 0.0
        lost_m = max(pace_mps * step_s - raw_m[last + 1], 0.0)
        text = f"the distance counter starts again after {raw_m[last]:.0f} m: continued"
        findings.append(warn("counter-restarted", text, float(raw_m[last]), "m"))
        values[last + 1 :] += raw_m[last] + lost_m
        start = last + 1
    return values, findings


def _is_restart(t_s: FloatArray, raw_m: FloatArray, rows: tuple[int, int, int]) -> bool:
    """Return whether the counter, after ``last`` of rows ``(start, last, end)``, starts again from about 0."""
    start, last, end = rows
    level_m = raw_m[last]
    before = slice(max(last + 1 - RESET_WINDOW, start), last + 1)
    after = slice(last + 1, min(end, last + RESET_WINDOW) + 1)
    if level_m <= MIN_RESET_M or raw_m[last + 1] >= 0.5 * level_m or np.any(raw_m[last + 2 : last + 4] >= level_m):
        return False
    is_steady = [np.all(np.diff(raw_m[part]) <= max_distance_m(np.diff(t_s[part]))) for part in (before, after)]
    return bool(all(is_steady))


def _find_catch_ups(t_s: FloatArray, values_m: FloatArray) -> NDArray[np.bool_]:
    """Find the values at which the counter stood before a jump too far for one step but not for the whole time."""
    steps_m = np.diff(values_m)
    stills = true_runs(steps_m <= 0.0)
    ends = np.append(steps_m, 0.0)[stills[:, 1]]
    end_s = np.append(t_s, t_s[-1])[stills[:, 1] + 1]
    caught_up = (ends > MAX_SPEED_MPS * (end_s - t_s[stills[:, 1]])) & (
        ends <= max_distance_m(end_s - t_s[stills[:, 0]])
    )
    return mask_from_runs(stills[caught_up] + 1, len(values_m))
