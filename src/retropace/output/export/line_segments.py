"""Line segments: the segments of an activity, divided further at pauses, recording gaps and hidden positions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.json_document import STAT_FIELDS, format_time
from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.json_values import finite_or_none
from retropace.core.segment_stats import SegmentStats, curve_increments, stats_from_increments
from retropace.core.spans import FloatArray, find_owner
from retropace.output.charts.route import RouteLine, extract_route, split_route


@dataclass(frozen=True, slots=True)
class LineSegments:
    """``n`` line segments, each within one segment of the activity."""

    edges_s: FloatArray  # rising edges in elapsed seconds, shape ``(n + 1,)``
    segment_index: NDArray[np.intp]  # for each line segment the index of the segment that contains it, shape ``(n,)``
    lines: tuple[RouteLine | None, ...]  # route of each line segment; None where positions are missing or hidden
    stats: SegmentStats

    @property
    def has_lines(self) -> bool:
        """Whether any line segment has a route."""
        return any(line is not None for line in self.lines)


def build_line_segments(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> LineSegments:
    """Cut the segments of an analysis where the drawn route begins or ends; hidden positions are left out."""
    cleaned, segments = analysis.cleaned, analysis.segments
    lines = split_route(extract_route(cleaned, privacy_filter), segments.edges_s)
    ends_s = [time_s for line in lines for time_s in (line.t_s[0], line.t_s[-1])]
    edges_s = np.union1d(segments.edges_s, ends_s)
    lines_by_start = {float(line.t_s[0]): line for line in lines}
    segment_index = find_owner(segments.edges_s, edges_s[:-1])
    return LineSegments(
        edges_s,
        segment_index,
        tuple(lines_by_start.get(start_s) for start_s in edges_s[:-1].tolist()),
        stats_from_increments(curve_increments(cleaned, edges_s), cleaned),
    )


def line_segment_to_dict(line_segments: LineSegments, index: int, analysis: Analysis) -> dict[str, Any]:
    """Return a line segment as plain values: its segment's number (from 1) and label, its own span and statistics."""
    segments, start_time = analysis.segments, analysis.cleaned.start_time
    segment_index = int(line_segments.segment_index[index])
    start_s, end_s = float(line_segments.edges_s[index]), float(line_segments.edges_s[index + 1])
    return {
        "segment": segment_index + 1,
        "direction": str(segments.direction[segment_index]),
        "gait": str(segments.gait[segment_index]) or None,
        "basis": str(segments.basis[segment_index]),
        "confidence": finite_or_none(segments.confidence[segment_index]),
        "start_s": start_s,
        "end_s": end_s,
        "start_time": None if start_time is None else format_time(start_time + timedelta(seconds=start_s)),
        **{name: finite_or_none(getattr(line_segments.stats, name)[index]) for name in STAT_FIELDS},
    }
