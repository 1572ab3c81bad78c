"""What accrues over parts of an activity, and the means that follow: pace, cadence, step length, heart rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of ``n`` parts of an activity. ``(n,)`` columns, NaN missing.

    Speed is distance over moving time; cadence and step length cover the time in which steps were counted; heart rate
    is the mean over the time it was known.
    """

    elapsed_s: Column
    moving_s: Column
    distance_m: Column
    steps: Column
    speed_mps: Column
    cadence_spm: Column
    step_length_m: Column
    heart_rate_bpm: Column


def gains_between(track: Track, edges_s: Column) -> dict[str, Column]:
    """What accrues of every cumulative curve, and of elapsed time, between each two neighbouring edges."""
    gains = {name: track.between(name, edges_s) for name in track.curves}
    gains["elapsed_s"] = np.diff(edges_s)
    return gains


def figures_of(gains: Mapping[str, Column], track: Track) -> Figures:
    """The figures that follow from gains of the track's curves, or from sums of such gains."""
    distance_known = track.distance_source != "none"

    def per(top: str, bottom: str, factor: float, known: bool = True) -> Column:
        enough = (gains[bottom] > 0.0) & (gains[top] > 0.0) & known
        ratio: Column = np.full(len(gains[top]), np.nan)
        return np.divide(factor * gains[top], gains[bottom], out=ratio, where=enough)

    return Figures(
        elapsed_s=gains["elapsed_s"],
        moving_s=gains["moving_s"],
        distance_m=gains["distance_m"],
        steps=np.where(gains["stepped_s"] > 0.0, gains["steps"], np.nan),
        speed_mps=per("distance_m", "moving_s", 1.0, distance_known),
        cadence_spm=per("steps", "stepped_s", 60.0),
        step_length_m=per("stepped_m", "steps", 1.0, distance_known),
        heart_rate_bpm=per("beats", "beat_s", 1.0),
    )
