"""The session as pieces that a map can draw: every stretch cut where its line breaks, the parts without a line too.

The pieces cover the activity exactly, as the segments do, so that their distances and times add up to the analysis'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.json_document import format_time
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.segment_stats import SegmentStats, curve_increments, stats_from_increments
from retropace.core.spans import FloatArray
from retropace.output.charts.route import RouteLine, extract_route, split_route

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

LINE_SEGMENT_STATS = ("distance_m", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps")


@dataclass(frozen=True, slots=True)
class LineSegments:
    """``n`` pieces between ``n + 1`` rising edges in elapsed seconds, none of them over the edge of a segment."""

    edges_s: FloatArray
    segment_index: NDArray[np.intp]
    """``(n,)``: which segment each lies in, counted from 0."""
    lines: tuple[RouteLine | None, ...]
    """The way of each; None where no positions are known, or none may be shown."""
    stats: SegmentStats

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def has_lines(self) -> bool:
        """Whether any of them has a line."""
        return any(line is not None for line in self.lines)


def build_line_segments(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> LineSegments:
    """The pieces of an analysis, without what is hidden."""
    track, segments = analysis.cleaned, analysis.segments
    lines = split_route(extract_route(track, privacy_filter), segments.edges_s)
    ends_s = [moment for line in lines for moment in (line.t_s[0], line.t_s[-1])]
    edges_s = np.union1d(segments.edges_s, ends_s)
    by_start = {float(line.t_s[0]): line for line in lines}
    segment = np.searchsorted(segments.edges_s, edges_s[:-1], side="right") - 1
    return LineSegments(
        edges_s,
        segment,
        tuple(by_start.get(start_s) for start_s in edges_s[:-1].tolist()),
        stats_from_increments(curve_increments(track, edges_s), track),
    )


def line_segment_to_dict(line_segments: LineSegments, index: int, analysis: Analysis) -> dict[str, Any]:
    """What is known of a piece, as plain values: its segment's number (from 1) and label, its own span and figures."""
    segments, start_time = analysis.segments, analysis.cleaned.start_time
    segment = int(line_segments.segment_index[index])
    start_s, end_s = float(line_segments.edges_s[index]), float(line_segments.edges_s[index + 1])
    return {
        "segment": segment + 1,
        "direction": str(segments.direction[segment]),
        "gait": str(segments.gait[segment]) or None,
        "basis": str(segments.basis[segment]),
        "confidence": nan_to_none(segments.confidence[segment]),
        "start_s": start_s,
        "end_s": end_s,
        "start_time": None if start_time is None else format_time(start_time + timedelta(seconds=start_s)),
        **{name: nan_to_none(getattr(line_segments.stats, name)[index]) for name in LINE_SEGMENT_STATS},
    }


def nan_to_none(value: Any) -> float | None:
    """The number; None for NaN."""
    return float(value) if np.isfinite(value) else None
