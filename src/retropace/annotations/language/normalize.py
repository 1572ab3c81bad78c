"""Normalized spelling of words, look-up tables of the vocabulary, and the search for known phrases in a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from retropace.annotations.language.vocabulary import (
    AMBIGUOUS,
    GAITS,
    IGNORED_PHRASES,
    LABELS,
    NEGATIONS,
    ROUTE_DIRECTIONS,
    ROUTE_WORDS,
    SHORT_FORMS,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A known word or phrase found in a text, with its position in the normalized spelling."""

    kind: str
    """What the phrase is: ``label``, ``gait``, ``ambiguous``, ``route_direction``, ``route``, ``ignored`` or
    ``negation``."""
    meaning: str
    """English name of the label (such as ``backward walk``) or gait that the phrase means; empty for the other
    kinds."""
    text: str
    start: int
    end: int


def normalize(text: str) -> str:
    """Return a text in lower case, without accents and with single spaces between words.

    >>> normalize("À  reculons")
    'a reculons'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    stripped = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[\s_/,-]+", " ", stripped.translate(_LETTER_REPLACEMENTS)).strip()


_LETTER_REPLACEMENTS = str.maketrans({"’": "'", "`": "'", "ł": "l", "ø": "o", "đ": "d", "ı": "i"})
"""Plain letters for letters that Unicode does not decompose into letter and accent."""
_WHOLE_LABEL_ONLY = frozenset({"ar", "normal", "前", "w"})
"""Words that count as a label when they stand alone, and are too ambiguous within a longer text."""


@cache
def build_label_table() -> dict[str, str]:
    """Return the English name of the label by each text, in normalized spelling, that is a whole label."""
    table = {normalize(word): label for words in LABELS.values() for label, group in words.items() for word in group}
    table |= {normalize(word): "backward" for group in AMBIGUOUS.values() for word in group}
    return table | {normalize(word): label for label, group in SHORT_FORMS.items() for word in group}


@cache
def build_gait_table() -> dict[str, str]:
    """Return the English name of the gait by each word for it, in normalized spelling."""
    return {normalize(word): gait for words in GAITS.values() for gait, group in words.items() for word in group}


def find_phrases(text: str) -> list[Phrase]:
    """Return the known phrases in a text in order, the longest where several match; ``SHORT_FORMS`` are left out."""
    normalized = normalize(text)
    table, pattern = _build_phrase_table()
    return [Phrase(*table[match[0]], match[0], match.start(), match.end()) for match in pattern.finditer(normalized)]


@cache
def _build_phrase_table() -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    """Return a table from each phrase to its kind and meaning, and a pattern that matches any of the phrases."""
    table: dict[str, tuple[str, str]] = {}
    for gaits in GAITS.values():
        table |= {normalize(word): ("gait", gait) for gait, group in gaits.items() for word in group}
    table |= {normalize(word): ("negation", "") for word in NEGATIONS}
    for kind, words in (
        ("route", ROUTE_WORDS),
        ("route_direction", ROUTE_DIRECTIONS),
        ("ambiguous", AMBIGUOUS),
        ("ignored", IGNORED_PHRASES),
    ):
        table |= {normalize(word): (kind, "") for group in words.values() for word in group}
    for labels in LABELS.values():
        table |= {normalize(word): ("label", label) for label, group in labels.items() for word in group}
    table = {word: entry for word, entry in table.items() if word not in _WHOLE_LABEL_ONLY}
    # A phrase in a script with spaces matches whole words only.
    unspaced = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if is_unspaced_script(word))
    spaced = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if not is_unspaced_script(word))
    return table, re.compile(rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])|(?:{unspaced})")


def is_unspaced_script(word: str) -> bool:
    """Whether a word is in a script that writes words without spaces, such as Chinese."""
    return any(unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for letter in word)
