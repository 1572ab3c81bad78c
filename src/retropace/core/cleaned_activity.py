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

from retropace.core.activity import Lap, Mark, Split, WorkoutStep
from retropace.core.spans import Column, Spans


@dataclass(frozen=True, slots=True)
class Track:
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

    t_s: Column
    speed_mps: Column
    cadence_spm: Column
    heart_rate_bpm: Column
    step_length_m: Column
    recorded_mps: Column
    """Speed as the device showed it: smoothed, and late. NaN between records, and where it recorded none."""
    altitude_m: Column
    lat_deg: Column
    lon_deg: Column
    curves: Mapping[str, Column]
    pauses: Spans
    """Disjoint, in order: when the watch was paused."""
    standing: Spans
    """Disjoint, in order, outside the pauses: when the runner stood still with the watch running."""
    unknown: Spans
    """Disjoint, in order: stretches that hold neither speed nor cadence, so that nothing can be said."""
    laps: tuple[Lap, ...]
    splits: tuple[Split, ...]
    marks: tuple[Mark, ...]
    steps: tuple[WorkoutStep, ...]
    start_time: datetime | None
    extra: Mapping[str, Column]
    """Further columns of the recording by name, as they were: nothing of them is repaired. NaN between records."""
    texts: Mapping[str, tuple[str, ...]]
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

    def at(self, curve: str, moment_s: Column) -> Column:
        """The cumulative ``curve`` at each moment, linear between samples."""
        return np.interp(moment_s, self.t_s, self.curves[curve])

    def between(self, curve: str, edges_s: Column) -> Column:
        """What accrues of ``curve`` between each two neighbouring edges, shape ``(len(edges_s) - 1,)``."""
        return np.diff(self.at(curve, edges_s))

    def moment_at_distance(self, distance_m: float) -> float:
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
class FinerAxis:
    """A time axis with more moments than the records have, and what their columns become on it."""

    t_s: Column
    """The records' own axis."""
    axis_s: Column
    own: NDArray[np.intp]
    """Where on it the records lie."""
    between: NDArray[np.intp]
    """Where the other moments lie."""

    @classmethod
    def with_moments(cls, t_s: Column, moments_s: Column) -> FinerAxis:
        """The records' axis with some moments more."""
        axis_s = np.union1d(t_s, moments_s)
        own = np.searchsorted(axis_s, t_s)
        between = np.ones(len(axis_s), dtype=bool)
        between[own] = False
        return cls(t_s, axis_s, own, np.flatnonzero(between))

    def onto(self, column: Column) -> Column:
        """A column on the finer axis: known between two known values, missing beside a missing one."""
        fine = self.at_records(column)
        fine[self.between] = np.interp(self.axis_s[self.between], self.t_s, column)
        return fine

    def at_records(self, column: Column) -> Column:
        """A column on the finer axis: its values where they were recorded, NaN between them."""
        fine = np.full(len(self.axis_s), np.nan)
        fine[self.own] = column
        return fine
