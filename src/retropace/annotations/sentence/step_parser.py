"""Parser of one step of a workout sentence: a length, words for direction and gait, and a pace, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from retropace.annotations.language.labels import Label, parse_canonical_label
from retropace.annotations.language.normalize import build_gait_table, build_label_table, is_unspaced_script, normalize
from retropace.annotations.model.plan import PlanStep
from retropace.annotations.sentence.keywords import (
    FILLER_WORDS,
    FORWARD_STEP_WORDS,
    FRACTION_WORDS,
    HUNDRED_WORDS,
    NUMBER_WORDS,
    RECOVERY_OPENERS,
    RECOVERY_STEP_WORDS,
    STEP_SEPARATOR_WORDS,
    UNTIL_LAP_PHRASES,
)
from retropace.annotations.sentence.tokenizer import NORMALIZED_REPEAT_WORDS, UNITS, Token, build_syntax_error
from retropace.core.units import parse_speed_mps

MIN_UNITLESS_M = 50.0
"""Least number without a unit that is read as a distance in metres, as in ``6x400``; a smaller one is an error."""
NORMALIZED_NUMBERS = {normalize(word): number for word, number in NUMBER_WORDS.items()}
"""Numbers by word, in normalized spelling."""
NORMALIZED_STEP_SEPARATORS = frozenset(normalize(word) for word in STEP_SEPARATOR_WORDS)
"""Words that separate two steps, in normalized spelling."""
NORMALIZED_RECOVERY_OPENERS = frozenset(normalize(word) for word in RECOVERY_OPENERS)
"""Words that may stand before a recovery, in normalized spelling."""
NORMALIZED_RECOVERY_STEPS = frozenset(normalize(word) for word in RECOVERY_STEP_WORDS)
"""Words for a recovery, in normalized spelling."""
_NORMALIZED_FILLERS = frozenset(normalize(word) for word in FILLER_WORDS)
"""Words that are ignored, in normalized spelling."""
_NORMALIZED_FORWARD_STEPS = frozenset(normalize(word) for word in FORWARD_STEP_WORDS)
"""Words for parts of a session that are forward, in normalized spelling."""
_NORMALIZED_UNTIL_LAP = sorted((normalize(word) for word in UNTIL_LAP_PHRASES), key=len, reverse=True)
"""Phrases for a step that ends at a press of the lap button, in normalized spelling, longest first."""
_KNOWN_PHRASES = sorted(
    {*_NORMALIZED_FORWARD_STEPS, *build_label_table(), *build_gait_table()} - {""}, key=len, reverse=True
)
"""Phrases that may describe a step, in normalized spelling, longest first."""
_FRACTION_SIGNS = {"¼": 0.25, "½": 0.5, "¾": 0.75}
"""Values of fraction signs."""
_PACE = re.compile(
    r"\s*(\d+:\d{2}(?:\s*(?:/|per )\s*(?:km|mi|mile))?|\d+(?:[.,]\d+)?\s*(?:km/h|kmh|kph|mph|m/s))", re.IGNORECASE
)
"""Pattern of a pace or speed behind ``@``."""


@dataclass(slots=True)
class TokenCursor:
    """The tokens (words, numbers and signs) of a sentence, and a position in them."""

    text: str
    tokens: list[Token]
    position: int = 0
    """Index of the next token."""

    def peek(self, ahead: int = 0) -> Token | None:
        """Return the next token, or the one ``ahead`` tokens after it; None behind the last."""
        return self.tokens[self.position + ahead] if self.position + ahead < len(self.tokens) else None

    def separates_steps(self, token: Token) -> bool:
        """Whether a token is a word that separates two steps and is not also a label."""
        return (
            token.kind == "word"
            and token.normalized in NORMALIZED_STEP_SEPARATORS
            and token.normalized not in build_label_table()
        )

    def opens_recovery(self) -> bool:
        """Whether the next tokens are a word that may stand before a recovery, and a length."""
        token, after = self.peek(), self.peek(1)
        if (
            token is None
            or after is None
            or token.kind != "word"
            or token.normalized not in NORMALIZED_RECOVERY_OPENERS
        ):
            return False
        return after.kind in ("number", "clock", "fraction") or after.normalized in NORMALIZED_NUMBERS


@dataclass(slots=True)
class _DraftLength:
    """The length of a step as far as it has been read."""

    unit: str = ""
    """Unit of the length, ``m`` or ``s``; empty while no length has been read."""
    amount: float = 0.0
    """Length in metres or seconds."""
    next_position: int = -1
    """Index of the token behind the length, which may continue it, as in ``2min 30s``."""


@dataclass(slots=True)
class _StepDraft:
    """A step as far as it has been read."""

    length: _DraftLength = field(default_factory=_DraftLength)
    speed_mps: float | None = None
    words: list[Token] = field(default_factory=list)


def parse_step(cursor: TokenCursor) -> PlanStep:
    """Return the step at the cursor, and move the cursor behind it.

    Raises :class:`AnnotationError` naming the character.
    """
    first = cursor.peek()
    if first is None:
        raise build_syntax_error(cursor.text, len(cursor.text), "a step is missing: write 400m backward or 2min rest")
    draft = _StepDraft()
    while (token := cursor.peek()) is not None:
        if token.kind == "symbol" and token.text == "@":
            cursor.position += 1
            draft.speed_mps = _parse_pace(cursor, token)
        elif token.kind == "symbol" and token.text in ("=", ":") and not draft.length.unit:
            cursor.position += 1
        elif (
            token.kind == "symbol"
            or (draft.words and cursor.separates_steps(token))
            or (draft.length.unit and cursor.opens_recovery())
        ):
            break
        elif token.kind in ("number", "clock", "fraction") or _is_length_in_words(cursor, token):
            _parse_draft_length(cursor, draft, token)
        elif token.kind == "mark":
            raise build_syntax_error(cursor.text, token.offset, "minutes and seconds need a number before them")
        else:
            draft.words.append(token)
            cursor.position += 1
    if not draft.length.unit and not draft.words:
        raise build_syntax_error(cursor.text, first.offset, "is no step: write 400m backward or 2min rest")
    label, until_lap = _parse_step_label(cursor.text, draft.words)
    length = draft.length
    return PlanStep(
        label=label,
        seconds=length.amount if length.unit == "s" else None,
        metres=length.amount if length.unit == "m" else None,
        until_lap=until_lap,
        speed_mps=draft.speed_mps,
        is_recovery=any(token.normalized in NORMALIZED_RECOVERY_STEPS for token in draft.words),
    )


def _is_length_in_words(cursor: TokenCursor, token: Token) -> bool:
    """Whether a length in words begins here, as in ``two miles`` or ``quarter mile``."""
    after = cursor.peek(1)
    if token.kind != "word" or after is None or after.kind != "word":
        return False
    if token.normalized in FRACTION_WORDS:
        return after.normalized in UNITS
    return token.normalized in NORMALIZED_NUMBERS and (after.normalized in UNITS or after.normalized in HUNDRED_WORDS)


def _parse_draft_length(cursor: TokenCursor, draft: _StepDraft, token: Token) -> None:
    """Read a length, or the time for a distance (``400 m in 3:10``), into the draft of a step."""
    length = draft.length
    continues_length = length.unit == "s" and length.next_position == cursor.position and token.kind != "clock"
    is_time_for_distance = length.unit == "m" and token.kind == "clock"
    if length.unit and not (continues_length or is_time_for_distance):
        raise build_syntax_error(cursor.text, token.offset, "a second length: put a comma between two steps")
    kind, size = _parse_length(cursor, token, within_minutes=continues_length)
    if not size > 0.0:
        raise build_syntax_error(cursor.text, token.offset, "is no length: it has to be more than nothing")
    if is_time_for_distance:
        draft.speed_mps = length.amount / size
        return
    if continues_length and kind != "s":
        raise build_syntax_error(cursor.text, token.offset, "a second length: put a comma between two steps")
    draft.length = _DraftLength(kind, length.amount + size, cursor.position)


def _parse_length(cursor: TokenCursor, token: Token, *, within_minutes: bool) -> tuple[str, float]:
    """Return the unit, ``m`` or ``s``, and the amount of the length at the cursor, and move the cursor behind it."""
    cursor.position += 1
    if token.kind == "clock":
        parts = [float(part) for part in token.text.split(":")]
        if any(part > 59.0 for part in parts[1:]):
            raise build_syntax_error(cursor.text, token.offset, "is no time: minutes and seconds end at 59")
        return "s", sum(part * 60.0**exponent for exponent, part in enumerate(reversed(parts)))
    amount = _parse_amount(cursor, token)
    unit = cursor.peek()
    if unit is not None and unit.kind == "mark":
        cursor.position += 1
        return "s", amount * (60.0 if unit.text in ("'", "′", "’") else 1.0)
    if unit is not None and unit.kind == "word" and unit.normalized in UNITS:
        cursor.position += 1
        dot = cursor.peek()
        if dot is not None and dot.text == "." and dot.offset == unit.offset + len(unit.text):
            cursor.position += 1
        kind, size = UNITS[unit.normalized]
        return kind, amount * size
    if within_minutes and amount < 60.0:
        return "s", amount  # seconds behind minutes, as in 1'30
    if amount >= MIN_UNITLESS_M and amount % 5.0 == 0.0:
        return "m", amount
    number = token.text
    raise build_syntax_error(cursor.text, token.offset, f"{number} of what? Write {number}min, {number}km or {number}s")


def _parse_amount(cursor: TokenCursor, token: Token) -> float:
    if token.kind == "fraction":
        if token.text in _FRACTION_SIGNS:
            return _FRACTION_SIGNS[token.text]
        numerator, _, denominator = token.text.partition("/")
        if int(denominator) == 0:
            raise build_syntax_error(cursor.text, token.offset, "divides by nothing")
        return int(numerator) / int(denominator)
    if token.kind == "number":
        return float(token.text.replace(",", "."))
    if token.normalized in FRACTION_WORDS:
        return FRACTION_WORDS[token.normalized]
    amount = float(NORMALIZED_NUMBERS[token.normalized])
    hundred = cursor.peek()
    if hundred is not None and hundred.normalized in HUNDRED_WORDS:
        cursor.position += 1
        amount *= HUNDRED_WORDS[hundred.normalized]
    return amount


def _parse_pace(cursor: TokenCursor, at_token: Token) -> float:
    """Return the pace behind ``@`` in m/s: ``6:00/km``, ``5:30`` (per kilometre) or ``12km/h``."""
    start = at_token.offset + 1
    match = _PACE.match(cursor.text, start)
    text = match[1].replace(",", ".") if match else ""
    mps = parse_speed_mps(text if "/" in text or text[-1:].isalpha() else f"{text}/km")
    if match is None or mps is None or not mps > 0.0:
        raise build_syntax_error(cursor.text, at_token.offset, "no pace follows: write @6:00/km or @8km/h")
    while (token := cursor.peek()) is not None and token.offset < match.end():
        cursor.position += 1
    return mps


def _parse_step_label(text: str, tokens: list[Token]) -> tuple[Label, bool]:
    """Return the label that the words of a step mean, and whether the step lasts until the lap button is pressed."""
    remaining = " ".join(token.normalized for token in tokens)
    until_lap = False
    for phrase in _NORMALIZED_UNTIL_LAP:
        shortened = _remove_phrase(remaining, phrase)
        if shortened != remaining:
            remaining, until_lap = shortened, True
            break
    direction, gait = "", ""
    for phrase in _KNOWN_PHRASES:
        shortened = _remove_phrase(remaining, phrase) if phrase in remaining else remaining
        if shortened == remaining:
            continue
        remaining = shortened
        label = (
            parse_canonical_label(build_label_table()[phrase])
            if phrase in build_label_table()
            else Label("", build_gait_table().get(phrase, ""))
        )
        if direction and label.direction and direction != label.direction:
            problem = f"says {direction} and {label.direction}: put a comma between two steps"
            raise build_syntax_error(text, tokens[0].offset, problem)
        direction, gait = direction or label.direction, gait or label.gait
    unknown = [
        word
        for word in remaining.split()
        if word not in _NORMALIZED_FILLERS | NORMALIZED_RECOVERY_OPENERS | NORMALIZED_REPEAT_WORDS
    ]
    if unknown:
        token = next((token for token in tokens if unknown[0] in token.normalized), tokens[0])
        import difflib  # imported only for an error message

        close_matches = difflib.get_close_matches(unknown[0], _KNOWN_PHRASES, n=1, cutoff=0.7)
        hint = f'did you mean "{close_matches[0]}"?' if close_matches else "write backward, forward, rest, walk or jog"
        raise build_syntax_error(text, token.offset, f'"{token.text}" is not known: {hint}')
    if direction == "rest" or gait == "stand":
        return Label("rest"), until_lap
    return Label(direction or "forward", gait), until_lap


def _remove_phrase(text: str, phrase: str) -> str:
    """Return a text with a space for each place where a phrase stands as whole words."""
    if phrase not in text:
        return text
    pattern = re.escape(phrase) if is_unspaced_script(phrase) else rf"(?<![^\W\d_]){re.escape(phrase)}(?![^\W\d_])"
    return re.sub(pattern, " ", text)
