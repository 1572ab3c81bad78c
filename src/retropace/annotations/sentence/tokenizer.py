"""The tokenizer of workout sentences: words, numbers and signs, each with its character offset."""

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
"""One token of any kind; the name of the matching group is the kind."""
UNITS = {normalize(word): ("m", size) for word, size in METRES_PER_UNIT.items()} | {
    normalize(word): ("s", size) for word, size in SECONDS_PER_UNIT.items()
}
"""For each normalized unit, ``("m", metres)`` or ``("s", seconds)``."""
NORMALIZED_REPEAT_WORDS = frozenset(normalize(word) for word in REPEAT_WORDS)
"""Words between a count and what is repeated, normalized."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a sentence."""

    kind: str
    """``word``, ``number``, ``clock``, ``fraction``, ``symbol``, or ``mark`` (a sign of minutes or seconds)."""
    text: str
    offset: int
    """The index of its first character in the sentence."""

    @property
    def normalized(self) -> str:
        """A word in normalized spelling, any other token as written."""
        return normalize(self.text) if self.kind == "word" else self.text


def tokenize(text: str) -> list[Token]:
    """Split a sentence into tokens, without blanks.

    Raises :class:`AnnotationError` for a character that no token contains.

    >>> [token.text for token in tokenize("6x400m, r 2:00")]
    ['6', 'x', '400', 'm', ',', 'r', '2:00']
    """
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise build_syntax_error(text, offset, "means nothing in a workout")
        kind = str(match.lastgroup)
        if kind == "word":
            tokens += _split_word(
                match[0], offset, after_number=bool(tokens) and tokens[-1].kind in ("number", "fraction")
            )
        elif kind == "mark" and match[0] in "'’" and tokens and tokens[-1].normalized in UNITS:
            pass  # an apostrophe after a unit, as in "two minutes' rest"
        elif kind != "space":
            tokens.append(Token(kind, match[0], offset))
        offset = match.end()
    return tokens


def _split_word(word: str, offset: int, *, after_number: bool) -> list[Token]:
    """Split a word where a unit or a repeat word is written together with what follows it."""
    unsplit = [Token("word", word, offset)]
    if normalize(word) in UNITS or normalize(word) in NORMALIZED_REPEAT_WORDS or not after_number:
        return unsplit
    for length in range(len(word) - 1, 0, -1):
        head, tail = normalize(word[:length]), word[length:]
        if head not in UNITS and head not in NORMALIZED_REPEAT_WORDS:
            continue
        if tail.isupper() or tail in ("x", "×") or not tail.isascii() or head == "x":
            return [Token("word", word[:length], offset), *_split_word(tail, offset + length, after_number=False)]
    return unsplit


def build_syntax_error(text: str, offset: int, problem: str) -> AnnotationError:
    """Build an error that points at a character of the sentence."""
    excerpt = text[offset : offset + 12].split("\n")[0]
    position = f'character {offset + 1}, "{excerpt}"' if offset < len(text) else f"character {offset + 1}, at the end"
    return AnnotationError(f"{position}: {problem}")
