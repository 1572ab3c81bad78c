"""Totals of each direction, from cumulative distance, time and steps, so that they add up to the activity's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segment_stats import SegmentStats, curve_increments, stats_from_increments
from retropace.core.segments import DIRECTIONS, Segments
from retropace.core.spans import FloatArray


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals and means, such as distance, time and pace, of every segment, every direction and the activity."""

    segments: SegmentStats
    directions: SegmentStats
    """Statistics of each direction, one row each, in the order of ``DIRECTIONS``."""
    total: SegmentStats
    """Statistics of the whole activity, one row."""
    segment_counts: NDArray[np.intp]
    """Number of segments of each direction."""
    annotated_m: FloatArray
    """Metres of each direction in segments whose direction is annotated."""
    suspected_m: FloatArray
    """Metres of each direction in segments whose direction is only suspected."""


def summarize(cleaned: CleanedActivity, segments: Segments) -> Summary:
    """Return statistics per segment, direction and activity; the directions add up to the activity."""
    increments = curve_increments(cleaned, segments.edges_s)
    is_member = segments.direction[None, :] == np.array(DIRECTIONS)[:, None]
    is_any = np.ones((1, len(segments)), dtype=bool)

    def total(groups: NDArray[np.bool_]) -> SegmentStats:
        weights = groups.astype(np.float64)
        return stats_from_increments({name: weights @ column for name, column in increments.items()}, cleaned)

    return Summary(
        segments=stats_from_increments(increments, cleaned),
        directions=total(is_member),
        total=total(is_any),
        segment_counts=is_member.sum(axis=1),
        annotated_m=total(is_member & (segments.basis == "annotated")).distance_m,
        suspected_m=total(is_member & (segments.basis == "suspected")).distance_m,
    )
