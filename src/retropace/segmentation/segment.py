"""Segmentation of an activity at its changes of pace and cadence.

Pauses, standing, and stretches without any signal are segments of their own. The parts between them are cut at the
joint change points of pace and cadence (:mod:`retropace.segmentation.pelt`), in standard deviations of their noise.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray, as_spans, subtract, union
from retropace.segmentation.pelt import find_change_points
from retropace.segmentation.signals import resample, standardize_columns

EdgeIndices = NDArray[np.intp]
"""Edges of segments as rising indices into evenly spaced times. The first is 0, the last the number of times; a segment
lies between each two adjacent edges."""

NOISE_BLOCK_S = 10.0
"""Length in seconds of the blocks whose means are compared: differences between adjacent blocks measure a signal's
noise."""
NORMAL_QUARTILE_SD = 0.3186
"""Half width, in standard deviations, of the interval around the mean that holds a quarter of normally distributed
values."""
MIN_BLOCK_CHANGES = 20
"""Smallest number of differences between blocks from which a signal's noise is measured; with fewer, the noise is
assumed not to exceed ``reference_wander_sd``."""
MIN_TRANSITION_SHARE = 0.1
"""Smallest relative position of a short segment's mean, from 0 at the mean of the segment before to 1 at that of the
segment after, for it to be taken for a transition. The largest is 1 minus this."""
MAX_TRANSITION_OFFSET2 = 0.25
"""Largest squared distance of a transition's mean from the straight line through the means of the segments before and
after it, as a fraction of the squared distance between those two. Means are points in the plane of pace and cadence."""


class _MovingPart(NamedTuple):
    """A part of the activity between rests: standardized speed and cadence at ``n`` evenly spaced times."""

    start_s: float
    values: FloatArray
    """Speed and cadence in standard deviations of their noise, shape ``(n, 2)``."""
    known: NDArray[np.bool_]
    """Whether each of ``values`` is measured, shape ``(n, 2)``; values that are not are ignored."""

    def cumulate(self) -> tuple[FloatArray, FloatArray]:
        """Return the sums and the counts of the known values before each index 0 … n, ``(n + 1, 2)`` each."""
        zero, weight = np.zeros((1, 2)), self.known.astype(np.float64)
        total, count = (np.vstack((zero, np.cumsum(column, axis=0))) for column in (self.values * weight, weight))
        return total, count


def segment_coarse_and_fine(
    cleaned: CleanedActivity, parameters: SegmentParameters | None = None
) -> tuple[FloatArray, FloatArray]:
    """Cut an activity at its changes of pace and cadence; returns the edges of a coarse and of a fine segmentation.

    Edges are elapsed seconds, rising from 0 to the end. The fine segmentation also has edges at smaller changes;
    labelling compares its segments with each other.
    """
    parameters = parameters or SegmentParameters()
    step_s = np.diff(cleaned.t_s)
    gaps = np.column_stack((cleaned.t_s[:-1], cleaned.t_s[1:]))[step_s > parameters.max_gap_s]
    separate = np.concatenate((cleaned.pauses, cleaned.standing, cleaned.unknown))
    # A long gap in which the runner moved on holds no signal: it is one segment.
    separate = np.concatenate((separate, subtract(gaps, union(separate))))
    fixed_s = np.concatenate((np.array([0.0, cleaned.elapsed_s]), separate.ravel()))
    moving = subtract(as_spans([(0.0, cleaned.elapsed_s)]), union(separate))
    columns = standardize_columns(cleaned, parameters)
    parts = [_build_part(cleaned.t_s, columns, start, end, parameters) for start, end in moving.tolist()]
    noise_inflation = _measure_noise_inflation(parts, parameters)
    changes_s = [_cut_part(part, noise_inflation, parameters) for part in parts]
    coarse_s, fine_s = (
        np.unique(np.concatenate([fixed_s, *(part_s[number] for part_s in changes_s)])) for number in range(2)
    )
    return coarse_s, fine_s


def _build_part(
    t_s: FloatArray, columns: FloatArray, start_s: float, end_s: float, parameters: SegmentParameters
) -> _MovingPart:
    """Build the part ``[start_s, end_s)`` from standardized columns.

    Its first and last seconds (``ramp_s``), in which the runner speeds up or slows down, are set to unknown.
    """
    count = int((end_s - start_s) // parameters.grid_s)
    grid = start_s + parameters.grid_s * (np.arange(count, dtype=np.float64) + 0.5)
    rows = slice(int(np.searchsorted(t_s, start_s)), int(np.searchsorted(t_s, end_s, side="right")))
    values, known = resample(grid, t_s[rows], columns[rows], parameters.max_bridge_s)
    ramp = round(parameters.ramp_s / parameters.grid_s)
    if count >= 4 * ramp > 0:
        known[:ramp], known[-ramp:] = False, False
    return _MovingPart(start_s, values, known)


def _measure_noise_inflation(parts: list[_MovingPart], parameters: SegmentParameters) -> FloatArray:
    """Return the noise of each signal as its ratio to ``reference_wander_sd``, at least 1; shape ``(2,)``.

    The noise is computed from the differences between the means of adjacent blocks of ``NOISE_BLOCK_S``. Their lower
    quartile is used, which is robust even where fast and slow alternate.
    """
    block = max(round(NOISE_BLOCK_S / parameters.grid_s), 1)
    changes = [np.empty((0, 2))]
    for part in parts:
        count = len(part.values) // block
        is_complete = part.known[: count * block].reshape(count, block, 2).mean(axis=1) == 1.0
        means = part.values[: count * block].reshape(count, block, 2).mean(axis=1)
        changes.append(np.where(is_complete[1:] & is_complete[:-1], np.abs(np.diff(means, axis=0)), np.nan))
    sizes = np.vstack(changes)
    inflation = np.ones(2)
    for number, column in enumerate(sizes.T):
        measured = column[np.isfinite(column)]
        if len(measured) >= MIN_BLOCK_CHANGES:
            noise_sd = np.quantile(measured, 0.25) / NORMAL_QUARTILE_SD / np.sqrt(2.0)
            inflation[number] = max(float(noise_sd) / parameters.reference_wander_sd, 1.0)
    return inflation


def _cut_part(part: _MovingPart, noise_inflation: FloatArray, parameters: SegmentParameters) -> list[FloatArray]:
    """Find the change points within a part, in elapsed seconds: of the coarse, then of the fine segmentation."""
    penalties = [
        value / parameters.sensitivity / parameters.grid_s for value in (parameters.penalty, parameters.fine_penalty)
    ]
    min_changes_sd = (parameters.min_change_sd, parameters.fine_min_change_sd)
    min_size = max(round(parameters.min_segment_s / parameters.grid_s), 1)
    max_size = round(parameters.max_transition_s / parameters.grid_s)
    cumulative = part.cumulate()
    optimal = find_change_points(part.values / noise_inflation, penalties, min_size, part.known)
    changes_s = []
    for edges, min_change_sd in zip(optimal, min_changes_sd, strict=True):
        edges = _merge_transitions(part, cumulative, edges, max_size)
        edges = _drop_small_changes(cumulative, edges, min_change_sd / parameters.sensitivity)
        changes_s.append(part.start_s + parameters.grid_s * edges[1:-1].astype(np.float64))
    return changes_s


def _mean_values(cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices) -> FloatArray:
    """Return the mean of each signal between each two adjacent edges; NaN if all its values there are unknown."""
    total, count = (np.diff(column[edges], axis=0) for column in cumulative)
    means: FloatArray = np.where(count > 0.0, total / np.maximum(count, 1.0), np.nan)
    return means


def _merge_transitions(
    part: _MovingPart, cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices, max_size: int
) -> EdgeIndices:
    """Return the edges with each transition replaced by one edge, at the best place within it.

    A transition is a segment of at most ``max_size`` rows whose mean pace and cadence lie between those of the segments
    before and after. It arises because a watch smooths one change of pace into a ramp of some seconds.
    """
    index = 1
    while index < len(edges) - 2:
        first, last = edges[index], edges[index + 1]
        if last - first > max_size:
            index += 1
            continue
        before, here, after = np.nan_to_num(_mean_values(cumulative, edges[index - 1 : index + 3]))
        change = after - before
        change2 = float(change @ change)
        share = float((here - before) @ change) / change2 if change2 > 0.0 else -1.0
        offset2 = float(np.sum((here - before - share * change) ** 2))
        is_between = MIN_TRANSITION_SHARE < share < 1.0 - MIN_TRANSITION_SHARE
        if not is_between or offset2 > MAX_TRANSITION_OFFSET2 * change2:
            index += 1
            continue
        values, weight = part.values[first:last], part.known[first:last]
        gain = np.cumsum(np.sum(weight * ((values - after) ** 2 - (values - before) ** 2), axis=1))
        split = int(np.argmax(np.concatenate(([0.0], gain))))
        edges = np.concatenate((edges[:index], [first + split], edges[index + 2 :]))
    return edges


def _drop_small_changes(
    cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices, min_change_sd: float
) -> EdgeIndices:
    """Drop edges, the smallest change first, until the means on both sides of each differ by ``min_change_sd`` or more.

    Pace and cadence drift slowly, so that two long segments can differ significantly by what no runner would notice.
    """
    while len(edges) > 2:
        change = np.sqrt(np.nansum(np.diff(_mean_values(cumulative, edges), axis=0) ** 2, axis=1))
        smallest = int(np.argmin(change))
        if change[smallest] >= min_change_sd:
            break
        edges = np.delete(edges, smallest + 1)
    return edges
