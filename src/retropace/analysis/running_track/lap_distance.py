"""Correction of distance by laps on a running track, exact over a long time, as recorded distance is over seconds."""

from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.positions import smooth_gaussian
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, Spans, contains, cumulate, midpoints, union

LAP_SECTORS = 16
"""Number of equal parts of a lap, each of which must have been run through if the session was on a track."""
MAX_OFF_TRACK_GAP_S = 30.0
"""Longest time (s) without a position near the lane during which the runner counts as still on the track."""
MIN_RECORDS = 20
"""Smallest number of positions of an uninterrupted time on the track; a time with fewer is ignored."""
MIN_REVERSAL_LAPS = 0.05
"""Smallest distance in the opposite direction, in laps, that counts as turning round; less is position error."""
MAX_SPEED_RATIO = 1.3
"""Largest ratio of the distance along the lane to the recorded one; beyond it the runner has cut across the field."""
SMOOTHING_SD_S = 30.0
"""Standard deviation (s) of the Gaussian that smooths the correction of distance; position errors last that long."""


@dataclass(frozen=True, slots=True)
class LapPass:
    """An uninterrupted time on the track, as ``(n,)`` columns with one row per position."""

    rows: slice  # range of indices of the positions that belong to this time on the track
    t_s: FloatArray
    lap_position: FloatArray  # laps moved around the track counterclockwise; running clockwise reduces it
    cumulative_laps: FloatArray  # laps run since the start of this time on the track; both directions add to it

    @property
    def laps(self) -> float:
        """Number of laps run in this time on the track; laps run clockwise and anticlockwise are added up."""
        return float(self.cumulative_laps[-1])


def detect_lap_passes(
    t_s: FloatArray, lap_fraction: FloatArray, recorded_laps: FloatArray, is_near: NDArray[np.bool_]
) -> list[LapPass]:
    """Return each uninterrupted time on the track, by position around it (0 to 1) and recorded laps, ``(n,)`` each."""
    lap_position = np.unwrap(lap_fraction, period=1.0)
    rows = np.flatnonzero(is_near)
    progress = np.abs(np.diff(lap_position[rows]))
    is_shortcut = progress > MAX_SPEED_RATIO * np.diff(recorded_laps[rows]) + MIN_REVERSAL_LAPS
    cuts = np.flatnonzero((np.diff(t_s[rows]) > MAX_OFF_TRACK_GAP_S) | is_shortcut) + 1
    parts = [part for part in np.split(rows, cuts) if len(part) >= MIN_RECORDS]
    passes = [slice(int(part[0]), int(part[-1]) + 1) for part in parts]
    return [LapPass(rows, t_s[rows], lap_position[rows], _cumulative_laps(lap_position[rows])) for rows in passes]


def _cumulative_laps(lap_position: FloatArray) -> FloatArray:
    laps = np.zeros(len(lap_position))
    for first, last in pairwise(_reversals(lap_position)):
        sign = np.sign(lap_position[last] - lap_position[first]) or 1.0
        laps[first : last + 1] = laps[first] + sign * (lap_position[first : last + 1] - lap_position[first])
    return laps


def _reversals(lap_position: FloatArray, window: int = 256) -> list[int]:
    """Return the first and the last row and each at which the runner turned, searched ``window`` rows at a time."""
    reversals = [0]
    moved = np.flatnonzero(np.abs(lap_position - lap_position[0]) > MIN_REVERSAL_LAPS)
    if len(moved):
        start, size = int(moved[0]), window
        sign = float(np.sign(lap_position[start] - lap_position[0]))
        while True:
            progress = sign * lap_position[start : start + size]
            furthest = np.maximum.accumulate(progress)
            back = np.flatnonzero(furthest - progress > MIN_REVERSAL_LAPS)
            if len(back):
                reversals.append(start + int(np.flatnonzero(progress[: back[0]] == furthest[back[0]])[-1]))
                start, sign, size = start + int(back[0]), -sign, window
            elif start + size < len(lap_position):
                size *= 2
            else:
                break
    last = len(lap_position) - 1
    return [*reversals, last] if reversals[-1] != last else reversals


def covers_whole_lap(passes: list[LapPass]) -> bool:
    """Return whether each of the ``LAP_SECTORS`` equal parts of the lap was run through."""
    times_passed = np.zeros(LAP_SECTORS)
    sectors = np.arange(LAP_SECTORS) / LAP_SECTORS
    for lap_pass in passes:
        first, last = lap_pass.lap_position.min(), lap_pass.lap_position.max()
        times_passed += np.floor(last - sectors) - np.floor(first - sectors)
    return bool(times_passed.min() >= 1.0)


def rescale_to_laps(
    cleaned: CleanedActivity, passes: list[LapPass], lap_m: float, true_share: float, fixed_spans: Spans
) -> CleanedActivity:
    """Return the activity with distance and step length corrected by its laps outside ``fixed_spans``; speed stays."""
    recorded_m = np.diff(cleaned.curves["distance_m"])
    midpoints_s = midpoints(cleaned.t_s)
    is_fixed = contains(union(fixed_spans), midpoints_s) | (np.diff(cleaned.curves["moving_s"]) <= 0.0)
    rescaled_m = recorded_m.copy()
    for lap_pass in passes:
        is_inside = (midpoints_s >= lap_pass.t_s[0]) & (midpoints_s < lap_pass.t_s[-1])
        distance_m = cleaned.value_at("distance_m", lap_pass.t_s)
        error_m = lap_m * lap_pass.cumulative_laps - true_share * (distance_m - distance_m[0])
        smooth_error_m = smooth_gaussian(lap_pass.t_s, error_m, SMOOTHING_SD_S)
        correction_m = np.diff(np.interp(cleaned.t_s, lap_pass.t_s, smooth_error_m))
        is_free = is_inside & ~is_fixed
        rescaled_m[is_free] = np.maximum(true_share * recorded_m[is_free] + correction_m[is_free], 0.0)
        total_m = lap_m * lap_pass.laps - recorded_m[is_inside & is_fixed].sum()
        if rescaled_m[is_free].sum() > 0.0 and total_m > 0.0:
            rescaled_m[is_free] *= total_m / rescaled_m[is_free].sum()
    ratio = np.divide(rescaled_m, recorded_m, out=np.ones(len(recorded_m)), where=recorded_m > 0.0)
    step_distance_m = ratio * np.diff(cleaned.curves["step_distance_m"])
    curves = {"distance_m": cumulate(rescaled_m), "step_distance_m": cumulate(step_distance_m)}
    return replace(cleaned, curves=MappingProxyType({**cleaned.curves, **curves}))
