"""FIT, as Garmin, COROS, Suunto, Wahoo, Zwift, Stryd and others write it, through fitdecode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, Samples, Source, StatedTotals
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import clip
from retropace.readers.fit.columns import read_records
from retropace.readers.fit.decoded import Decoded
from retropace.readers.fit.events import read_laps, read_marks, read_pauses, read_splits
from retropace.readers.fit.messages import decode
from retropace.readers.fit.metadata import read_device, read_step, why_nothing
from retropace.readers.fit.sessions import Window, windows_of
from retropace.readers.fit.table import Table
from retropace.readers.fit.values import POWER_ON, number_of, text_of

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
"""FIT counts seconds from here (FIT SDK, type ``date_time``)."""

LATEST = float(2**32)
"""A ``date_time`` has four bytes."""


def read_fit(data: bytes, path: str) -> list[Activity]:
    """Every session of the file, of whatever sport, in order of time; a session without records is not one.

    Raises :class:`ReadError` if there is none.
    """
    activities: list[Activity] = []
    reasons: list[tuple[str, str]] = []
    lost: list[str] = []
    for file in decode(data):
        found = _sessions(file, path)
        activities += found
        if not found:
            reasons.append(_why_none(file))
            lost += file.warnings
    if not activities:
        why, kind = reasons[0] if reasons else ("is no FIT file: it holds no FIT header", "")
        if kind and not lost:
            raise NoActivityError(why, kind, path=path)
        raise ReadError(f"{why}{f' ({lost[0]})' if lost else ''}", path=path)
    aside = [f"a further part of the file {reason}: passed over" for reason, _ in reasons]
    if all(activity.start_time is not None for activity in activities):
        activities.sort(key=lambda activity: activity.start_time or EPOCH)
    return [
        replace(
            activity,
            source=replace(activity.source, session=at),
            warnings=_counted([*activity.warnings, *_overlap(activities[:at], activity), *aside]),
        )
        for at, activity in enumerate(activities)
    ]


def _sessions(file: Decoded, path: str) -> list[Activity]:
    """The sessions of one FIT file that have records with times."""
    table = file.records.table()
    # In a damaged definition a time may be of any type, and then of any size.
    table = replace(table, raw_s=np.where((table.raw_s >= 0.0) & (table.raw_s < LATEST), table.raw_s, np.nan))
    if not np.any(np.isfinite(table.raw_s)):
        return []
    windows, warnings = windows_of(file, table.raw_s)
    activities = []
    for window in windows:
        # A record without a time belongs to the session if there is but one.
        inside = (table.raw_s >= window.start) & (table.raw_s < window.end)
        if len(windows) == 1:
            inside |= np.isnan(table.raw_s)
        if np.any(inside):
            activities.append(_activity(file, table.select(inside), window, path))
        else:
            warnings.append(f"a session{f' of {window.sport}' if window.sport else ''} has no records: passed over")
    return [replace(activity, warnings=(*file.warnings, *warnings, *activity.warnings)) for activity in activities]


def _activity(file: Decoded, table: Table, window: Window, path: str) -> Activity:
    """One session of a file from its records, at least one of which has a time."""
    records = read_records(table)
    warnings = list(records.warnings)
    timed = table.raw_s[np.isfinite(table.raw_s)]
    origin = float(timed[0])
    elapsed_s = number_of(window.message, "total_elapsed_time")
    end = origin + float(np.fmax(elapsed_s, timed.max() - origin))
    has_clock = origin >= POWER_ON
    if not has_clock:
        warnings.append("the watch had no date: times count from when it was switched on")
    span = (window.start, window.end)
    return Activity(
        source=Source(path, "fit", decoding="; ".join(dict.fromkeys(file.ways))),
        samples=Samples.from_columns(table.raw_s - origin, records.extra, records.texts, **records.columns),
        start_time=EPOCH + timedelta(seconds=origin) if has_clock else None,
        sport=window.sport,
        sub_sport=window.sub_sport,
        device=read_device(file),
        laps=tuple(read_laps(file.of("lap"), span, origin)),
        splits=tuple(read_splits(file.of("split"), span, origin)),
        pauses=clip(read_pauses(file.of("event"), origin), 0.0, end - origin),
        marks=tuple(read_marks(file.of("course_point"), file.of("event"), origin, end)),
        workout_name=text_of(file.of("workout"), "wkt_name"),
        steps=tuple(read_step(message) for message in file.of("workout_step")),
        stated=StatedTotals(
            distance_m=number_of(window.message, "total_distance"),
            timer_s=number_of(window.message, "total_timer_time"),
            elapsed_s=elapsed_s,
        ),
        fields=MappingProxyType(records.counts),
        warnings=tuple(warnings),
    )


def _why_none(file: Decoded) -> tuple[str, str]:
    if file.records.count:
        return "has no times: without them neither pace nor duration can be known", ""
    return why_nothing(file)


def _overlap(before: Sequence[Activity], activity: Activity) -> list[str]:
    """A word on a session that starts when another one of the file does: it may be the same run, written twice."""
    twice = activity.start_time is not None and activity.start_time in {other.start_time for other in before}
    return ["starts with another session of this file: the same run may be in it twice"] if twice else []


def _counted(warnings: Sequence[str]) -> tuple[str, ...]:
    """The warnings in order, each once, with how often it was given."""
    counts = Counter(warnings)
    return tuple(said if count == 1 else f"{said} ({count} times)" for said, count in counts.items())
