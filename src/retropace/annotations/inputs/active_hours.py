"""Hours or dates to which a zone, an area on the map with a label, is limited.

They come from the property ``when`` of a GeoJSON feature.

Dates are ``2025-05-01..2025-09-30``, ``2025-05-01..``, ``..2025-09-30`` or ``2025-05-01`` (UTC). Hours of the day have
UTC offsets and may pass midnight: ``18:00+02:00-20:00+02:00``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

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
    """First date, included; None if the range has no start."""
    last_date: date | None = None
    """Last date, included; None if the range has no end."""
    daily_window_s: tuple[float, float] | None = None
    """Start and end in seconds after midnight UTC; the end is smaller than the start if the hours pass midnight. None
    for a range of dates."""


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
        return ActiveHours(
            daily_window_s=(_parse_seconds_of_day(groups[:4], text), _parse_seconds_of_day(groups[4:], text))
        )
    raise AnnotationError(
        f'has "when": "{text}": write 2025-05-01..2025-09-30, or 18:00Z-20:00Z with the zone of the clock'
    )


def _parse_seconds_of_day(parts: tuple[str | None, ...], text: str) -> float:
    hours, minutes, seconds, offset_text = parts
    try:
        time_of_day = time(int(hours or 0), int(minutes or 0), int(seconds or 0))
    except ValueError as error:
        raise AnnotationError(f'has "when": "{text}", which is no time of day: {error}') from None
    since_midnight_s = time_of_day.hour * 3600.0 + time_of_day.minute * 60.0 + time_of_day.second
    if offset_text and offset_text not in "Zz":
        digits = offset_text[1:].replace(":", "")
        offset_s = int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0
        since_midnight_s -= offset_s if offset_text[0] == "+" else -offset_s
    return since_midnight_s % DAY_S


def active_spans(active_hours: tuple[ActiveHours, ...], start_time: datetime | None, elapsed_s: float) -> Spans:
    """Return the spans of an activity, in elapsed seconds, that lie in all the given ranges of dates and hours.

    There are none if the start time of the activity is unknown.
    """
    spans = as_spans([(0.0, elapsed_s)])
    if active_hours and start_time is None:
        return as_spans([])
    for hours in active_hours:
        assert start_time is not None
        start = start_time.astimezone(UTC)
        if hours.daily_window_s is None:
            if (hours.first_date and start.date() < hours.first_date) or (
                hours.last_date and start.date() > hours.last_date
            ):
                return as_spans([])
            continue
        midnight = datetime.combine(start.date(), time(0), tzinfo=UTC)
        midnight_s = (midnight - start) / timedelta(seconds=1)
        start_s, end_s = hours.daily_window_s
        length_s = (end_s - start_s) % DAY_S or DAY_S
        days = range(-1, int(elapsed_s // DAY_S) + 2)
        windows = union(
            as_spans(
                (midnight_s + day * DAY_S + start_s, midnight_s + day * DAY_S + start_s + length_s) for day in days
            )
        )
        pieces = [clip(windows, low, high) for low, high in spans.tolist()]
        spans = union(as_spans(pair for piece in pieces for pair in piece.tolist()))
    return spans
