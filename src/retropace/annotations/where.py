"""The WHERE of a mark: ``12:30-15:00``, ``1.2km-1.6km``, ``lap 2,4,6-8``, ``08:01:10Z-08:03:00Z``, ``step "NAME"``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from retropace.activity import automatic
from retropace.annotations.annotation import PRESSED_SURE_S, TYPED_SURE_S
from retropace.errors import AnnotationError
from retropace.spans import Spans, as_spans
from retropace.track import Track
from retropace.units import clock, parse_distance_m, parse_elapsed_s

_LAP = re.compile(r"(?:laps?|l)\s*#?\s*(\d.*)", re.IGNORECASE)
_STEP = re.compile(r"step\s*[\"“”'](.+)[\"“”']", re.IGNORECASE)
_TIME_OF_DAY = re.compile(
    r"(?:(\d{4}-\d{2}-\d{2})[T ])?(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE
)
_FORMS = "a stretch like 12:30-15:00, 1.2km-1.6km, lap 2,4,6-8 or 08:01:10Z-08:03:00Z"
_UNIT = re.compile(r"(km|mi|miles?|m)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """The spans of a place in an activity, how many seconds their edges may be off, and what to know about them."""

    spans: Spans
    sure_s: float
    warnings: tuple[str, ...] = ()


Resolver = Callable[[Track], Found]
PointResolver = Callable[[Track], float]


def parse_where(text: str) -> Resolver:
    """A resolver for the place; raises :class:`AnnotationError` if the text is no place.

    The resolver raises :class:`AnnotationError` if the activity has no such place.
    """
    text = text.strip()
    if match := _LAP.fullmatch(text):
        numbers = _numbers(match[1], text)
        return lambda track: Found(_laps(track, numbers), PRESSED_SURE_S, _by_itself(track, numbers))
    if match := _STEP.fullmatch(text):
        name = match[1]
        return lambda track: Found(_step(track, name), PRESSED_SURE_S)
    for start, end in _halves(text):
        try:
            first, last = parse_point(start), parse_point(end)
        except AnnotationError:
            continue
        return lambda track: Found(as_spans([_ordered(first(track), last(track), text)]), TYPED_SURE_S)
    raise AnnotationError(f'"{text}" is no place in an activity: give {_FORMS}')


def parse_point(text: str) -> PointResolver:
    """A resolver for one moment: elapsed, by distance, or by the clock; raises :class:`AnnotationError`."""
    text = text.strip()
    if match := _TIME_OF_DAY.fullmatch(text):
        day, of_day, zone = match.groups()
        try:
            moment = time.fromisoformat(of_day.zfill(len(of_day) + (of_day.index(":") == 1)))
            offset = _offset(zone)
            on = None if day is None else date.fromisoformat(day)
        except ValueError as bad:
            raise AnnotationError(f'"{text}" is no time of day: {bad}') from None
        return lambda track: _clock_moment(track, moment, offset, on, text)
    if (metres := parse_distance_m(text)) is not None:
        return lambda track: _distance_moment(track, metres, text)
    if (seconds := parse_elapsed_s(text)) is not None:
        return lambda _track: seconds
    raise AnnotationError(f'"{text}" is no moment: give 12:30, 1.2km or 08:01:10Z')


def is_lap(text: str) -> bool:
    """Whether the text names laps or a step, which are stretches by themselves."""
    return bool(_LAP.fullmatch(text.strip()) or _STEP.fullmatch(text.strip()))


def _halves(text: str) -> list[tuple[str, str]]:
    """Every way to cut ``A-B`` in two: a date or a zone holds hyphens of its own. A unit may stand only at the end."""
    cuts = [match.span() for match in re.finditer(r"\s*(?:-|–|—|\.\.|\bto\b)\s*", text)]
    halves = [(text[:start], text[end:]) for start, end in cuts if text[:start] and text[end:]]
    shared = _UNIT.search(text)
    if shared and len(cuts) == 1:
        halves += [(start + shared[1], end) for start, end in halves]
    return halves


def _ordered(start_s: float, end_s: float, text: str) -> tuple[float, float]:
    if not start_s < end_s:
        raise AnnotationError(f'"{text}" ends before it starts')
    return start_s, end_s


def _numbers(text: str, whole: str) -> list[int]:
    numbers: list[int] = []
    for part in text.replace(" ", "").split(","):
        match = re.fullmatch(r"(\d+)(?:[-–](\d+))?", part)
        if match is None:
            raise AnnotationError(f'"{whole}" names no laps: write lap 3 or lap 2,4,6-8')
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last or last > 10_000:
            raise AnnotationError(f'"{whole}" names no laps: laps count from 1 upward')
        numbers += range(first, last + 1)
    return sorted(set(numbers))


def _laps(track: Track, numbers: list[int]) -> Spans:
    if not track.laps:
        raise AnnotationError("the activity has no laps: mark it by time or distance instead")
    missing = [str(number) for number in numbers if number > len(track.laps)]
    if missing:
        laps = f"{len(track.laps)} lap{'s' * (len(track.laps) > 1)}"
        raise AnnotationError(f"the activity has {laps}, there is no lap {', '.join(missing[:3])}")
    return as_spans([(track.laps[number - 1].start_s, track.laps[number - 1].end_s) for number in numbers])


def _by_itself(track: Track, numbers: list[int]) -> tuple[str, ...]:
    """A word about laps that the watch began or ended by itself: they need not lie where the runner turned."""
    own = (False, *automatic(track.laps))  # lap 1 begins with the session
    named = [str(number) for number in numbers if own[number] or own[number - 1]]
    if not named:
        return ()
    laps = f"lap{'s' * (len(named) > 1)} {', '.join(named[:8])}"
    return (f"{laps} began or ended by the watch's own count, not by a press: check before you rely on it",)


def _step(track: Track, name: str) -> Spans:
    wanted = name.strip().casefold()
    indices = {step.index for step in track.steps if wanted in (step.name.casefold(), step.note.casefold())}
    laps = [lap for lap in track.laps if lap.name.casefold() == wanted or lap.step_index in indices]
    if not laps:
        known = sorted({text for step in track.steps for text in (step.name, step.note) if text})
        hint = f"it has {', '.join(known[:8])}" if known else "it names no steps"
        raise AnnotationError(f'the activity did no workout step "{name}": {hint}')
    return as_spans([(lap.start_s, lap.end_s) for lap in laps])


def _distance_moment(track: Track, metres: float, text: str) -> float:
    moment = track.moment_at_distance(metres)
    if np.isnan(moment):
        whole = float(track.curves["distance_m"][-1])
        raise AnnotationError(f'"{text}" lies beyond the activity, which is {whole:.0f} m long')
    return moment


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def _clock_moment(track: Track, moment: time, offset: timedelta, on: date | None, text: str) -> float:
    if track.start_time is None:
        raise AnnotationError(f'"{text}" is a time of day, but the recording has no clock: use elapsed time')
    start = track.start_time.astimezone(UTC)
    day = (start + offset).date() if on is None else on
    at = datetime.combine(day, moment, tzinfo=UTC) - offset
    seconds = (at - start).total_seconds()
    # Without a date, a moment long before the start belongs to the day after: sessions run past midnight.
    if on is None and seconds < -12 * 3600.0:
        seconds += 24 * 3600.0
    if not -60.0 <= seconds <= track.elapsed_s + 60.0:
        end = start + timedelta(seconds=track.elapsed_s)
        raise AnnotationError(
            f'"{text}" lies outside the activity, which lasts from {start:%Y-%m-%d %H:%M:%SZ} to {end:%H:%M:%SZ} '
            f"({clock(track.elapsed_s)})"
        )
    return seconds
