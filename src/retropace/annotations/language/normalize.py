"""The vocabulary made ready for looking up: plain spelling, and every known phrase found within a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from retropace.annotations.language.vocabulary import (
    AMBIGUOUS,
    GAITS,
    LABELS,
    NEGATIONS,
    ROUTES,
    SHORT,
    THERE_AND_BACK,
    WAY,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A known phrase in a text: what it means, and where it stands in the plain spelling."""

    kind: str
    """``label``, ``gait``, ``ambiguous``, ``way``, ``route``, ``nothing`` or ``not``."""
    meaning: str
    text: str
    start: int
    end: int


def plain(text: str) -> str:
    """Lower case, one space between words, no accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return re.sub(r"[\s_/,-]+", " ", bare.translate(_LIKE)).strip()


_LIKE = str.maketrans({"’": "'", "`": "'", "ł": "l", "ø": "o", "đ": "d", "ı": "i"})
"""Letters that are no plain ones with an accent, but typed as such where a keyboard lacks them."""
_NO_PHRASES = frozenset({"ar", "normal", "前", "w"})
"""Fine as a whole label; within a text they are anything."""


@cache
def whole_labels() -> dict[str, str]:
    """For every text that is a label by itself, plainly spelled, the label as in ``backward walk``."""
    table = {plain(word): label for words in LABELS.values() for label, group in words.items() for word in group}
    table |= {plain(word): "backward" for group in AMBIGUOUS.values() for word in group}
    return table | {plain(word): label for label, group in SHORT.items() for word in group}


@cache
def whole_gaits() -> dict[str, str]:
    """For every word that means a gait, plainly spelled, the gait."""
    return {plain(word): gait for words in GAITS.values() for gait, group in words.items() for word in group}


def find_words(text: str) -> list[Word]:
    """The known phrases of a text in order, the longest where several begin; short forms are not looked for."""
    spelled = plain(text)
    table, pattern = _phrases()
    return [Word(*table[match[0]], match[0], match.start(), match.end()) for match in pattern.finditer(spelled)]


@cache
def _phrases() -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    table: dict[str, tuple[str, str]] = {}
    for gaits in GAITS.values():
        table |= {plain(word): ("gait", gait) for gait, group in gaits.items() for word in group}
    table |= {plain(word): ("not", "") for word in NEGATIONS}
    for kind, words in (("route", ROUTES), ("way", WAY), ("ambiguous", AMBIGUOUS), ("nothing", THERE_AND_BACK)):
        table |= {plain(word): (kind, "") for group in words.values() for word in group}
    for labels in LABELS.values():
        table |= {plain(word): ("label", label) for label, group in labels.items() for word in group}
    table = {word: found for word, found in table.items() if word not in _NO_PHRASES}
    # Scripts without spaces join their words; the others end a word at its last letter.
    joined = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if joins(word))
    spaced = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if not joins(word))
    return table, re.compile(rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])|(?:{joined})")


def joins(word: str) -> bool:
    """Whether the word is of a script that writes words together."""
    return any(unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for letter in word)
