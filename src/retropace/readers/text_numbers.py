"""Parsing of many numbers from text at once with NumPy, with the results of ``float``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

_MAX_CHARS = 15
"""Longest text that is parsed with NumPy. An integer of so many digits and the power of ten that divides it are exact
in float64, so that the quotient is the float64 nearest to the text, as from ``float``."""
_POWERS_OF_TEN = np.array([float(10**decimals) for decimals in range(_MAX_CHARS + 1)])
"""Powers of ten by the number of decimals."""


def parse_numbers(texts: Sequence[bytes], decimal_comma: bool = False) -> FloatArray:
    """The numbers of ``n`` texts in UTF-8 without NUL, ``(n,)`` float64; NaN where a text is not a finite number.

    Example:
        >>> parse_numbers([b"1.25", b"-3", b"x"]).tolist()
        [1.25, -3.0, nan]

    """
    max_length = max(map(len, texts), default=0)
    if 0 < max_length <= _MAX_CHARS:
        characters = np.array(texts, dtype=f"S{max_length}").view(np.uint8).reshape(len(texts), max_length)
        values, is_plain = _parse_plain_numbers(np.ascontiguousarray(characters.T))
    else:
        values, is_plain = np.full(len(texts), np.nan), np.zeros(len(texts), dtype=bool)
    other_rows = np.flatnonzero(~is_plain)
    values[other_rows] = [_parse_number(texts[row], decimal_comma) for row in other_rows.tolist()]
    values[~np.isfinite(values)] = np.nan
    return values


def _parse_plain_numbers(char_rows: NDArray[np.uint8]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Parse texts that consist of digits, with an optional minus and point.

    Returns the values, and for each text whether it has this form. ``char_rows`` holds one text per column, one
    character per row, padded with 0.
    """
    negative = char_rows[0] == ord("-")
    integer = np.zeros(char_rows.shape[1])
    digit_count, point_count, decimals, padding = np.zeros((4, char_rows.shape[1]), dtype=np.int8)
    for characters in char_rows:
        digit = characters - np.uint8(ord("0"))
        is_digit = digit <= 9
        integer = np.where(is_digit, 10.0 * integer + digit, integer)
        digit_count += is_digit
        decimals += (point_count > 0) & is_digit
        point_count += characters == ord(".")
        padding += characters == 0
    is_plain = (digit_count > 0) & (point_count <= 1)
    is_plain &= digit_count + point_count + padding + negative == len(char_rows)
    values = integer / _POWERS_OF_TEN[decimals]
    return np.where(negative, -values, values), is_plain


def _parse_number(text: bytes, decimal_comma: bool) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        decoded = text.decode("utf-8")
        return float(decoded.replace(",", ".") if decimal_comma else decoded)
    except ValueError:
        return np.nan
