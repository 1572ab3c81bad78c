"""The vocabulary made ready for looking up: plain spelling, and every known phrase found within a text."""

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
    """A known phrase in a text: what it means, and where it stands in the plain spelling."""

    kind: str
    """``label``, ``gait``, ``ambiguous``, ``way``, ``route``, ``nothing`` or ``not``."""
    meaning: str
    text: str
    start: int
    end: int


def normalize(text: str) -> str:
    """Lower case, one space between words, no accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return re.sub(r"[\s_/,-]+", " ", bare.translate(_LETTER_REPLACEMENTS)).strip()


_LETTER_REPLACEMENTS = str.maketrans({"’": "'", "`": "'", "ł": "l", "ø": "o", "đ": "d", "ı": "i"})
"""Letters that are no plain ones with an accent, but typed as such where a keyboard lacks them."""
_WHOLE_LABEL_ONLY = frozenset({"ar", "normal", "前", "w"})
"""Fine as a whole label; within a text they are anything."""


@cache
def build_label_table() -> dict[str, str]:
    """For every text that is a label by itself, plainly spelled, the label as in ``backward walk``."""
    table = {normalize(word): label for words in LABELS.values() for label, group in words.items() for word in group}
    table |= {normalize(word): "backward" for group in AMBIGUOUS.values() for word in group}
    return table | {normalize(word): label for label, group in SHORT_FORMS.items() for word in group}


@cache
def build_gait_table() -> dict[str, str]:
    """For every word that means a gait, plainly spelled, the gait."""
    return {normalize(word): gait for words in GAITS.values() for gait, group in words.items() for word in group}


def find_phrases(text: str) -> list[Phrase]:
    """The known phrases of a text in order, the longest where several begin; short forms are not looked for."""
    spelled = normalize(text)
    table, pattern = _build_phrase_table()
    return [Phrase(*table[match[0]], match[0], match.start(), match.end()) for match in pattern.finditer(spelled)]


@cache
def _build_phrase_table() -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    table: dict[str, tuple[str, str]] = {}
    for gaits in GAITS.values():
        table |= {normalize(word): ("gait", gait) for gait, group in gaits.items() for word in group}
    table |= {normalize(word): ("not", "") for word in NEGATIONS}
    for kind, words in (
        ("route", ROUTE_WORDS),
        ("way", ROUTE_DIRECTIONS),
        ("ambiguous", AMBIGUOUS),
        ("nothing", IGNORED_PHRASES),
    ):
        table |= {normalize(word): (kind, "") for group in words.values() for word in group}
    for labels in LABELS.values():
        table |= {normalize(word): ("label", label) for label, group in labels.items() for word in group}
    table = {word: found for word, found in table.items() if word not in _WHOLE_LABEL_ONLY}
    # Scripts without spaces join their words; the others end a word at its last letter.
    joined = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if is_unspaced_script(word))
    spaced = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if not is_unspaced_script(word))
    return table, re.compile(rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])|(?:{joined})")


def is_unspaced_script(word: str) -> bool:
    """Whether the word is of a script that writes words together."""
    return any(unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for letter in word)
