"""Reader of the ``training-session-*.json`` files in the export of a Polar Flow account.

Polar has used two layouts. The older one writes a time with every sample, durations as ``PT1234.5S``, and sports as
words. The newer one writes samples at a fixed interval, durations in milliseconds, and sports as numbers. Both write
local times with the offset from UTC in minutes, speed in km/h and distance in metres. Each exercise of the training
session in a file becomes an activity.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import numpy as np

from retropace.core.activity import Activity, Device, DeviceTotals, Lap, Samples, Source
from retropace.core.errors import TOTALS_ONLY, NoActivityError, ReadError
from retropace.core.findings import Finding, note, note_if_few
from retropace.core.spans import as_spans
from retropace.core.sports import format_sport, name_of_number
from retropace.readers.iso_times import UNZONED_TIMES
from retropace.readers.json.polar_samples import (
    ExerciseClock,
    ShapeError,
    merge_streams,
    parse_duration_s,
    parse_list,
    parse_number,
    parse_object,
    read_streams,
)
from retropace.readers.pauses import min_pause_s, place_pauses

MAX_UTC_OFFSET_MIN = 18 * 60.0
"""Largest accepted offset of local time from UTC in minutes; a file with a larger one is rejected."""
EXTRA_COLUMNS = ("temperature", "power", "strideLength")
"""Columns that become extra columns of :class:`~retropace.core.activity.Samples`."""


def read_polar(data: bytes, path: str) -> list[Activity]:
    """Read each exercise of a Polar session that has samples as an activity; raises :class:`ReadError` for none."""
    try:
        document = json.loads(data)
    except json.JSONDecodeError as error:
        raise ReadError(f"is damaged or cut off: {error.msg}", path=path, where=f"line {error.lineno}") from None
    except (ValueError, RecursionError):
        raise ReadError("is damaged: it holds no JSON that can be read", path=path) from None
    findings: dict[Finding, None] = {}
    try:
        session = parse_object(document, "the file")
        if "exercises" not in session:
            raise ShapeError("it has no exercises")
        exercises = [parse_object(item, "an exercise") for item in parse_list(session["exercises"], "exercises")]
        candidates = [_build_activity(exercise, session, path, findings) for exercise in exercises]
    except ShapeError as error:
        raise ReadError(f"is no Polar training session: {error}", path=path) from None
    activities = [activity for activity in candidates if activity is not None]
    if not activities:
        reason = "holds a summary only, without samples: there is nothing to analyse"
        raise NoActivityError(reason, TOTALS_ONLY, path=path)
    if len(activities) < len(candidates):
        omitted = len(candidates) - len(activities)
        text = f"exercises without samples left out: {omitted}"
        findings[note("exercises-without-samples", text, omitted, "exercises")] = None
    return [replace(activity, findings=tuple(findings)) for activity in activities]


def _build_activity(
    exercise: Mapping[str, Any], session: Mapping[str, Any], path: str, findings: dict[Finding, None]
) -> Activity | None:
    """Build the activity of one exercise; None if it has no samples. What was left out is added to ``findings``."""
    clock = _read_clock(exercise, session)
    streams = read_streams(exercise, clock)
    if not streams.streams:
        return None
    if np.isnan(clock.offset_s):
        findings[UNZONED_TIMES] = None
    samples = merge_streams(streams.streams)
    if count := streams.missing_time_count:
        text = f"{count} positions have no time and were left out"
        findings[note_if_few("untimed-records", text, count, "records", total=len(samples.posix_s))] = None
    if count := streams.overrun_count:
        text = f"{count} positions later than the end of the exercise were left out"
        findings[note_if_few("positions-after-end", text, count, "records", total=len(samples.posix_s))] = None
    origin_s = float(samples.posix_s[0])
    t_s = samples.posix_s - origin_s
    timer_s = _read_duration_s(exercise, "duration")
    elapsed_s = clock.stop_s - clock.start_s
    gaps_s = np.diff(t_s)
    longest_gaps = np.argsort(-gaps_s, kind="stable").tolist()
    pauses = place_pauses(t_s, longest_gaps, elapsed_s - timer_s, min_pause_s(gaps_s))
    counts = {name: int(np.isfinite(values).sum()) for name, values in sorted(samples.columns.items())}
    extra = {name: samples.columns[name] for name in samples.columns if name in EXTRA_COLUMNS}
    columns = {name: samples.columns[name] for name in samples.columns if name not in EXTRA_COLUMNS}
    product = _read_text(parse_object(session.get("product"), "product"), "modelName")
    return Activity(
        source=Source(path, "polar"),
        samples=Samples.from_columns(t_s, extra, None, **columns),
        start_time=datetime.fromtimestamp(origin_s, UTC),
        sport=_read_sport(exercise, session),
        name=_read_text(session, "name"),
        description=_read_text(session, "note"),
        device=Device(manufacturer="Polar", product=product.removeprefix("Polar").strip()),
        laps=_read_laps(exercise, clock, origin_s),
        pauses=as_spans(sorted(pauses)),
        device_totals=DeviceTotals(distance_m=_read_distance_m(exercise), timer_s=timer_s, elapsed_s=elapsed_s),
        field_counts=MappingProxyType(counts),
    )


def _read_clock(exercise: Mapping[str, Any], session: Mapping[str, Any]) -> ExerciseClock:
    """Read start, end and offset from UTC of an exercise; NaN where the file does not give them."""
    names = ("timezoneOffset", "timeZoneOffset", "timezoneOffsetMinutes")
    offsets_min = [parse_number(source.get(name), name) for source in (exercise, session) for name in names]
    offset_min = next((offset for offset in offsets_min if np.isfinite(offset)), np.nan)
    if abs(offset_min) > MAX_UTC_OFFSET_MIN:
        raise ShapeError("its offset from UTC is none")
    clock = ExerciseClock(offset_min * 60.0)
    start, stop = exercise.get("startTime", session.get("startTime")), exercise.get("stopTime")
    clock = replace(clock, start_s=clock.parse_posix_s(start, "startTime"))
    return clock if stop is None else replace(clock, stop_s=clock.parse_posix_s(stop, "stopTime"))


def _read_laps(exercise: Mapping[str, Any], clock: ExerciseClock, origin_s: float) -> tuple[Lap, ...]:
    """Read the laps marked by a button or, if those are fewer than two, the automatic laps if there are any."""
    laps = exercise.get("laps")
    by_kind = laps if isinstance(laps, dict) else {"laps": laps, "autoLaps": exercise.get("autoLaps")}
    pressed, automatic = (parse_list(by_kind.get(kind), kind) for kind in ("laps", "autoLaps"))
    by_button = len(pressed) > 1 or not automatic
    result: list[Lap] = []
    end_s = clock.start_s - origin_s
    for raw in pressed if by_button else automatic:
        lap = parse_object(raw, "a lap")
        split_s, timer_s = _read_duration_s(lap, "splitTime"), _read_duration_s(lap, "duration")
        start = lap.get("startTime")
        start_s = clock.parse_posix_s(start, "startTime") - origin_s if start is not None else end_s
        # splitTime counts from the start of the exercise to the end of the lap.
        end_s = clock.start_s - origin_s + split_s if np.isfinite(split_s) else start_s + timer_s
        if not end_s >= start_s:
            break  # without an end of this lap, the start of the next is unknown too
        trigger = "manual" if by_button else "distance"
        result.append(Lap(start_s, end_s, trigger=trigger, timer_s=timer_s, distance_m=_read_distance_m(lap)))
    return tuple(result)


def _read_sport(exercise: Mapping[str, Any], session: Mapping[str, Any]) -> str:
    sport = exercise.get("sport", session.get("sport"))
    if isinstance(sport, str):
        return format_sport(_read_text({"sport": sport}, "sport"))
    name = name_of_number("polar", str(parse_object(sport, "sport").get("id")))
    return name or format_sport(_read_text(session, "name"))


def _read_duration_s(fields: Mapping[str, Any], name: str) -> float:
    """Read a duration in seconds, which may be written as text or in milliseconds; NaN if it is missing."""
    millis = parse_number(fields.get(f"{name}Millis"), f"{name}Millis")
    return millis / 1000.0 if np.isfinite(millis) else parse_duration_s(fields.get(name), name)


def _read_distance_m(fields: Mapping[str, Any]) -> float:
    """Read a distance as older or newer exports call it; NaN if it is missing."""
    return parse_number(fields.get("distance", fields.get("distanceMeters")), "distance")


def _read_text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    # JSON can hold unpaired surrogates, which cannot be printed.
    return value.encode("utf-8", "replace").decode().strip() if isinstance(value, str) else ""
