"""Selections of laps in a text: ``lap 3``, ``lap 2,4,6-8``, ``odd laps``, ``laps after 3``, ``last lap``."""

import re
from collections.abc import Callable

from retropace.core.activity import Lap, is_autolap
from retropace.core.errors import AnnotationError
from retropace.core.units import format_count, pluralize

MAX_LAPS = 10_000
"""Highest lap number that is accepted in a text; a higher one is an error."""
_RELATIVE = re.compile(
    r"(?:laps?\s+(after|from|before|until)|(after|from|before|until)\s+lap)\s*#?\s*(\d+)", re.IGNORECASE
)
"""Pattern of laps before or after a lap."""


def parse_lap_selection(text: str) -> Callable[[tuple[Lap, ...]], list[int]] | None:
    """Return a function that selects the laps in a text, or raises AnnotationError; None if the text names none."""
    if match := re.fullmatch(r"(?:laps?|l)\s*#?\s*(\d.*)", text, re.IGNORECASE):
        numbers = _parse_numbers(match[1], text)
        return lambda laps: _check_present(numbers, laps)
    if match := re.fullmatch(r"laps?\s+(odd|even)|(odd|even)(?:\s+laps?)?", text, re.IGNORECASE):
        rest = 1 if (match[1] or match[2]).lower() == "odd" else 0
        return lambda laps: [number for number in _select_manual_laps(laps, text) if number % 2 == rest]
    if match := _RELATIVE.fullmatch(text):
        word, number = (match[1] or match[2]).lower(), int(match[3])
        return lambda laps: _select_relative(word, number, laps, text)
    if re.fullmatch(r"(?:all|every|each)\s+laps?", text, re.IGNORECASE):
        return lambda laps: _select_manual_laps(laps, text)
    if re.fullmatch(r"last\s+lap|lap\s+last", text, re.IGNORECASE):
        return lambda laps: _check_present([len(laps)], laps)
    return None


def warn_about_autolaps(laps: tuple[Lap, ...], numbers: list[int]) -> tuple[str, ...]:
    """Return a warning if selected laps start or end at an autolap, which need not be where the runner turned."""
    is_auto = (False, *is_autolap(laps))
    numbers_text = [str(number) for number in numbers if is_auto[number] or is_auto[number - 1]]
    if not numbers_text:
        return ()
    subject = f"{pluralize(len(numbers_text), 'lap')} {', '.join(numbers_text[:8])}{' …' * (len(numbers_text) > 8)}"
    return (f"{subject} began or ended by the watch's own count, not by a press: check before you rely on it",)


def _parse_numbers(text: str, full_text: str) -> list[int]:
    """Return the lap numbers in a list of numbers and ranges, sorted; ``full_text`` is for messages."""
    numbers: list[int] = []
    for part in re.sub(r"\s*(?:and|&|\+)\s*", ",", text.replace(";", ",")).replace(" ", "").split(","):
        match = re.fullmatch(r"(\d{1,6})(?:(?:-|–|to)(\d{1,6}))?", part)
        if match is None:
            raise AnnotationError(f'"{full_text}" names no laps: write lap 3 or lap 2,4,6-8')
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last or last > MAX_LAPS:
            raise AnnotationError(f'"{full_text}" names no laps: laps count from 1 upward')
        numbers += range(first, last + 1)
    return sorted(set(numbers))


def _check_present(numbers: list[int], laps: tuple[Lap, ...]) -> list[int]:
    if numbers and not laps:
        raise AnnotationError("the activity has no laps: mark it by time or distance instead")
    missing = [str(number) for number in numbers if number > len(laps)]
    if missing:
        count = format_count(len(laps), "lap")
        raise AnnotationError(f"the activity has {count}, there is no lap {', '.join(missing[:3])}")
    return numbers


def _select_manual_laps(laps: tuple[Lap, ...], text: str) -> list[int]:
    _check_present([1], laps)
    autolaps = [str(number) for number, is_auto in enumerate(is_autolap(laps), 1) if is_auto]
    if autolaps:
        count = f"{len(autolaps)} of {len(laps)} were ended by the watch's own count"
        numbers = f"lap {', '.join(autolaps[:6])}{' …' * (len(autolaps) > 6)}"
        raise AnnotationError(f'"{text}" counts laps, but {count} ({numbers}): name the laps by number instead')
    return list(range(1, len(laps) + 1))


def _select_relative(relation: str, number: int, laps: tuple[Lap, ...], text: str) -> list[int]:
    _check_present([max(number, 1)], laps)
    first = {"after": number + 1, "from": max(number, 1)}.get(relation, 1)
    last = {"before": number - 1, "until": number}.get(relation, len(laps))
    if first > last:
        raise AnnotationError(f'"{text}" leaves none of the {len(laps)} laps')
    return list(range(first, last + 1))
