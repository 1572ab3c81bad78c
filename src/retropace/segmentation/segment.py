"""Cutting an activity where pace and cadence change, without asking which side is the work.

Pauses, standing and stretches of which nothing is known are segments of their own; what lies between them is cut at the
change points of pace and cadence together (:mod:`retropace.segmentation.pelt`). Both are measured in noises: by how much they wander
in a steady run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray, as_spans, subtract, union
from retropace.segmentation.pelt import find_change_points
from retropace.segmentation.signals import resample, standardize_speed

BoolMask = NDArray[np.bool_]
EdgeIndices = NDArray[np.intp]

WANDER_BLOCK_S = 10.0
"""Wandering is measured between the means of neighbouring stretches this long."""
NORMAL_QUARTILE_SD = 0.3186
"""A quarter of normally distributed values lie within this many standard deviations of their mean."""
MIN_BLOCK_CHANGES = 20
"""With fewer changes between blocks wandering is taken as usual."""


@dataclass(frozen=True, slots=True)
class _CutThresholds:
    """How much a cut must gain, and how far apart its sides must be in noises, at the usual sensitivity."""

    penalty: float
    min_change_sd: float


@dataclass(frozen=True, slots=True)
class _MovingPiece:
    """Pace and cadence of one stretch of movement on a regular grid, ``(n, 2)`` each; ``levels`` are in noises."""

    start_s: float
    values: FloatArray
    known: BoolMask

    def cumulative(self) -> tuple[FloatArray, FloatArray]:
        """Sums of what is known of each signal, and how many values that is, up to each edge of the grid."""
        none, weight = np.zeros((1, 2)), self.known.astype(np.float64)
        return (
            np.vstack((none, np.cumsum(self.values * weight, axis=0))),
            np.vstack((none, np.cumsum(weight, axis=0))),
        )


def segment_activity(activity: CleanedActivity, parameters: SegmentParameters | None = None) -> FloatArray:
    """The edges of the segments, rising from 0 to the end of the activity, in elapsed seconds."""
    parameters = parameters or SegmentParameters()
    return _find_edges(activity, parameters, [_CutThresholds(parameters.penalty, parameters.min_change_sd)])[0]


def segment_coarse_and_fine(
    activity: CleanedActivity, parameters: SegmentParameters | None = None
) -> tuple[FloatArray, FloatArray]:
    """The edges of :func:`segment`, and those of a finer cut, in little more time than either takes.

    The finer one is for labelling, which knows what other stretches of the session are like.
    """
    parameters = parameters or SegmentParameters()
    scales = [
        _CutThresholds(parameters.penalty, parameters.min_change_sd),
        _CutThresholds(parameters.fine_penalty, parameters.fine_min_change_sd),
    ]
    coarse, fine = _find_edges(activity, parameters, scales)
    return coarse, fine


def _find_edges(
    activity: CleanedActivity, parameters: SegmentParameters, thresholds: list[_CutThresholds]
) -> list[FloatArray]:
    """For each scale all edges: of what lies apart, and of the changes within what is left."""
    step_s = np.diff(activity.t_s)
    silent = np.column_stack((activity.t_s[:-1], activity.t_s[1:]))[step_s > parameters.max_gap_s]
    apart = np.concatenate((activity.pauses, activity.standing, activity.unknown))
    # A long gap in which the runner moved on says nothing of what happened in it: it is one segment.
    apart = np.concatenate((apart, subtract(silent, union(apart))))
    whole = as_spans([(0.0, activity.elapsed_s)])
    fixed = np.concatenate((np.array([0.0, activity.elapsed_s]), apart.ravel()))
    moving = subtract(whole, union(apart))
    columns = (standardize_speed(activity.speed_mps, parameters), activity.cadence_spm / parameters.cadence_noise_spm)
    pieces = [_build_piece(activity.t_s, columns, start, end, parameters) for start, end in moving.tolist()]
    unrest = _noise_inflation(pieces, parameters)
    changes = [_cut_piece(piece, unrest, parameters, thresholds) for piece in pieces]
    return [np.unique(np.concatenate([fixed, *(one[at] for one in changes)])) for at in range(len(thresholds))]


def _build_piece(
    t_s: FloatArray, columns: tuple[FloatArray, ...], start_s: float, end_s: float, parameters: SegmentParameters
) -> _MovingPiece:
    count = int((end_s - start_s) // parameters.grid_s)
    grid = start_s + parameters.grid_s * (np.arange(count, dtype=np.float64) + 0.5)
    levels, known = np.zeros((count, 2)), np.zeros((count, 2), dtype=bool)
    rows = slice(int(np.searchsorted(t_s, start_s)), int(np.searchsorted(t_s, end_s, side="right")))
    for number, column in enumerate(columns):
        levels[:, number], known[:, number] = resample(grid, t_s[rows], column[rows], parameters.max_bridge_s)
    # Getting up to speed from a stop, and slowing down into one, is no change of pace.
    ramp = round(parameters.ramp_s / parameters.grid_s)
    if count >= 4 * ramp > 0:
        known[:ramp], known[-ramp:] = False, False
    return _MovingPiece(start_s, levels, known)


def _noise_inflation(pieces: list[_MovingPiece], parameters: SegmentParameters) -> FloatArray:
    """By how much each signal wanders more than usual, at least 1, shape ``(2,)``.

    The lower quartile of the changes between neighbouring blocks is that of the steady ones, even where reps alternate.
    """
    block = max(round(WANDER_BLOCK_S / parameters.grid_s), 1)
    changes = [np.empty((0, 2))]
    for piece in pieces:
        count = len(piece.values) // block
        whole = piece.known[: count * block].reshape(count, block, 2).mean(axis=1) == 1.0
        means = piece.values[: count * block].reshape(count, block, 2).mean(axis=1)
        changes.append(np.where(whole[1:] & whole[:-1], np.abs(np.diff(means, axis=0)), np.nan))
    sizes = np.vstack(changes)
    unrest = np.ones(2)
    for number, column in enumerate(sizes.T):
        measured = column[np.isfinite(column)]
        if len(measured) >= MIN_BLOCK_CHANGES:
            wander = np.quantile(measured, 0.25) / NORMAL_QUARTILE_SD / np.sqrt(2.0)
            unrest[number] = max(float(wander) / parameters.reference_wander_sd, 1.0)
    return unrest


def _cut_piece(
    piece: _MovingPiece, noise_inflation: FloatArray, parameters: SegmentParameters, thresholds: list[_CutThresholds]
) -> list[FloatArray]:
    """Change points within one stretch of movement, for each scale."""
    penalties = [scale.penalty / parameters.sensitivity / parameters.grid_s for scale in thresholds]
    least = max(round(parameters.min_segment_s / parameters.grid_s), 1)
    longest = round(parameters.max_transition_s / parameters.grid_s)
    cumulative = piece.cumulative()
    found = []
    for edges, scale in zip(
        find_change_points(piece.values / noise_inflation, penalties, least, piece.known), thresholds, strict=True
    ):
        edges = _merge_transitions(piece, cumulative, edges, longest)
        edges = _drop_small_changes(cumulative, edges, scale.min_change_sd / parameters.sensitivity)
        found.append(piece.start_s + parameters.grid_s * edges[1:-1].astype(np.float64))
    return found


def _mean_values(cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices) -> FloatArray:
    """Mean levels between each two edges; NaN where nothing is known."""
    total, count = (np.diff(column[edges], axis=0) for column in cumulative)
    means: FloatArray = np.where(count > 0.0, total / np.maximum(count, 1.0), np.nan)
    return means


def _merge_transitions(
    piece: _MovingPiece, cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices, max_length: int
) -> EdgeIndices:
    """The edges without short stretches half-way between their neighbours, each replaced by the one that fits best.

    Smoothed by a watch, one change of pace is a ramp of some seconds, which the cheapest cut takes for a stretch.
    """
    at = 1
    while at < len(edges) - 2:
        first, last = edges[at], edges[at + 1]
        if last - first > max_length:
            at += 1
            continue
        before, here, after = np.nan_to_num(_mean_values(cumulative, edges[at - 1 : at + 3]))
        way = after - before
        length2 = float(way @ way)
        share = float((here - before) @ way) / length2 if length2 > 0.0 else -1.0
        aside2 = float(np.sum((here - before - share * way) ** 2))
        if not 0.1 < share < 0.9 or aside2 > 0.25 * length2:
            at += 1
            continue
        part, weight = piece.values[first:last], piece.known[first:last]
        gain = np.cumsum(np.sum(weight * ((part - after) ** 2 - (part - before) ** 2), axis=1))
        split = int(np.argmax(np.concatenate(([0.0], gain))))
        edges = np.concatenate((edges[:at], [first + split], edges[at + 2 :]))
    return edges


def _drop_small_changes(
    cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices, min_change_sd: float
) -> EdgeIndices:
    """The edges at which the means differ by at least ``least`` noises, the smallest change taken out first.

    Pace and cadence wander slowly, so that two long stretches differ reliably by what means nothing to a runner.
    """
    while len(edges) > 2:
        change = np.sqrt(np.nansum(np.diff(_mean_values(cumulative, edges), axis=0) ** 2, axis=1))
        smallest = int(np.argmin(change))
        if change[smallest] >= min_change_sd:
            break
        edges = np.delete(edges, smallest + 1)
    return edges
