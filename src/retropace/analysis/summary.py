"""Totals per direction, all read off the track's cumulative curves, so that the parts add up to the whole."""

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
    """Figures of every segment, of every direction (in the order of ``DIRECTIONS``), and of the whole activity."""

    segments: SegmentStats
    directions: SegmentStats
    total: SegmentStats
    segment_counts: NDArray[np.intp]
    """How many segments each direction has."""
    annotated_m: FloatArray
    """Metres of each direction that the runner marked."""
    suspected_m: FloatArray
    """Metres of each direction that are suspected."""


def summarize(cleaned: CleanedActivity, segments: Segments) -> Summary:
    """Sum up the segments. The directions' distances and times add up to the activity's."""
    gains = curve_increments(cleaned, segments.edges_s)
    member = segments.direction[None, :] == np.array(DIRECTIONS)[:, None]
    everything = np.ones((1, len(segments)), dtype=bool)

    def total(groups: NDArray[np.bool_]) -> SegmentStats:
        return stats_from_increments({name: groups.astype(np.float64) @ gain for name, gain in gains.items()}, cleaned)

    return Summary(
        segments=stats_from_increments(gains, cleaned),
        directions=total(member),
        total=total(everything),
        segment_counts=member.sum(axis=1),
        annotated_m=total(member & (segments.basis == "annotated")).distance_m,
        suspected_m=total(member & (segments.basis == "suspected")).distance_m,
    )
