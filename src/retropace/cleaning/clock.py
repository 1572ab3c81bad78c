"""The time axis: records in order, one per moment, without leaps of the watch's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

MAX_DISORDER_S = 60.0
"""Records that run backward by up to this are out of order; by more, the clock was set back."""
MERGE_TOLERANCE_S = 1e-3
"""Records closer together than this are of one moment."""
MIN_CLOCK_JUMP_S = 24 * 3600.0
"""No runner pauses longer within a session: a longer gap is the clock's, not the runner's."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Which records are used, and when they were.

    ``order`` are the indices of the usable records by time, ``moment`` the row of each in the cleaned columns (records
    of the same moment share one), ``t_s`` the cleaned axis: it starts at 0 and rises strictly.
    """

    record_index: NDArray[np.intp]
    row_index: NDArray[np.intp]
    t_s: FloatArray
    remap: Callable[[FloatArray], FloatArray]
    """Turns moments of the recorded axis (of laps, pauses, marks) into the cleaned one."""
    warnings: tuple[str, ...]

    def align(self, raw_values: FloatArray) -> FloatArray:
        """A recorded column on the cleaned axis. Of several records at one moment the last value known counts."""
        values = raw_values[self.record_index]
        known = np.isfinite(values)
        if len(self.t_s) == len(values):
            return np.where(known, values, np.nan)
        cleaned = np.full(len(self.t_s), np.nan)
        cleaned[self.row_index[known]] = values[known]
        return cleaned


def _format_jump(seconds: float) -> str:
    hours = abs(seconds) / 3600.0
    return (
        f"{hours / 8766.0:.0f} years"
        if hours > 2 * 8766.0
        else f"{hours:.1f} h"
        if hours >= 1
        else f"{hours * 60:.0f} min"
    )


def clean_time_axis(t_s: FloatArray) -> TimeAxis:
    """Put the records in order, merge those of one moment and take leaps of the clock out.

    A record without a time is dropped. Where the clock leaps (forward by more than a day, or back by more than a
    minute) what follows is moved so that the leap lasts as long as records usually lie apart.
    """
    warnings: list[str] = []
    timed = np.flatnonzero(np.isfinite(t_s))
    if len(timed) < len(t_s):
        warnings.append(f"{len(t_s) - len(timed)} of {len(t_s)} records without a time were dropped")
    raw = t_s[timed]
    step = np.diff(raw)
    usual = step[(step > 0.0) & (step <= MAX_DISORDER_S)]
    usual_s = float(np.median(usual)) if len(usual) else 1.0

    leap = np.flatnonzero((step < -MAX_DISORDER_S) | (step > MIN_CLOCK_JUMP_S))
    offset = np.zeros(len(raw))
    for at in leap:
        offset[at + 1 :] += step[at] - usual_s
        direction = "leaps forward" if step[at] > 0 else "is set back"
        warnings.append(
            f"the clock {direction} by {_format_jump(float(step[at]))} after record {timed[at] + 1}: taken out"
        )
    moved = raw - offset

    order = np.argsort(moved, kind="stable")
    disorder = int(np.sum(np.diff(moved) < 0.0))
    if disorder:
        warnings.append(f"{disorder} record{'s' * (disorder > 1)} out of order put back in order")
    ordered = moved[order]
    new = np.concatenate(([True], np.diff(ordered) >= MERGE_TOLERANCE_S)) if len(ordered) else np.zeros(0, dtype=bool)
    twice = int(np.sum(~new))
    if twice:
        warnings.append(f"{twice} record{'s' * (twice > 1)} at the same time as another merged with it")
    start = ordered[0] if len(ordered) else 0.0

    def remap(recorded: FloatArray) -> FloatArray:
        recorded = np.asarray(recorded, dtype=np.float64)
        if len(leap) == 0:
            return recorded - start
        first, last = np.append(0, leap + 1), np.append(leap, len(raw) - 1)
        lows = np.array([raw[a : b + 1].min() for a, b in zip(first, last, strict=True)])
        highs = np.array([raw[a : b + 1].max() for a, b in zip(first, last, strict=True)])
        away = np.maximum(lows - recorded[..., None], recorded[..., None] - highs).clip(min=0.0)
        moved_back: FloatArray = recorded - offset[first][np.argmin(np.nan_to_num(away), axis=-1)] - start
        return moved_back

    return TimeAxis(
        record_index=timed[order],
        row_index=np.cumsum(new) - 1,
        t_s=ordered[new] - start,
        remap=remap,
        warnings=tuple(warnings),
    )
