"""Cleaning of the time axis: records are sorted and merged by time, and jumps of the watch's clock removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

MAX_DISORDER_S = 60.0
"""Largest fall of time in seconds from a record to the next that is taken for records in wrong order; a larger one
means that the clock was set back."""
MERGE_TOLERANCE_S = 1e-3
"""Time in seconds between two records below which they are merged into one."""
MIN_CLOCK_JUMP_S = 24 * 3600.0
"""Longest time in seconds from a record to the next that is taken for a real gap; a longer one means that the clock
jumped."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The cleaned time axis, and how recorded times and columns are brought onto it."""

    record_index: NDArray[np.intp]
    """Indices of the ``k`` records with a time, sorted by time."""
    row_index: NDArray[np.intp]
    """Row of each of those records in the cleaned columns, shape ``(k,)``; merged records share a row."""
    t_s: FloatArray
    """Cleaned times in seconds, shape ``(n,)``, starting at 0 and rising strictly."""
    remap: Callable[[FloatArray], FloatArray]
    """Function that converts recorded times (of laps, pauses, waypoints) to cleaned ones."""
    warnings: tuple[str, ...]

    def align(self, raw_values: FloatArray) -> FloatArray:
        """Bring a recorded column onto the cleaned axis; of merged records the last known value counts."""
        values = raw_values[self.record_index]
        known = np.isfinite(values)
        if len(self.t_s) == len(values):
            return np.where(known, values, np.nan)
        cleaned = np.full(len(self.t_s), np.nan)
        cleaned[self.row_index[known]] = values[known]
        return cleaned


def _format_jump(seconds: float) -> str:
    """Format the size of a clock jump as text in years, hours or minutes."""
    hours = abs(seconds) / 3600.0
    return (
        f"{hours / 8766.0:.0f} years"
        if hours > 2 * 8766.0
        else f"{hours:.1f} h"
        if hours >= 1
        else f"{hours * 60:.0f} min"
    )


def clean_time_axis(t_s: FloatArray) -> TimeAxis:
    """Build the cleaned time axis: records sorted, merged where they coincide, and without jumps of the clock.

    Records without a time are dropped. Where the clock jumps (forward by more than ``MIN_CLOCK_JUMP_S``, or back by
    more than ``MAX_DISORDER_S``) the later records are shifted so that the jump shrinks to the median record spacing.
    """
    warnings: list[str] = []
    timed = np.flatnonzero(np.isfinite(t_s))
    if len(timed) < len(t_s):
        warnings.append(f"{len(t_s) - len(timed)} of {len(t_s)} records without a time were dropped")
    raw = t_s[timed]
    step = np.diff(raw)
    typical = step[(step > 0.0) & (step <= MAX_DISORDER_S)]
    spacing_s = float(np.median(typical)) if len(typical) else 1.0

    jumps = np.flatnonzero((step < -MAX_DISORDER_S) | (step > MIN_CLOCK_JUMP_S))
    offset = np.zeros(len(raw))
    for last in jumps:
        offset[last + 1 :] += step[last] - spacing_s
        direction = "leaps forward" if step[last] > 0 else "is set back"
        warnings.append(
            f"the clock {direction} by {_format_jump(float(step[last]))} after record {timed[last] + 1}: taken out"
        )
    shifted = raw - offset

    order = np.argsort(shifted, kind="stable")
    disorder = int(np.sum(np.diff(shifted) < 0.0))
    if disorder:
        warnings.append(f"{disorder} record{'s' * (disorder > 1)} out of order put back in order")
    ordered = shifted[order]
    is_new = (
        np.concatenate(([True], np.diff(ordered) >= MERGE_TOLERANCE_S)) if len(ordered) else np.zeros(0, dtype=bool)
    )
    merged = int(np.sum(~is_new))
    if merged:
        warnings.append(f"{merged} record{'s' * (merged > 1)} at the same time as another merged with it")
    start = ordered[0] if len(ordered) else 0.0

    def remap(recorded: FloatArray) -> FloatArray:
        recorded = np.asarray(recorded, dtype=np.float64)
        if len(jumps) == 0:
            return recorded - start
        first, last = np.append(0, jumps + 1), np.append(jumps, len(raw) - 1)
        lows = np.array([raw[a : b + 1].min() for a, b in zip(first, last, strict=True)])
        highs = np.array([raw[a : b + 1].max() for a, b in zip(first, last, strict=True)])
        distance_s = np.maximum(lows - recorded[..., None], recorded[..., None] - highs).clip(min=0.0)
        cleaned: FloatArray = recorded - offset[first][np.argmin(np.nan_to_num(distance_s), axis=-1)] - start
        return cleaned

    return TimeAxis(
        record_index=timed[order],
        row_index=np.cumsum(is_new) - 1,
        t_s=ordered[is_new] - start,
        remap=remap,
        warnings=tuple(warnings),
    )
