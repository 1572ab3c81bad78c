"""How good labels are against the truth: seconds, distances, boundaries, and whether confidence means frequency.

Conventions: both sides are spans with a direction, in order and disjoint. What is judged are the seconds that both
cover and in which the truth is not ``unknown``. Boundaries are changes of direction; neighbouring spans of one
direction are one stretch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray

SCORED_DIRECTIONS = ("forward", "backward", "rest")
"""The directions that count as right or wrong."""
BOUNDARY_WINDOWS_S = (3.0, 5.0)
"""How far a boundary may be off, either way."""
CONFIDENCE_BIN_EDGES = np.linspace(0.0, 1.0, 11)


@dataclass(frozen=True, slots=True)
class BoundaryCounts:
    """How many true and found boundaries there are, and how many of them match one to one."""

    matched: int
    reference: int
    estimated: int

    @property
    def precision(self) -> float:
        """Share of the found ones that match; NaN if none was found."""
        return self.matched / self.estimated if self.estimated else np.nan

    @property
    def recall(self) -> float:
        """Share of the true ones that were found; NaN if there is none."""
        return self.matched / self.reference if self.reference else np.nan

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 for nothing found where nothing is, 0 where one is empty."""
        whole = self.reference + self.estimated
        return 2.0 * self.matched / whole if whole else 1.0

    def __add__(self, other: BoundaryCounts) -> BoundaryCounts:
        """The counts of two sessions together."""
        return BoundaryCounts(
            self.matched + other.matched, self.reference + other.reference, self.estimated + other.estimated
        )


@dataclass(frozen=True, slots=True)
class Labelling:
    """``n`` spans ``[start_s[i], end_s[i])``, disjoint and in order, each with a direction."""

    start_s: FloatArray
    end_s: FloatArray
    direction: StrArray
    confidence: FloatArray = field(default_factory=lambda: np.empty(0))
    """Probability that the direction is right, ``(n,)``; empty if nothing is said of it."""
    totals_m: Mapping[str, float] = field(default_factory=dict)
    """Metres per direction; empty if unknown."""
    distance_m: FloatArray = field(default_factory=lambda: np.empty(0))
    """Metres of each span, ``(n,)``; empty if unknown."""

    def __len__(self) -> int:
        return len(self.direction)


@dataclass(frozen=True, slots=True)
class DirectionScore:
    """One direction: seconds true, found and both, and the same of metres."""

    direction: str
    reference_s: float
    estimated_s: float
    correct_s: float
    reference_m: float
    estimated_m: float

    @property
    def precision(self) -> float:
        """Share of its found seconds that are true; NaN if none was found."""
        return self.correct_s / self.estimated_s if self.estimated_s else np.nan

    @property
    def recall(self) -> float:
        """Share of its true seconds that were found; NaN if there is none."""
        return self.correct_s / self.reference_s if self.reference_s else np.nan

    @property
    def distance_error(self) -> float:
        """How far the found distance is off, as a share of the true one; NaN where that is zero or unknown."""
        return (self.estimated_m - self.reference_m) / self.reference_m if self.reference_m else np.nan


@dataclass(frozen=True, slots=True)
class Reliability:
    """Confidence against frequency: per tenth of confidence the stretches in it and what came of them, ``(10,)``."""

    stretch_count: NDArray[np.intp]
    duration_s: FloatArray
    confidence: FloatArray
    """Mean confidence, by seconds; NaN for an empty tenth."""
    accuracy: FloatArray
    """Share of the seconds that have the right direction; NaN for an empty tenth."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that is said of one pair of labellings."""

    judged_s: float
    correct_s: float
    directions: tuple[DirectionScore, ...]
    boundaries: Mapping[float, BoundaryCounts]
    """By how far they may be off, in seconds."""
    covering: float
    """Mean over the true stretches, by length, of the best overlap (intersection over union) with a found one
    (Arbeláez 2011, IEEE PAMI 33:898)."""
    brier: float
    """Mean over the seconds of the squared difference between the probability of ``backward`` and what was the case
    (Brier 1950, Mon Weather Rev 78:1); NaN without confidences."""
    reliability: Reliability | None

    @property
    def accuracy(self) -> float:
        """Share of the judged seconds that have the right direction; NaN if none was judged."""
        return self.correct_s / self.judged_s if self.judged_s else np.nan


def score(truth: Labelling, found: Labelling) -> Scores:
    """Hold labels against the truth."""
    edges = np.unique(np.concatenate((truth.start_s, truth.end_s, found.start_s, found.end_s)))
    middle, length = (edges[1:] + edges[:-1]) / 2.0, np.diff(edges)
    mine, theirs = _span_index(truth, middle), _span_index(found, middle)
    true = np.append(truth.direction, "")[mine]
    said = np.append(found.direction, "")[theirs]
    judged = (true != "") & (true != "unknown") & (said != "")
    right = judged & (true == said)
    true_m, found_m = _direction_distances(truth, found)
    directions = tuple(
        DirectionScore(
            name,
            float(length[judged & (true == name)].sum()),
            float(length[judged & (said == name)].sum()),
            float(length[right & (true == name)].sum()),
            true_m.get(name, np.nan),
            found_m.get(name, np.nan),
        )
        for name in SCORED_DIRECTIONS
    )
    brier, reliability = np.nan, None
    if len(found.confidence):
        chance = np.append(found.confidence, np.nan)[theirs]
        sure = np.where(np.isfinite(chance), chance, 1.0)
        backward = _backward_probability(said, sure)
        apart2 = (backward - (true == "backward")) ** 2
        brier = float(np.sum(apart2[judged] * length[judged]) / max(length[judged].sum(), 1e-9))
        reliability = _compute_reliability(theirs[judged], chance[judged], right[judged], length[judged])
    true_lines, found_lines = (_merge_stretches(edges, np.where(judged, names, "")) for names in (true, said))
    return Scores(
        judged_s=float(length[judged].sum()),
        correct_s=float(length[right].sum()),
        directions=directions,
        boundaries={
            window: match_boundaries(true_lines[1], found_lines[1], window, window) for window in BOUNDARY_WINDOWS_S
        },
        covering=_segmentation_covering(true_lines[0], found_lines[0]),
        brier=brier,
        reliability=reliability,
    )


def fill_unlabelled(reference: Labelling, estimated: Labelling, direction: str) -> Labelling:
    """The truth with a direction for what it leaves unlabelled within the found labels, except where these rest.

    Who writes down what was backward does not write down where they stood.
    """
    edges = np.unique(np.concatenate((reference.start_s, reference.end_s, estimated.start_s, estimated.end_s)))
    middle = (edges[1:] + edges[:-1]) / 2.0
    true = np.append(reference.direction, "")[_span_index(reference, middle)]
    said = np.append(estimated.direction, "")[_span_index(estimated, middle)]
    filled = np.where(true != "", true, np.where(said == "rest", "rest", np.where(said != "", direction, "")))
    kept = filled != ""
    return Labelling(edges[:-1][kept], edges[1:][kept], filled[kept])


def match_boundaries(
    reference_s: FloatArray, estimated_s: FloatArray, max_early_s: float, max_late_s: float
) -> BoundaryCounts:
    """Match found boundaries to true ones, each at most once, as many as possible.

    A found boundary may lie up to ``early_s`` before and ``late_s`` after the true one, both included. With windows of
    one length, taking each true boundary in order and the first free found one in its window is a maximum matching
    (Glover 1967, Naval Res Logist Q 14:313).
    """
    found = np.sort(estimated_s)
    matched, free = 0, 0
    for moment in np.sort(reference_s).tolist():
        while free < len(found) and found[free] < moment - max_early_s:
            free += 1
        if free < len(found) and found[free] <= moment + max_late_s:
            matched += 1
            free += 1
    return BoundaryCounts(matched, len(reference_s), len(found))


def _span_index(labelling: Labelling, times_s: FloatArray) -> NDArray[np.intp]:
    """The index of the span that holds each moment; one past the last where none does."""
    before = np.searchsorted(labelling.start_s, times_s, side="right") - 1
    within = (before >= 0) & (times_s < np.append(labelling.end_s, -np.inf)[before])
    return np.where(within, before, len(labelling))


def _direction_distances(reference: Labelling, estimated: Labelling) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Metres per direction of both. What only one side knows is read off the other's distance curve."""
    true_m = reference.totals_m or _distances_from_curve(estimated, reference)
    return true_m, estimated.totals_m or _distances_from_curve(reference, estimated)


def _distances_from_curve(source: Labelling, spans: Labelling) -> dict[str, float]:
    """The metres of each direction of ``spans`` on the distance curve of ``source``; empty if it has none."""
    if len(source.distance_m) == 0:
        return {}
    times = np.column_stack((source.start_s, source.end_s)).ravel()
    metres = np.column_stack((np.zeros(len(source)), source.distance_m)).ravel().cumsum()
    way = np.interp(spans.end_s, times, metres) - np.interp(spans.start_s, times, metres)
    return {name: float(way[spans.direction == name].sum()) for name in SCORED_DIRECTIONS}


def _backward_probability(direction: StrArray, confidence: FloatArray) -> FloatArray:
    """The probability of backward. What is doubted of a forward stretch is that it was backward, and the other way."""
    return np.where(direction == "backward", confidence, np.where(direction == "forward", 1.0 - confidence, 0.0))


def _compute_reliability(
    span: NDArray[np.intp], confidence: FloatArray, correct: NDArray[np.bool_], length: FloatArray
) -> Reliability:
    known = np.isfinite(confidence)
    tenth = np.clip(np.searchsorted(CONFIDENCE_BIN_EDGES, confidence[known], side="right") - 1, 0, 9)
    seconds: FloatArray = np.bincount(tenth, length[known], 10).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        confidence = np.bincount(tenth, length[known] * confidence[known], 10) / seconds
        frequency = np.bincount(tenth, length[known] * correct[known], 10) / seconds
    owners = np.unique(np.column_stack((span[known], tenth)), axis=0)[:, 1]
    count: NDArray[np.intp] = np.bincount(owners, minlength=10).astype(np.intp)
    return Reliability(count, seconds, confidence, frequency)


def _merge_stretches(edges: FloatArray, direction: StrArray) -> tuple[list[tuple[float, float, str]], FloatArray]:
    """Stretches of one direction, and the changes of direction between them."""
    starts = np.flatnonzero(np.append(True, direction[1:] != direction[:-1]))
    ends = np.append(starts[1:], len(direction))
    lines = [
        (float(edges[start]), float(edges[end]), str(direction[start]))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if direction[start]
    ]
    changes = [one[0] for before, one in pairwise(lines) if before[1] == one[0]]
    return lines, np.array(changes)


def _segmentation_covering(
    reference: list[tuple[float, float, str]], estimated: list[tuple[float, float, str]]
) -> float:
    whole = sum(end - start for start, end, _ in reference)
    if not whole:
        return np.nan
    ends = np.array([line[:2] for line in estimated]).reshape(-1, 2)
    covered = 0.0
    for start, end, _ in reference:
        shared = np.minimum(ends[:, 1], end) - np.maximum(ends[:, 0], start)
        union = np.maximum(ends[:, 1], end) - np.minimum(ends[:, 0], start)
        covered += (end - start) * float(np.max(np.clip(shared, 0.0, None) / union, initial=0.0))
    return covered / whole
