"""Search for the lines of a statement in a TOML text, the end of its shortest valid beginning that has the key."""

import contextlib
import re
import tomllib
from typing import Any

TomlPath = tuple[str | int, ...]
"""Path to a value in a TOML document: keys of nested tables and indices of arrays, as ``("goals", 0, "km")``."""
MAX_PARSED_CHARS = 4_000_000
"""Largest number of characters parsed in one search (about a second); a longer search finds nothing."""


def find_statement_lines(text: str, key_path: TomlPath) -> tuple[int, int] | None:
    r"""Return first and excluded last line, counted from 0, of the statement that defines a key; None if there is none.

    >>> find_statement_lines('units = "km"\n[privacy]\nhide_ends = "200m"\n', ("privacy", "hide_ends"))
    (2, 3)
    """
    ends = [0]
    for line in split_lines(text):
        ends.append(ends[-1] + len(line))
    low, high = 0, len(ends) - 1
    if not _has_key(tomllib.loads(text), key_path):
        return None
    parsed_chars = 0
    while high - low > 1:
        middle = (low + high) // 2
        for count in (*range(middle, high), *range(middle - 1, low, -1)):
            parsed_chars += ends[count]
            if parsed_chars > MAX_PARSED_CHARS:
                return None
            with contextlib.suppress(tomllib.TOMLDecodeError):
                beginning = tomllib.loads(text[: ends[count]])
                break
        else:
            break  # the whole range is one statement
        if _has_key(beginning, key_path):
            high = count
        else:
            low = count
    return low, high


def split_lines(text: str) -> list[str]:
    """Return the lines with their ends; only line feeds end a line in TOML, unlike in ``str.splitlines``."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _has_key(document: Any, key_path: TomlPath) -> bool:
    for key in key_path:
        keys = range(len(document)) if isinstance(document, list) else document
        if not isinstance(keys, (dict, range)) or key not in keys:
            return False
        document = document[key]
    return True
