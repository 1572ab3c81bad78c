"""Cleaning of the time axis: records are sorted and merged by time, and faults of the watch's clock removed."""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.clock_faults import (
    MAX_WRONG_TIMES,
    MIN_RUNNING_SPEED_MPS,
    Recorded,
    find_leaps,
    find_set_back,
    gather_recorded,
    is_shuffled,
    measure_m,
    read_in_order,
)
from retropace.cleaning.wrong_times import correct_wrong_times
from retropace.core.activity import Activity, DeviceTotals
from retropace.core.cleaned_activity import TimeAxis
from retropace.core.findings import Finding, note, note_if_few, warn
from retropace.core.spans import FloatArray, Spans
from retropace.core.units import format_count

MERGE_TOLERANCE_S = 1e-3
"""Time in seconds between two records; if they are less than this apart, they are merged into one."""
MIN_CLOCK_JUMP_S = 24 * 3600.0
"""Longest time in seconds from a record to the next that is a real gap, not a jump of the clock."""
MIN_STATED_LEAP_S = 30.0
"""Shortest gap in seconds that may be a leap of the clock, which the device's total elapsed time must confirm."""
ELAPSED_TOLERANCES = (0.005, 0.02)
"""Largest differences of elapsed time from the device's total, as fractions; the second if none meets the first."""
MIN_ELAPSED_TOLERANCE_S = 3.0
"""Difference in seconds at which elapsed time and the device's total count as equal, however short the recording is."""
FIRST_BELIEVABLE_DATE_S = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
"""Earliest believable date in seconds since 1970; clocks that were never set show 1970, 1980, 1989 or 1999."""
MAX_LISTED_JUMPS = 3
"""Most jumps of the clock that are reported one by one."""


class _Timing(NamedTuple):
    """One interpretation of the times of ``n`` records, in reading order, without faults of the clock."""

    t_s: FloatArray
    jumps: NDArray[np.intp]  # records after which the clock jumped
    step_s: FloatArray  # recorded time from each of these to the next record
    corrected: int = 0  # records whose own time was wrong
    retold: int = 0


def clean_time_axis(activity: Activity) -> TimeAxis:
    """Build the cleaned time axis: records with a time sorted, merged where they coincide, without clock faults."""
    recorded_s = activity.samples.t_s
    timed = np.flatnonzero(np.isfinite(recorded_s))
    reading = read_in_order(recorded_s[timed])
    rows = timed[reading]
    raw_s = recorded_s[rows]
    if not len(rows):
        return TimeAxis(rows, rows, raw_s, raw_s, raw_s, 0.0)
    timing = _find_timing(gather_recorded(activity.samples, rows), activity.pauses, activity.device_totals)
    order = np.argsort(timing.t_s, kind="stable")
    ordered = timing.t_s[order]
    is_new = np.diff(ordered, prepend=-np.inf) >= MERGE_TOLERANCE_S

    findings = _describe_jumps(timing, rows)
    total = len(recorded_s)
    if untimed := total - len(timed):
        text = f"{untimed} of {total} records without a time were dropped"
        findings.insert(0, note_if_few("untimed-records", text, untimed, "records", total=total))
    if reversed_count := int(np.sum(reading != np.arange(len(reading)))):
        text = f"{format_count(reversed_count, 'record')} in reverse order read backwards"
        findings.append(warn("records-reversed", text, reversed_count, "records"))
    if timing.corrected:
        text = f"{format_count(timing.corrected, 'wrong time')} corrected by the place in the file"
        findings.append(note_if_few("wrong-times", text, timing.corrected, "records", total=total))
    if timing.retold:
        text = f"{format_count(timing.retold, 'record')} tell moments again that others told: counted once"
        findings.append(warn("retold-records", text, timing.retold, "records"))
    if disorder := int(np.sum(np.diff(timing.t_s) < 0.0)) - (timing.retold > 0):
        text = f"{format_count(disorder, 'record')} out of order put back in order"
        findings.append(note_if_few("records-out-of-order", text, disorder, "records", total=total))
    if (merged := int(np.sum(~is_new)) - timing.retold) > 0:
        text = f"{format_count(merged, 'record')} at the same time as another merged with it"
        findings.append(note("records-merged", text, merged, "records"))
    by_clock = np.argsort(raw_s, kind="stable")
    offset_s = raw_s - timing.t_s + ordered[0]
    return TimeAxis(
        record_index=rows[order],
        row_index=np.cumsum(is_new) - 1,
        t_s=ordered[is_new] - ordered[0],
        recorded_s=raw_s[by_clock],
        offset_s=offset_s[by_clock],
        start_s=_find_leading_offset_s(raw_s, offset_s, activity.start_time),
        findings=tuple(findings),
    )


def _find_timing(recorded: Recorded, pauses: Spans, totals: DeviceTotals) -> _Timing:
    """Find the times of the records without clock faults: of three interpretations the first that meets the totals."""
    corrected, merged_s, falls = recorded, recorded.t_s, np.array([], np.intp)
    is_set_back, is_retold = np.array([], bool), np.array([], bool)
    if np.any(np.diff(recorded.t_s) < 0.0) and not is_shuffled(recorded):
        corrected = correct_wrong_times(recorded)
        falls, is_set_back, merged_s, is_retold = find_set_back(corrected)
    jumps = falls[is_set_back]
    has_total = totals.elapsed_s > 0.0
    gaps = find_leaps(corrected, pauses, MIN_STATED_LEAP_S if has_total else np.inf)
    with_gaps = np.union1d(jumps, gaps)
    readings = [
        _take_out(corrected, merged_s, jumps if has_total else with_gaps),
        _take_out(corrected, merged_s, with_gaps),
        _take_out(corrected, corrected.t_s, np.union1d(jumps, falls)),
    ]
    limits_s = [max(MIN_ELAPSED_TOLERANCE_S, share * totals.elapsed_s) for share in ELAPSED_TOLERANCES]
    errors_s = [abs(float(np.ptp(reading.t_s)) - totals.elapsed_s) for reading in readings]
    meeting = (row for limit_s in limits_s for row, error_s in enumerate(errors_s) if error_s < limit_s)
    chosen = next(meeting, 0)
    retold = int(np.sum(is_retold)) if chosen != 2 else 0
    return readings[chosen]._replace(corrected=int(np.sum(corrected.t_s != recorded.t_s)), retold=retold)


def _take_out(recorded: Recorded, t_s: FloatArray, jumps: NDArray[np.intp]) -> _Timing:
    """Return the times without the jumps after records ``jumps``, and without long gaps in order of time."""
    steady_s, step_s = _shrink_steps(recorded, t_s, np.arange(len(t_s)), jumps)
    order = np.argsort(steady_s, kind="stable")
    leaps = np.flatnonzero(np.diff(steady_s[order]) > MIN_CLOCK_JUMP_S)
    if len(leaps):
        steady_s, leap_s = _shrink_steps(recorded, steady_s, order, leaps)
        jumps, step_s = np.append(jumps, order[leaps]), np.append(step_s, leap_s)
    return _Timing(steady_s, jumps, step_s)


def _shrink_steps(
    recorded: Recorded, t_s: FloatArray, order: NDArray[np.intp], steps: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Return the times with ``steps`` shrunk to what their distance takes, and the former lengths; ``order`` sorts."""
    ordered_s, way_m = t_s[order], recorded.way_m[order]
    step_s, step_m = np.diff(ordered_s)[steps], measure_m(way_m[steps + 1] - way_m[steps])
    count = np.round(np.nan_to_num(step_m / max(recorded.speed_mps, MIN_RUNNING_SPEED_MPS)) / recorded.spacing_s)
    shift_s, shrunk_s = np.zeros(len(t_s)), np.empty(len(t_s))
    shift_s[steps + 1] = step_s - np.clip(count * recorded.spacing_s, recorded.spacing_s, recorded.overlap_gap_s)
    shrunk_s[order] = ordered_s - np.cumsum(shift_s)
    return shrunk_s, step_s


def _find_leading_offset_s(raw_s: FloatArray, offset_s: FloatArray, start_time: datetime | None) -> float:
    """Return how far the clock is ahead of the cleaned axis where its date is right: at first, else in most records."""
    start_s = np.inf if start_time is None else start_time.timestamp()
    is_believable = start_s + raw_s >= FIRST_BELIEVABLE_DATE_S
    believed_s = offset_s[is_believable] if np.any(is_believable) else offset_s
    values_s, first, counts = np.unique(np.round(believed_s), return_index=True, return_counts=True)
    most, earliest = int(np.argmax(counts)), int(np.argmin(first))
    is_near = abs(values_s[earliest] - values_s[most]) <= MIN_CLOCK_JUMP_S
    leading = earliest if is_near and counts[earliest] > MAX_WRONG_TIMES else most
    return float(np.median(believed_s[np.round(believed_s) == values_s[leading]]))


def _describe_jumps(timing: _Timing, rows: NDArray[np.intp]) -> list[Finding]:
    """Return the findings for the jumps of the clock: one for each, or one for all if they are many."""
    if len(timing.jumps) > MAX_LISTED_JUMPS:
        size = _format_size(float(np.max(np.abs(timing.step_s))))
        text = f"the clock jumps {len(timing.jumps)} times, by up to {size}: taken out"
        return [warn("clock-jumps", text, len(timing.jumps), "times")]
    findings = []
    for last, step_s in zip(timing.jumps.tolist(), timing.step_s.tolist(), strict=True):
        place = f"by {_format_size(abs(step_s))} after record {rows[last] + 1}: taken out"
        if step_s > 0.0:
            findings.append(warn("clock-leapt", f"the clock leaps forward {place}", step_s, "s"))
        else:
            findings.append(warn("clock-set-back", f"the clock is set back {place}", -step_s, "s"))
    return findings


def _format_size(size_s: float) -> str:
    hours = size_s / 3600.0
    if hours > 2 * 8766.0:
        return f"{hours / 8766.0:.0f} years"
    return f"{hours:.1f} h" if hours >= 1.0 else f"{hours * 60.0:.0f} min" if hours >= 1 / 30 else f"{size_s:.0f} s"
