"""Where something stands in a TOML text. The parser tells only where the syntax is wrong, so it is asked repeatedly.

The shortest beginning of the text that is TOML and has a key ends with the statement that brings that key.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

TomlPath = tuple[str | int, ...]
"""A key and what is below it, a number for one of a list: ``("goals", 0, "km")``."""
MAX_PARSED_CHARS = 4_000_000
"""Letters to parse in all, about a second: thousands of lines in one statement are no reason to wait longer."""


def find_statement_lines(text: str, key_path: TomlPath) -> tuple[int, int] | None:
    """The lines of the statement that brings something: half-open, counted from 0; None if nothing does.

    That is a key with its value, however many lines it has, or the header of a table. The text has to be TOML.
    """
    ends = [0]
    for line in split_lines(text):
        ends.append(ends[-1] + len(line))
    before, behind = 0, len(ends) - 1
    if not _has_key(tomllib.loads(text), key_path):
        return None
    parsed = 0
    while behind - before > 1:
        middle = (before + behind) // 2
        for count in (*range(middle, behind), *range(middle - 1, before, -1)):
            parsed += ends[count]
            if parsed > MAX_PARSED_CHARS:
                return None
            beginning = _try_parse(text[: ends[count]])
            if beginning is not None:
                break
        else:
            break  # all of it is one statement
        if _has_key(beginning, key_path):
            behind = count
        else:
            before = count
    return before, behind


def split_lines(text: str) -> list[str]:
    """The lines with their ends, as TOML understands them: other ends than these may stand within a comment."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _try_parse(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _has_key(document: Any, key_path: TomlPath) -> bool:
    for key in key_path:
        held = range(len(document)) if isinstance(document, list) else document
        if not isinstance(held, (dict, range)) or key not in held:
            return False
        document = document[key]
    return True
