"""From change points and annotations to segments with a direction, a gait and the reason for both.

The runner's word leads: what they marked is ``annotated`` and cut where they say. What looks like backward running is
``suspected``. Standing and pauses are ``measured``. Everything else is forward, ``assumed``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.gait import classify_gait
from retropace.core.parameters import LabelParameters
from retropace.core.segment_stats import curve_increments, stats_from_increments
from retropace.core.segments import Segments, StrArray
from retropace.core.spans import FloatArray, Spans, as_spans, contains, subtract, union
from retropace.labelling.direction_model import RunnerModel, backward_probabilities
from retropace.labelling.features import StretchFeatures, extract_features
from retropace.labelling.priors import LabellingProblem

if TYPE_CHECKING:
    from retropace.annotations import Annotation

MIN_BACKWARD_RUN_MPS, SIMILAR_SPEED_SHARE = 1.3, 0.85
"""Slower than 1.3 m/s people walk backward: 0.55 of an easy 2.4. What is 0.85 as fast as a backward run is about as
fast."""
EDGE_MERGE_S = 10.0
"""A change point this near to where the direction changes is that change."""


@dataclass(frozen=True, slots=True)
class _StretchEvidence:
    """What is known of the stretches between edges before anything is suspected; ``(n,)`` columns."""

    edges_s: FloatArray
    marked_direction: StrArray
    """The marked direction, or empty."""
    marked_gait: StrArray
    is_standing: NDArray[np.bool_]
    has_no_signal: NDArray[np.bool_]
    """Nothing was recorded that could tell."""

    @property
    def is_unlabelled(self) -> NDArray[np.bool_]:
        """Where nobody and nothing says what it was."""
        open_: NDArray[np.bool_] = (self.marked_direction == "") & ~self.is_standing & ~self.has_no_signal
        return open_


def label_segments(
    cleaned: CleanedActivity,
    edges_s: FloatArray,
    fine_edges_s: FloatArray,
    annotations: tuple[Annotation, ...],
    parameters: LabelParameters | None = None,
    runner: RunnerModel | None = None,
) -> Segments:
    """Give each stretch between change points a direction.

    ``edges_s`` are the change points from 0 to the end of the activity, pauses and stands included, and ``fine_s``
    those of a finer cut: where the direction changes there, that cuts too. ``annotations`` are disjoint and in order
    (:func:`retropace.annotations.place`). ``runner`` is what is known of them from other sessions.
    """
    parameters = parameters or LabelParameters()
    standing = _snap_standing(cleaned, annotations, parameters.max_snap_s)
    resting = union(np.concatenate((cleaned.pauses, standing)))
    fixed = np.unique(np.concatenate([spans.ravel() for spans in (cleaned.pauses, standing, cleaned.unknown)]))
    fixed = np.union1d(fixed[(fixed > 0.0) & (fixed < cleaned.elapsed_s)], [0.0, cleaned.elapsed_s])
    # What was marked is looked at as a whole: one example, whatever was a little faster within it.
    marked = as_spans([(one.start_s, one.end_s) for one in annotations])
    fine_edges = _merge_edges(fine_edges_s[~contains(marked, fine_edges_s)], fixed, annotations, parameters, resting)
    pieces = _build_stretch_evidence(cleaned, standing, annotations, fine_edges)
    chance = _estimate_backward(cleaned, pieces, parameters, runner)

    # Keep the fine cuts at which what is said of the stretches differs.
    backward = pieces.is_unlabelled & (chance >= parameters.threshold)
    look = pieces.is_unlabelled & ~backward & (chance >= parameters.review_threshold)
    kind = backward.astype(np.intp) + 2 * look
    middle = (fine_edges[1:] + fine_edges[:-1]) / 2.0
    turns = fine_edges[1:-1][kind[1:] != kind[:-1]]
    coarse = _merge_edges(edges_s, fixed, annotations, parameters, resting)
    given = _annotation_edges(annotations)
    if len(turns):
        near = np.abs(coarse[:, None] - turns[None, :]).min(axis=1) < EDGE_MERGE_S
        coarse = coarse[~near | np.isin(coarse, fixed) | np.isin(coarse, given)]
    edges = np.union1d(coarse, turns)

    pieces = _build_stretch_evidence(cleaned, standing, annotations, edges)
    count = len(edges) - 1
    owner = np.clip(np.searchsorted(edges, middle, side="right") - 1, 0, count - 1)
    weight = np.diff(fine_edges)
    whole = np.maximum(np.bincount(owner, weight, count), 1e-9)
    mean, share = (np.bincount(owner, weight * column, count) / whole for column in (chance, backward))
    suspected = pieces.is_unlabelled & (share > 0.5)
    looks = stats_from_increments(curve_increments(cleaned, edges), cleaned)
    said, halted, blank = pieces.marked_direction, pieces.is_standing, pieces.has_no_signal
    direction = np.where(said != "", said, np.where(halted, "rest", np.where(blank, "unknown", "forward")))
    direction = np.where(suspected, "backward", direction)
    basis = np.where(said != "", "annotated", np.where(halted | blank, "measured", "assumed"))
    basis = np.where(suspected, "suspected", basis)
    gait = np.where(pieces.marked_gait != "", pieces.marked_gait, classify_gait(looks.speed_mps, looks.cadence_spm))
    gait = np.where(direction == "rest", "stand", np.where(direction == "unknown", "", gait))
    confidence = np.where(suspected, mean, np.where(pieces.is_unlabelled, 1.0 - mean, 1.0))
    confidence = np.where(direction == "unknown", np.nan, confidence)
    return Segments(edges, direction, gait, basis, confidence)


def _build_stretch_evidence(
    cleaned: CleanedActivity, standing: Spans, annotations: tuple[Annotation, ...], edges_s: FloatArray
) -> _StretchEvidence:
    middle = (edges_s[1:] + edges_s[:-1]) / 2.0
    paused, still, blank = (contains(spans, middle) for spans in (cleaned.pauses, standing, cleaned.unknown))
    marked = _annotation_index(annotations, middle)
    said = np.array([annotation.label.direction for annotation in annotations] + [""])[marked]
    said_gait = np.array([annotation.label.gait for annotation in annotations] + [""])[marked]
    halted = paused | (still & (said != "unknown"))
    return _StretchEvidence(edges_s, np.where(halted, "", said), said_gait, halted, blank)


def _estimate_backward(
    cleaned: CleanedActivity, stretches: _StretchEvidence, parameters: LabelParameters, runner: RunnerModel | None
) -> FloatArray:
    """The probability that each piece was run backward; 0 where nobody moved."""
    looks = extract_features(cleaned, stretches.edges_s[:-1], stretches.edges_s[1:])
    still = stretches.is_standing | stretches.has_no_signal | np.isin(stretches.marked_direction, ("rest", "unknown"))
    gait = np.where(
        stretches.marked_gait != "",
        stretches.marked_gait,
        _gait_from_marked(looks, stretches.marked_direction == "backward"),
    )
    looks = replace(looks, gait=np.where(still, "", gait))
    said = np.where(
        stretches.marked_direction == "backward", 1, np.where(stretches.marked_direction == "forward", 0, -1)
    )
    asked = LabellingProblem(looks, stretches.edges_s[:-1], stretches.edges_s[1:], np.where(still, -1, said))
    chance = backward_probabilities(asked, runner, frozenset(parameters.disabled_evidence))
    return np.where(still, 0.0, chance)


def _gait_from_marked(features: StretchFeatures, marked_backward: NDArray[np.bool_]) -> StrArray:
    """The gaits, running for what holds no cadence and is about as fast as backward running that was marked.

    Without cadence gait is told by speed, and backward runners are as slow as walkers.
    """
    blind, speed = np.isnan(features.log_cadence), np.exp(features.log_speed)
    shown = speed[marked_backward & blind & (speed >= MIN_BACKWARD_RUN_MPS)]
    if len(shown) == 0:
        return features.gait
    return np.where(blind & (speed >= SIMILAR_SPEED_SHARE * np.min(shown)), "run", features.gait)


def _snap_standing(cleaned: CleanedActivity, annotations: tuple[Annotation, ...], max_shift_s: float) -> Spans:
    """When the runner stood, with edges near one of the runner's own moved to it.

    When somebody came to a stop cannot be told to the second; if they say so, they know better. Pauses are exact.
    """
    standing = cleaned.standing
    given = _annotation_edges(annotations)
    if len(given) == 0 or len(standing) == 0:
        return standing
    nearest = given[np.abs(given[None, :] - standing.reshape(-1, 1)).argmin(axis=1)].reshape(-1, 2)
    free = (np.abs(nearest - standing) <= max_shift_s) & ~np.isin(standing, cleaned.pauses)
    return subtract(union(np.where(free, nearest, standing)), cleaned.pauses)


def _annotation_edges(annotations: tuple[Annotation, ...]) -> FloatArray:
    """The runner's own edges, in order."""
    return np.unique([edge for annotation in annotations for edge in (annotation.start_s, annotation.end_s)])


def _merge_edges(
    change_points_s: FloatArray,
    fixed_edges_s: FloatArray,
    annotations: tuple[Annotation, ...],
    parameters: LabelParameters,
    resting: Spans,
) -> FloatArray:
    """The union of all edges, without the change points that an edge of the runner's stands for.

    Where a stand and a pause touch, they are one rest. What changes within a rest is none of its edges.
    """
    given = _annotation_edges(annotations)
    inner = (resting[:, 0, None] < change_points_s) & (change_points_s < resting[:, 1, None])
    change_points_s = change_points_s[~np.any(inner, axis=0)]
    within = (resting[:, 0, None] < fixed_edges_s) & (fixed_edges_s < resting[:, 1, None])
    fixed_edges_s = fixed_edges_s[~np.any(within, axis=0)]
    if len(given) == 0:
        return np.union1d(change_points_s, fixed_edges_s)
    near = np.abs(change_points_s[:, None] - given[None, :]).min(axis=1) <= parameters.max_snap_s
    free = change_points_s[~near | np.isin(change_points_s, fixed_edges_s)]
    return np.union1d(np.union1d(free, fixed_edges_s), given)


def _annotation_index(annotations: tuple[Annotation, ...], times_s: FloatArray) -> NDArray[np.intp]:
    """The index of the annotation that holds each moment; one past the last where none does."""
    spans: Spans = as_spans([(annotation.start_s, annotation.end_s) for annotation in annotations])
    before = np.searchsorted(spans[:, 0], times_s, side="right") - 1
    return np.where(contains(spans, times_s), before, len(spans))
