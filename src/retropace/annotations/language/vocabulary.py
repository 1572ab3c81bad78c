"""The words for directions and gaits in twelve languages, kept in ``vocabulary.toml``, and the search for them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_WHOLE_LABEL_ONLY = frozenset({"ar", "normal", "前", "w"})
"""Words that count as a label when they stand alone, and are too ambiguous within a longer text."""
_LETTER_REPLACEMENTS = str.maketrans({"’": "'", "`": "'", "ł": "l", "ø": "o", "đ": "d", "ı": "i"})
"""Plain letters for letters that Unicode does not decompose into letter and accent."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A known word or phrase found in a text."""

    kind: str  # ``label``, ``gait``, ``route``, ``route_direction``, ``ambiguous``, ``negation``, ``ignored``
    meaning: str  # English name of the label, as in ``backward walk``, or of the gait; empty for the other kinds
    text: str


def normalize(text: str) -> str:
    """Return a text in lower case, without accents and with single spaces between words: ``a reculons``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    stripped = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[\s_/,-]+", " ", stripped.translate(_LETTER_REPLACEMENTS)).strip()


def is_unspaced_script(word: str) -> bool:
    """Return whether a word is in a script that writes words without spaces, such as Chinese."""
    return any(unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for letter in word)


@cache
def load_words(name: str) -> dict[str, Any]:
    """Return the word lists in ``NAME.toml`` in normalized spelling, in tables that are nested as in the file."""
    import tomllib

    def split(entry: Any) -> Any:
        if isinstance(entry, dict):
            return {key: split(value) for key, value in entry.items()}
        return [normalize(word) for word in entry.split(",")]

    words: dict[str, Any] = split(tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8")))
    return words


@cache
def build_label_table() -> dict[str, str]:
    """Return a table from each text that is a whole label, in normalized spelling, to the English name of the label."""
    words = load_words("vocabulary")
    ambiguous = {word: "backward" for group in words["ambiguous"].values() for word in group}
    return invert(*words["labels"].values()) | ambiguous | invert(words["short_forms"])


@cache
def build_gait_table() -> dict[str, str]:
    """Return a table from each word for a gait, in normalized spelling, to the English name of the gait."""
    return invert(*load_words("vocabulary")["gaits"].values())


def invert(*tables: dict[str, list[str]]) -> dict[str, str]:
    """Return a table from each word to the key of the last list that holds it."""
    return {word: key for table in tables for key, group in table.items() for word in group}


def find_phrases(text: str) -> list[Phrase]:
    """Return the known phrases in a text in order, the longest of several that start at one place; no short forms."""
    table, pattern = _build_phrase_table()
    return [Phrase(*table[match[0]], match[0]) for match in pattern.finditer(normalize(text))]


@cache
def _build_phrase_table() -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    words = load_words("vocabulary")
    table = {word: ("gait", gait) for word, gait in build_gait_table().items()}
    for kind in ("negation", "route", "route_direction", "ambiguous", "ignored"):
        table |= {word: (kind, "") for group in words[kind].values() for word in group}
    table |= {word: ("label", label) for word, label in invert(*words["labels"].values()).items()}
    table = {word: entry for word, entry in table.items() if word not in _WHOLE_LABEL_ONLY}
    # A phrase in a script with spaces matches whole words only.
    unspaced = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if is_unspaced_script(word))
    spaced = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True) if not is_unspaced_script(word))
    return table, re.compile(rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])|(?:{unspaced})")
