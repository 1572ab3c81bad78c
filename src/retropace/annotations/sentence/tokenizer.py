"""A workout sentence as words, numbers and signs, each with the character where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retropace.annotations.language.normalize import normalize
from retropace.annotations.sentence.keywords import METRES_PER_UNIT, REPEAT_WORDS, SECONDS_PER_UNIT
from retropace.core.errors import AnnotationError

_TOKEN = re.compile(
    r"(?P<space>[ \t\u00a0\u3000]+)|(?P<clock>\d{1,3}:\d{2}(?::\d{2})?)|(?P<fraction>\d+/\d+(?=\s*[^\W\d_])|[¼½¾])"
    r"|(?P<number>\d+(?:[.,]\d+)?)|(?P<mark>[′'’]{2}|[\"″”]|[′'’])|(?P<word>[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*)"
    r"|(?P<symbol>[(){}\[\]×*,;+/@=:&.\n\r|–-]|->|→)",
)
UNITS = {normalize(word): ("m", size) for word, size in METRES_PER_UNIT.items()} | {
    normalize(word): ("s", size) for word, size in SECONDS_PER_UNIT.items()
}
"""For each unit, plainly spelled, whether it measures metres or seconds, and how many."""
NORMALIZED_REPEAT_WORDS = frozenset(normalize(word) for word in REPEAT_WORDS)
"""What stands between how often and what, plainly spelled."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: a ``word``, ``number``, ``clock``, ``fraction``, ``symbol``, or ``mark`` of minutes."""

    kind: str
    text: str
    offset: int

    @property
    def normalized(self) -> str:
        """A word in its plain spelling."""
        return normalize(self.text) if self.kind == "word" else self.text


def tokenize(text: str) -> list[Token]:
    """The tokens of a text without blanks; raises :class:`AnnotationError` for a sign that means nothing."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise syntax_error(text, at, "means nothing in a workout")
        kind = str(match.lastgroup)
        if kind == "word":
            tokens += _split_word(match[0], at, after_number=bool(tokens) and tokens[-1].kind in ("number", "fraction"))
        elif kind == "mark" and match[0] in "'’" and tokens and tokens[-1].normalized in UNITS:
            pass  # two minutes' rest
        elif kind != "space":
            tokens.append(Token(kind, match[0], at))
        at = match.end()
    return tokens


def _split_word(word: str, offset: int, *, after_number: bool) -> list[Token]:
    """A word, parted where a unit and what follows it, or a count and what it counts, are written together."""
    whole = [Token("word", word, offset)]
    if normalize(word) in UNITS or normalize(word) in NORMALIZED_REPEAT_WORDS or not after_number:
        return whole
    for length in range(len(word) - 1, 0, -1):
        head, tail = normalize(word[:length]), word[length:]
        if head not in UNITS and head not in NORMALIZED_REPEAT_WORDS:
            continue
        if tail.isupper() or tail in ("x", "×") or not tail.isascii() or head == "x":
            return [Token("word", word[:length], offset), *_split_word(tail, offset + length, after_number=False)]
    return whole


def syntax_error(text: str, offset: int, problem: str) -> AnnotationError:
    """An error that points at a character of the text."""
    shown = text[offset : offset + 12].split("\n")[0]
    where = f'character {offset + 1}, "{shown}"' if offset < len(text) else f"character {offset + 1}, at the end"
    return AnnotationError(f"{where}: {problem}")
