"""The WHERE of a mark: ``12:30-15:00``, ``1.2km-1.6km``, ``lap 2,4,6-8``, ``08:01:10Z-08:03:00Z``, ``step "NAME"``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from retropace.annotations.inputs.lap_selection import parse_lap_selection, warn_about_autolaps
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, TYPED_TOLERANCE_S, WHOLE_MINUTE_TOLERANCE_S
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans
from retropace.core.units import format_duration, parse_distance_m, parse_elapsed_s

_NAMED_STEP = re.compile(r"steps?\s*[\"“”„'](.+)[\"“”'‘’]", re.IGNORECASE)
_WHOLE_ACTIVITY = re.compile(r"all|everything|whole", re.IGNORECASE)
_TIME_OF_DAY = re.compile(
    r"(?:(\d{4}-\d{2}-\d{2})[T ])?(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE
)
_LOCATION_EXAMPLES = "a stretch like 12:30-15:00, 1.2km-1.6km, lap 2,4,6-8 or 08:01:10Z-08:03:00Z"
_DISTANCE_UNIT = re.compile(r"(km|mi|miles?|m)\s*$", re.IGNORECASE)
_CLOCK_READING = re.compile(r"(?<![\d:+])(?:\d+:)?\d{1,3}:(\d{2})(?![\d:.])|\d+:\d{2}:\d{2}\.\d+")
_MINUTES_OR_HOURS = re.compile(r"\d+\s*(?:min|h)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A moment in elapsed seconds and how many seconds it may be off."""

    time_s: float
    edge_tolerance_s: float = TYPED_TOLERANCE_S


@dataclass(frozen=True, slots=True)
class ResolvedSpans:
    """The spans of a place in an activity, how many seconds their edges may be off, and what to know about them."""

    spans: Spans
    edge_tolerance_s: float
    warnings: tuple[str, ...] = ()


LocationResolver = Callable[[CleanedActivity], ResolvedSpans]
PointResolver = Callable[[CleanedActivity], TimePoint]


def parse_location(text: str) -> LocationResolver:
    """A resolver for the place; raises :class:`AnnotationError` if the text is no place.

    The resolver raises :class:`AnnotationError` if the activity has no such place.
    """
    text = text.strip()
    if (chosen := parse_lap_selection(text)) is not None:
        return lambda track: _resolve_laps(track, chosen(track.laps))
    if match := _NAMED_STEP.fullmatch(text):
        name = match[1]
        return lambda track: ResolvedSpans(_resolve_step(track, name), BUTTON_TOLERANCE_S)
    if _WHOLE_ACTIVITY.fullmatch(text):
        return lambda track: ResolvedSpans(as_spans([(0.0, track.elapsed_s)]), BUTTON_TOLERANCE_S)
    for start, end in _find_range_splits(text):
        try:
            first, last = parse_point(start), parse_point(end)
        except AnnotationError:
            continue
        return lambda track: _resolve_range(first(track), last(track), text)
    raise AnnotationError(f'"{text}" is no place in an activity: give {_LOCATION_EXAMPLES}')


def parse_point(text: str) -> PointResolver:
    """A resolver for one moment: elapsed, by distance, by the clock, or ``end``; raises :class:`AnnotationError`."""
    text = text.strip()
    if text.lower() in ("end", "finish"):
        return lambda track: TimePoint(track.elapsed_s, BUTTON_TOLERANCE_S)
    if text.lower() == "start":
        return lambda _track: TimePoint(0.0, BUTTON_TOLERANCE_S)
    if match := _TIME_OF_DAY.fullmatch(text):
        day, of_day, zone = match.groups()
        try:
            moment = time.fromisoformat(of_day.zfill(len(of_day) + (of_day.index(":") == 1)))
            offset = _parse_utc_offset(zone)
            on = None if day is None else date.fromisoformat(day)
        except ValueError as bad:
            raise AnnotationError(f'"{text}" is no time of day: {bad}') from None
        sure_s = (
            WHOLE_MINUTE_TOLERANCE_S
            if of_day.count(":") == 1
            else BUTTON_TOLERANCE_S
            if "." in of_day
            else TYPED_TOLERANCE_S
        )
        return lambda track: TimePoint(_resolve_clock_time(track, moment, offset, on, text), sure_s)
    if (metres := parse_distance_m(text)) is not None:
        step_m = _distance_resolution_m(text)
        return lambda track: _resolve_distance(track, metres, step_m, text)
    if (seconds := parse_elapsed_s(text)) is not None:
        sure_s = WHOLE_MINUTE_TOLERANCE_S if _MINUTES_OR_HOURS.fullmatch(text) else TYPED_TOLERANCE_S
        # Nobody types fractions of a second: such a time was written by a program, which was told it.
        sure_s = BUTTON_TOLERANCE_S if ":" in text and "." in text else sure_s
        return lambda _track: TimePoint(seconds, sure_s)
    raise AnnotationError(f'"{text}" is no moment: give 12:30, 1.2km, 08:01:10Z or end')


def parse_step_name(text: str) -> str | None:
    """The name in ``step "NAME"``, without case; None if the text is no such place."""
    match = _NAMED_STEP.fullmatch(text.strip())
    return None if match is None else match[1].strip().casefold()


def split_location(text: str) -> tuple[str, str]:
    """The start and the end of a place that is a range, as written; the whole and nothing for any other place."""
    text = text.strip()
    if parse_lap_selection(text) is None and not _NAMED_STEP.fullmatch(text) and not _WHOLE_ACTIVITY.fullmatch(text):
        for start, end in _find_range_splits(text):
            try:
                parse_point(start), parse_point(end)
            except AnnotationError:
                continue
            return start.strip(), end.strip()
    return text, ""


def has_whole_minutes_only(text: str) -> bool | None:
    """Whether all clock readings in a place are whole minutes; None if it has none that shows seconds."""
    seconds = [match[1] for match in _CLOCK_READING.finditer(text)]
    return all(found == "00" for found in seconds) if seconds else None


def _resolve_range(first: TimePoint, last: TimePoint, text: str) -> ResolvedSpans:
    if not first.time_s < last.time_s:
        raise AnnotationError(f'"{text}" ends before it starts')
    return ResolvedSpans(as_spans([(first.time_s, last.time_s)]), max(first.edge_tolerance_s, last.edge_tolerance_s))


def _find_range_splits(text: str) -> list[tuple[str, str]]:
    """Every way to cut ``A-B`` in two: a date or a zone holds hyphens of its own. A unit may stand only at the end."""
    cuts = [match.span() for match in re.finditer(r"\s*(?:-|–|—|\.\.|\bto\b)\s*", text)]
    halves = [(text[:start], text[end:]) for start, end in cuts if text[:start] and text[end:]]
    shared = _DISTANCE_UNIT.search(text)
    if shared and len(cuts) == 1:
        halves += [(start + shared[1], end) for start, end in halves]
    return halves


def _resolve_laps(track: CleanedActivity, numbers: list[int]) -> ResolvedSpans:
    spans = as_spans((track.laps[number - 1].start_s, track.laps[number - 1].end_s) for number in numbers)
    return ResolvedSpans(spans, BUTTON_TOLERANCE_S, warn_about_autolaps(track.laps, numbers))


def _resolve_step(track: CleanedActivity, name: str) -> Spans:
    wanted = name.strip().casefold()
    indices = {step.index for step in track.workout_steps if wanted in (step.name.casefold(), step.note.casefold())}
    laps = [lap for lap in track.laps if lap.name.casefold() == wanted or lap.step_index in indices]
    if not laps:
        known = sorted({text for step in track.workout_steps for text in (step.name, step.note) if text})
        hint = f"it has {', '.join(known[:8])}" if known else "it names no steps"
        raise AnnotationError(f'the activity did no workout step "{name}": {hint}')
    return as_spans([(lap.start_s, lap.end_s) for lap in laps])


def _distance_resolution_m(text: str) -> float:
    """Metres that the last digit of a distance stands for."""
    digits = re.match(r"\d*\.?(\d*)", text.strip())
    unit_m = parse_distance_m(re.sub(r"^[\d.\s]+", "1", text.strip())) or 1.0
    return unit_m / 10.0 ** len(digits[1] if digits else "")


def _resolve_distance(track: CleanedActivity, metres: float, resolution_m: float, text: str) -> TimePoint:
    at_s = track.time_at_distance_s(metres)
    if np.isnan(at_s):
        whole = float(track.curves["distance_m"][-1])
        raise AnnotationError(f'"{text}" lies beyond the activity, which is {whole:.0f} m long')
    # "1.2km" is good to 50 m: as long as the runner took for that.
    half = np.clip(
        [metres - resolution_m / 2.0, metres + resolution_m / 2.0], 0.0, float(track.curves["distance_m"][-1])
    )
    took_s = track.time_at_distance_s(float(half[1])) - track.time_at_distance_s(float(half[0]))
    return TimePoint(at_s, float(np.clip(took_s / 2.0, TYPED_TOLERANCE_S, WHOLE_MINUTE_TOLERANCE_S)))


def _parse_utc_offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta(0)
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def _resolve_clock_time(
    track: CleanedActivity, time_of_day: time, utc_offset: timedelta, local_date: date | None, text: str
) -> float:
    if track.start_time is None:
        raise AnnotationError(f'"{text}" is a time of day, but the recording has no clock: use elapsed time')
    start = track.start_time.astimezone(UTC)
    day = (start + utc_offset).date() if local_date is None else local_date
    at = datetime.combine(day, time_of_day, tzinfo=UTC) - utc_offset
    seconds = (at - start).total_seconds()
    # Without a date, a moment long before the start belongs to the day after: sessions run past midnight.
    if local_date is None and seconds < -12 * 3600.0:
        seconds += 24 * 3600.0
    if not -60.0 <= seconds <= track.elapsed_s + 60.0:
        end = start + timedelta(seconds=track.elapsed_s)
        raise AnnotationError(
            f'"{text}" lies outside the activity, which lasts from {start:%Y-%m-%d %H:%M:%SZ} to {end:%H:%M:%SZ} '
            f"({format_duration(track.elapsed_s)})"
        )
    return seconds
