"""FIT, as Garmin, COROS, Suunto, Wahoo, Zwift, Stryd and others write it, through fitdecode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np

from retropace.activity import Activity, Device, Lap, Mark, Samples, Source, Split, StatedTotals, WorkoutStep
from retropace.errors import ReadError
from retropace.readers.fit_messages import Decoded, decode
from retropace.readers.fit_records import SEMICIRCLE_DEG, Records, read_records
from retropace.spans import Spans, as_spans, clip
from retropace.units import clock

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
"""FIT counts seconds from here (FIT SDK, type ``date_time``)."""
POWER_ON = 0x10000000
"""Smaller times are seconds since the device was switched on, not a date (FIT SDK, type ``date_time``)."""
KINDS = {
    "workout": "a workout plan",
    "course": "a course",
    "settings": "settings",
    "sport": "sport settings",
    "monitoring_a": "daily monitoring",
    "monitoring_b": "daily monitoring",
    "monitoring_daily": "daily monitoring",
    "device": "a device description",
    "totals": "totals",
    "goals": "goals",
    "weight": "weighings",
    "segment": "a segment",
    "schedules": "a schedule",
    "blood_pressure": "blood pressure",
}


def read_fit(data: bytes, path: str) -> list[Activity]:
    """Every session of the file, of whatever sport, in order of time; a session without records is not one.

    Raises :class:`ReadError` if there is none.
    """
    parts = decode(data)
    activities: list[Activity] = []
    reasons: list[str] = []
    lost: list[str] = []
    for part in parts:
        found = _sessions(part, path)
        activities += found
        if not found:
            reasons.append(_why_nothing(part))
            lost += part.warnings
    if not activities:
        why = reasons[0] if reasons else "is no FIT file: it holds no FIT header"
        raise ReadError(f"{why}{f' ({lost[0]})' if lost else ''}", path=path)
    aside = [f"a further part of the file {reason}: passed over" for reason in reasons]
    return [_numbered(activity, at, aside) for at, activity in enumerate(activities)]


def _numbered(activity: Activity, at: int, aside: list[str]) -> Activity:
    from dataclasses import replace

    return replace(activity, source=replace(activity.source, session=at), warnings=(*activity.warnings, *aside))


def _why_nothing(part: Decoded) -> str:
    kind = _text(_value(part.of("file_id"), "type"))
    if part.of("session") and not part.of("record"):
        session = part.of("session")[0]
        metres, seconds = _number(session, "total_distance"), _number(session, "total_timer_time")
        return (
            f"holds totals only ({metres / 1000.0:.2f} km in {clock(seconds)}), no recording: "
            "it was probably typed in by hand"
        )
    if kind in KINDS:
        return f"holds {KINDS[kind]}, not a recording"
    if part.of("workout_step"):
        return "holds a workout plan, not a recording"
    return "holds no records: there is nothing to analyse"


@dataclass(frozen=True, slots=True)
class _Window:
    """A session message (None for a file without) and the raw times it covers."""

    message: Any
    start: float
    end: float


def _sessions(part: Decoded, path: str) -> list[Activity]:
    rows = part.of("record")
    if not rows:
        return []
    records = read_records(rows)
    warnings = [*part.warnings, *records.warnings]
    windows = _windows(part.of("session"))
    if not windows:
        windows = [_Window(None, -np.inf, np.inf)]
        warnings.append("the recording was never closed: it holds no session totals")
    activities = []
    for window in windows:
        inside = np.isnan(records.raw_s) | ((records.raw_s >= window.start) & (records.raw_s < window.end))
        if len(windows) > 1:
            inside &= np.isfinite(records.raw_s)
        if np.any(inside):
            activities.append(_activity(part, records, inside, window, tuple(warnings), path))
    return activities


def _windows(sessions: Sequence[Any]) -> list[_Window]:
    """Sessions in order, each from its start to the start of the next, the first and last open to the outside."""
    starts = [_raw(message, "start_time") for message in sessions]
    if len(sessions) == 1:
        return [_Window(sessions[0], -np.inf, np.inf)]
    order = sorted(range(len(sessions)), key=lambda at: starts[at])
    windows = []
    for number, at in enumerate(order):
        first, last = number == 0, number == len(order) - 1
        windows.append(
            _Window(sessions[at], -np.inf if first else starts[at], np.inf if last else starts[order[number + 1]])
        )
    return windows


def _activity(
    part: Decoded, records: Records, inside: np.ndarray[Any, Any], window: _Window, warnings: tuple[str, ...], path: str
) -> Activity:
    raw_s = records.raw_s[inside]
    timed = raw_s[np.isfinite(raw_s)]
    session = window.message
    origin = float(timed[0]) if len(timed) else np.nan
    if len(timed) == 0 and np.any(inside):
        raise ReadError("has no times: without them neither pace nor duration can be known", path=path)
    end = origin + float(np.fmax(_number(session, "total_elapsed_time"), timed.max() - origin))
    has_clock = origin >= POWER_ON
    if not has_clock:
        warnings = (*warnings, "the watch had no date: times count from when it was switched on")
    workout = part.of("workout")
    return Activity(
        source=Source(path, "fit"),
        samples=Samples.from_columns(
            raw_s - origin,
            {name: column[inside] for name, column in records.extra.items()},
            **{name: column[inside] for name, column in records.columns.items()},
        ),
        start_time=EPOCH + timedelta(seconds=origin) if has_clock else None,
        sport=_text(_value([session] if session else part.of("sport") or part.of("lap"), "sport")),
        sub_sport=_text(_value([session] if session else part.of("sport"), "sub_sport")),
        device=_device(part),
        laps=tuple(_laps(part.of("lap"), window, origin)),
        splits=tuple(_splits(part.of("split"), window, origin)),
        pauses=clip(_pauses(part.of("event"), origin), 0.0, end - origin),
        marks=tuple(_marks(part.of("course_point"), origin)),
        workout_name=_text(_value(workout, "wkt_name")),
        steps=tuple(_step(message) for message in part.of("workout_step")),
        stated=StatedTotals(
            distance_m=_number(session, "total_distance"),
            timer_s=_number(session, "total_timer_time"),
            elapsed_s=_number(session, "total_elapsed_time"),
        ),
        fields=MappingProxyType(records.counts),
        warnings=warnings,
    )


def _laps(messages: Sequence[Any], window: _Window, origin: float) -> list[Lap]:
    laps = []
    for message in messages:
        start, stop = _raw(message, "start_time"), _raw(message, "timestamp")
        elapsed = _number(message, "total_elapsed_time")
        if np.isnan(start):
            start = stop - elapsed
        end = start + elapsed if elapsed > 0.0 else stop
        if not (start <= end) or not (window.start - 1.0 <= start < window.end):
            continue
        index = _value([message], "wkt_step_index")
        laps.append(
            Lap(
                start_s=start - origin,
                end_s=end - origin,
                trigger=_text(_value([message], "lap_trigger")),
                intensity=_text(_value([message], "intensity")),
                step_index=int(index) if isinstance(index, int) else None,
                timer_s=_number(message, "total_timer_time"),
                distance_m=_number(message, "total_distance"),
            )
        )
    return sorted(laps, key=lambda lap: (lap.start_s, lap.end_s))


def _splits(messages: Sequence[Any], window: _Window, origin: float) -> list[Split]:
    splits = []
    for message in messages:
        start, elapsed = _raw(message, "start_time"), _number(message, "total_elapsed_time")
        if np.isfinite(start) and elapsed > 0.0 and window.start - 1.0 <= start < window.end:
            kind = _text(_value([message], "split_type"))
            splits.append(Split(start - origin, start + elapsed - origin, kind, _number(message, "total_distance")))
    return splits


def _pauses(events: Sequence[Any], origin: float) -> Spans:
    """From each stop of the timer to the next start; a stop that nothing follows is the end, not a pause."""
    pauses: list[tuple[float, float]] = []
    stopped: float | None = None
    for message in events:
        if _value([message], "event") != "timer":
            continue
        moment, kind = _raw(message, "timestamp") - origin, _text(_value([message], "event_type"))
        if kind.startswith("stop") and stopped is None:
            stopped = moment
        elif kind == "start" and stopped is not None:
            if moment > stopped:
                pauses.append((stopped, moment))
            stopped = None
    return as_spans(pauses)


def _marks(messages: Sequence[Any], origin: float) -> list[Mark]:
    return [
        Mark(
            t_s=_raw(message, "timestamp") - origin,
            name=_text(_value([message], "name")),
            note=_text(_value([message], "type")),
            lat_deg=_number(message, "position_lat") * SEMICIRCLE_DEG,
            lon_deg=_number(message, "position_long") * SEMICIRCLE_DEG,
        )
        for message in messages
    ]


def _step(message: Any) -> WorkoutStep:
    kind = _text(_value([message], "duration_type"))
    fields = {"time": "duration_time", "distance": "duration_distance", "repeat_until_steps_cmplt": "repeat_steps"}
    names = {"time": "time", "distance": "distance", "repeat_until_steps_cmplt": "repeat"}
    repeat_from = _number(message, "duration_step")
    return WorkoutStep(
        index=int(np.nan_to_num(_number(message, "message_index"))),
        name=_text(_value([message], "wkt_step_name")),
        note=_text(_value([message], "notes")),
        intensity=_text(_value([message], "intensity")),
        duration_kind=names.get(kind, "open"),
        duration=_number(message, fields[kind]) if kind in fields else np.nan,
        repeat_from=int(repeat_from) if np.isfinite(repeat_from) else None,
    )


def _device(part: Decoded) -> Device:
    infos = [message for message in part.of("device_info") if _value([message], "device_index") in ("creator", 0)]
    named = [*part.of("file_id"), *infos]
    product = _text(_value(named, "product_name")) or _text(_value(named, "garmin_product"))
    if not product and isinstance(number := _value(named, "product"), int):
        product = str(number)
    version = _value([*infos, *part.of("file_creator")], "software_version")
    return Device(
        manufacturer=_text(_value(named, "manufacturer")),
        product=product,
        software=f"{version:g}" if isinstance(version, (int, float)) else "",
    )


def _value(messages: Sequence[Any], name: str) -> Any:
    """The first known value of a field among the messages; None if there is none."""
    for message in messages:
        for item in message.fields:
            if item.name == name and item.value is not None:
                return item.value
    return None


def _number(message: Any, name: str) -> float:
    value = None if message is None else _value([message], name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else np.nan


def _raw(message: Any, name: str) -> float:
    """A time as the watch's clock counts it: seconds since the FIT epoch or since it was switched on."""
    for item in message.fields:
        if item.name == name and isinstance(item.raw_value, (int, float)):
            return float(item.raw_value)
    return np.nan


def _text(value: Any) -> str:
    """A text or the name of an enumerated value; empty for numbers that the profile does not name."""
    return value.strip().strip("\0") if isinstance(value, str) else ""
