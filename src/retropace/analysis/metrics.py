"""Metrics of an estimated labelling against a reference, as in mir_eval; boundaries are changes of direction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.core.json_values import finite_or_none, to_json_values
from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray, Spans, find_owner, find_span, midpoints

SCORED_DIRECTIONS = ("forward", "backward", "rest")
"""Directions for which metrics are computed; ``unknown`` is left out."""
BOUNDARY_WINDOWS_S = (3.0, 5.0)
"""Seconds by which an estimated boundary may be earlier or later than the reference boundary that it matches."""
CONFIDENCE_BIN_EDGES = np.linspace(0.0, 1.0, 11)
"""Edges of the ten bins of confidence."""


@dataclass(frozen=True, slots=True)
class BoundaryCounts:
    """Numbers of reference and of estimated boundaries (changes of direction), and of matches between them."""

    matched: int
    reference: int
    estimated: int

    @property
    def precision(self) -> float:
        """Share of the estimated boundaries that match; NaN if there are none."""
        return self.matched / self.estimated if self.estimated else np.nan

    @property
    def recall(self) -> float:
        """Share of the reference boundaries that match; NaN if there are none."""
        return self.matched / self.reference if self.reference else np.nan

    @property
    def f1(self) -> float:
        """F1, the harmonic mean of precision and recall; 1 if neither labelling has boundaries, 0 if only one has."""
        total = self.reference + self.estimated
        return 2.0 * self.matched / total if total else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and what follows from them as a JSON object."""
        shares = to_json_values({"precision": self.precision, "recall": self.recall, "f1": self.f1})
        return {"true": self.reference, "found": self.estimated, "matched": self.matched, **shares}

    def __add__(self, other: "BoundaryCounts") -> "BoundaryCounts":
        matched, reference = self.matched + other.matched, self.reference + other.reference
        return BoundaryCounts(matched, reference, self.estimated + other.estimated)


@dataclass(frozen=True, slots=True)
class Labelling:
    """The directions of a session: ``n`` disjoint, sorted spans ``[start_s[i], end_s[i])`` in elapsed seconds."""

    start_s: FloatArray
    end_s: FloatArray
    direction: StrArray
    confidence: FloatArray = field(default_factory=lambda: np.empty(0))
    """Probability that the direction is right, ``(n,)``; empty if unknown."""
    totals_m: Mapping[str, float] = field(default_factory=dict)  # total metres by direction, or empty
    distance_m: FloatArray = field(default_factory=lambda: np.empty(0))  # metres of each span, ``(n,)``, or empty


@dataclass(frozen=True, slots=True)
class DirectionScore:
    """Duration and distance of one direction in the reference and in the estimate; NaN where unknown."""

    direction: str
    reference_s: float
    estimated_s: float
    correct_s: float  # seconds that have this direction both in the reference and in the estimate
    reference_m: float
    estimated_m: float

    @property
    def precision(self) -> float:
        """Of the seconds estimated as this direction, the share that truly has it; NaN if none was estimated."""
        return self.correct_s / self.estimated_s if self.estimated_s else np.nan

    @property
    def recall(self) -> float:
        """Of the seconds that truly have this direction, the share that is estimated so; NaN if there are none."""
        return self.correct_s / self.reference_s if self.reference_s else np.nan

    @property
    def distance_error(self) -> float:
        """Relative error of the distance estimated for this direction; NaN if the true one is zero or unknown."""
        return (self.estimated_m - self.reference_m) / self.reference_m if self.reference_m else np.nan

    def to_dict(self) -> dict[str, Any]:
        """Return the score as a JSON object."""
        seconds = {"true_s": self.reference_s, "found_s": self.estimated_s, "both_s": self.correct_s}
        shares = {"precision": self.precision, "recall": self.recall}
        metres = {"true_m": self.reference_m, "found_m": self.estimated_m, "distance_error": self.distance_error}
        return to_json_values(seconds | shares | metres)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Comparison of confidence with observed accuracy: columns ``(10,)``, one row per bin of confidence."""

    stretch_count: NDArray[np.intp]  # number of estimated spans whose confidence lies in the bin
    duration_s: FloatArray
    confidence: FloatArray  # mean confidence in the bin, weighted by duration; NaN for an empty bin
    accuracy: FloatArray  # share of the bin's duration that has the right direction; NaN for an empty bin

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the bins as JSON objects."""
        columns = self.stretch_count, self.duration_s, self.confidence, self.accuracy
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [
            {"from": tenth / 10, "to": (tenth + 1) / 10}
            | to_json_values(dict(zip(("stretches", "seconds", "confidence", "right"), row, strict=True)))
            for tenth, row in enumerate(rows)
        ]


@dataclass(frozen=True, slots=True)
class Scores:
    """All metrics of one estimated labelling against one reference."""

    judged_s: float  # seconds that both labellings cover and in which the reference is not ``unknown``
    correct_s: float  # judged seconds that have the right direction
    directions: tuple[DirectionScore, ...]
    boundaries: Mapping[float, BoundaryCounts]  # counts of matched boundaries, by how many seconds they may lie apart
    covering: float
    """Segmentation covering, 1 is best: duration-weighted mean over the reference stretches of the largest overlap
    (intersection over union) with an estimated stretch of any direction (Arbeláez 2011, IEEE PAMI 33:898)."""
    brier: float
    """Mean squared error of the probability of backward; NaN without confidences (Brier 1950, Mon Weather Rev 78:1)."""
    reliability: Reliability | None  # comparison of confidence with accuracy; None without confidences

    @property
    def accuracy(self) -> float:
        """Share of the judged seconds whose estimated direction is right; NaN if no second is judged."""
        return self.correct_s / self.judged_s if self.judged_s else np.nan

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as a JSON document; undefined scores are None."""
        return {
            "schema": "retropace.evaluation/1",
            "judged_s": self.judged_s,
            "right_s": self.correct_s,
            "right": finite_or_none(self.accuracy),
            "directions": {result.direction: result.to_dict() for result in self.directions},
            "boundaries": {f"{window_s:.0f}_s": counts.to_dict() for window_s, counts in self.boundaries.items()},
            "covering": finite_or_none(self.covering),
            "brier": finite_or_none(self.brier),
            "reliability": None if self.reliability is None else self.reliability.to_dicts(),
        }


def score(truth: Labelling, found: Labelling) -> Scores:
    """Return all metrics of the estimated labelling ``found`` against the reference ``truth``."""
    edges_s, reference, estimated, estimated_index = _common_spans(truth, found)
    is_judged = (reference != "") & (reference != "unknown") & (estimated != "")
    reference_stretches, reference_boundaries_s = _merge_stretches(edges_s, np.where(is_judged, reference, ""))
    estimated_stretches, estimated_boundaries_s = _merge_stretches(edges_s, np.where(is_judged, estimated, ""))
    duration_s, reference, estimated = np.diff(edges_s)[is_judged], reference[is_judged], estimated[is_judged]
    brier, reliability = np.nan, None
    if len(found.confidence):
        span_index = estimated_index[is_judged]
        confidence = found.confidence[span_index]
        certain = np.where(np.isfinite(confidence), confidence, 1.0)
        probability = np.select([estimated == "backward", estimated == "forward"], [certain, 1.0 - certain], 0.0)
        squared_error = (probability - (reference == "backward")) ** 2
        brier = float(np.sum(squared_error * duration_s) / max(duration_s.sum(), 1e-9))
        reliability = _compute_reliability(span_index, confidence, reference == estimated, duration_s)
    reference_m = truth.totals_m or _distances_from_curve(found, truth)
    estimated_m = found.totals_m or _distances_from_curve(truth, found)
    directions = []
    for name in SCORED_DIRECTIONS:
        is_true, is_found = reference == name, estimated == name
        seconds = (float(duration_s[mask].sum()) for mask in (is_true, is_found, is_true & is_found))
        metres = (totals_m.get(name, np.nan) for totals_m in (reference_m, estimated_m))
        directions.append(DirectionScore(name, *seconds, *metres))
    return Scores(
        judged_s=float(duration_s.sum()),
        correct_s=float(duration_s[reference == estimated].sum()),
        directions=tuple(directions),
        boundaries={
            window_s: match_boundaries(reference_boundaries_s, estimated_boundaries_s, window_s, window_s)
            for window_s in BOUNDARY_WINDOWS_S
        },
        covering=_segmentation_covering(reference_stretches, estimated_stretches),
        brier=brier,
        reliability=reliability,
    )


def fill_unlabelled(reference: Labelling, estimated: Labelling, direction: str) -> Labelling:
    """Return the reference with gaps filled where the estimate has a label: ``rest`` if it is, else ``direction``."""
    edges_s, labels, estimates, _ = _common_spans(reference, estimated)
    filled = np.select([labels != "", estimates == "rest", estimates != ""], [labels, "rest", direction], "")
    has_label = filled != ""
    return Labelling(edges_s[:-1][has_label], edges_s[1:][has_label], filled[has_label])


def match_boundaries(
    reference_s: FloatArray, estimated_s: FloatArray, max_early_s: float, max_late_s: float
) -> BoundaryCounts:
    """Match as many boundaries as possible one to one, greedily in order (Glover 1967, Naval Res Logist Q 14:313)."""
    candidates_s = np.sort(estimated_s)
    matched, index = 0, 0
    for boundary_s in np.sort(reference_s).tolist():
        while index < len(candidates_s) and candidates_s[index] < boundary_s - max_early_s:
            index += 1
        if index < len(candidates_s) and candidates_s[index] <= boundary_s + max_late_s:
            matched += 1
            index += 1
    return BoundaryCounts(matched, len(reference_s), len(candidates_s))


def _common_spans(
    reference: Labelling, estimated: Labelling
) -> tuple[FloatArray, StrArray, StrArray, NDArray[np.intp]]:
    """Return all edges, and between each two the reference and estimated direction (or empty) and estimated index."""
    edges_s = np.unique(np.concatenate((reference.start_s, reference.end_s, estimated.start_s, estimated.end_s)))
    reference_index, estimated_index = (
        find_span(np.column_stack((labelling.start_s, labelling.end_s)), midpoints(edges_s))
        for labelling in (reference, estimated)
    )
    reference_direction = np.append(reference.direction, "")[reference_index]
    return edges_s, reference_direction, np.append(estimated.direction, "")[estimated_index], estimated_index


def _distances_from_curve(source: Labelling, spans: Labelling) -> dict[str, float]:
    """Return the metres of ``source`` within all spans of each direction in ``spans``; empty if it has no distances."""
    if len(source.distance_m) == 0:
        return {}
    times_s = np.column_stack((source.start_s, source.end_s)).ravel()
    curve_m = np.column_stack((np.zeros(len(source.distance_m)), source.distance_m)).ravel().cumsum()
    distance_m = np.interp(spans.end_s, times_s, curve_m) - np.interp(spans.start_s, times_s, curve_m)
    return {name: float(distance_m[spans.direction == name].sum()) for name in SCORED_DIRECTIONS}


def _compute_reliability(
    span_index: NDArray[np.intp], confidence: FloatArray, is_correct: NDArray[np.bool_], duration_s: FloatArray
) -> Reliability:
    """Return confidence and accuracy in bins of confidence; rows of the ``(m,)`` columns without one are left out."""
    known = np.isfinite(confidence)
    bin_index = find_owner(CONFIDENCE_BIN_EDGES, confidence[known])
    total_s: FloatArray = np.bincount(bin_index, duration_s[known], 10).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_confidence = np.bincount(bin_index, duration_s[known] * confidence[known], 10) / total_s
        accuracy = np.bincount(bin_index, duration_s[known] * is_correct[known], 10) / total_s
    bins_of_spans = np.unique(np.column_stack((span_index[known], bin_index)), axis=0)[:, 1]
    count: NDArray[np.intp] = np.bincount(bins_of_spans, minlength=10).astype(np.intp)
    return Reliability(count, total_s, mean_confidence, accuracy)


def _merge_stretches(edges_s: FloatArray, direction: StrArray) -> tuple[Spans, FloatArray]:
    """Merge adjacent spans of one direction into stretches; returns these and the boundaries between them."""
    starts = np.flatnonzero(np.append(True, direction[1:] != direction[:-1]))
    has_direction = direction[starts] != ""
    stretches = np.column_stack((edges_s[starts], edges_s[np.append(starts[1:], len(direction))]))[has_direction]
    return stretches, stretches[1:, 0][stretches[1:, 0] == stretches[:-1, 1]]


def _segmentation_covering(reference: Spans, estimated: Spans) -> float:
    """Return the segmentation covering (:attr:`Scores.covering`) of the reference; NaN without stretches."""
    total_s: float = sum(end_s - start_s for start_s, end_s in reference.tolist())
    if not total_s:
        return np.nan
    covered_s = 0.0
    for start_s, end_s in reference.tolist():
        intersection_s = np.minimum(estimated[:, 1], end_s) - np.maximum(estimated[:, 0], start_s)
        union_s = np.maximum(estimated[:, 1], end_s) - np.minimum(estimated[:, 0], start_s)
        covered_s += (end_s - start_s) * float(np.max(np.clip(intersection_s, 0.0, None) / union_s, initial=0.0))
    return covered_s / total_s
