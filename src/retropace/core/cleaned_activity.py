"""A cleaned activity, whose columns can be trusted: one strictly rising time axis, and cumulative curves on it.

Cumulative curves hold what has accumulated since the start, such as metres. A figure of any stretch is the difference
of a curve between its two ends, so that the figures of adjacent stretches add up exactly::

    curve      0 ------ 12 -------- 12 ------- 30        distance_m, metres since the first record
    t_s        0        5           9          14        elapsed seconds since the first record, pauses included
               |        |<- pause ->|          |
    edges_s    0             7                 14        increments("distance_m", edges_s) = [12, 18]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Lap, Split, Waypoint, WorkoutStep
from retropace.core.findings import HasFindings
from retropace.core.spans import FloatArray, Spans

MEASURED_COLUMNS = ("speed_mps", "cadence_spm", "heart_rate_bpm", "step_length_m", "altitude_m", "lat_deg")
"""Columns of :class:`CleanedActivity` that are interpolated between records."""


@dataclass(frozen=True, slots=True, eq=False)
class TimeAxis(HasFindings):
    """The mapping from recorded times and columns to the cleaned time axis."""

    record_index: NDArray[np.intp]  # indices of the ``k`` records that have a time, sorted by time
    row_index: NDArray[np.intp]
    """Row of each record of ``record_index`` in the cleaned columns, ``(k,)``; merged records share a row."""
    t_s: FloatArray  # cleaned times, ``(n,)``, starting at 0 and rising strictly
    recorded_s: FloatArray  # recorded times of the ``k`` records, sorted
    offset_s: FloatArray  # seconds by which each time of ``recorded_s`` is ahead of the cleaned axis, ``(k,)``
    start_s: float  # recorded time at which the cleaned axis is 0, by the clock whose date is right

    def align(self, raw_values: FloatArray) -> FloatArray:
        """Return a recorded column on the cleaned axis; of several merged records the first known value is kept."""
        values = raw_values[self.record_index]
        known = np.isfinite(values)
        if len(self.t_s) == len(values):
            return np.where(known, values, np.nan)
        cleaned = np.full(len(self.t_s), np.nan)
        cleaned[self.row_index[known][::-1]] = values[known][::-1]
        return cleaned

    def remap(self, recorded_s: FloatArray) -> FloatArray:
        """Convert recorded times to the cleaned axis by the offset of the nearest recorded time."""
        after = np.clip(np.searchsorted(self.recorded_s, recorded_s), 1, max(len(self.recorded_s) - 1, 1))
        before_s, after_s = self.recorded_s[after - 1], self.recorded_s[np.minimum(after, len(self.recorded_s) - 1)]
        nearest = np.where(recorded_s - before_s <= after_s - recorded_s, after - 1, after)
        cleaned_s: FloatArray = recorded_s - self.offset_s[np.minimum(nearest, len(self.offset_s) - 1)]
        return cleaned_s


@dataclass(frozen=True, slots=True, eq=False)
class CleanedActivity(HasFindings):
    """An activity with repaired columns, ``(n,)`` float64, NaN where missing; ``t_s`` starts at 0 and rises strictly.

    ``curves`` are cumulative ``(n,)`` columns, which start at 0, never fall and have no NaN:

    =======================  =======================================================================
    ``moving_s``             seconds neither paused nor standing
    ``distance_m``           metres
    ``steps``                steps of both feet while moving with a known cadence
    ``step_distance_m``      metres covered while steps were counted; for the step length
    ``step_time_s``          moving seconds in which steps were counted; for the cadence
    ``heart_rate_integral``  heart rate integrated over the time in which it is known, bpm × seconds
    ``heart_rate_time_s``    seconds in which heart rate is known
    =======================  =======================================================================
    """

    time_axis: TimeAxis
    t_s: FloatArray  # elapsed seconds of the records, and of the starts and ends of rests and of unknown spans
    speed_mps: FloatArray
    cadence_spm: FloatArray
    heart_rate_bpm: FloatArray
    step_length_m: FloatArray
    raw_device_speed_mps: FloatArray
    """Speed as the device recorded it, smoothed and delayed; NaN at times inserted between records."""
    altitude_m: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    curves: Mapping[str, FloatArray]
    pauses: Spans  # disjoint, sorted spans in which the watch was paused
    standing: Spans  # disjoint, sorted spans in which the runner stood still with the watch running
    unknown: Spans  # disjoint, sorted spans in which neither speed nor cadence is known and the runner may have moved
    laps: tuple[Lap, ...]
    splits: tuple[Split, ...]
    waypoints: tuple[Waypoint, ...]
    workout_steps: tuple[WorkoutStep, ...]
    start_time: datetime | None
    extra: Mapping[str, FloatArray]
    """Further recorded columns by name, not repaired; NaN at times inserted between records."""
    categories: Mapping[str, tuple[str, ...]]
    """Texts of each extra column of text, by the column's name; the column itself holds indices of them."""
    distance_source: str
    """Source of most of distance: ``device``, ``positions``, ``speed``, ``totals`` (laps, session) or ``none``."""
    speed_source: str
    """What speed was computed from: ``device`` (its own), ``distance`` (slope of the distance curve) or ``none``."""
    counts_both_feet: bool  # whether the recorded cadence counts steps of both feet; False without a cadence

    @property
    def elapsed_s(self) -> float:
        """Seconds from the first to the last record, pauses included."""
        return float(self.t_s[-1]) if len(self.t_s) else 0.0

    def value_at(self, curve: str, times_s: FloatArray) -> FloatArray:
        """Return the curve named ``curve`` at each time, interpolated between records."""
        return np.interp(times_s, self.t_s, self.curves[curve])

    def with_times(self, times_s: FloatArray) -> CleanedActivity:
        """Return the activity with rows at these times: curves and ``MEASURED_COLUMNS`` interpolated, others NaN."""
        t_s = np.union1d(self.t_s, times_s)
        record_rows = np.searchsorted(t_s, self.t_s)
        inserted_rows = np.setdiff1d(np.arange(len(t_s)), record_rows, assume_unique=True)

        def scatter(column: FloatArray) -> FloatArray:
            refined = np.full(len(t_s), np.nan)
            refined[record_rows] = column
            return refined

        def interpolate(column: FloatArray) -> FloatArray:
            refined = scatter(column)
            refined[inserted_rows] = np.interp(t_s[inserted_rows], self.t_s, column)
            return refined

        lon_deg, known = self.lon_deg.copy(), np.isfinite(self.lon_deg)
        if crosses_date_line := bool(np.any(np.abs(np.diff(lon_deg[known])) > 180.0)):
            lon_deg[known] = np.unwrap(lon_deg[known], period=360.0)
        lon_deg = interpolate(lon_deg)
        columns: dict[str, Any] = {name: interpolate(getattr(self, name)) for name in MEASURED_COLUMNS}
        return replace(
            self,
            t_s=t_s,
            **columns,
            lon_deg=(lon_deg + 180.0) % 360.0 - 180.0 if crosses_date_line else lon_deg,
            raw_device_speed_mps=scatter(self.raw_device_speed_mps),
            curves=MappingProxyType({name: interpolate(curve) for name, curve in self.curves.items()}),
            extra=MappingProxyType({name: scatter(column) for name, column in self.extra.items()}),
        )

    def increments(self, curve: str, edges_s: FloatArray) -> FloatArray:
        """Return by how much ``curve`` rises from each edge to the next, ``(len(edges_s) - 1,)``."""
        return np.diff(self.value_at(curve, edges_s))

    def gain(self, curve: str, start_s: float, end_s: float) -> float:
        """Return the increment of ``curve`` between two times."""
        return float(self.increments(curve, np.array([start_s, end_s]))[0])

    def time_at_distance_s(self, distance_m: float) -> float:
        """Return the elapsed seconds after which ``distance_m`` metres were first covered; NaN if they never were."""
        curve = self.curves["distance_m"]
        if not 0.0 <= distance_m <= curve[-1]:
            return np.nan
        after = int(np.searchsorted(curve, distance_m, side="left"))
        if after == 0:
            return float(self.t_s[0])
        share = (distance_m - curve[after - 1]) / (curve[after] - curve[after - 1])
        return float(self.t_s[after - 1] + share * (self.t_s[after] - self.t_s[after - 1]))
