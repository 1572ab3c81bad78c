"""Mean-max curves: the best mean pace of each direction over each standard duration and distance."""

from __future__ import annotations

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.core.best_effort import BestEffort
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import Spans, as_spans, true_runs
from retropace.core.units import MILE_M
from retropace.intervals.bouts import Bouts, find_bouts

DURATIONS_S = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)
"""Durations (s) over which the best pace is searched."""
DISTANCES_M = (50.0, 100.0, 200.0, 400.0, 800.0, 1000.0, MILE_M, 3000.0, 5000.0)
"""Distances (m) over which the best pace is searched."""


def find_best_efforts(analysis: Analysis) -> tuple[BestEffort, ...]:
    """Return the fastest stretch of each direction over each standard duration and distance of an analysed activity."""
    return compute_mean_max_curve(analysis.cleaned, find_bouts(analysis.cleaned, analysis.segments))


def compute_mean_max_curve(cleaned: CleanedActivity, bouts: Bouts) -> tuple[BestEffort, ...]:
    """Return the fastest stretch of each direction over each standard duration and distance.

    Each lies within one continuous stretch, in which the runner never stood and the watch was never paused.

    Returns an empty tuple for a recording without distance; lengths that no stretch reaches are missing.
    """
    if cleaned.distance_source == "none":
        return ()
    best_efforts = []
    for direction in ("forward", "backward"):
        spans = as_spans(
            (float(bouts.edges_s[first]), float(bouts.edges_s[last]))
            for first, last in true_runs(bouts.direction == direction).tolist()
        )
        best_efforts += [
            best
            for target in DURATIONS_S
            if (best := _find_best_over_duration(cleaned, direction, spans, target)) is not None
        ]
        best_efforts += [
            best
            for target in DISTANCES_M
            if (best := _find_best_over_distance(cleaned, direction, spans, target)) is not None
        ]
    return tuple(best_efforts)


def _find_best_over_duration(
    cleaned: CleanedActivity, direction: str, spans: Spans, duration_s: float
) -> BestEffort | None:
    """Return the stretch of ``duration_s`` seconds within a span with most distance; None if all spans are shorter."""
    best: BestEffort | None = None
    for start, end in spans.tolist():
        if end - start < duration_s:
            continue
        # The distance curve is piecewise linear, so the best window starts or ends at a record.
        records_s = cleaned.t_s[(cleaned.t_s > start) & (cleaned.t_s < end)]
        starts_s = np.unique(
            np.clip(
                np.concatenate(([start, end - duration_s], records_s, records_s - duration_s)), start, end - duration_s
            )
        )
        distances_m = cleaned.value_at("distance_m", starts_s + duration_s) - cleaned.value_at("distance_m", starts_s)
        farthest = int(np.argmax(distances_m))
        if best is None or distances_m[farthest] > best.metres:
            best = BestEffort(direction, "time", duration_s, float(distances_m[farthest]), float(starts_s[farthest]))
    return best if best is not None and best.metres > 0.0 else None


def _find_best_over_distance(
    cleaned: CleanedActivity, direction: str, spans: Spans, distance_m: float
) -> BestEffort | None:
    """Return the fastest stretch of ``distance_m`` metres within one span; None if all spans are shorter."""
    best: BestEffort | None = None
    for start, end in spans.tolist():
        inner = (cleaned.t_s > start) & (cleaned.t_s < end)
        t_s = np.concatenate(([start], cleaned.t_s[inner], [end]))
        distances_m = cleaned.value_at("distance_m", t_s)
        if distances_m[-1] - distances_m[0] < distance_m:
            continue
        rising = np.concatenate(([True], np.diff(distances_m) > 0.0))
        t_s, distances_m = t_s[rising], distances_m[rising]
        start_distances_m = np.unique(
            np.clip(
                np.concatenate((distances_m, distances_m - distance_m)), distances_m[0], distances_m[-1] - distance_m
            )
        )
        starts_s, ends_s = (
            np.interp(start_distances_m, distances_m, t_s),
            np.interp(start_distances_m + distance_m, distances_m, t_s),
        )
        fastest = int(np.argmin(ends_s - starts_s))
        seconds = float(ends_s[fastest] - starts_s[fastest])
        if best is None or seconds < best.seconds:
            best = BestEffort(direction, "distance", seconds, distance_m, float(starts_s[fastest]))
    return best if best is not None and best.seconds > 0.0 else None
