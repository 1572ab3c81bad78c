"""Hours or dates to which a zone is limited, from the property ``when`` of a GeoJSON feature.

Dates are ``2025-05-01..2025-09-30``, ``2025-05-01..``, ``..2025-09-30`` or ``2025-05-01`` (UTC). Hours of the day have
UTC offsets and may pass midnight: ``18:00+02:00-20:00+02:00``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from retropace.annotations.inputs.location import parse_utc_offset
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, clip, union

_DATE_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})?\s*(?:\.\.|/|\bto\b)\s*(\d{4}-\d{2}-\d{2})?|(\d{4}-\d{2}-\d{2})")
"""Pattern of a range of dates with one or both ends, or of a single date."""
_CLOCK_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})"
"""Pattern of a time of day with its UTC offset."""
_CLOCK_RANGE = re.compile(rf"{_CLOCK_TIME}\s*(?:-|–|\.\.|/|\bto\b)\s*{_CLOCK_TIME}", re.IGNORECASE)
"""Pattern of a range of times of day."""
DAY_S = 86400.0
"""Seconds in a day."""


@dataclass(frozen=True, slots=True)
class ActiveHours:
    """A range of dates, or a range of hours of every day."""

    first_date: date | None = None
    last_date: date | None = None
    """Last date, included."""
    daily_window_s: tuple[float, float] | None = None
    """Start and end in seconds after midnight UTC; the end is smaller than the start if the hours pass midnight."""


def parse_active_hours(text: Any) -> ActiveHours:
    """Return a range of dates or hours parsed from text; raises :class:`AnnotationError` for any other text.

    >>> parse_active_hours("18:00+02:00-20:00+02:00").daily_window_s
    (57600.0, 64800.0)
    """
    if isinstance(text, str) and (match := _DATE_RANGE.fullmatch(text.strip())) and any(match.groups()):
        try:
            first, last, day = (None if part is None else date.fromisoformat(part) for part in match.groups())
        except ValueError as error:
            raise AnnotationError(f'has "when": "{text}", which is no date: {error}') from None
        first, last = day or first, day or last
        if first and last and last < first:
            raise AnnotationError(f'has "when": "{text}", which ends before it starts')
        return ActiveHours(first, last)
    if isinstance(text, str) and (match := _CLOCK_RANGE.fullmatch(text.strip())):
        groups = match.groups()
        window_s = (_parse_seconds_of_day(groups[:4], text), _parse_seconds_of_day(groups[4:], text))
        return ActiveHours(daily_window_s=window_s)
    examples = "2025-05-01..2025-09-30, or 18:00Z-20:00Z with the zone of the clock"
    raise AnnotationError(f'has "when": "{text}": write {examples}')


def _parse_seconds_of_day(parts: tuple[str, ...], text: str) -> float:
    hours, minutes, seconds, offset_text = parts
    try:
        time_of_day = time(int(hours), int(minutes), int(seconds or 0))
    except ValueError as error:
        raise AnnotationError(f'has "when": "{text}", which is no time of day: {error}') from None
    since_midnight = datetime.combine(date.min, time_of_day) - datetime.combine(date.min, time(0))
    return (since_midnight - parse_utc_offset(offset_text)) % timedelta(days=1) / timedelta(seconds=1)


def active_spans(active_hours: tuple[ActiveHours, ...], start_time: datetime | None, elapsed_s: float) -> Spans:
    """Return the spans of an activity that lie in all the given ranges; none if these need a clock that it lacks."""
    spans = as_spans([(0.0, elapsed_s)])
    if not active_hours:
        return spans
    if start_time is None:
        return as_spans([])
    start = start_time.astimezone(UTC)
    midnight_s = (datetime.combine(start.date(), time(0), tzinfo=UTC) - start) / timedelta(seconds=1)
    for hours in active_hours:
        if hours.daily_window_s is None:
            if not (hours.first_date or date.min) <= start.date() <= (hours.last_date or date.max):
                return as_spans([])
            continue
        start_s, end_s = hours.daily_window_s
        length_s = (end_s - start_s) % DAY_S or DAY_S
        days = range(-1, int(elapsed_s // DAY_S) + 2)
        starts_s = [midnight_s + day * DAY_S + start_s for day in days]
        windows = union(as_spans((start_s, start_s + length_s) for start_s in starts_s))
        pieces = [clip(windows, low, high) for low, high in spans.tolist()]
        spans = union(np.concatenate((as_spans([]), *pieces)))
    return spans
