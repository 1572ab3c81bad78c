"""Totals and means of parts of an activity: distance, speed, cadence, step length, heart rate."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray

MIN_DENOMINATOR = 1e-9
"""Number of seconds or steps below which a mean over them is NaN, as they are only rounding errors."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentStats:
    """Totals and means of ``n`` parts of an activity in ``(n,)`` columns, NaN where missing; speed of moving."""

    elapsed_s: FloatArray
    moving_s: FloatArray
    distance_m: FloatArray
    steps: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    step_length_m: FloatArray
    heart_rate_bpm: FloatArray


def curve_increments(cleaned: CleanedActivity, edges_s: FloatArray) -> dict[str, FloatArray]:
    """Return by how much each cumulative curve, and elapsed time, rises from each edge to the next, by curve name."""
    increments = {name: cleaned.increments(name, edges_s) for name in cleaned.curves}
    increments["elapsed_s"] = np.diff(edges_s)
    return increments


def stats_from_increments(increments: Mapping[str, FloatArray], cleaned: CleanedActivity) -> SegmentStats:
    """Compute the statistics of parts from :func:`curve_increments`; summed increments give those of parts together."""
    is_distance_known = cleaned.distance_source != "none"

    def ratio(top: str, bottom: str, factor: float, is_known: bool = True) -> FloatArray:
        is_defined = (increments[bottom] > MIN_DENOMINATOR) & (increments[top] > 0.0) & is_known
        missing: FloatArray = np.full(len(increments[top]), np.nan)
        return np.divide(factor * increments[top], increments[bottom], out=missing, where=is_defined)

    return SegmentStats(
        elapsed_s=increments["elapsed_s"],
        moving_s=increments["moving_s"],
        distance_m=increments["distance_m"],
        steps=np.where(increments["step_time_s"] > 0.0, increments["steps"], np.nan),
        speed_mps=ratio("distance_m", "moving_s", 1.0, is_distance_known),
        cadence_spm=ratio("steps", "step_time_s", 60.0),
        step_length_m=ratio("step_distance_m", "steps", 1.0, is_distance_known),
        heart_rate_bpm=ratio("heart_rate_integral", "heart_rate_time_s", 1.0),
    )
