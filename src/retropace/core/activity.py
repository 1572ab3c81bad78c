"""One recorded session, as its file says it: what every reader gives and every later step starts from.

Nothing here is repaired or guessed: :func:`retropace.cleaning.clean.clean` turns an :class:`Activity` into a
:class:`retropace.core.cleaned_activity.Track` whose columns can be trusted. There is one time axis, ``t_s``: seconds since the first
record by the watch's own clock, pauses included. Units are SI; NaN is "missing".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from retropace.core.spans import FloatArray, Spans, as_spans


@dataclass(frozen=True, slots=True)
class Samples:
    """The records of a session in file order, one ``(n,)`` float64 column per quantity, NaN where missing.

    ``t_s`` is as recorded: it may repeat, leap or run backward until cleaned, and is NaN in a record without a time.
    ``distance_m`` and ``speed_mps`` are the device's own. ``cadence_recorded`` is what the file holds, which is
    revolutions of one foot in most files and steps per minute in some: cleaning decides.
    """

    t_s: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    altitude_m: FloatArray
    distance_m: FloatArray
    speed_mps: FloatArray
    cadence_recorded: FloatArray
    heart_rate_bpm: FloatArray
    step_length_m: FloatArray
    vertical_oscillation_m: FloatArray
    stance_time_s: FloatArray
    extra: Mapping[str, FloatArray] = field(default_factory=lambda: MappingProxyType({}))
    """Further columns by the name they have in the file: developer fields, course, accuracies."""
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """For each extra column of words what its values 0, 1, 2 … stand for."""

    @classmethod
    def from_columns(
        cls,
        t_s: FloatArray,
        extra: Mapping[str, FloatArray] | None = None,
        categories: Mapping[str, tuple[str, ...]] | None = None,
        **columns: FloatArray,
    ) -> Samples:
        """Samples from the columns a file has; the others are missing throughout.

        Raises ``ValueError`` for a column of another length and ``TypeError`` for one of an unknown name.
        """
        names = {column.name for column in fields(cls)} - {"t_s", "extra", "categories"}
        if unknown := set(columns) - names:
            raise TypeError(f"no such column: {', '.join(sorted(unknown))}")
        values = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
        extra = {name: np.asarray(column, dtype=np.float64) for name, column in (extra or {}).items()}
        for name, column in (values | extra).items():
            if column.shape != t_s.shape:
                raise ValueError(f"column {name} has shape {column.shape}, t_s has {t_s.shape}")
        missing = np.full(len(t_s), np.nan)
        filled = {name: values.get(name, missing) for name in names}
        held = MappingProxyType(dict(categories or {}))
        return cls(t_s=np.asarray(t_s, dtype=np.float64), extra=MappingProxyType(extra), categories=held, **filled)

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True)
class Lap:
    """A lap as the device closed it. ``trigger`` is what ended it."""

    start_s: float
    end_s: float
    trigger: str = ""
    """``manual``, ``time``, ``distance``, ``position``, ``session_end``, ``fitness_equipment``; empty if not said."""
    intensity: str = ""
    """``active``, ``rest``, ``warmup``, ``cooldown``, ``recovery``, ``interval``; empty if not said."""
    step_index: int | None = None
    """Which workout step it carried out, counted from 0."""
    name: str = ""
    timer_s: float = np.nan
    distance_m: float = np.nan


AUTOLAP_DISTANCES_M = (1000.0, 1609.344, 500.0, 804.672, 5000.0)
"""After how much watches end laps by themselves: kilometres, miles, halves of them, five kilometres."""
AUTOLAP_TOLERANCE_M = 1.0
"""Such a lap is as long to the metre; nobody presses a button so well twice running."""


def is_autolap(laps: tuple[Lap, ...]) -> tuple[bool, ...]:
    """For each lap whether the device ended it by itself, after a set distance or time, and nobody pressed anything.

    A workout step ends a lap in the same way; there the step changes from one lap to the next. Files that call every
    lap manual (TCX from Garmin Connect) are told by two laps running of one such distance. The last lap ends with the
    session and is never automatic.
    """
    ended = [
        lap.trigger in ("distance", "time", "position")
        and (lap.step_index is None or lap.step_index == after.step_index)
        for lap, after in pairwise(laps)
    ]
    for at, (lap, after) in enumerate(pairwise(laps)):
        if lap.step_index is None and any(
            abs(lap.distance_m - unit) <= AUTOLAP_TOLERANCE_M and abs(after.distance_m - unit) <= AUTOLAP_TOLERANCE_M
            for unit in AUTOLAP_DISTANCES_M
        ):
            ended[at] = True
            if at + 1 < len(ended):
                ended[at + 1] = True
    return (*ended, *(False for _ in laps[-1:]))


@dataclass(frozen=True, slots=True)
class Split:
    """A stretch told apart in the file: a FIT ``split`` (a run, a walk, an interval), one of a GPX session's tracks."""

    start_s: float
    end_s: float
    kind: str = ""
    distance_m: float = np.nan
    name: str = ""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A waypoint the runner dropped. ``t_s`` is NaN if it has no time."""

    t_s: float
    name: str = ""
    note: str = ""
    lat_deg: float = np.nan
    lon_deg: float = np.nan


@dataclass(frozen=True, slots=True)
class WorkoutStep:
    """A step of the workout that was loaded on the watch."""

    index: int
    name: str = ""
    note: str = ""
    intensity: str = ""
    duration_kind: str = "open"
    """``time`` (seconds), ``distance`` (metres), ``repeat`` (times, from step ``repeat_from``), or ``open``."""
    duration: float = np.nan
    repeat_from: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """What recorded the session, in the file's words."""

    manufacturer: str = ""
    product: str = ""
    software: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.manufacturer, self.product, self.software) if part)


@dataclass(frozen=True, slots=True)
class DeviceTotals:
    """What the device itself sums up for the session; NaN where it says nothing."""

    distance_m: float = np.nan
    timer_s: float = np.nan
    elapsed_s: float = np.nan


@dataclass(frozen=True, slots=True)
class Source:
    """Where an activity came from."""

    path: str
    format: str
    """``fit``, ``gpx``, ``tcx``, ``kml``, ``polar`` or ``apple``, told by the content, not by the file's name."""
    sha256: str = ""
    session: int = 0
    """Which of the file's sessions or tracks this is, counted from 0."""
    decoding: str = ""
    """How the records of a FIT file were decoded: ``in bulk``, or ``by fitdecode`` and why; empty elsewhere."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One recorded session, as read."""

    source: Source
    samples: Samples
    start_time: datetime | None = None
    """Aware UTC time of ``t_s == 0``; None if the file has no clock."""
    sport: str = ""
    sub_sport: str = ""
    name: str = ""
    description: str = ""
    device: Device = Device()
    laps: tuple[Lap, ...] = ()
    splits: tuple[Split, ...] = ()
    pauses: Spans = field(default_factory=lambda: as_spans([]))
    """When the timer was stopped, or between the segments of a track."""
    waypoints: tuple[Waypoint, ...] = ()
    cadence_unit: str = ""
    """``rpm`` or ``spm`` where the format leaves no doubt what its cadence counts; else empty."""
    workout_name: str = ""
    workout_steps: tuple[WorkoutStep, ...] = ()
    device_totals: DeviceTotals = DeviceTotals()
    field_counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Name of every field found in the records, as the file calls it, and how many records hold a value."""
    warnings: tuple[str, ...] = ()
