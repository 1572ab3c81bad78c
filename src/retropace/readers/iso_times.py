"""Parsing of ISO 8601 times to POSIX seconds: one with the standard library, many at once with NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

_TEMPLATE = "0000-00-00T00:00:00"
"""Layout of the times that are parsed with NumPy, without fraction and zone."""
_DIGIT_POSITIONS = [position for position, character in enumerate(_TEMPLATE) if character == "0"]
"""Positions of the digits in ``_TEMPLATE``, a time in ISO 8601."""
_SEPARATOR_POSITIONS = [position for position, character in enumerate(_TEMPLATE) if character != "0"]
"""Positions of the separators in ``_TEMPLATE``, a time in ISO 8601."""
_SEPARATORS = np.frombuffer(_TEMPLATE.replace("0", "").encode("ascii"), dtype=np.uint8)
"""Bytes of the separators in ``_TEMPLATE``, a time in ISO 8601."""
_YEAR_RANGE = (1900, 2200)
"""First and last year of the times that NumPy parses; between them, microseconds since 1970 are exact in float64."""


def parse_time(text: str) -> tuple[float, bool] | None:
    """POSIX seconds of an ISO 8601 time, and whether it has a time zone; None if the text is not a time.

    Times without a zone are taken as UTC.

    Example:
        >>> parse_time("1970-01-01T01:00:30+01:00"), parse_time("1970-01-01T00:00:30"), parse_time("noon")
        ((30.0, True), (30.0, False), None)

    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if time.year in (MINYEAR, MAXYEAR):
        return None  # written by recorders without a clock; a zone or rounding could leave the calendar
    has_zone = time.tzinfo is not None
    return (time if has_zone else time.replace(tzinfo=UTC)).timestamp(), has_zone


def parse_times(texts: Sequence[bytes]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """The results of :func:`parse_time` for ``n`` texts in UTF-8, as two ``(n,)`` columns.

    The first are POSIX seconds, NaN where a text is not a time; the second is whether it has a time zone.
    """
    posix_s = np.full(len(texts), np.nan)
    has_zone = np.zeros(len(texts), dtype=bool)
    lengths = np.fromiter(map(len, texts), dtype=np.intp, count=len(texts))
    is_parsed = np.zeros(len(texts), dtype=bool)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        same_length = texts if len(rows) == len(texts) else [texts[row] for row in rows.tolist()]
        characters = np.frombuffer(b"".join(same_length), dtype=np.uint8).reshape(len(rows), length)
        values, is_zoned, is_time = _parse_uniform_times(characters)
        posix_s[rows], has_zone[rows], is_parsed[rows] = values, is_zoned, is_time
    for row in np.flatnonzero(~is_parsed).tolist():
        parsed = parse_time(texts[row].decode("utf-8"))
        posix_s[row], has_zone[row] = (np.nan, False) if parsed is None else parsed
    return posix_s, has_zone


def _parse_uniform_times(text: NDArray[np.uint8]) -> tuple[FloatArray, bool, NDArray[np.bool_]]:
    """Parse texts of one length that have the layout ``2025-05-01T08:00:00``; ``text`` has a row per text.

    Up to six decimals and a final ``Z`` may follow. Returns POSIX seconds, whether the texts end in ``Z``, and for each
    text whether it has this layout; the seconds of texts that do not are meaningless.
    """
    count, length = text.shape
    has_zone = length > len(_TEMPLATE) and bool(text[0, -1] == ord("Z"))
    body = text[:, : length - has_zone]
    decimals = body.shape[1] - len(_TEMPLATE) - 1
    if body.shape[1] < len(_TEMPLATE) or decimals == 0 or decimals > 6:
        return np.full(count, np.nan), has_zone, np.zeros(count, dtype=bool)
    is_time = np.all(body[:, _SEPARATOR_POSITIONS] == _SEPARATORS, axis=1)
    if has_zone:
        is_time &= text[:, -1] == ord("Z")
    if decimals > 0:
        is_time &= body[:, len(_TEMPLATE)] == ord(".")
    digits = body[:, _DIGIT_POSITIONS + list(range(len(_TEMPLATE) + 1, body.shape[1]))] - np.uint8(ord("0"))
    is_time &= np.all(digits <= 9, axis=1)
    digits[~is_time] = 1  # any digits of which no test below can fail with an error
    numbers = digits.astype(np.int64)
    year = numbers[:, :4] @ (1000, 100, 10, 1)
    month, day, hour, minute, second = (numbers[:, start : start + 2] @ (10, 1) for start in range(4, 14, 2))
    months = np.datetime64("1970-01", "M") + 12 * (np.clip(year, *_YEAR_RANGE) - 1970) + np.clip(month, 1, 12) - 1
    month_start = months.astype("datetime64[D]").astype(np.int64)
    next_month_start = (months + 1).astype("datetime64[D]").astype(np.int64)
    is_time &= (year >= _YEAR_RANGE[0]) & (year <= _YEAR_RANGE[1]) & (month >= 1) & (month <= 12)
    is_time &= (day >= 1) & (day <= next_month_start - month_start) & (hour <= 23) & (minute <= 59) & (second <= 59)
    whole_s = (month_start + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    microseconds = numbers[:, 14:] @ [10 ** (5 - place) for place in range(decimals)] if decimals > 0 else 0
    return (whole_s * 1_000_000 + microseconds) / 1e6, has_zone, is_time
