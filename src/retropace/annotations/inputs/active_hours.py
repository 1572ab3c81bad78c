"""When a zone counts: a range of dates, or of the clock with its zone.

``2025-05-01..2025-09-30``, ``2025-05-01..`` (until today), ``..2025-09-30``, ``2025-05-01`` (that day, UTC), and
``18:00+02:00-20:00+02:00``, which may go past midnight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, clip, union

_DATE_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})?\s*(?:\.\.|/|\bto\b)\s*(\d{4}-\d{2}-\d{2})?|(\d{4}-\d{2}-\d{2})")
_CLOCK_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})"
_CLOCK_RANGE = re.compile(rf"{_CLOCK_TIME}\s*(?:-|–|\.\.|/|\bto\b)\s*{_CLOCK_TIME}", re.IGNORECASE)
DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class ActiveHours:
    """Days from ``first`` to ``last`` (both included, None is open), or seconds after midnight UTC."""

    first_date: date | None = None
    last_date: date | None = None
    daily_window_s: tuple[float, float] | None = None


def parse_active_hours(text: Any) -> ActiveHours:
    """A range from its text; raises :class:`AnnotationError`."""
    if isinstance(text, str) and (match := _DATE_RANGE.fullmatch(text.strip())) and any(match.groups()):
        try:
            first, last, day = (None if part is None else date.fromisoformat(part) for part in match.groups())
        except ValueError as bad:
            raise AnnotationError(f'has "when": "{text}", which is no date: {bad}') from None
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
    hours, minutes, seconds, zone = parts
    try:
        at = time(int(hours or 0), int(minutes or 0), int(seconds or 0))
    except ValueError as bad:
        raise AnnotationError(f'has "when": "{text}", which is no time of day: {bad}') from None
    since = at.hour * 3600.0 + at.minute * 60.0 + at.second
    if zone and zone not in "Zz":
        digits = zone[1:].replace(":", "")
        offset = int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0
        since -= offset if zone[0] == "+" else -offset
    return since % DAY_S


def active_spans(active_hours: tuple[ActiveHours, ...], start_time: datetime | None, elapsed_s: float) -> Spans:
    """The part of an activity in which all ranges hold, in elapsed seconds; nothing if it has no clock."""
    spans = as_spans([(0.0, elapsed_s)])
    if active_hours and start_time is None:
        return as_spans([])
    for one in active_hours:
        assert start_time is not None
        start = start_time.astimezone(UTC)
        if one.daily_window_s is None:
            if (one.first_date and start.date() < one.first_date) or (one.last_date and start.date() > one.last_date):
                return as_spans([])
            continue
        midnight = datetime.combine(start.date(), time(0), tzinfo=UTC)
        begin_s = (midnight - start) / timedelta(seconds=1)
        first, last = one.daily_window_s
        length = (last - first) % DAY_S or DAY_S
        days = range(-1, int(elapsed_s // DAY_S) + 2)
        windows = union(
            as_spans((begin_s + day * DAY_S + first, begin_s + day * DAY_S + first + length) for day in days)
        )
        pieces = [clip(windows, low, high) for low, high in spans.tolist()]
        spans = union(as_spans(pair for piece in pieces for pair in piece.tolist()))
    return spans
