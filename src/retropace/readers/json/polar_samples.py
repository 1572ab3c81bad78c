"""What an exercise of a Polar export recorded, brought onto one axis of time; and the strict reading of its JSON.

Sensors and positions have times of their own, a fraction of a second apart: each value goes to the nearest record of
the fullest stream, and becomes a record of its own where there is none. Missing values are ``"NaN"``, ``null``, or not
there at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retropace.core.spans import FloatArray
from retropace.readers.iso_times import parse_time

MAX_DURATION_S = 30 * 86400.0
"""Nothing that one recorded lies further than this from its start."""
MAX_MERGE_DISTANCE_S = 1.0
"""Values further apart than this never share a record; both shapes sample every second."""
MAX_OVERRUN_S = 1.0
KMH_TO_MPS = 1.0 / 3.6
COLUMN_BY_STREAM = {
    "heartrate": "heart_rate_bpm",
    "speed": "speed_mps",
    "cadence": "cadence_recorded",
    "distance": "distance_m",
    "altitude": "altitude_m",
    "temperature": "temperature",
    "power": "power",
    "stridelength": "strideLength",
}
"""The streams that are read, in lower case and without underscores, and our column or the name of an extra one."""
ROUTE_KEY = "recordedRoute"
_DURATION = re.compile(r"PT(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?", re.ASCII)


class ShapeError(ValueError):
    """JSON of a shape that no training session has, in words that follow "is no Polar training session: "."""


@dataclass(frozen=True, slots=True)
class ExerciseClock:
    """When an exercise began, by the clock and the offset from UTC that its file tells."""

    offset_s: float
    """NaN if the file does not tell it: local times are then taken as UTC."""
    start_s: float = np.nan
    stop_s: float = np.nan

    def parse_posix_s(self, value: object, label: str) -> float:
        """A time of the file, be it local, with a zone, or counted from the exercise's start (``PT12.5S``)."""
        if not isinstance(value, str):
            raise ShapeError(f"{label} is no time")
        if value.startswith("PT") and np.isfinite(self.start_s):
            return self.start_s + parse_duration_s(value, label)
        parsed = parse_time(value)
        if parsed is None:
            raise ShapeError(f"{label} is no time")
        moment_s = parsed[0] if parsed[1] or np.isnan(self.offset_s) else parsed[0] - self.offset_s
        if abs(moment_s - self.start_s) > MAX_DURATION_S:
            raise ShapeError(f"{label} lies more than {MAX_DURATION_S / 86400.0:.0f} days from the start")
        return moment_s


@dataclass(frozen=True, slots=True)
class Stream:
    """Columns that share their times, which are POSIX seconds."""

    posix_s: FloatArray
    columns: Mapping[str, FloatArray]


@dataclass(slots=True)
class Streams:
    """What an exercise recorded, and how much of it could not be used."""

    streams: list[Stream] = field(default_factory=list)
    missing_time_count: int = 0
    """Positions without a time, as exports of the oldest recordings have them."""
    overrun_count: int = 0
    """Positions later than the end of the exercise."""

    def add(self, posix_s: list[float], **columns: list[float]) -> None:
        """Keep a stream's moments that hold a value; nothing if none does."""
        values = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
        held = np.any([np.isfinite(column) for column in values.values()], axis=0)
        if np.any(held):
            times = np.array(posix_s, dtype=np.float64)[held]
            self.streams.append(Stream(times, {name: column[held] for name, column in values.items()}))


def read_streams(exercise: Mapping[str, Any], clock: ExerciseClock) -> Streams:
    """Everything an exercise recorded, in either shape; raises :class:`ShapeError`."""
    streams = Streams()
    samples = parse_object(exercise.get("samples"), "samples")
    for name, entries in samples.items():
        if (quantity := COLUMN_BY_STREAM.get(name.lower())) is not None:
            rows = [parse_object(entry, name) for entry in parse_list(entries, name)]
            times = [clock.parse_posix_s(row.get("dateTime"), f"the time of a {name}") for row in rows]
            streams.add(times, **{quantity: _parse_values((row.get("value") for row in rows), quantity, name)})
    for series in (parse_object(one, "a series") for one in parse_list(samples.get("samples"), "samples")):
        kind = series.get("type")
        quantity = COLUMN_BY_STREAM.get(kind.replace("_", "").lower()) if isinstance(kind, str) else None
        if quantity is None:
            continue
        values = _parse_values(parse_list(series.get("values"), "values"), quantity, str(kind))
        step_s = parse_number(series.get("intervalMillis"), "intervalMillis") / 1000.0
        if not 0.0 < step_s * max(len(values), 1) <= MAX_DURATION_S:
            raise ShapeError("the interval of a series is none")
        streams.add((clock.start_s + step_s * np.arange(len(values))).tolist(), **{quantity: values})
    sensed = any("altitude_m" in stream.columns for stream in streams.streams)
    _read_route(exercise, samples, clock, streams, sensed)
    return streams


def merge_streams(streams: list[Stream]) -> Stream:
    """The streams as one, in order of time."""
    fullest, *others = sorted(streams, key=lambda stream: -len(stream.posix_s))
    whole = _sort_by_time(fullest)
    for other in others:
        whole = _join_streams(whole, _sort_by_time(other))
    return whole


def parse_object(value: object, label: str) -> Mapping[str, Any]:
    """An object, empty where there is none."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ShapeError(f"{label} is no object")
    return value


def parse_list(value: object, label: str) -> list[Any]:
    """A list, empty where there is none."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ShapeError(f"{label} is no list")
    return value


def parse_number(value: object, label: str) -> float:
    """A number, NaN where it is missing."""
    if value is None:
        return np.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ShapeError(f"{label} is no number")
    try:
        result = float(value)
    except (ValueError, OverflowError):
        raise ShapeError(f"{label} is no number") from None
    return result if np.isfinite(result) else np.nan


def parse_duration_s(value: object, label: str) -> float:
    """A duration as ``PT1H2M3.5S``, NaN where it is missing."""
    if value is None:
        return np.nan
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ShapeError(f"{label} is no duration")
    total_s = sum(float(part or 0.0) * unit_s for part, unit_s in zip(match.groups(), (3600.0, 60.0, 1.0), strict=True))
    if total_s > MAX_DURATION_S:
        raise ShapeError(f"{label} is longer than any recording")
    return total_s


def _parse_values(raw: Any, quantity: str, name: str) -> list[float]:
    unit = KMH_TO_MPS if quantity == "speed_mps" else 1.0
    return [parse_number(value, name) * unit for value in raw]


def _read_route(
    exercise: Mapping[str, Any],
    samples: Mapping[str, Any],
    clock: ExerciseClock,
    streams: Streams,
    has_sensor_altitude: bool,
) -> None:
    """The positions; a barometer's altitude goes before theirs, which have another zero and are not mixed with it."""
    timed: list[tuple[float, Mapping[str, Any]]] = []
    for raw in parse_list(exercise.get(ROUTE_KEY, samples.get(ROUTE_KEY)), ROUTE_KEY):
        point = parse_object(raw, "a position")
        timed.append((clock.parse_posix_s(point.get("dateTime"), "the time of a position"), point))
    route = parse_object(parse_object(exercise.get("routes"), "routes").get("route"), "route")
    begun = route.get("startTime")
    begun_s = clock.parse_posix_s(begun, "the start of the route") if begun is not None else clock.start_s
    for raw in parse_list(route.get("wayPoints"), "wayPoints"):
        point = parse_object(raw, "a position")
        elapsed_s = parse_number(point.get("elapsedMillis"), "elapsedMillis") / 1000.0
        if abs(elapsed_s) > MAX_DURATION_S:
            raise ShapeError("elapsedMillis is longer than any recording")
        timed.append((begun_s + elapsed_s, point))
    rows: list[tuple[float, float, float, float]] = []
    for t_s, point in timed:
        lat_deg, lon_deg = (parse_number(point.get(name), name) for name in ("latitude", "longitude"))
        if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
            continue
        if np.isnan(t_s):
            streams.missing_time_count += 1
        elif t_s > clock.stop_s + MAX_OVERRUN_S:
            streams.overrun_count += 1
        else:
            rows.append((t_s, lat_deg, lon_deg, parse_number(point.get("altitude"), "altitude")))
    if rows:
        times, lats, lons, altitudes = (list(column) for column in zip(*rows, strict=True))
        streams.add(times, lat_deg=lats, lon_deg=lons, **({} if has_sensor_altitude else {"altitude_m": altitudes}))


def _sort_by_time(stream: Stream) -> Stream:
    order = np.argsort(stream.posix_s, kind="stable")
    return Stream(stream.posix_s[order], {name: values[order] for name, values in stream.columns.items()})


def _join_streams(base: Stream, other: Stream) -> Stream:
    """Two streams as one: what comes close enough to a record that is still free there is part of it."""
    steps_s = np.diff(base.posix_s)
    step_s = float(np.median(steps_s[steps_s > 0.0])) if np.any(steps_s > 0.0) else MAX_MERGE_DISTANCE_S
    after = np.clip(np.searchsorted(base.posix_s, other.posix_s), 0, len(base.posix_s) - 1)
    before = np.maximum(after - 1, 0)
    sooner = np.abs(other.posix_s - base.posix_s[before]) <= np.abs(base.posix_s[after] - other.posix_s)
    nearest = np.where(sooner, before, after)
    close = np.flatnonzero(np.abs(base.posix_s[nearest] - other.posix_s) <= min(step_s / 2.0, MAX_MERGE_DISTANCE_S))
    placed = close[np.unique(nearest[close], return_index=True)[1]]
    alone = np.setdiff1d(np.arange(len(other.posix_s)), placed)
    columns = {name: np.append(values, np.full(len(alone), np.nan)) for name, values in base.columns.items()}
    for name, values in other.columns.items():
        column = columns.setdefault(name, np.full(len(base.posix_s) + len(alone), np.nan))
        column[nearest[placed]] = values[placed]
        column[len(base.posix_s) :] = values[alone]
    return _sort_by_time(Stream(np.append(base.posix_s, other.posix_s[alone]), columns))
