"""Merging of a Polar exercise's samples onto one time axis, and strict parsing of the values of its JSON.

The values of one sensor, or the positions, form a stream: a series with times of its own, which differ from those of
other streams by fractions of a second. Missing values are ``"NaN"``, ``null``, or absent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retropace.core.spans import FloatArray
from retropace.readers.iso_times import parse_time

MAX_DURATION_S = 30 * 86400.0
"""Longest accepted duration of an exercise in seconds; a file with times beyond it is rejected."""
MAX_MERGE_DISTANCE_S = 1.0
"""Largest time (s) between a value and the record it joins, which also must be at most half the median step."""
MAX_OVERRUN_S = 1.0
"""Seconds after the end of an exercise up to which positions are accepted; later ones are left out."""
KMH_TO_MPS = 1.0 / 3.6
"""Factor from km/h to m/s."""
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
"""Column of each series that is read, by the series' name in lower case without underscores."""
ROUTE_KEY = "recordedRoute"
"""JSON key of the list of positions in Polar's older file layout."""
_DURATION = re.compile(r"PT(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?", re.ASCII)
"""Pattern of an ISO 8601 duration of hours, minutes and seconds."""


class ShapeError(ValueError):
    """Raised for JSON without the structure of a training session; the message is worded as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class ExerciseClock:
    """Start and end of an exercise as POSIX times (NaN if unknown), and the offset of its local times from UTC."""

    offset_s: float  # offset from UTC in seconds; NaN if the file has none, so that local times are taken as UTC
    start_s: float = np.nan
    stop_s: float = np.nan

    def parse_posix_s(self, value: object, label: str) -> float:
        """Parse a local or zoned time, or a duration since the start (``PT12.5S``); :class:`ShapeError` for others."""
        if isinstance(value, str) and value.startswith("PT") and np.isfinite(self.start_s):
            return self.start_s + parse_duration_s(value, label)
        parsed = parse_time(value) if isinstance(value, str) else None
        if parsed is None:
            raise ShapeError(f"{label} is no time")
        posix_s = parsed[0] if parsed[1] or np.isnan(self.offset_s) else parsed[0] - self.offset_s
        if abs(posix_s - self.start_s) > MAX_DURATION_S:
            raise ShapeError(f"{label} lies more than {MAX_DURATION_S / 86400.0:.0f} days from the start")
        return posix_s


@dataclass(frozen=True, slots=True)
class Stream:
    """A series of values with times of its own: one column per quantity, and the POSIX times ``posix_s`` in seconds."""

    posix_s: FloatArray
    columns: Mapping[str, FloatArray]


@dataclass(slots=True)
class Streams:
    """The series of values of an exercise, one per sensor and one of positions."""

    streams: list[Stream] = field(default_factory=list)
    missing_time_count: int = 0  # positions without a time, as in exports of the oldest recordings
    overrun_count: int = 0  # positions after the end of the exercise

    def add(self, posix_s: list[float], **columns: list[float]) -> None:
        """Add a series of those records that hold a value, unless none does."""
        values = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
        has_value = np.any([np.isfinite(column) for column in values.values()], axis=0)
        if np.any(has_value):
            times_s = np.array(posix_s, dtype=np.float64)[has_value]
            self.streams.append(Stream(times_s, {name: column[has_value] for name, column in values.items()}))


def read_streams(exercise: Mapping[str, Any], clock: ExerciseClock) -> Streams:
    """Read all series of values of an exercise; raises :class:`ShapeError` for a value of an unexpected type."""
    streams = Streams()
    samples = parse_object(exercise.get("samples"), "samples")
    for name, entries in samples.items():
        if (quantity := COLUMN_BY_STREAM.get(name.lower())) is not None:
            rows = [parse_object(entry, name) for entry in parse_list(entries, name)]
            times_s = [clock.parse_posix_s(row.get("dateTime"), f"the time of a {name}") for row in rows]
            streams.add(times_s, **{quantity: _parse_values((row.get("value") for row in rows), quantity, name)})
    for series in (parse_object(item, "a series") for item in parse_list(samples.get("samples"), "samples")):
        stream_type = series.get("type")
        quantity = COLUMN_BY_STREAM.get(stream_type.replace("_", "").lower()) if isinstance(stream_type, str) else None
        if quantity is None:
            continue
        values = _parse_values(parse_list(series.get("values"), "values"), quantity, str(stream_type))
        step_s = parse_number(series.get("intervalMillis"), "intervalMillis") / 1000.0
        if not 0.0 < step_s * max(len(values), 1) <= MAX_DURATION_S:
            raise ShapeError("the interval of a series is none")
        streams.add((clock.start_s + step_s * np.arange(len(values))).tolist(), **{quantity: values})
    _read_route(exercise, samples, clock, streams)
    return streams


def merge_streams(streams: list[Stream]) -> Stream:
    """Merge series of values into one in order of time, onto the times of the one with most records."""
    fullest, *others = sorted(streams, key=lambda stream: -len(stream.posix_s))
    merged = _sort_by_time(fullest)
    for other in others:
        merged = _join_streams(merged, _sort_by_time(other))
    return merged


def parse_object(value: object, label: str) -> Mapping[str, Any]:
    """Return a JSON object as it is, and an empty one for None; raises :class:`ShapeError` for anything else."""
    if not isinstance(value, dict | None):
        raise ShapeError(f"{label} is no object")
    return value or {}


def parse_list(value: object, label: str) -> list[Any]:
    """Return a JSON array as it is, and an empty one for None; raises :class:`ShapeError` for anything else."""
    if not isinstance(value, list | None):
        raise ShapeError(f"{label} is no list")
    return value or []


def parse_number(value: object, label: str) -> float:
    """Parse a number or its text; NaN for None and for infinities, :class:`ShapeError` is raised for anything else."""
    if value is None:
        return np.nan
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        result = float(value)
    except (ValueError, OverflowError):
        raise ShapeError(f"{label} is no number") from None
    return result if np.isfinite(result) else np.nan


def parse_duration_s(value: object, label: str) -> float:
    """Parse an ISO 8601 duration to seconds; NaN for None. Raises :class:`ShapeError` for anything else."""
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
    factor = KMH_TO_MPS if quantity == "speed_mps" else 1.0
    return [parse_number(value, name) * factor for value in raw]


def _read_route(
    exercise: Mapping[str, Any], samples: Mapping[str, Any], clock: ExerciseClock, streams: Streams
) -> None:
    """Add the positions of an exercise, without their altitude if a barometer recorded one from another zero height."""
    points: list[tuple[float, Mapping[str, Any]]] = []
    for raw in parse_list(exercise.get(ROUTE_KEY, samples.get(ROUTE_KEY)), ROUTE_KEY):
        point = parse_object(raw, "a position")
        points.append((clock.parse_posix_s(point.get("dateTime"), "the time of a position"), point))
    route = parse_object(parse_object(exercise.get("routes"), "routes").get("route"), "route")
    start_text = route.get("startTime")
    start_s = clock.parse_posix_s(start_text, "the start of the route") if start_text is not None else clock.start_s
    for raw in parse_list(route.get("wayPoints"), "wayPoints"):
        point = parse_object(raw, "a position")
        elapsed_s = parse_number(point.get("elapsedMillis"), "elapsedMillis") / 1000.0
        if abs(elapsed_s) > MAX_DURATION_S:
            raise ShapeError("elapsedMillis is longer than any recording")
        points.append((start_s + elapsed_s, point))
    rows: list[tuple[float, float, float, float]] = []
    for posix_s, point in points:
        lat_deg, lon_deg = (parse_number(point.get(name), name) for name in ("latitude", "longitude"))
        if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
            continue
        if np.isnan(posix_s):
            streams.missing_time_count += 1
        elif posix_s > clock.stop_s + MAX_OVERRUN_S:
            streams.overrun_count += 1
        else:
            rows.append((posix_s, lat_deg, lon_deg, parse_number(point.get("altitude"), "altitude")))
    if rows:
        times_s, lats, lons, altitudes = map(list, zip(*rows, strict=True))
        has_barometer = any("altitude_m" in stream.columns for stream in streams.streams)
        streams.add(times_s, lat_deg=lats, lon_deg=lons, **({} if has_barometer else {"altitude_m": altitudes}))


def _sort_by_time(stream: Stream) -> Stream:
    order = np.argsort(stream.posix_s, kind="stable")
    return Stream(stream.posix_s[order], {name: values[order] for name, values in stream.columns.items()})


def _join_streams(base: Stream, other: Stream) -> Stream:
    """Join each record of ``other`` to the nearest one of ``base`` or, if none is near, add it."""
    steps_s = np.diff(base.posix_s)
    step_s = float(np.median(steps_s[steps_s > 0.0])) if np.any(steps_s > 0.0) else MAX_MERGE_DISTANCE_S
    after = np.clip(np.searchsorted(base.posix_s, other.posix_s), 0, len(base.posix_s) - 1)
    before = np.maximum(after - 1, 0)
    is_before_nearer = np.abs(other.posix_s - base.posix_s[before]) <= np.abs(base.posix_s[after] - other.posix_s)
    nearest = np.where(is_before_nearer, before, after)
    close = np.flatnonzero(np.abs(base.posix_s[nearest] - other.posix_s) <= min(step_s / 2.0, MAX_MERGE_DISTANCE_S))
    merged = close[np.unique(nearest[close], return_index=True)[1]]
    separate = np.setdiff1d(np.arange(len(other.posix_s)), merged)
    columns = {name: np.append(values, np.full(len(separate), np.nan)) for name, values in base.columns.items()}
    for name, values in other.columns.items():
        column = columns.setdefault(name, np.full(len(base.posix_s) + len(separate), np.nan))
        column[nearest[merged]] = values[merged]
        column[len(base.posix_s) :] = values[separate]
    return _sort_by_time(Stream(np.append(base.posix_s, other.posix_s[separate]), columns))
