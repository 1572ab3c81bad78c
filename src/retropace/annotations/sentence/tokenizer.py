"""Splitting of workout sentences into tokens: words, numbers and signs, each with its character offset."""

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
"""Pattern of one token; the name of the matching group is the kind of token."""
UNITS = {normalize(word): ("m", size) for word, size in METRES_PER_UNIT.items()} | {
    normalize(word): ("s", size) for word, size in SECONDS_PER_UNIT.items()
}
"""Unit ``m`` or ``s`` and its size, as in ``("m", 1000.0)``, by word in normalized spelling."""
NORMALIZED_REPEAT_WORDS = frozenset(normalize(word) for word in REPEAT_WORDS)
"""Words that stand between a count and what is repeated, in normalized spelling."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign of a sentence."""

    kind: str
    """Kind of the token: ``word``, ``number``, ``clock``, ``fraction``, ``symbol``, or ``mark`` (a sign of minutes
    or seconds)."""
    text: str
    offset: int
    """Index of the token's first character in the sentence."""

    @property
    def normalized(self) -> str:
        """Normalized spelling of a word; any other token as written."""
        return normalize(self.text) if self.kind == "word" else self.text


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a sentence, without blanks.

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
    """Return the tokens of a word, split where a unit or a repeat word is written together with what follows it."""
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
    """Return an error that points at a character of the sentence."""
    excerpt = text[offset : offset + 12].split("\n")[0]
    position = f'character {offset + 1}, "{excerpt}"' if offset < len(text) else f"character {offset + 1}, at the end"
    return AnnotationError(f"{position}: {problem}")
