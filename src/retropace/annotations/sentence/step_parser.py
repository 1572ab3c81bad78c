"""One step of a workout sentence: a length, words for direction and gait, a pace, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from retropace.annotations.language.labels import Label, label_of
from retropace.annotations.language.normalize import joins, plain, whole_gaits, whole_labels
from retropace.annotations.model.plan import Step
from retropace.annotations.sentence.keywords import (
    FILLERS,
    FORWARD,
    HUNDREDS,
    NUMBERS,
    QUARTERS,
    RECOVERING,
    RECOVERY,
    THEN,
    UNTIL_LAP,
)
from retropace.annotations.sentence.tokenizer import COUNTING, UNITS, Token, wrong
from retropace.core.units import parse_speed_mps

LEAST_BARE_M = 50.0
"""A number without a unit is a distance in metres from here on: 6x400."""
NUMBERS_SPELLED = {plain(word): number for word, number in NUMBERS.items()}
THEN_SPELLED = frozenset(plain(word) for word in THEN)
RECOVERY_SPELLED = frozenset(plain(word) for word in RECOVERY)
RECOVERING_SPELLED = frozenset(plain(word) for word in RECOVERING)
_FILLERS = frozenset(plain(word) for word in FILLERS)
_FORWARD = frozenset(plain(word) for word in FORWARD)
_UNTIL_LAP = sorted((plain(word) for word in UNTIL_LAP), key=len, reverse=True)
_KNOWN = sorted({*_FORWARD, *whole_labels(), *whole_gaits()} - {""}, key=len, reverse=True)
_FRACTIONS = {"¼": 0.25, "½": 0.5, "¾": 0.75}
_PACE = re.compile(
    r"\s*(\d+:\d{2}(?:\s*(?:/|per )\s*(?:km|mi|mile))?|\d+(?:[.,]\d+)?\s*(?:km/h|kmh|kph|mph|m/s))", re.IGNORECASE
)


@dataclass(slots=True)
class Cursor:
    """Where one is in the tokens of a text."""

    text: str
    tokens: list[Token]
    next: int = 0

    def peek(self, ahead: int = 0) -> Token | None:
        """The token to come, or one after it; None behind the last."""
        return self.tokens[self.next + ahead] if self.next + ahead < len(self.tokens) else None

    def parts_steps(self, token: Token) -> bool:
        """Whether a word parts two steps: "then", and not one that is a label as well."""
        return token.kind == "word" and token.spelled in THEN_SPELLED and token.spelled not in whole_labels()

    def opens_recovery(self) -> bool:
        """Whether what comes is a word like "with" or "r" and a length."""
        token, after = self.peek(), self.peek(1)
        if token is None or after is None or token.kind != "word" or token.spelled not in RECOVERY_SPELLED:
            return False
        return after.kind in ("number", "clock", "fraction") or after.spelled in NUMBERS_SPELLED


@dataclass(slots=True)
class _Length:
    kind: str = ""
    size: float = 0.0
    ends: int = -1
    """The token after it: what stands right behind may go on with it, ``2min 30s``."""


@dataclass(slots=True)
class _Draft:
    length: _Length = field(default_factory=_Length)
    speed_mps: float | None = None
    words: list[Token] = field(default_factory=list)


def parse_step(cursor: Cursor) -> Step:
    """The step that begins here, consumed; raises :class:`AnnotationError` naming the character."""
    first = cursor.peek()
    if first is None:
        raise wrong(cursor.text, len(cursor.text), "a step is missing: write 400m backward or 2min rest")
    draft = _Draft()
    while (token := cursor.peek()) is not None:
        if token.kind == "symbol" and token.text == "@":
            cursor.next += 1
            draft.speed_mps = _pace(cursor, token)
        elif token.kind == "symbol" and token.text in ("=", ":") and not draft.length.kind:
            cursor.next += 1
        elif (
            token.kind == "symbol"
            or (draft.words and cursor.parts_steps(token))
            or (draft.length.kind and cursor.opens_recovery())
        ):
            break
        elif token.kind in ("number", "clock", "fraction") or _is_spelled_length(cursor, token):
            _take_length(cursor, draft, token)
        elif token.kind == "mark":
            raise wrong(cursor.text, token.at, "minutes and seconds need a number before them")
        else:
            draft.words.append(token)
            cursor.next += 1
    if not draft.length.kind and not draft.words:
        raise wrong(cursor.text, first.at, "is no step: write 400m backward or 2min rest")
    label, until_lap = _label(cursor.text, draft.words)
    length = draft.length
    return Step(
        label=label,
        seconds=length.size if length.kind == "s" else None,
        metres=length.size if length.kind == "m" else None,
        until_lap=until_lap,
        speed_mps=draft.speed_mps,
        recovers=any(token.spelled in RECOVERING_SPELLED for token in draft.words),
    )


def _is_spelled_length(cursor: Cursor, token: Token) -> bool:
    after = cursor.peek(1)
    if token.kind != "word" or after is None or after.kind != "word":
        return False
    if token.spelled in QUARTERS:
        return after.spelled in UNITS
    return token.spelled in NUMBERS_SPELLED and (after.spelled in UNITS or after.spelled in HUNDREDS)


def _take_length(cursor: Cursor, draft: _Draft, token: Token) -> None:
    length = draft.length
    goes_on = length.kind == "s" and length.ends == cursor.next and token.kind != "clock"
    in_time = length.kind == "m" and token.kind == "clock"  # 400 m in 3:10
    if length.kind and not (goes_on or in_time):
        raise wrong(cursor.text, token.at, "a second length: put a comma between two steps")
    kind, size = _length(cursor, token, within_minutes=goes_on)
    if not size > 0.0:
        raise wrong(cursor.text, token.at, "is no length: it has to be more than nothing")
    if in_time:
        draft.speed_mps = length.size / size
        return
    if goes_on and kind != "s":
        raise wrong(cursor.text, token.at, "a second length: put a comma between two steps")
    draft.length = _Length(kind, length.size + size, cursor.next)


def _length(cursor: Cursor, token: Token, *, within_minutes: bool) -> tuple[str, float]:
    """``m`` or ``s`` and the amount, consumed."""
    cursor.next += 1
    if token.kind == "clock":
        parts = [float(part) for part in token.text.split(":")]
        if any(part > 59.0 for part in parts[1:]):
            raise wrong(cursor.text, token.at, "is no time: minutes and seconds end at 59")
        return "s", sum(part * 60.0**place for place, part in enumerate(reversed(parts)))
    amount = _amount(cursor, token)
    unit = cursor.peek()
    if unit is not None and unit.kind == "mark":
        cursor.next += 1
        return "s", amount * (60.0 if unit.text in ("'", "′", "’") else 1.0)
    if unit is not None and unit.kind == "word" and unit.spelled in UNITS:
        cursor.next += 1
        dot = cursor.peek()
        if dot is not None and dot.text == "." and dot.at == unit.at + len(unit.text):
            cursor.next += 1
        kind, size = UNITS[unit.spelled]
        return kind, amount * size
    if within_minutes and amount < 60.0:
        return "s", amount  # 1'30
    if amount >= LEAST_BARE_M and amount % 5.0 == 0.0:
        return "m", amount
    told = token.text
    raise wrong(cursor.text, token.at, f"{told} of what? Write {told}min, {told}km or {told}s")


def _amount(cursor: Cursor, token: Token) -> float:
    if token.kind == "fraction":
        if token.text in _FRACTIONS:
            return _FRACTIONS[token.text]
        top, _, bottom = token.text.partition("/")
        if int(bottom) == 0:
            raise wrong(cursor.text, token.at, "divides by nothing")
        return int(top) / int(bottom)
    if token.kind == "number":
        return float(token.text.replace(",", "."))
    if token.spelled in QUARTERS:
        return QUARTERS[token.spelled]
    amount = float(NUMBERS_SPELLED[token.spelled])
    hundred = cursor.peek()
    if hundred is not None and hundred.spelled in HUNDREDS:
        cursor.next += 1
        amount *= HUNDREDS[hundred.spelled]
    return amount


def _pace(cursor: Cursor, at_sign: Token) -> float:
    """What stands behind ``@``: ``6:00/km``, ``5:30`` (a kilometre), ``12km/h``."""
    begin = at_sign.at + 1
    match = _PACE.match(cursor.text, begin)
    text = match[1].replace(",", ".") if match else ""
    mps = parse_speed_mps(text if "/" in text or text[-1:].isalpha() else f"{text}/km")
    if match is None or mps is None or not mps > 0.0:
        raise wrong(cursor.text, at_sign.at, "no pace follows: write @6:00/km or @8km/h")
    while (token := cursor.peek()) is not None and token.at < match.end():
        cursor.next += 1
    return mps


def _label(text: str, words: list[Token]) -> tuple[Label, bool]:
    """The direction and gait that the words of a step mean, and whether it lasts until a press of lap."""
    rest = " ".join(token.spelled for token in words)
    until_lap = False
    for phrase in _UNTIL_LAP:
        left = _without(rest, phrase)
        if left != rest:
            rest, until_lap = left, True
            break
    direction, gait = "", ""
    for phrase in _KNOWN:
        left = _without(rest, phrase) if phrase in rest else rest
        if left == rest:
            continue
        rest = left
        found = (
            label_of(whole_labels()[phrase]) if phrase in whole_labels() else Label("", whole_gaits().get(phrase, ""))
        )
        if direction and found.direction and direction != found.direction:
            said = f"says {direction} and {found.direction}: put a comma between two steps"
            raise wrong(text, words[0].at, said)
        direction, gait = direction or found.direction, gait or found.gait
    unknown = [word for word in rest.split() if word not in _FILLERS | RECOVERY_SPELLED | COUNTING]
    if unknown:
        token = next((token for token in words if unknown[0] in token.spelled), words[0])
        import difflib  # for a mistake only

        near = difflib.get_close_matches(unknown[0], _KNOWN, n=1, cutoff=0.7)
        hint = f'did you mean "{near[0]}"?' if near else "write backward, forward, rest, walk or jog"
        raise wrong(text, token.at, f'"{token.text}" is not known: {hint}')
    if direction == "rest" or gait == "stand":
        return Label("rest"), until_lap
    return Label(direction or "forward", gait), until_lap


def _without(words: str, phrase: str) -> str:
    """The words without a phrase that stands there as a whole."""
    if phrase not in words:
        return words
    pattern = re.escape(phrase) if joins(phrase) else rf"(?<![^\W\d_]){re.escape(phrase)}(?![^\W\d_])"
    return re.sub(pattern, " ", words)
