"""What accrues over parts of an activity, and the means that follow: pace, cadence, step length, heart rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray


@dataclass(frozen=True, slots=True)
class SegmentStats:
    """The figures of ``n`` parts of an activity. ``(n,)`` columns, NaN missing.

    Speed is distance over moving time; cadence and step length cover the time in which steps were counted; heart rate
    is the mean over the time it was known.
    """

    elapsed_s: FloatArray
    moving_s: FloatArray
    distance_m: FloatArray
    steps: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    step_length_m: FloatArray
    heart_rate_bpm: FloatArray


def curve_increments(activity: CleanedActivity, edges_s: FloatArray) -> dict[str, FloatArray]:
    """What accrues of every cumulative curve, and of elapsed time, between each two neighbouring edges."""
    gains = {name: activity.increments(name, edges_s) for name in activity.curves}
    gains["elapsed_s"] = np.diff(edges_s)
    return gains


def stats_from_increments(increments: Mapping[str, FloatArray], activity: CleanedActivity) -> SegmentStats:
    """The figures that follow from gains of the track's curves, or from sums of such gains."""
    distance_known = activity.distance_source != "none"

    def per(top: str, bottom: str, factor: float, known: bool = True) -> FloatArray:
        enough = (increments[bottom] > 0.0) & (increments[top] > 0.0) & known
        ratio: FloatArray = np.full(len(increments[top]), np.nan)
        return np.divide(factor * increments[top], increments[bottom], out=ratio, where=enough)

    return SegmentStats(
        elapsed_s=increments["elapsed_s"],
        moving_s=increments["moving_s"],
        distance_m=increments["distance_m"],
        steps=np.where(increments["stepped_s"] > 0.0, increments["steps"], np.nan),
        speed_mps=per("distance_m", "moving_s", 1.0, distance_known),
        cadence_spm=per("steps", "stepped_s", 60.0),
        step_length_m=per("stepped_m", "steps", 1.0, distance_known),
        heart_rate_bpm=per("beats", "beat_s", 1.0),
    )
