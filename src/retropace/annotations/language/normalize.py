"""Normalization of spelling, so that words are found in word lists whatever their case and accents."""

from __future__ import annotations

import re
import unicodedata

_LETTER_REPLACEMENTS = str.maketrans({"’": "'", "`": "'", "ł": "l", "ø": "o", "đ": "d", "ı": "i"})
"""Plain letters for letters that Unicode does not decompose into letter and accent."""


def normalize(text: str) -> str:
    """Return a text in lower case, without accents and with single spaces between words.

    >>> normalize("À  reculons")
    'a reculons'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    stripped = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[\s_/,-]+", " ", stripped.translate(_LETTER_REPLACEMENTS)).strip()


def is_unspaced_script(word: str) -> bool:
    """Whether a word is in a script that writes words without spaces, such as Chinese."""
    return any(unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for letter in word)
