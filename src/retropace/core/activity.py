"""One recorded session as its file holds it, unrepaired: the result of every reader. Units are SI; NaN is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from retropace.core.findings import HasFindings
from retropace.core.spans import FloatArray, Spans, as_spans


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The records of a session in file order, one ``(n,)`` float64 column per quantity, NaN where missing."""

    t_s: FloatArray  # elapsed seconds of each record by the watch's clock; times may repeat, jump or go back
    lat_deg: FloatArray
    lon_deg: FloatArray
    altitude_m: FloatArray
    distance_m: FloatArray  # cumulative distance as the device counted it
    speed_mps: FloatArray  # speed as the device computed it
    cadence_recorded: FloatArray
    """Cadence in the file's unit: strides of one foot per minute in most files, steps of both feet in some."""
    heart_rate_bpm: FloatArray
    step_length_m: FloatArray
    vertical_oscillation_m: FloatArray
    stance_time_s: FloatArray
    extra: Mapping[str, FloatArray] = field(default_factory=lambda: MappingProxyType({}))
    """Further columns by their name in the file, such as developer fields, course and accuracies."""
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Texts of each extra column of text, by the column's name; the column itself holds indices of them."""

    @classmethod
    def from_columns(
        cls,
        t_s: FloatArray,
        extra: Mapping[str, FloatArray] | None = None,
        categories: Mapping[str, tuple[str, ...]] | None = None,
        **columns: FloatArray,
    ) -> Samples:
        """Return samples with the given columns and all others missing.

        Raises ``ValueError`` for a column of another length than ``t_s`` and ``TypeError`` for an unknown name.
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
        return cls(
            t_s=np.asarray(t_s, dtype=np.float64),
            extra=MappingProxyType(extra),
            categories=MappingProxyType(dict(categories or {})),
            **{name: values.get(name, missing) for name in names},
        )

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True)
class Lap:
    """A lap as the device recorded it."""

    start_s: float
    end_s: float
    trigger: str = ""
    """What ended it: ``manual``, ``time``, ``distance``, ``position``, ``session_end`` or ``fitness_equipment``."""
    intensity: str = ""
    """``active``, ``rest``, ``warmup``, ``cooldown``, ``recovery`` or ``interval``; empty if not recorded."""
    step_index: int | None = None  # index of the workout step that the lap carried out, counted from 0
    name: str = ""
    timer_s: float = np.nan
    distance_m: float = np.nan


AUTOLAP_DISTANCES_M = (1000.0, 1609.344, 500.0, 804.672, 5000.0)
"""Distances in metres that watches offer for ending laps automatically."""
AUTOLAP_TOLERANCE_M = 1.0
"""Largest difference (m) of an automatic lap from ``AUTOLAP_DISTANCES_M``; the button hardly comes so close twice."""


def is_autolap(laps: tuple[Lap, ...]) -> tuple[bool, ...]:
    """Return for each lap whether the device ended it automatically, after a set distance, time or position.

    A lap that ends with a workout step is not automatic, nor is the last. Two successive laps of the same length, one
    of ``AUTOLAP_DISTANCES_M``, are automatic even if the file calls every lap manual (TCX from Garmin Connect).
    """
    is_auto = [
        lap.trigger in ("distance", "time", "position")
        and (lap.step_index is None or lap.step_index == after.step_index)
        for lap, after in pairwise(laps)
    ]
    for index, (lap, after) in enumerate(pairwise(laps)):
        errors_m = np.abs(np.subtract.outer((lap.distance_m, after.distance_m), AUTOLAP_DISTANCES_M))
        if lap.step_index is None and np.any(np.all(errors_m <= AUTOLAP_TOLERANCE_M, axis=0)):
            is_auto[index : index + 2] = [True] * len(is_auto[index : index + 2])
    return (*is_auto, *(False for _ in laps[-1:]))


@dataclass(frozen=True, slots=True)
class Split:
    """A part of the session that an app closed by itself: a ``split`` of a FIT file, or a track of a GPX file."""

    start_s: float
    end_s: float
    kind: str = ""
    distance_m: float = np.nan
    name: str = ""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A named place in the recording; ``t_s`` is NaN if it has no time."""

    t_s: float
    name: str = ""
    note: str = ""
    lat_deg: float = np.nan
    lon_deg: float = np.nan


@dataclass(frozen=True, slots=True)
class WorkoutStep:
    """A step of the workout that was loaded onto the watch."""

    index: int
    name: str = ""
    note: str = ""
    intensity: str = ""
    duration_kind: str = "open"
    """What ``duration`` counts: ``time`` (seconds), ``distance`` (metres) or ``repeat`` (how often the steps from
    ``repeat_from`` on are carried out); ``open`` for a step of no planned length."""
    duration: float = np.nan
    repeat_from: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """The device that recorded the session, as the file names it."""

    manufacturer: str = ""
    product: str = ""
    software: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.manufacturer, self.product, self.software) if part)


@dataclass(frozen=True, slots=True)
class DeviceTotals:
    """Totals that the device itself computed; NaN where it gave none."""

    distance_m: float = np.nan
    timer_s: float = np.nan
    elapsed_s: float = np.nan


@dataclass(frozen=True, slots=True)
class Source:
    """The file that an activity was read from."""

    path: str
    format: str  # ``fit``, ``gpx``, ``tcx``, ``kml``, ``polar`` or ``apple``
    sha256: str = ""
    session: int = 0  # index of the session or track within the file, counted from 0
    decoding: str = ""  # how the records of a FIT file were decoded: ``in bulk``, or ``by fitdecode`` with the reason


@dataclass(frozen=True, slots=True)
class Activity(HasFindings):
    """One recorded session, as read."""

    source: Source
    samples: Samples
    start_time: datetime | None = None  # UTC time of ``t_s == 0``, with time zone; None if the file has no clock
    sport: str = ""
    sub_sport: str = ""
    name: str = ""
    description: str = ""
    device: Device = Device()
    laps: tuple[Lap, ...] = ()
    splits: tuple[Split, ...] = ()
    pauses: Spans = field(default_factory=lambda: as_spans([]))
    """Spans in which the watch was paused; in GPX, the gaps between the segments of a track."""
    waypoints: tuple[Waypoint, ...] = ()
    cadence_unit: str = ""
    """``rpm`` (strides of one foot) or ``spm`` (steps of both feet); empty if the file format does not define it."""
    workout_name: str = ""
    workout_steps: tuple[WorkoutStep, ...] = ()
    device_totals: DeviceTotals = DeviceTotals()
    field_counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Number of records with a value, by the name of the field in the file."""
