"""An activity whose columns can be trusted: one strictly rising time axis and cumulative curves on it.

Every figure of a span comes from reading the cumulative curves at its two ends, so the parts of an activity add up
to the whole whatever the sampling (:func:`Track.between`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Lap, Split, Waypoint, WorkoutStep
from retropace.core.spans import FloatArray, Spans


@dataclass(frozen=True, slots=True)
class CleanedActivity:
    """Trustworthy columns, ``(n,)`` float64 on ``t_s``, which starts at 0 and rises strictly. NaN is missing.

    ``curves`` are cumulative, start at 0, never fall and have no NaN:

    ============  =====================================================================
    ``moving_s``  seconds neither paused nor standing
    ``distance_m``  metres
    ``steps``     steps of both feet, while moving and cadence is known
    ``stepped_m``  metres covered while steps were counted (for the step length)
    ``stepped_s``  moving seconds in which steps were counted (for the cadence)
    ``beats``     heart rate integrated over the time it is known: bpm × seconds
    ``beat_s``    seconds in which heart rate is known
    ============  =====================================================================
    """

    t_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    heart_rate_bpm: FloatArray
    step_length_m: FloatArray
    raw_device_speed_mps: FloatArray
    """Speed as the device showed it: smoothed, and late. NaN between records, and where it recorded none."""
    altitude_m: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    curves: Mapping[str, FloatArray]
    pauses: Spans
    """Disjoint, in order: when the watch was paused."""
    standing: Spans
    """Disjoint, in order, outside the pauses: when the runner stood still with the watch running."""
    unknown: Spans
    """Disjoint, in order: stretches that hold neither speed nor cadence, so that nothing can be said."""
    laps: tuple[Lap, ...]
    splits: tuple[Split, ...]
    waypoints: tuple[Waypoint, ...]
    workout_steps: tuple[WorkoutStep, ...]
    start_time: datetime | None
    extra: Mapping[str, FloatArray]
    """Further columns of the recording by name, as they were: nothing of them is repaired. NaN between records."""
    categories: Mapping[str, tuple[str, ...]]
    """For each extra column of words what its values 0, 1, 2 … stand for."""
    distance_source: str
    """``device``, ``positions``, ``speed`` or ``none``."""
    speed_source: str
    """``device``, ``distance`` (the slope of the distance curve) or ``none``."""
    warnings: tuple[str, ...]

    @property
    def elapsed_s(self) -> float:
        """Seconds from the first to the last record, pauses included."""
        return float(self.t_s[-1]) if len(self.t_s) else 0.0

    def value_at(self, curve: str, times_s: FloatArray) -> FloatArray:
        """The cumulative ``curve`` at each moment, linear between samples."""
        return np.interp(times_s, self.t_s, self.curves[curve])

    def increments(self, curve: str, edges_s: FloatArray) -> FloatArray:
        """What accrues of ``curve`` between each two neighbouring edges, shape ``(len(edges_s) - 1,)``."""
        return np.diff(self.value_at(curve, edges_s))

    def time_at_distance_s(self, distance_m: float) -> float:
        """The first moment at which ``distance_m`` metres were covered; NaN if they never were."""
        curve = self.curves["distance_m"]
        if not 0.0 <= distance_m <= curve[-1]:
            return np.nan
        after = int(np.searchsorted(curve, distance_m, side="left"))
        if after == 0:
            return float(self.t_s[0])
        share = (distance_m - curve[after - 1]) / (curve[after] - curve[after - 1])
        return float(self.t_s[after - 1] + share * (self.t_s[after] - self.t_s[after - 1]))


@dataclass(frozen=True, slots=True)
class RefinedAxis:
    """A time axis with more moments than the records have, and what their columns become on it."""

    t_s: FloatArray
    """The records' own axis."""
    refined_t_s: FloatArray
    record_index: NDArray[np.intp]
    """Where on it the records lie."""
    inserted_index: NDArray[np.intp]
    """Where the other moments lie."""

    @classmethod
    def with_times(cls, t_s: FloatArray, times_s: FloatArray) -> RefinedAxis:
        """The records' axis with some moments more."""
        axis_s = np.union1d(t_s, times_s)
        own = np.searchsorted(axis_s, t_s)
        between = np.ones(len(axis_s), dtype=bool)
        between[own] = False
        return cls(t_s, axis_s, own, np.flatnonzero(between))

    def interpolate(self, column: FloatArray) -> FloatArray:
        """A column on the finer axis: known between two known values, missing beside a missing one."""
        fine = self.scatter(column)
        fine[self.inserted_index] = np.interp(self.refined_t_s[self.inserted_index], self.t_s, column)
        return fine

    def scatter(self, column: FloatArray) -> FloatArray:
        """A column on the finer axis: its values where they were recorded, NaN between them."""
        fine = np.full(len(self.refined_t_s), np.nan)
        fine[self.record_index] = column
        return fine
