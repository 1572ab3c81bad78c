"""Segmentation of an activity at its changes of pace and cadence.

The fine segmentation has all pauses, standing, and stretches without any signal as segments of their own. The parts
between them are cut at the joint change points of pace and cadence (:mod:`retropace.segmentation.pelt`), in standard
deviations of their noise. The coarse segmentation, whose segments are those that a runner would name, merges the fine
segments that differ little or are short (:mod:`retropace.segmentation.merge`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray, Spans, as_spans, subtract, union
from retropace.segmentation.merge import MAX_ONSET_S, Stretches, find_onset, merge_stretches
from retropace.segmentation.pelt import find_change_points
from retropace.segmentation.signals import resample, standardize_columns

EdgeIndices = NDArray[np.intp]
"""Edges of segments: rising indices into evenly spaced times, from 0 to the number of times."""

NOISE_BLOCK_S = 10.0
"""Length (s) of the blocks of which differences between adjacent means measure a signal's noise."""
NORMAL_QUARTILE_SD = 0.3186
"""Half width (sd) of the interval around the mean that holds a quarter of normally distributed values."""
WANDER_RATIO = 2.0
"""Ratio of the wandering of a runner's mean pace to its noise over ``NOISE_BLOCK_S``."""
MAX_ONSET_SPACING_S = 2.0
"""Largest median time in seconds between records at which edges move to where a change began."""
MIN_BLOCK_CHANGES = 20
"""Fewest differences between blocks that measure noise; with fewer it is at most ``reference_wander_sd``."""
MIN_TRANSITION_SHARE = 0.1
"""Least position of a transition's mean on the way from the mean before (0) to that after (1); at most 1 minus this."""
MAX_TRANSITION_OFFSET2 = 0.25
"""Largest squared distance of a transition's mean from the line between the means beside, as a share of theirs."""


class _MovingPart(NamedTuple):
    """A part of the activity between rests: standardized speed and cadence at ``n`` evenly spaced times."""

    start_s: float
    values: FloatArray  # speed and cadence in standard deviations of their noise, shape ``(n, 2)``
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

    Edges are elapsed seconds, rising from 0 to the end. Labelling compares the segments of the fine segmentation with
    each other. In the coarse one, rests and dropouts shorter than ``min_rest_s`` are part of their neighbours.
    """
    parameters = parameters or SegmentParameters()
    step_s = np.diff(cleaned.t_s)
    gaps = np.column_stack((cleaned.t_s[:-1], cleaned.t_s[1:]))[step_s > parameters.max_gap_s]
    separate = np.concatenate((cleaned.pauses, cleaned.standing, cleaned.unknown))
    # A long gap in which the runner moved on holds no signal: it is one segment.
    gaps = subtract(gaps, union(separate))
    separate = np.concatenate((separate, gaps))
    fixed_s = np.concatenate((np.array([0.0, cleaned.elapsed_s]), separate.ravel()))
    moving = subtract(as_spans([(0.0, cleaned.elapsed_s)]), union(separate))
    columns = standardize_columns(cleaned, parameters)
    parts = [_build_part(cleaned.t_s, columns, start, end, parameters) for start, end in moving.tolist()]
    noise_sd = _measure_noise_sd(parts, parameters)
    noise_inflation = np.maximum(noise_sd / parameters.reference_wander_sd, 1.0)
    cuts = [_cut_part(part, noise_inflation, parameters) for part in parts]
    starts_s = [
        part.start_s + parameters.grid_s * edges[:-1].astype(np.float64)
        for part, edges in zip(parts, cuts, strict=True)
    ]
    fine_s = np.unique(np.concatenate([fixed_s, *starts_s]))

    parts = [part._replace(values=part.values / noise_inflation) for part in parts]
    interruptions = np.concatenate((union(np.concatenate((cleaned.pauses, cleaned.standing))), cleaned.unknown, gaps))
    stretches = _build_stretches(cleaned.elapsed_s, interruptions, starts_s, parameters)
    for part, edges, start_s in zip(parts, cuts, starts_s, strict=True):
        rows = np.searchsorted(stretches.edges_s, start_s)
        stretches.sums[rows], stretches.counts[rows] = (np.diff(sums[edges], axis=0) for sums in part.cumulate())
    wander_sd = WANDER_RATIO * float(np.linalg.norm(noise_sd / noise_inflation))
    merged = merge_stretches(stretches, wander_sd, parameters)
    # Between sparse records, speed is a straight line that shows no onset.
    is_dense = len(step_s) > 0 and float(np.median(step_s)) <= MAX_ONSET_SPACING_S
    return _move_to_onsets(merged, parts, parameters) if is_dense else merged.edges_s, fine_s


def _build_stretches(
    elapsed_s: float, interruptions: Spans, starts_s: list[FloatArray], parameters: SegmentParameters
) -> Stretches:
    """Build stretches without sums, cut at ``starts_s`` and interruptions; those of ``min_rest_s`` have fixed edges."""
    edges_s = np.unique(np.concatenate(((0.0, elapsed_s), interruptions.ravel(), *starts_s)))
    is_long = interruptions[:, 1] - interruptions[:, 0] >= parameters.min_rest_s
    is_fixed = np.isin(edges_s, np.append(interruptions[is_long], (0.0, elapsed_s)))
    return Stretches(edges_s, np.zeros((len(edges_s) - 1, 2)), np.zeros((len(edges_s) - 1, 2)), is_fixed)


def _move_to_onsets(merged: Stretches, parts: list[_MovingPart], parameters: SegmentParameters) -> FloatArray:
    """Return the edges of the merged stretches, those that are not fixed moved to where the change began."""
    part_starts_s = np.array([part.start_s for part in parts])
    edges_s, means, grid_s = merged.edges_s.copy(), merged.means, parameters.grid_s
    for index in np.flatnonzero(~merged.is_fixed).tolist():
        part = parts[int(np.searchsorted(part_starts_s, edges_s[index], side="right")) - 1]
        end = round((edges_s[index] - part.start_s) / grid_s)
        free_s = min(edges_s[index] - edges_s[index - 1] - parameters.min_segment_s, MAX_ONSET_S)
        rows = slice(max(end - max(int(free_s / grid_s), 0), 0), end)
        if end <= len(part.values):
            onset = find_onset(part.values[rows], part.known[rows], means[index - 1], means[index])
            edges_s[index] -= grid_s * onset
    return edges_s


def _build_part(
    t_s: FloatArray, columns: FloatArray, start_s: float, end_s: float, parameters: SegmentParameters
) -> _MovingPart:
    """Build the part ``[start_s, end_s)``; its first and last ``ramp_s``, where speed ramps, are unknown."""
    count = int((end_s - start_s) // parameters.grid_s)
    grid = start_s + parameters.grid_s * (np.arange(count, dtype=np.float64) + 0.5)
    rows = slice(int(np.searchsorted(t_s, start_s)), int(np.searchsorted(t_s, end_s, side="right")))
    values, known = resample(grid, t_s[rows], columns[rows], parameters.max_bridge_s)
    ramp = round(parameters.ramp_s / parameters.grid_s)
    if count >= 4 * ramp > 0:
        known[:ramp], known[-ramp:] = False, False
    return _MovingPart(start_s, values, known)


def _measure_noise_sd(parts: list[_MovingPart], parameters: SegmentParameters) -> FloatArray:
    """Return the sd of ``NOISE_BLOCK_S`` means, ``(2,)``, from the lower quartile of their changes; 0 with too few."""
    block = max(round(NOISE_BLOCK_S / parameters.grid_s), 1)
    changes = [np.empty((0, 2))]
    for part in parts:
        count = len(part.values) // block
        is_complete = part.known[: count * block].reshape(count, block, 2).mean(axis=1) == 1.0
        means = part.values[: count * block].reshape(count, block, 2).mean(axis=1)
        changes.append(np.where(is_complete[1:] & is_complete[:-1], np.abs(np.diff(means, axis=0)), np.nan))
    noise_sd = np.zeros(2)
    for number, column in enumerate(np.vstack(changes).T):
        measured = column[np.isfinite(column)]
        if len(measured) >= MIN_BLOCK_CHANGES:
            noise_sd[number] = np.quantile(measured, 0.25) / NORMAL_QUARTILE_SD / np.sqrt(2.0)
    return noise_sd


def _cut_part(part: _MovingPart, noise_inflation: FloatArray, parameters: SegmentParameters) -> EdgeIndices:
    """Find the change points of the fine segmentation within a part; returns their indices, and its start and end."""
    penalty = parameters.fine_penalty / parameters.sensitivity / parameters.grid_s
    min_size = max(round(parameters.fine_min_segment_s / parameters.grid_s), 1)
    max_size = round(parameters.max_transition_s / parameters.grid_s)
    edges = find_change_points(part.values / noise_inflation, penalty, min_size, part.known)
    cumulative = part.cumulate()
    edges = _merge_transitions(part, cumulative, edges, max_size)
    return _drop_small_changes(cumulative, edges, parameters.fine_min_change_sd / parameters.sensitivity)


def _mean_values(cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices) -> FloatArray:
    """Return the mean of each signal between each two adjacent edges; NaN if all its values there are unknown."""
    total, count = (np.diff(column[edges], axis=0) for column in cumulative)
    means: FloatArray = np.where(count > 0.0, total / np.maximum(count, 1.0), np.nan)
    return means


def _merge_transitions(
    part: _MovingPart, cumulative: tuple[FloatArray, FloatArray], edges: EdgeIndices, max_size: int
) -> EdgeIndices:
    """Replace each transition, a short segment between the means beside (from smoothing), by the best edge in it."""
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
    """Drop edges, the smallest change first, until all means differ by ``min_change_sd``: slow drift is no change."""
    while len(edges) > 2:
        change = np.sqrt(np.nansum(np.diff(_mean_values(cumulative, edges), axis=0) ** 2, axis=1))
        smallest = int(np.argmin(change))
        if change[smallest] >= min_change_sd:
            break
        edges = np.delete(edges, smallest + 1)
    return edges
