"""Assignment of a direction, gait, basis and confidence to each segment; annotations lead."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.annotations import AnnotationTable
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.gait import classify_gait
from retropace.core.parameters import LabelParameters
from retropace.core.segment_stats import curve_increments, stats_from_increments
from retropace.core.segments import Segments, StrArray
from retropace.core.spans import FloatArray, Spans, contains, covered_share, find_owner, find_span, midpoints, union
from retropace.labelling.direction_model import RunnerModel, backward_probabilities
from retropace.labelling.edges import find_fixed_edges, merge_edges, snap_standing
from retropace.labelling.features import StretchFeatures, extract_features
from retropace.labelling.priors import LabellingProblem
from retropace.segmentation.signals import standardize_signals
from retropace.segmentation.turns import refine_turns

MIN_BACKWARD_RUN_MPS = 1.3
"""Slowest speed (m/s) of backward running, 0.55 of an easy 2.4 m/s forward; slower is backward walking."""
SIMILAR_SPEED_SHARE = 0.85
"""Least share of the slowest annotated backward run's speed at which a stretch without cadence counts as running."""
MIN_COMPLETE_REPS = 3
"""Least number of backward annotations with exact edges, such as laps, that are taken to be all there were."""
MAX_EXACT_TOLERANCE_S = 1.0
"""Largest edge tolerance (s) of an annotation that counts as exact."""
MAX_BACKWARD_WALK_MPS = 1.6
"""Speed (m/s) above which backward movement of unknown cadence is running, where people change gait (Hreljac 2005)."""
EDGE_MERGE_S = 10.0
"""Seconds on both sides of a fine change of direction within which coarse change points are dropped as the same."""


class _StretchEvidence(NamedTuple):
    """What annotations and measurements say about ``n`` stretches of a session, as ``(n,)`` columns."""

    edges_s: FloatArray  # starts of all stretches and the end of the last, ``n + 1`` elapsed seconds
    marked_direction: StrArray  # annotated direction; empty where there is none
    marked_gait: StrArray  # annotated gait; empty where there is none
    is_standing: NDArray[np.bool_]  # whether the watch was paused or the runner stood
    has_no_signal: NDArray[np.bool_]  # whether neither speed nor cadence was recorded
    is_complete: bool  # whether the annotations say all that was backward

    @property
    def is_unlabelled(self) -> NDArray[np.bool_]:
        """Mask of the stretches whose direction neither an annotation nor a measurement determines."""
        unlabelled: NDArray[np.bool_] = (self.marked_direction == "") & ~self.is_standing & ~self.has_no_signal
        return unlabelled


def label_segments(
    cleaned: CleanedActivity,
    edges_s: FloatArray,
    fine_edges_s: FloatArray,
    annotations: AnnotationTable,
    parameters: LabelParameters | None = None,
    runner: RunnerModel | None = None,
) -> Segments:
    """Return the segments between change points, each with direction, gait, basis and confidence.

    ``edges_s`` are change points with the edges of the rests that are segments; ``fine_edges_s`` become edges where the
    direction changes. ``annotations`` are disjoint and sorted; ``runner`` is known from other sessions.
    """
    parameters = parameters or LabelParameters()
    standing = snap_standing(cleaned, annotations, parameters.max_snap_s)
    resting = union(np.concatenate((cleaned.pauses, standing)))
    fixed_s = find_fixed_edges(cleaned, standing)
    # Each annotation is one example, whatever changes within it.
    fine_s = fine_edges_s[~contains(annotations.spans, fine_edges_s)]
    fine_s = merge_edges(fine_s, fixed_s, annotations, parameters.max_snap_s, resting)
    fine = _build_stretch_evidence(cleaned, standing, annotations, fine_s)
    probability = _estimate_backward(cleaned, fine, parameters, runner)
    is_backward = fine.is_unlabelled & (probability >= parameters.threshold)

    coarse_fixed_s = np.intersect1d(fixed_s, edges_s)
    coarse_s = merge_edges(edges_s, coarse_fixed_s, annotations, parameters.max_snap_s, resting)
    is_borderline = fine.is_unlabelled & ~is_backward & (probability >= parameters.review_threshold)
    outcome = is_backward.astype(np.intp) + 2 * is_borderline
    # A short interruption is no segment of its own: it takes on what was before it.
    has_outcome = ~(fine.is_standing | fine.has_no_signal)
    outcome = outcome[np.maximum.accumulate(np.where(has_outcome, np.arange(len(outcome)), 0))]
    turning_points_s = fine_s[1:-1][outcome[1:] != outcome[:-1]]
    turning_points_s = _refine_turning_points(cleaned, turning_points_s, fixed_s, annotations)
    if len(turning_points_s):
        is_near = np.abs(coarse_s[:, None] - turning_points_s[None, :]).min(axis=1) < EDGE_MERGE_S
        is_required = np.isin(coarse_s, coarse_fixed_s) | np.isin(coarse_s, annotations.spans)
        coarse_s = coarse_s[~is_near | is_required]
    segment_edges_s = np.union1d(coarse_s, turning_points_s)

    evidence = _build_stretch_evidence(cleaned, standing, annotations, segment_edges_s)
    count = len(segment_edges_s) - 1
    owner = find_owner(segment_edges_s, midpoints(fine_s))
    duration_s = np.diff(fine_s) * fine.is_unlabelled
    total_s = np.maximum(np.bincount(owner, duration_s, count), 1e-9)
    mean_probability, backward_share = (
        np.bincount(owner, duration_s * column, count) / total_s for column in (probability, is_backward)
    )
    is_suspected = evidence.is_unlabelled & (backward_share > 0.5)
    return _assign(cleaned, evidence, is_suspected, mean_probability)


def _refine_turning_points(
    cleaned: CleanedActivity, turning_points_s: FloatArray, fixed_s: FloatArray, annotations: AnnotationTable
) -> FloatArray:
    """Return changes of direction moved to the moment of the turn, except edges of annotations and fixed edges."""
    bounds_s = np.unique(np.concatenate((turning_points_s, fixed_s, annotations.spans.ravel())))
    is_free = ~np.isin(turning_points_s, fixed_s) & ~np.isin(turning_points_s, annotations.spans)
    if not np.any(is_free):
        return turning_points_s
    index = np.searchsorted(bounds_s, turning_points_s[is_free])
    beside_s = np.column_stack((bounds_s[index - 1], bounds_s[index + 1]))
    refined_s = turning_points_s.copy()
    refined_s[is_free] = refine_turns(standardize_signals(cleaned), turning_points_s[is_free], beside_s)
    return refined_s


def _assign(
    cleaned: CleanedActivity, evidence: _StretchEvidence, is_suspected: NDArray[np.bool_], probability: FloatArray
) -> Segments:
    marked, is_standing, has_no_signal = evidence.marked_direction, evidence.is_standing, evidence.has_no_signal
    direction = np.where(is_standing, "rest", np.where(has_no_signal, "unknown", "forward"))
    direction = np.where(is_suspected, "backward", np.where(marked != "", marked, direction))
    basis = np.where(marked != "", "annotated", np.where(is_standing | has_no_signal, "measured", "assumed"))
    basis = np.where(is_suspected, "suspected", basis)
    stats = stats_from_increments(curve_increments(cleaned, evidence.edges_s), cleaned)
    measured_gait = classify_gait(stats.speed_mps, stats.cadence_spm)
    is_fast = (direction == "backward") & np.isnan(stats.cadence_spm) & (stats.speed_mps > MAX_BACKWARD_WALK_MPS)
    measured_gait = np.where(is_fast, "run", measured_gait)
    gait = np.where(evidence.marked_gait != "", evidence.marked_gait, measured_gait)
    gait = np.where(direction == "rest", "stand", np.where(direction == "unknown", "", gait))
    confidence = np.where(evidence.is_unlabelled, 1.0 - probability, 1.0)
    confidence = np.where(is_suspected, probability, confidence)
    confidence = np.where(direction == "unknown", np.nan, confidence)
    return Segments(evidence.edges_s, direction, gait, basis, confidence)


def _build_stretch_evidence(
    cleaned: CleanedActivity, standing: Spans, annotations: AnnotationTable, edges_s: FloatArray
) -> _StretchEvidence:
    paused_share, still_share, lost_share = (
        covered_share(spans, edges_s) for spans in (cleaned.pauses, standing, cleaned.unknown)
    )
    index = find_span(annotations.spans, midpoints(edges_s))
    direction, gait = (np.append(column, "")[index] for column in (annotations.direction, annotations.gait))
    is_standing = paused_share + still_share * (direction != "unknown") > 0.5
    has_no_signal = lost_share > 0.5
    return _StretchEvidence(
        edges_s, np.where(is_standing, "", direction), gait, is_standing, has_no_signal, _names_all(annotations)
    )


def _names_all(annotations: AnnotationTable) -> bool:
    """Return whether annotations say all that was backward: a workout does, and so do several marked laps."""
    is_backward = annotations.direction == "backward"
    is_workout = any(origin.kind == "workout" for origin in annotations.origin)
    is_exact = is_backward & (annotations.edge_tolerance_s <= MAX_EXACT_TOLERANCE_S)
    return is_workout or int(is_exact.sum()) >= MIN_COMPLETE_REPS


def _estimate_backward(
    cleaned: CleanedActivity, stretches: _StretchEvidence, parameters: LabelParameters, runner: RunnerModel | None
) -> FloatArray:
    """Return the probability that each stretch was run backward, ``(n,)``; 0 where the runner did not move."""
    if parameters.only_marked:
        return np.zeros(len(stretches.marked_direction))
    start_s, end_s = stretches.edges_s[:-1], stretches.edges_s[1:]
    direction = stretches.marked_direction
    features = extract_features(cleaned, start_s, end_s)
    is_excluded = stretches.is_standing | stretches.has_no_signal | np.isin(direction, ("rest", "unknown"))
    estimated_gait = _gait_from_marked(features, direction == "backward")
    gait = np.where(stretches.marked_gait != "", stretches.marked_gait, estimated_gait)
    features = replace(features, gait=np.where(is_excluded, "", gait))
    marked = np.where(direction == "backward", 1, np.where(direction == "forward", 0, -1))
    problem = LabellingProblem(features, start_s, end_s, np.where(is_excluded, -1, marked), stretches.is_complete)
    probability = backward_probabilities(problem, runner, frozenset(parameters.disabled_evidence))
    return np.where(is_excluded, 0.0, probability)


def _gait_from_marked(features: StretchFeatures, marked_backward: NDArray[np.bool_]) -> StrArray:
    """Return the gaits; walking without cadence is running if about as fast as annotated backward runs."""
    has_no_cadence, speed_mps = np.isnan(features.log_cadence), np.exp(features.log_speed)
    backward_run_mps = speed_mps[marked_backward & has_no_cadence & (speed_mps >= MIN_BACKWARD_RUN_MPS)]
    if len(backward_run_mps) == 0:
        return features.gait
    min_run_mps = SIMILAR_SPEED_SHARE * np.min(backward_run_mps)
    return np.where(has_no_cadence & (speed_mps >= min_run_mps), "run", features.gait)
