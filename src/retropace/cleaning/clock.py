"""Cleaning of the time axis: records are sorted and merged by time, and jumps of the watch's clock removed."""

import numpy as np

from retropace.core.cleaned_activity import TimeAxis
from retropace.core.spans import FloatArray
from retropace.core.units import format_count

MAX_DISORDER_S = 60.0
"""Largest fall of time in seconds from one record to the next that is taken for records in the wrong order; a larger
fall means that the clock was set back."""
MERGE_TOLERANCE_S = 1e-3
"""Time in seconds between two records; if they are less than this apart, they are merged into one."""
MIN_CLOCK_JUMP_S = 24 * 3600.0
"""Longest time in seconds from a record to the next that is taken for a real gap; a longer one means that the clock
jumped."""


def clean_time_axis(t_s: FloatArray) -> TimeAxis:
    """Build the cleaned time axis: records sorted, merged where they coincide, and without jumps of the clock.

    Records without a time are dropped. Where the clock jumps (forward by more than ``MIN_CLOCK_JUMP_S``, or back by
    more than ``MAX_DISORDER_S``) the later records are shifted so that the jump shrinks to the median record spacing.
    """
    timed = np.flatnonzero(np.isfinite(t_s))
    raw = t_s[timed]
    step = np.diff(raw)
    typical = step[(step > 0.0) & (step <= MAX_DISORDER_S)]
    spacing_s = float(np.median(typical)) if len(typical) else 1.0

    jumps = np.flatnonzero((step < -MAX_DISORDER_S) | (step > MIN_CLOCK_JUMP_S))
    offset = np.zeros(len(raw))
    for last in jumps:
        offset[last + 1 :] += step[last] - spacing_s
    shifted = raw - offset
    order = np.argsort(shifted, kind="stable")
    ordered = shifted[order]
    is_new = np.diff(ordered, prepend=-np.inf) >= MERGE_TOLERANCE_S

    warnings = [f"{len(t_s) - len(timed)} of {len(t_s)} records without a time were dropped"] * (len(timed) < len(t_s))
    warnings += [_describe_jump(float(step[last]), int(timed[last])) for last in jumps]
    if disorder := int(np.sum(np.diff(shifted) < 0.0)):
        warnings.append(f"{format_count(disorder, 'record')} out of order put back in order")
    if merged := int(np.sum(~is_new)):
        warnings.append(f"{format_count(merged, 'record')} at the same time as another merged with it")
    start_s = float(ordered[0]) if len(ordered) else 0.0
    parts = np.split(raw, jumps + 1)
    return TimeAxis(
        record_index=timed[order],
        row_index=np.cumsum(is_new) - 1,
        t_s=ordered[is_new] - start_s,
        start_s=start_s,
        part_spans=np.array([(part.min(initial=np.inf), part.max(initial=-np.inf)) for part in parts]),
        part_offset_s=np.concatenate(([0.0], offset[jumps + 1])),
        warnings=tuple(warnings),
    )


def _describe_jump(step_s: float, row: int) -> str:
    """Return the warning for a jump of the clock by ``step_s`` seconds after the record at index ``row``."""
    hours = abs(step_s) / 3600.0
    size = (
        f"{hours / 8766.0:.0f} years"
        if hours > 2 * 8766.0
        else f"{hours:.1f} h"
        if hours >= 1
        else f"{hours * 60:.0f} min"
    )
    return f"the clock {'leaps forward' if step_s > 0 else 'is set back'} by {size} after record {row + 1}: taken out"
