"""Cutting an activity where pace and cadence change, without asking which side is the work.

Pauses, standing and stretches of which nothing is known are segments of their own; what lies between them is cut at the
change points of pace and cadence together (:mod:`retropace.segmentation.pelt`). Both are measured in noises: by how much they wander
in a steady run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import Track
from retropace.core.parameters import SegmentSettings
from retropace.core.spans import Column, as_spans, union, without
from retropace.segmentation.pelt import change_points_for_each
from retropace.segmentation.signals import in_noises, read_at

Known = NDArray[np.bool_]
Edges = NDArray[np.intp]

BLOCK_S = 10.0
"""Wandering is measured between the means of neighbouring stretches this long."""
QUARTER_OF_NORMAL = 0.3186
"""A quarter of normally distributed values lie within this many standard deviations of their mean."""
LEAST_BLOCKS = 20
"""With fewer changes between blocks wandering is taken as usual."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much a cut must gain, and how far apart its sides must be in noises, at the usual sensitivity."""

    penalty: float
    least_change: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """Pace and cadence of one stretch of movement on a regular grid, ``(n, 2)`` each; ``levels`` are in noises."""

    start_s: float
    levels: Column
    known: Known

    def cumulative(self) -> tuple[Column, Column]:
        """Sums of what is known of each signal, and how many values that is, up to each edge of the grid."""
        none, weight = np.zeros((1, 2)), self.known.astype(np.float64)
        return (
            np.vstack((none, np.cumsum(self.levels * weight, axis=0))),
            np.vstack((none, np.cumsum(weight, axis=0))),
        )


def segment(track: Track, settings: SegmentSettings | None = None) -> Column:
    """The edges of the segments, rising from 0 to the end of the activity, in elapsed seconds."""
    settings = settings or SegmentSettings()
    return _edges(track, settings, [_Scale(settings.penalty, settings.least_change)])[0]


def segment_twice(track: Track, settings: SegmentSettings | None = None) -> tuple[Column, Column]:
    """The edges of :func:`segment`, and those of a finer cut, in little more time than either takes.

    The finer one is for labelling, which knows what other stretches of the session are like.
    """
    settings = settings or SegmentSettings()
    scales = [
        _Scale(settings.penalty, settings.least_change),
        _Scale(settings.fine_penalty, settings.fine_least_change),
    ]
    coarse, fine = _edges(track, settings, scales)
    return coarse, fine


def _edges(track: Track, settings: SegmentSettings, scales: list[_Scale]) -> list[Column]:
    """For each scale all edges: of what lies apart, and of the changes within what is left."""
    step_s = np.diff(track.t_s)
    silent = np.column_stack((track.t_s[:-1], track.t_s[1:]))[step_s > settings.silent_s]
    apart = np.concatenate((track.pauses, track.standing, track.unknown))
    # A long gap in which the runner moved on says nothing of what happened in it: it is one segment.
    apart = np.concatenate((apart, without(silent, union(apart))))
    whole = as_spans([(0.0, track.elapsed_s)])
    fixed = np.concatenate((np.array([0.0, track.elapsed_s]), apart.ravel()))
    moving = without(whole, union(apart))
    columns = (in_noises(track.speed_mps, settings), track.cadence_spm / settings.cadence_noise_spm)
    pieces = [_piece(track.t_s, columns, start, end, settings) for start, end in moving.tolist()]
    unrest = _unrest(pieces, settings)
    changes = [_cut(piece, unrest, settings, scales) for piece in pieces]
    return [np.unique(np.concatenate([fixed, *(one[at] for one in changes)])) for at in range(len(scales))]


def _piece(t_s: Column, columns: tuple[Column, ...], start_s: float, end_s: float, settings: SegmentSettings) -> _Piece:
    count = int((end_s - start_s) // settings.grid_s)
    grid = start_s + settings.grid_s * (np.arange(count, dtype=np.float64) + 0.5)
    levels, known = np.zeros((count, 2)), np.zeros((count, 2), dtype=bool)
    rows = slice(int(np.searchsorted(t_s, start_s)), int(np.searchsorted(t_s, end_s, side="right")))
    for number, column in enumerate(columns):
        levels[:, number], known[:, number] = read_at(grid, t_s[rows], column[rows], settings.bridge_s)
    # Getting up to speed from a stop, and slowing down into one, is no change of pace.
    ramp = round(settings.ramp_s / settings.grid_s)
    if count >= 4 * ramp > 0:
        known[:ramp], known[-ramp:] = False, False
    return _Piece(start_s, levels, known)


def _unrest(pieces: list[_Piece], settings: SegmentSettings) -> Column:
    """By how much each signal wanders more than usual, at least 1, shape ``(2,)``.

    The lower quartile of the changes between neighbouring blocks is that of the steady ones, even where reps alternate.
    """
    block = max(round(BLOCK_S / settings.grid_s), 1)
    changes = [np.empty((0, 2))]
    for piece in pieces:
        count = len(piece.levels) // block
        whole = piece.known[: count * block].reshape(count, block, 2).mean(axis=1) == 1.0
        means = piece.levels[: count * block].reshape(count, block, 2).mean(axis=1)
        changes.append(np.where(whole[1:] & whole[:-1], np.abs(np.diff(means, axis=0)), np.nan))
    sizes = np.vstack(changes)
    unrest = np.ones(2)
    for number, column in enumerate(sizes.T):
        measured = column[np.isfinite(column)]
        if len(measured) >= LEAST_BLOCKS:
            wander = np.quantile(measured, 0.25) / QUARTER_OF_NORMAL / np.sqrt(2.0)
            unrest[number] = max(float(wander) / settings.steady_wander, 1.0)
    return unrest


def _cut(piece: _Piece, unrest: Column, settings: SegmentSettings, scales: list[_Scale]) -> list[Column]:
    """Change points within one stretch of movement, for each scale."""
    penalties = [scale.penalty / settings.sensitivity / settings.grid_s for scale in scales]
    least = max(round(settings.min_segment_s / settings.grid_s), 1)
    longest = round(settings.transition_s / settings.grid_s)
    cumulative = piece.cumulative()
    found = []
    for edges, scale in zip(
        change_points_for_each(piece.levels / unrest, penalties, least, piece.known), scales, strict=True
    ):
        edges = _without_transitions(piece, cumulative, edges, longest)
        edges = _without_small_changes(cumulative, edges, scale.least_change / settings.sensitivity)
        found.append(piece.start_s + settings.grid_s * edges[1:-1].astype(np.float64))
    return found


def _means(cumulative: tuple[Column, Column], edges: Edges) -> Column:
    """Mean levels between each two edges; NaN where nothing is known."""
    total, count = (np.diff(column[edges], axis=0) for column in cumulative)
    means: Column = np.where(count > 0.0, total / np.maximum(count, 1.0), np.nan)
    return means


def _without_transitions(piece: _Piece, cumulative: tuple[Column, Column], edges: Edges, longest: int) -> Edges:
    """The edges without short stretches half-way between their neighbours, each replaced by the one that fits best.

    Smoothed by a watch, one change of pace is a ramp of some seconds, which the cheapest cut takes for a stretch.
    """
    at = 1
    while at < len(edges) - 2:
        first, last = edges[at], edges[at + 1]
        if last - first > longest:
            at += 1
            continue
        before, here, after = np.nan_to_num(_means(cumulative, edges[at - 1 : at + 3]))
        way = after - before
        length2 = float(way @ way)
        share = float((here - before) @ way) / length2 if length2 > 0.0 else -1.0
        aside2 = float(np.sum((here - before - share * way) ** 2))
        if not 0.1 < share < 0.9 or aside2 > 0.25 * length2:
            at += 1
            continue
        part, weight = piece.levels[first:last], piece.known[first:last]
        gain = np.cumsum(np.sum(weight * ((part - after) ** 2 - (part - before) ** 2), axis=1))
        split = int(np.argmax(np.concatenate(([0.0], gain))))
        edges = np.concatenate((edges[:at], [first + split], edges[at + 2 :]))
    return edges


def _without_small_changes(cumulative: tuple[Column, Column], edges: Edges, least: float) -> Edges:
    """The edges at which the means differ by at least ``least`` noises, the smallest change taken out first.

    Pace and cadence wander slowly, so that two long stretches differ reliably by what means nothing to a runner.
    """
    while len(edges) > 2:
        change = np.sqrt(np.nansum(np.diff(_means(cumulative, edges), axis=0) ** 2, axis=1))
        smallest = int(np.argmin(change))
        if change[smallest] >= least:
            break
        edges = np.delete(edges, smallest + 1)
    return edges
