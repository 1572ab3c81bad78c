"""Recognition of impossible figures: distances that nobody covers on foot in the time, and steps too long for legs."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from retropace.core.findings import MAX_ROUTINE_SHARE, Finding, warn
from retropace.core.segment_stats import SegmentStats
from retropace.core.segments import Segments
from retropace.core.units import format_count
from retropace.core.world_records import max_distance_m

CODE = "implausible-figure"
"""Code of the finding."""
MAX_STEP_LENGTH_M = 3.0
"""Longest possible mean step in metres; Bolt's longest over 100 m were 2.8 m (Graubner 2011)."""
MAX_DAY_DISTANCE_M = 320_000.0
"""Longest possible distance in metres on foot in 24 hours: the world record of 2022 is 319.6 km."""
DAY_S = 86_400.0
"""Seconds of a day."""


def find_implausible_figures(segments: Segments, stats: SegmentStats, total: SegmentStats) -> tuple[Finding, ...]:
    """Return a warning if figures of the whole activity, or of segments with a part of its distance, are impossible."""
    if text := _describe(total, 0):
        text = f"the whole recording cannot be right: {text}; totals of several, bests and trends leave it out"
        return (warn("implausible-figure", text, float(total.distance_m[0]), "m"),)
    rows = np.flatnonzero(_is_implausible(stats))
    metres = np.nan_to_num(stats.distance_m[rows])
    if np.sum(metres) <= MAX_ROUTINE_SHARE * total.distance_m[0] or not len(rows):
        return ()
    worst = int(rows[np.argmax(metres)])
    start_s, end_s = float(segments.start_s[worst]), float(segments.end_s[worst])
    count = format_count(len(rows), "segment")
    text = f"{count} cannot be right, such as {_describe(stats, worst)} from {start_s:.0f} s on"
    return (warn("implausible-figure", text, float(np.sum(metres)), "m", span_s=(start_s, end_s)),)


def is_implausible(findings: Iterable[Finding]) -> bool:
    """Return whether the findings of an activity say that the whole recording cannot be right."""
    return any(finding.code == CODE and finding.span_s is None for finding in findings)


def _is_implausible(stats: SegmentStats) -> NDArray[np.bool_]:
    limit_m = max_distance_m(stats.elapsed_s)
    limit_m = np.where(stats.elapsed_s >= DAY_S, MAX_DAY_DISTANCE_M * stats.elapsed_s / DAY_S, limit_m)
    return (stats.distance_m > limit_m) | (stats.step_length_m > MAX_STEP_LENGTH_M)


def _describe(stats: SegmentStats, row: int) -> str:
    """Return which figure of one part is impossible, as text; empty if none is."""
    if not _is_implausible(stats)[row]:
        return ""
    if stats.step_length_m[row] > MAX_STEP_LENGTH_M:
        return f"steps of {stats.step_length_m[row]:.1f} m"
    return f"{stats.distance_m[row] / 1000.0:.2f} km in {stats.elapsed_s[row]:.0f} s on foot"
