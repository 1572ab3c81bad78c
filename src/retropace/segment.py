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
    lags_s = estimate_lags(track, settings)
    found = [_cut(track, start, end, lags_s, settings) for start, end in moving.tolist()]
    return np.unique(np.concatenate([fixed, *found]))


def _cut(track: Track, start_s: float, end_s: float, lags_s: tuple[float, float], settings: SegmentSettings) -> Column:
    """Change points within one stretch of movement."""
    count = int((end_s - start_s) // settings.grid_s)
    if count * settings.grid_s < 2.0 * settings.min_segment_s:
        return np.empty(0)
    grid: Column = start_s + settings.grid_s * (np.arange(count) + 0.5)
    signals = (
        _sampled(track, track.speed_mps, grid, lags_s[0], end_s) / settings.speed_noise_mps,
        _sampled(track, track.cadence_spm, grid, lags_s[1], end_s) / settings.cadence_noise_spm,
    )
    known = [signal for signal in signals if np.all(np.isfinite(signal))]
    if not known:
        return np.empty(0)
    signal = np.column_stack(known)
    penalty = settings.penalty / settings.sensitivity / settings.grid_s
    edges = change_points(signal, penalty, max(round(settings.min_segment_s / settings.grid_s), 1))
    edges = _without_small_changes(signal, edges, settings.least_change / settings.sensitivity)
    inner: Column = start_s + settings.grid_s * edges[1:-1].astype(np.float64)
    return inner


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


def _sampled(track: Track, column: Column, grid_s: Column, lag_s: float, end_s: float) -> Column:
    """The column on the grid as it was when the body did it, bridged where missing; NaN without two values.

    Towards the end of the stretch what would have to be read after it repeats what was last read.
    """
    inside = np.isfinite(column) & (track.t_s >= grid_s[0] - 1.0) & (track.t_s <= end_s)
    if inside.sum() < 2:
        return np.full(len(grid_s), np.nan)
    return np.interp(np.minimum(grid_s + lag_s, end_s), track.t_s[inside], column[inside])


def estimate_lags(track: Track, settings: SegmentSettings) -> tuple[float, float]:
    """By how many seconds recorded speed and recorded cadence trail the body.

    How far apart the two are is measured: where their changes fit each other best. How far both trail the body
    together cannot be seen in a recording without marks and is taken as usual (``settings.lag_s``).
    """
    if track.distance_source == "positions" and track.speed_source == "distance":
        return settings.position_lag_s, settings.cadence_lag_s
    usual = (settings.lag_s + settings.apart_s / 2.0, settings.lag_s - settings.apart_s / 2.0)
    known = np.isfinite(track.speed_mps) & np.isfinite(track.cadence_spm)
    if known.sum() < 300:
        return usual
    grid = np.arange(0.0, track.elapsed_s)
    width = 3
    changes = []
    for column in (track.speed_mps, track.cadence_spm):
        signal = np.interp(grid, track.t_s[known], column[known])
        change = signal[width:] - signal[:-width]
        # A stop or a start is one huge change: it must not outvote all the others.
        changes.append(np.clip(change, *np.percentile(change, [2.0, 98.0])))
    reach = int(settings.most_apart_s)
    speed, cadence = (change - change.mean() for change in changes)
    size = np.sqrt(np.sum(speed**2) * np.sum(cadence**2))
    if len(speed) <= 4 * reach or size <= 0.0:
        return usual
    likeness = [
        float(np.sum(speed[reach + apart : len(speed) - reach + apart] * cadence[reach : len(cadence) - reach])) / size
        for apart in range(-reach, reach + 1)
    ]
    best = int(np.argmax(likeness))
    if likeness[best] < settings.least_likeness:
        return usual
    apart = float(best - reach)
    return settings.lag_s + apart / 2.0, settings.lag_s - apart / 2.0
