"""Mean-max curves: the best mean pace of each direction over each standard duration and distance."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.core.best_effort import BestEffort
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, true_runs
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
    """Return the fastest stretch of each direction, within adjoining bouts, over each duration and distance reached."""
    if cleaned.distance_source == "none":
        return ()
    targets = [*product(("time",), DURATIONS_S), *product(("distance",), DISTANCES_M)]
    best_efforts = []
    for direction in ("forward", "backward"):
        spans = bouts.edges_s[true_runs(bouts.direction == direction)].tolist()
        for by, target in targets:
            efforts = [_find_best_effort(cleaned, span, direction, by, target) for span in spans]
            known = [effort for effort in efforts if effort is not None]
            best = min(known, key=lambda effort: (effort.seconds, -effort.metres), default=None)
            if best is not None and best.metres > 0.0 and best.seconds > 0.0:
                best_efforts.append(best)
    return tuple(best_efforts)


def _find_best_effort(
    cleaned: CleanedActivity, span_s: Sequence[float], direction: str, by: str, target: float
) -> BestEffort | None:
    inner = (cleaned.t_s > span_s[0]) & (cleaned.t_s < span_s[1])
    t_s = np.concatenate((span_s[:1], cleaned.t_s[inner], span_s[1:]))
    distances_m = cleaned.value_at("distance_m", t_s)
    if by == "time":
        if span_s[1] - span_s[0] < target:
            return None
        starts_s = _find_window_starts(t_s, target)
        gains_m = cleaned.value_at("distance_m", starts_s + target) - cleaned.value_at("distance_m", starts_s)
        farthest = int(np.argmax(gains_m))
        return BestEffort(direction, by, target, float(gains_m[farthest]), float(starts_s[farthest]))
    if distances_m[-1] - distances_m[0] < target:
        return None
    rising = np.concatenate(([True], np.diff(distances_m) > 0.0))
    t_s, distances_m = t_s[rising], distances_m[rising]
    starts_m = _find_window_starts(distances_m, target)
    starts_s, ends_s = np.interp(starts_m, distances_m, t_s), np.interp(starts_m + target, distances_m, t_s)
    fastest = int(np.argmin(ends_s - starts_s))
    return BestEffort(direction, by, float(ends_s[fastest] - starts_s[fastest]), target, float(starts_s[fastest]))


def _find_window_starts(knots: FloatArray, length: float) -> FloatArray:
    """Return where the best window may start: between knots distance is linear, so it starts or ends at a knot."""
    starts = np.concatenate((knots, knots - length))
    return np.unique(np.clip(starts, knots[0], knots[-1] - length))
