"""Numbers from texts: many at once if they are written as usual, each with the result that ``float`` gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

_MAX_CHARS = 15
"""So many digits are a whole number that float64 holds, as it does the power of ten by which it is divided: the
quotient of two such is the float64 nearest to what is written, which is what ``float`` gives."""
_POWERS_OF_TEN = np.array([float(10**places) for places in range(_MAX_CHARS + 1)])


def parse_numbers(texts: Sequence[bytes], decimal_comma: bool = False) -> FloatArray:
    """The number that each text in UTF-8, without NUL, is; NaN for one that is none, or not finite."""
    longest = max(map(len, texts), default=0)
    if 0 < longest <= _MAX_CHARS:
        signs = np.array(texts, dtype=f"S{longest}").view(np.uint8).reshape(len(texts), longest)
        values, plain = _parse_plain_numbers(np.ascontiguousarray(signs.T))
    else:
        values, plain = np.full(len(texts), np.nan), np.zeros(len(texts), dtype=bool)
    odd = np.flatnonzero(~plain)
    values[odd] = [_parse_number(texts[row], decimal_comma) for row in odd.tolist()]
    values[~np.isfinite(values)] = np.nan
    return values


def _parse_plain_numbers(char_rows: NDArray[np.uint8]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """What digits with or without a minus and a point say, and which texts are such; a text a column, filled with 0."""
    negative = char_rows[0] == ord("-")
    whole = np.zeros(char_rows.shape[1])
    digits, points, places, blanks = np.zeros((4, char_rows.shape[1]), dtype=np.int8)
    for sign in char_rows:
        digit = sign - np.uint8(ord("0"))
        is_digit = digit <= 9
        whole = np.where(is_digit, 10.0 * whole + digit, whole)
        digits += is_digit
        places += (points > 0) & is_digit
        points += sign == ord(".")
        blanks += sign == 0
    plain = (digits > 0) & (points <= 1) & (digits + points + blanks + negative == len(char_rows))
    values = whole / _POWERS_OF_TEN[places]
    return np.where(negative, -values, values), plain


def _parse_number(text: bytes, decimal_comma: bool) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        said = text.decode("utf-8")
        return float(said.replace(",", ".") if decimal_comma else said)
    except ValueError:
        return np.nan
