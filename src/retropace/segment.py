"""Cutting an activity where pace and cadence change, without asking which side is the work.

Pauses, standing and stretches of which nothing is known are segments of their own; what lies between them is cut at the
change points of pace and cadence together (:mod:`retropace.pelt`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.pelt import change_points
from retropace.settings import SegmentSettings
from retropace.spans import Column, as_spans, union, without
from retropace.track import Track


def segment(track: Track, settings: SegmentSettings | None = None) -> Column:
    """The edges of the segments, rising from 0 to the end of the activity, in elapsed seconds."""
    settings = settings or SegmentSettings()
    apart = [track.pauses, track.standing, track.unknown]
    whole = as_spans([(0.0, track.elapsed_s)])
    fixed = np.concatenate([np.array([0.0, track.elapsed_s]), *(spans.ravel() for spans in apart)])
    moving = without(whole, union(np.concatenate(apart)))
    found = [_cut(track, start, end, settings) for start, end in moving.tolist()]
    return np.unique(np.concatenate([fixed, *found]))


def _cut(track: Track, start_s: float, end_s: float, settings: SegmentSettings) -> Column:
    """Change points within one stretch of movement."""
    count = int((end_s - start_s) // settings.grid_s)
    if count * settings.grid_s < 2.0 * settings.min_segment_s:
        return np.empty(0)
    grid = start_s + settings.grid_s * (np.arange(count, dtype=np.float64) + 0.5)
    signals = (
        _sampled(track, track.speed_mps, grid, end_s) / settings.speed_noise_mps,
        _sampled(track, track.cadence_spm, grid, end_s) / settings.cadence_noise_spm,
    )
    known = [signal for signal in signals if np.all(np.isfinite(signal))]
    if not known:
        return np.empty(0)
    signal = np.column_stack(known)
    signal = _without_ramps(signal, round(settings.ramp_s / settings.grid_s))
    penalty = settings.penalty / settings.sensitivity / settings.grid_s
    edges = change_points(signal, penalty, max(round(settings.min_segment_s / settings.grid_s), 1))
    edges = _without_transitions(signal, edges, round(settings.transition_s / settings.grid_s))
    edges = _without_small_changes(signal, edges, settings.least_change / settings.sensitivity)
    inner: Column = start_s + settings.grid_s * edges[1:-1].astype(np.float64)
    return inner


def _without_ramps(signal: Column, length: int) -> Column:
    """The signal with its first and last values replaced by those beside them.

    Where a stretch begins or ends in a stop, speed and cadence rise or fall for some seconds: no change of pace.
    """
    if len(signal) < 4 * length or length == 0:
        return signal
    level = signal.copy()
    level[:length] = signal[length : 2 * length].mean(axis=0)
    level[-length:] = signal[-2 * length : -length].mean(axis=0)
    return level


def _without_transitions(signal: Column, edges: NDArray[np.intp], longest: int) -> NDArray[np.intp]:
    """The edges without short stretches half-way between their neighbours, each replaced by the edge that fits best.

    Smoothed by a watch, one change of pace is a ramp of some seconds, which the cheapest cut takes for a stretch.
    """
    sums = np.vstack((np.zeros(signal.shape[1]), np.cumsum(signal, axis=0)))
    at = 1
    while at < len(edges) - 2:
        first, last = edges[at], edges[at + 1]
        if last - first > longest:
            at += 1
            continue
        before, here, after = (
            (sums[edges[number + 1]] - sums[edges[number]]) / (edges[number + 1] - edges[number])
            for number in (at - 1, at, at + 1)
        )
        way = after - before
        length2 = float(way @ way)
        share = float((here - before) @ way) / length2 if length2 > 0.0 else -1.0
        aside2 = float(np.sum((here - before - share * way) ** 2))
        if not 0.1 < share < 0.9 or aside2 > 0.25 * length2:
            at += 1
            continue
        part = signal[first:last]
        gain = np.cumsum(np.sum((part - after) ** 2 - (part - before) ** 2, axis=1))
        split = int(np.argmax(np.concatenate(([0.0], gain))))
        edges = np.concatenate((edges[:at], [first + split], edges[at + 2 :]))
    return edges


def _without_small_changes(signal: Column, edges: NDArray[np.intp], least: float) -> NDArray[np.intp]:
    """The edges at which the means differ by at least ``least`` noises, the smallest change taken out first.

    Pace and cadence wander slowly, so that two long stretches differ reliably by what means nothing to a runner.
    """
    sums = np.vstack((np.zeros(signal.shape[1]), np.cumsum(signal, axis=0)))
    while len(edges) > 2:
        means = np.diff(sums[edges], axis=0) / np.diff(edges)[:, None]
        change = np.sqrt(np.sum(np.diff(means, axis=0) ** 2, axis=1))
        smallest = int(np.argmin(change))
        if change[smallest] >= least:
            break
        edges = np.delete(edges, smallest + 1)
    return edges


def _sampled(track: Track, column: Column, grid_s: Column, end_s: float) -> Column:
    """The column on the grid, bridged where missing; NaN throughout without two values in the stretch."""
    inside = np.isfinite(column) & (track.t_s >= grid_s[0] - 1.0) & (track.t_s <= end_s)
    if inside.sum() < 2:
        return np.full(len(grid_s), np.nan)
    sampled: Column = np.interp(grid_s, track.t_s[inside], column[inside])
    return sampled
