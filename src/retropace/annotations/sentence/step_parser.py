"""Parser of one step of a workout sentence: a length, words for direction and gait, and a pace, in any order."""

import re
from dataclasses import dataclass, field

from retropace.annotations.language.labels import parse_canonical_label
from retropace.annotations.language.vocabulary import build_gait_table, build_label_table, is_unspaced_script
from retropace.annotations.model.label import Label
from retropace.annotations.model.plan import PlanStep
from retropace.annotations.sentence.tokenizer import Token, TokenCursor, load_keywords
from retropace.core.units import parse_speed_mps

MIN_UNITLESS_M = 50.0
"""Least number without a unit that is read as a distance in metres, as in ``6x400``; a smaller one is an error."""
_FRACTION_SIGNS = {"¼": 0.25, "½": 0.5, "¾": 0.75}
"""Values of fraction signs."""
_PACE = re.compile(
    r"(?:@|(?:speed|pace)\s*[=:])?\s*(\d+:\d{2}(?:\s*(?:/|per )\s*(?:km|mi|mile))?"
    r"|\d+(?:[.,]\d+)?\s*(?:km/h|kmh|kph|mph|m/s))",
    re.IGNORECASE,
)
"""Pattern of a pace or speed, behind ``@``, ``speed=`` or nothing."""
_MARKED_PACE = re.compile(
    r"(?:speed|pace)\s*[=:]|\d+:\d{2}\s*(?:/|per )\s*(?:km|mi|mile)\b|\d+(?:[.,]\d+)?\s*(?:km/h|kmh|kph|mph|m/s)\b",
    re.IGNORECASE,
)
"""Pattern of what can only be a pace or speed, or the beginning of one."""


@dataclass(slots=True)
class _StepDraft:
    """What has been read so far of a step."""

    unit: str = ""  # unit of the length, ``m`` or ``s``; empty while no length has been read
    amount: float = 0.0  # length in metres or seconds
    length_end: int = -1  # index of the token behind the length, which may continue it, as in ``2min 30s``
    speed_mps: float | None = None
    words: list[Token] = field(default_factory=list)


def parse_step(cursor: TokenCursor) -> PlanStep:
    """Return the step at the cursor, and move the cursor behind it; raises :class:`AnnotationError`."""
    first = cursor.peek()
    if first.kind == "end":
        raise cursor.error(first, "a step is missing: write 400m backward or 2min rest")
    draft = _StepDraft()
    while (token := cursor.peek()).kind != "end":
        if token.text == "@" or _MARKED_PACE.match(cursor.text, token.offset):
            draft.speed_mps = _parse_pace(cursor, token)
        elif draft.unit and cursor.trails_count():
            break
        elif token.text in ("=", ":") and not draft.unit:
            cursor.position += 1
        elif token.kind == "symbol" or (
            (draft.words and cursor.separates_steps()) or (draft.unit and cursor.opens_recovery())
        ):
            break
        elif token.kind in ("number", "clock", "fraction") or _is_length_in_words(cursor):
            _parse_draft_length(cursor, draft)
        elif token.kind == "mark":
            raise cursor.error(token, "minutes and seconds need a number before them")
        else:
            draft.words.append(token)
            cursor.position += 1
    if not draft.unit and not draft.words:
        raise cursor.error(first, "is no step: write 400m backward or 2min rest")
    label, until_lap = _parse_step_label(cursor, draft.words)
    return PlanStep(
        label=label,
        seconds=draft.amount if draft.unit == "s" else None,
        metres=draft.amount if draft.unit == "m" else None,
        until_lap=until_lap,
        speed_mps=draft.speed_mps,
        is_recovery=any(token.normalized in load_keywords().recovery_steps for token in draft.words),
    )


def _is_length_in_words(cursor: TokenCursor) -> bool:
    """Return whether a length in words begins here, as in ``two miles`` or ``quarter mile``."""
    token, after, keywords = cursor.peek(), cursor.peek(1), load_keywords()
    if token.kind != "word" or after.kind != "word":
        return False
    if token.normalized in keywords.fractions:
        return after.normalized in keywords.units
    followers = keywords.units.keys() | keywords.hundreds
    return token.normalized in keywords.numbers and after.normalized in followers


def _parse_draft_length(cursor: TokenCursor, draft: _StepDraft) -> None:
    """Read a length, or the time for a distance (``400 m in 3:10``), into the draft of a step."""
    token = cursor.peek()
    continues_length = draft.unit == "s" and draft.length_end == cursor.position and token.kind != "clock"
    is_time_for_distance = draft.unit == "m" and token.kind == "clock"
    if draft.unit and not (continues_length or is_time_for_distance):
        raise cursor.error(token, "a second length: put a comma between two steps")
    unit, amount = _parse_length(cursor, within_minutes=continues_length)
    if not amount > 0.0:
        raise cursor.error(token, "is no length: it has to be more than nothing")
    if is_time_for_distance:
        draft.speed_mps = draft.amount / amount
        return
    if continues_length and unit != "s":
        raise cursor.error(token, "a second length: put a comma between two steps")
    draft.unit, draft.amount, draft.length_end = unit, draft.amount + amount, cursor.position


def _parse_length(cursor: TokenCursor, *, within_minutes: bool) -> tuple[str, float]:
    """Return the unit, ``m`` or ``s``, and the amount of the length at the cursor, and move the cursor behind it."""
    token = cursor.peek()
    cursor.position += 1
    if token.kind == "clock":
        parts = [float(part) for part in token.text.split(":")]
        if any(part > 59.0 for part in parts[1:]):
            raise cursor.error(token, "is no time: minutes and seconds end at 59")
        return "s", sum(part * 60.0**exponent for exponent, part in enumerate(reversed(parts)))
    amount = _parse_amount(cursor, token)
    if (end := cursor.range_end(-1)) is not None and cursor.is_unit(2):
        cursor.position += 2
        amount = (amount + float(end.text.replace(",", "."))) / 2.0
    unit = cursor.peek()
    if unit.kind == "mark":
        cursor.position += 1
        return "s", amount * (60.0 if unit.text in ("'", "′", "’") else 1.0)
    if unit.kind == "word" and unit.normalized in load_keywords().units:
        cursor.position += 1
        dot = cursor.peek()
        if dot.text == "." and dot.offset == unit.offset + len(unit.text):
            cursor.position += 1
        kind, size = load_keywords().units[unit.normalized]
        return kind, amount * size
    if within_minutes and amount < 60.0:
        return "s", amount  # seconds behind minutes, as in 1'30
    if amount >= MIN_UNITLESS_M and amount % 5.0 == 0.0:
        return "m", amount
    number = token.text
    raise cursor.error(token, f"{number} of what? Write {number}min, {number}km or {number}s")


def _parse_amount(cursor: TokenCursor, token: Token) -> float:
    if token.kind == "fraction":
        if token.text in _FRACTION_SIGNS:
            return _FRACTION_SIGNS[token.text]
        numerator, _, denominator = token.text.partition("/")
        if int(denominator) == 0:
            raise cursor.error(token, "divides by nothing")
        return int(numerator) / int(denominator)
    if token.kind == "number":
        return float(token.text.replace(",", "."))
    keywords = load_keywords()
    if token.normalized in keywords.fractions:
        return keywords.fractions[token.normalized]
    amount = float(keywords.numbers[token.normalized])
    if cursor.peek().normalized in keywords.hundreds:
        cursor.position += 1
        amount *= 100.0
    return amount


def _parse_pace(cursor: TokenCursor, at_token: Token) -> float:
    """Return the pace behind ``@`` in m/s: ``6:00/km``, ``5:30`` (per kilometre) or ``12km/h``."""
    match = _PACE.match(cursor.text, at_token.offset)
    text = match[1].replace(",", ".") if match else ""
    mps = parse_speed_mps(text if "/" in text or text[-1:].isalpha() else f"{text}/km")
    if match is None or mps is None or not mps > 0.0:
        raise cursor.error(at_token, "no pace follows: write @6:00/km or @8km/h")
    while cursor.peek().offset < match.end() and cursor.peek().kind != "end":
        cursor.position += 1
    return mps


def _parse_step_label(cursor: TokenCursor, tokens: list[Token]) -> tuple[Label, bool]:
    """Return the label that the words of a step mean, and whether the step lasts until the lap button is pressed."""
    keywords, labels, gaits = load_keywords(), build_label_table(), build_gait_table()
    words = " ".join(token.normalized for token in tokens)
    shortened = (_remove_phrase(words, phrase) for phrase in keywords.until_lap)
    remaining = next((text for text in shortened if text != words), words)
    until_lap = remaining != words
    direction, gait = "", ""
    for phrase in keywords.step_phrases:
        before, remaining = remaining, _remove_phrase(remaining, phrase)
        if remaining == before:
            continue
        label = parse_canonical_label(labels[phrase]) if phrase in labels else Label("", gaits.get(phrase, ""))
        if direction and label.direction and direction != label.direction:
            raise cursor.error(tokens[0], f"says {direction} and {label.direction}: put a comma between two steps")
        direction, gait = direction or label.direction, gait or label.gait
    unknown = [word for word in remaining.split() if word not in keywords.fillers]
    if unknown:
        token = next((token for token in tokens if unknown[0] in token.normalized), tokens[0])
        import difflib  # imported only for an error message

        close_matches = difflib.get_close_matches(unknown[0], keywords.step_phrases, n=1, cutoff=0.7)
        hint = f'did you mean "{close_matches[0]}"?' if close_matches else "write backward, forward, rest, walk or jog"
        raise cursor.error(token, f'"{token.text}" is not known: {hint}')
    if direction == "rest" or gait == "stand":
        return Label("rest"), until_lap
    return Label(direction or "forward", gait), until_lap


def _remove_phrase(text: str, phrase: str) -> str:
    """Return a text with a space for each place where a phrase stands as whole words."""
    if phrase not in text:
        return text
    pattern = re.escape(phrase) if is_unspaced_script(phrase) else rf"(?<![^\W\d_]){re.escape(phrase)}(?![^\W\d_])"
    return re.sub(pattern, " ", text)
