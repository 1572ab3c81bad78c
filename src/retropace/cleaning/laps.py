"""Laps on the cleaned time axis, reconciled with each other, with their own totals and with the records.

Starts and ends count as recorded if laps begin in the recording, do not overlap and last as long as their timers. Else
that arrangement counts in which durations and distances agree best with the laps' own totals.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.longest_rise import find_longest_nondecreasing
from retropace.core.activity import Lap
from retropace.core.cleaned_activity import TimeAxis
from retropace.core.findings import Finding, warn
from retropace.core.spans import FloatArray, Spans, as_spans, contains, cumulate, midpoints
from retropace.core.units import format_count

MAX_LAP_ERROR_S = 10.0
"""Seconds by which laps may overlap, or be shorter than their timer time, if the clock is sound; watches write late."""
MAX_SHIFTED_LAP_ERROR_S = 2.0
"""Seconds by which laps may overlap, or be shorter than their timer time, after clock faults; FIT rounds to 1 s."""
MAX_LEAD_S = 60.0
"""Largest number of seconds by which the first lap may begin before the first record."""
MIN_IMPROVEMENT = 0.005
"""Least gain of the mean relative error of lap lengths for which laps are moved although the clock is sound."""
MAX_TOTAL_ERROR = 0.02
"""Largest relative difference between the total of all laps and the recording at which laps are laid end to end."""


def reconcile_laps(
    laps: tuple[Lap, ...], axis: TimeAxis, distance_m: FloatArray, pauses: Spans
) -> tuple[tuple[Lap, ...], tuple[Finding, ...]]:
    """Return the laps in order of time on the cleaned axis, and findings; ``distance_m`` is that at its times."""
    if not laps:
        return (), ()
    t_s, stated = axis.t_s, axis.remap(as_spans((lap.start_s, lap.end_s) for lap in laps))
    is_sound_clock, tolerance_s = bool(np.ptp(axis.offset_s) < 1.0), MAX_LAP_ERROR_S
    if not is_sound_clock:
        stated, tolerance_s = np.minimum(stated, t_s[-1]), MAX_SHIFTED_LAP_ERROR_S
    timer_s = cumulate(np.where(contains(pauses, midpoints(t_s)), 0.0, np.diff(t_s)))
    own_s, own_m = (np.array([getattr(lap, name) for lap in laps]) for name in ("timer_s", "distance_m"))
    curves = ((timer_s, own_s), (distance_m, own_m))
    _, once = np.unique(np.round(stated), axis=0, return_index=True)
    if len(once) < len(laps) and abs(np.sum(own_s[once]) - timer_s[-1]) <= MAX_TOTAL_ERROR * timer_s[-1]:
        kept = [laps[row] for row in np.sort(once).tolist()]
        laid, findings = reconcile_laps(tuple(kept), axis, distance_m, pauses)
        text = f"{format_count(len(laps) - len(kept), 'lap')} told twice: counted once"
        return laid, (*findings, warn("retold-laps", text, len(laps) - len(kept), "laps"))
    rows = np.lexsort((stated[:, 1], stated[:, 0]))
    spans, count = stated[rows], 0
    if _is_faulty(spans, t_s, timer_s, own_s[rows], tolerance_s):
        in_file = np.arange(len(laps))
        ways = [laid for curve, lengths in curves for laid in _lay_end_to_end(t_s, curve, lengths)]
        ways.append(_lay_between(stated, t_s, own_s))
        misfits = [_compute_misfit(way, in_file, t_s, curves) for way in ways]
        best = int(np.argmin(misfits))
        if misfits[best] < _compute_misfit(spans, rows, t_s, curves) - MIN_IMPROVEMENT * is_sound_clock:
            rows, spans = in_file, ways[best]
            count = int(np.sum(np.any(np.abs(spans - stated[rows]) > MAX_SHIFTED_LAP_ERROR_S, axis=1)))
    text = f"{format_count(count, 'lap')} with wrong times laid by order and length"
    findings = (warn("wrong-laps", text, count, "laps"),) if count else ()
    ordered = zip(rows.tolist(), spans.tolist(), strict=True)
    return tuple(replace(laps[row], start_s=start_s, end_s=end_s) for row, (start_s, end_s) in ordered), findings


def _is_faulty(spans: Spans, t_s: FloatArray, timer_s: FloatArray, own_timer_s: FloatArray, tolerance_s: float) -> bool:
    """Return whether laps, sorted by time, overlap, begin outside of the recording or are shorter than their timers."""
    run_s = np.diff(np.interp(spans, t_s, timer_s), axis=1)[:, 0]
    is_outside = (spans[:, 0] < -MAX_LEAD_S) | (spans[:, 0] > t_s[-1])
    is_short = (run_s < own_timer_s * (1.0 - MAX_TOTAL_ERROR) - tolerance_s) & (spans[:, 1] < t_s[-1])
    return bool(np.any(is_outside | is_short) or np.any(spans[:-1, 1] > spans[1:, 0] + tolerance_s))


def _lay_end_to_end(t_s: FloatArray, curve: FloatArray, lengths: FloatArray) -> Iterator[Spans]:
    """Yield laps of these lengths laid end to end along a curve, if their total is about that of the curve."""
    total = float(np.sum(lengths))
    if total > 0.0 and abs(total - curve[-1]) <= MAX_TOTAL_ERROR * curve[-1]:
        edges_s = np.interp(cumulate(lengths), curve, t_s)
        yield np.column_stack((edges_s[:-1], edges_s[1:]))


def _lay_between(stated: Spans, t_s: FloatArray, own_timer_s: FloatArray) -> Spans:
    """Return the laps in file order: as many as possible as recorded, each other one after the lap before it."""
    spans = stated.copy()
    is_kept = np.zeros(len(spans), dtype=bool)
    is_kept[find_longest_nondecreasing(spans[:, 0])] = True
    is_kept &= (spans[:, 0] >= -MAX_LEAD_S) & (spans[:, 0] < t_s[-1])
    for index in range(len(spans)):
        later_s = spans[index + 1 :, 0][is_kept[index + 1 :]]
        next_s = float(later_s[0]) if len(later_s) else float(t_s[-1])
        if not is_kept[index]:
            spans[index, 0] = spans[index - 1, 1] if index else 0.0
            spans[index, 1] = spans[index, 0] + np.nan_to_num(own_timer_s[index], nan=np.inf)
        spans[index, 1] = min(max(spans[index, 1], spans[index, 0]), next_s)
    return spans


def _compute_misfit(
    spans: Spans, rows: NDArray[np.intp], t_s: FloatArray, curves: tuple[tuple[FloatArray, FloatArray], ...]
) -> float:
    """Return the mean relative error of lap lengths against their stated totals, plus the share of overlapping time."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.concatenate(
            [np.abs(np.diff(np.interp(spans, t_s, curve), axis=1)[:, 0] / own[rows] - 1.0) for curve, own in curves]
        )
    known = np.minimum(errors[np.isfinite(errors)], 1.0)
    overlap_s = float(np.sum(np.clip(spans[:-1, 1] - spans[1:, 0], 0.0, None)))
    outside_s = float(np.sum(np.clip(-spans[:, 0] - MAX_LEAD_S, 0.0, None)))
    return (float(np.mean(known)) if len(known) else 0.0) + (overlap_s + outside_s) / float(t_s[-1])
