"""Parser of marks and of locations: ranges, laps, workout steps (``step "NAME"``) or ``all``."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import numpy as np

from retropace.annotations.inputs.lap_selection import parse_lap_selection, warn_about_autolaps
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import (
    BUTTON_TOLERANCE_S,
    TYPED_TOLERANCE_S,
    WHOLE_MINUTE_TOLERANCE_S,
    Origin,
    UnresolvedAnnotation,
)
from retropace.annotations.model.label import split_attributes
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans
from retropace.core.units import format_duration, parse_distance_m, parse_elapsed_s

_EQUALS = re.compile(r"""((?:[^="“”„']|["“„'][^"“”']*["“”'])*)=(.*)""", re.DOTALL)
"""Pattern of a location and a label, separated by the first equals sign outside quotes."""
_NAMED_STEP = re.compile(r"steps?\s*[\"“”„'](.+)[\"“”'‘’]", re.IGNORECASE)
"""Pattern of a workout step by its quoted name."""
_WHOLE_ACTIVITY = re.compile(r"all|everything|whole", re.IGNORECASE)
"""Pattern of the words for the whole activity."""
_TIME_OF_DAY = re.compile(
    r"(?:(\d{4}-\d{2}-\d{2})[T ])?(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE
)
"""Pattern of a time of day with its UTC offset, with or without a date."""
_LOCATION_EXAMPLES = "a stretch like 12:30-15:00, 1.2km-1.6km, lap 2,4,6-8 or 08:01:10Z-08:03:00Z"
"""Examples of locations for error messages."""
_CLOCK_READING = re.compile(r"(?<![\d:+])(?:\d+:)?\d{1,3}:(\d{2})(?![\d:.])|\d+:\d{2}:\d{2}\.\d+")
"""Pattern of a reading of a clock or stopwatch; its regex group captures the seconds."""


class TimePoint(NamedTuple):
    """A moment of an activity in elapsed seconds, and by how many it may differ from the moment that was meant."""

    time_s: float
    edge_tolerance_s: float = TYPED_TOLERANCE_S


class ResolvedSpans(NamedTuple):
    """The spans that a location denotes in one activity, and by how many seconds their edges may be off."""

    spans: Spans
    edge_tolerance_s: float
    warnings: tuple[str, ...] = ()


def parse_mark(text: str) -> UnresolvedAnnotation:
    """Return the annotation in ``WHERE=LABEL``; raises :class:`AnnotationError` if location or label is invalid."""
    match = _EQUALS.fullmatch(text)
    if match is None or not match[1].strip():
        raise AnnotationError(f'"{text}" is no mark: write WHERE=LABEL, for example 12:30-15:00=backward')
    parse_location(match[1])
    label, attributes = split_attributes(match[2])
    return UnresolvedAnnotation(match[1].strip(), parse_label(label), "", Origin("mark", text), attributes)


def parse_location(text: str) -> Callable[[CleanedActivity], ResolvedSpans]:
    """Parse a location to a function that returns its spans in an activity; both raise :class:`AnnotationError`."""
    text = text.strip()
    if (select_laps := parse_lap_selection(text)) is not None:
        return lambda cleaned: _resolve_laps(cleaned, select_laps(cleaned.laps))
    if match := _NAMED_STEP.fullmatch(text):
        name = match[1]
        return lambda cleaned: ResolvedSpans(_resolve_step(cleaned, name), BUTTON_TOLERANCE_S)
    if _WHOLE_ACTIVITY.fullmatch(text):
        return lambda cleaned: ResolvedSpans(as_spans([(0.0, cleaned.elapsed_s)]), BUTTON_TOLERANCE_S)
    if (split := _split_range(text)) is not None:
        first, last = map(parse_point, split)
        return lambda cleaned: _resolve_range(first(cleaned), last(cleaned), text)
    raise AnnotationError(f'"{text}" is no place in an activity: give {_LOCATION_EXAMPLES}')


def parse_point(text: str) -> Callable[[CleanedActivity], TimePoint]:
    """Parse a time, distance, ``start`` or ``end`` to a function that finds it; both raise :class:`AnnotationError`."""
    text = text.strip()
    if text.lower() in ("end", "finish"):
        return lambda cleaned: TimePoint(cleaned.elapsed_s, BUTTON_TOLERANCE_S)
    if text.lower() == "start":
        return lambda _cleaned: TimePoint(0.0, BUTTON_TOLERANCE_S)
    if match := _TIME_OF_DAY.fullmatch(text):
        date_text, time_text, offset_text = match.groups()
        try:
            time_of_day = time.fromisoformat(time_text.zfill(len(time_text) + (time_text.index(":") == 1)))
            utc_offset = parse_utc_offset(offset_text)
            local_date = None if date_text is None else date.fromisoformat(date_text)
        except ValueError as error:
            raise AnnotationError(f'"{text}" is no time of day: {error}') from None
        tolerance_s = BUTTON_TOLERANCE_S if "." in time_text else TYPED_TOLERANCE_S
        tolerance_s = WHOLE_MINUTE_TOLERANCE_S if time_text.count(":") == 1 else tolerance_s
        return lambda cleaned: TimePoint(
            _resolve_clock_time(cleaned, time_of_day, utc_offset, local_date, text), tolerance_s
        )
    if (metres := parse_distance_m(text)) is not None:
        resolution_m = _compute_distance_resolution_m(text)
        return lambda cleaned: _resolve_distance(cleaned, metres, resolution_m, text)
    if (seconds := parse_elapsed_s(text)) is not None:
        has_no_seconds = re.fullmatch(r"\d+\s*(?:min|h)", text, re.IGNORECASE)
        tolerance_s = WHOLE_MINUTE_TOLERANCE_S if has_no_seconds else TYPED_TOLERANCE_S
        # A fraction of a second is written by a program, not typed from memory.
        tolerance_s = BUTTON_TOLERANCE_S if ":" in text and "." in text else tolerance_s
        return lambda _cleaned: TimePoint(seconds, tolerance_s)
    raise AnnotationError(f'"{text}" is no moment: give 12:30, 1.2km, 08:01:10Z or end')


def parse_step_name(text: str) -> str | None:
    """Return the name in ``step "NAME"`` in lower case; None for any other location."""
    match = _NAMED_STEP.fullmatch(text.strip())
    return None if match is None else match[1].strip().casefold()


def split_location(text: str) -> tuple[str, str]:
    """Return the start and the end of a range as written; of any other location, such as ``lap 2-4``, it and ``""``."""
    text = text.strip()
    if parse_lap_selection(text) is not None or _NAMED_STEP.fullmatch(text) or _WHOLE_ACTIVITY.fullmatch(text):
        return text, ""
    return _split_range(text) or (text, "")


def has_whole_minutes_only(text: str) -> bool | None:
    """Return whether all clock readings in a location are whole minutes; None if it has no clock reading."""
    seconds = [match[1] for match in _CLOCK_READING.finditer(text)]
    return all(reading == "00" for reading in seconds) if seconds else None


def _resolve_range(first: TimePoint, last: TimePoint, text: str) -> ResolvedSpans:
    if not first.time_s < last.time_s:
        raise AnnotationError(f'"{text}" ends before it starts')
    return ResolvedSpans(as_spans([(first.time_s, last.time_s)]), max(first.edge_tolerance_s, last.edge_tolerance_s))


def _split_range(text: str) -> tuple[str, str] | None:
    """Return the two points of a range ``A-B``, which may contain hyphens; a unit after B alone may count for both."""
    separators = [match.span() for match in re.finditer(r"\s*(?:-|–|—|\.\.|\bto\b)\s*", text)]
    halves = [(text[:start], text[end:]) for start, end in separators if text[:start] and text[end:]]
    unit = re.search(r"(km|mi|miles?|m)\s*$", text, re.IGNORECASE)
    if unit and len(separators) == 1:
        halves += [(start + unit[1], end) for start, end in halves]
    for start, end in halves:
        try:
            parse_point(start), parse_point(end)
        except AnnotationError:
            continue
        return start.strip(), end.strip()
    return None


def _resolve_laps(cleaned: CleanedActivity, lap_numbers: list[int]) -> ResolvedSpans:
    laps = [cleaned.laps[number - 1] for number in lap_numbers]
    spans = as_spans((lap.start_s, lap.end_s) for lap in laps)
    return ResolvedSpans(spans, BUTTON_TOLERANCE_S, warn_about_autolaps(cleaned.laps, lap_numbers))


def _resolve_step(cleaned: CleanedActivity, name: str) -> Spans:
    wanted = name.strip().casefold()
    indices = {step.index for step in cleaned.workout_steps if wanted in (step.name.casefold(), step.note.casefold())}
    laps = [lap for lap in cleaned.laps if lap.name.casefold() == wanted or lap.step_index in indices]
    if not laps:
        known = sorted({text for step in cleaned.workout_steps for text in (step.name, step.note) if text})
        hint = f"it has {', '.join(known[:8])}" if known else "it names no steps"
        raise AnnotationError(f'the activity did no workout step "{name}": {hint}')
    return as_spans([(lap.start_s, lap.end_s) for lap in laps])


def _compute_distance_resolution_m(text: str) -> float:
    """Return the metres that one unit of the last digit of a written distance stands for: 100 for ``1.2km``."""
    decimals = re.sub(r"\d*\.?(\d*).*", r"\1", text.strip(), flags=re.DOTALL)
    return (parse_distance_m(re.sub(r"^[\d.\s]+", "1", text.strip())) or 1.0) / 10.0 ** len(decimals)


def _resolve_distance(cleaned: CleanedActivity, metres: float, resolution_m: float, text: str) -> TimePoint:
    """Return the moment at which a distance was reached; its tolerance is the time for half of ``resolution_m``."""
    time_s, total_m = cleaned.time_at_distance_s(metres), float(cleaned.curves["distance_m"][-1])
    if np.isnan(time_s):
        raise AnnotationError(f'"{text}" lies beyond the activity, which is {total_m:.0f} m long')
    low_m, high_m = max(metres - resolution_m / 2.0, 0.0), min(metres + resolution_m / 2.0, total_m)
    duration_s = cleaned.time_at_distance_s(high_m) - cleaned.time_at_distance_s(low_m)
    return TimePoint(time_s, float(np.clip(duration_s / 2.0, TYPED_TOLERANCE_S, WHOLE_MINUTE_TOLERANCE_S)))


def parse_utc_offset(text: str) -> timedelta:
    """Return the offset in ``Z``, ``+02:00`` or ``-0730``."""
    if text in "Zz":
        return timedelta(0)
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return -offset if text[0] == "-" else offset


def _resolve_clock_time(
    cleaned: CleanedActivity, time_of_day: time, utc_offset: timedelta, local_date: date | None, text: str
) -> float:
    """Return a time of day as elapsed seconds; raises :class:`AnnotationError` if it is outside of the activity."""
    if cleaned.start_time is None:
        raise AnnotationError(f'"{text}" is a time of day, but the recording has no clock: use elapsed time')
    start = cleaned.start_time.astimezone(UTC)
    day = (start + utc_offset).date() if local_date is None else local_date
    moment = datetime.combine(day, time_of_day, tzinfo=UTC) - utc_offset
    seconds = (moment - start).total_seconds()
    # Without a date, a time long before the start belongs to the next day of a session past midnight.
    if local_date is None and seconds < -12 * 3600.0:
        seconds += 24 * 3600.0
    if not -60.0 <= seconds <= cleaned.elapsed_s + 60.0:
        end, total = start + timedelta(seconds=cleaned.elapsed_s), format_duration(cleaned.elapsed_s)
        span = f"from {start:%Y-%m-%d %H:%M:%SZ} to {end:%H:%M:%SZ} ({total})"
        raise AnnotationError(f'"{text}" lies outside the activity, which lasts {span}')
    return seconds
