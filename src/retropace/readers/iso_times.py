"""ISO 8601 times as POSIX seconds: one by the standard library, many at once with the same result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

_TEMPLATE = "0000-00-00T00:00:00"
_DIGIT_POSITIONS = [at for at, sign in enumerate(_TEMPLATE) if sign == "0"]
_SEPARATOR_POSITIONS = [at for at, sign in enumerate(_TEMPLATE) if sign != "0"]
_SEPARATORS = np.frombuffer("".join(_TEMPLATE[at] for at in _SEPARATOR_POSITIONS).encode("ascii"), dtype=np.uint8)
_YEAR_RANGE = (1900, 2200)
"""Between them microseconds since 1970 are whole numbers that float64 holds."""


def parse_time(text: str) -> tuple[float, bool] | None:
    """POSIX seconds of an ISO 8601 time, and whether it named its zone; None if it is no time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.year in (MINYEAR, MAXYEAR):
        return None  # what a recorder without a clock writes; a zone or rounding would lead out of the calendar
    zoned = moment.tzinfo is not None
    return (moment if zoned else moment.replace(tzinfo=UTC)).timestamp(), zoned


def parse_times(texts: Sequence[bytes]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """What :func:`parse_time` says of each text in UTF-8: seconds, NaN for no time, and whether a zone was named."""
    posix_s = np.full(len(texts), np.nan)
    zoned = np.zeros(len(texts), dtype=bool)
    lengths = np.fromiter(map(len, texts), dtype=np.intp, count=len(texts))
    read = np.zeros(len(texts), dtype=bool)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        alike = texts if len(rows) == len(texts) else [texts[row] for row in rows.tolist()]
        form = np.frombuffer(b"".join(alike), dtype=np.uint8).reshape(len(rows), length)
        values, named, plain = _parse_uniform_times(form)
        posix_s[rows], zoned[rows], read[rows] = values, named, plain
    for row in np.flatnonzero(~read).tolist():
        parsed = parse_time(texts[row].decode("utf-8"))
        posix_s[row], zoned[row] = (np.nan, False) if parsed is None else parsed
    return posix_s, zoned


def _parse_uniform_times(text: NDArray[np.uint8]) -> tuple[FloatArray, bool, NDArray[np.bool_]]:
    """Seconds of texts of one length, a row each, whether they name a zone, and which of them are times so written.

    That is ``2025-05-01T08:00:00``, with up to six digits of a fraction, with or without ``Z``.
    """
    count, length = text.shape
    zoned = length > len(_TEMPLATE) and bool(text[0, -1] == ord("Z"))
    body = text[:, : length - zoned]
    places = body.shape[1] - len(_TEMPLATE) - 1
    if body.shape[1] < len(_TEMPLATE) or places == 0 or places > 6:
        return np.full(count, np.nan), zoned, np.zeros(count, dtype=bool)
    plain = np.all(body[:, _SEPARATOR_POSITIONS] == _SEPARATORS, axis=1)
    if zoned:
        plain &= text[:, -1] == ord("Z")
    if places > 0:
        plain &= body[:, len(_TEMPLATE)] == ord(".")
    digits = body[:, _DIGIT_POSITIONS + list(range(len(_TEMPLATE) + 1, body.shape[1]))] - np.uint8(ord("0"))
    plain &= np.all(digits <= 9, axis=1)
    digits[~plain] = 1  # any date that is none of those refused below
    parts = digits.astype(np.int64)
    year = parts[:, :4] @ (1000, 100, 10, 1)
    month, day, hour, minute, second = (parts[:, at : at + 2] @ (10, 1) for at in range(4, 14, 2))
    months = np.datetime64("1970-01", "M") + 12 * (np.clip(year, *_YEAR_RANGE) - 1970) + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[D]").astype(np.int64)
    plain &= (year >= _YEAR_RANGE[0]) & (year <= _YEAR_RANGE[1]) & (month >= 1) & (month <= 12)
    plain &= (day >= 1) & (day <= following - first) & (hour <= 23) & (minute <= 59) & (second <= 59)
    whole_s = (first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    micro = parts[:, 14:] @ [10 ** (5 - place) for place in range(max(places, 0))] if places > 0 else 0
    return (whole_s * 1_000_000 + micro) / 1e6, zoned, plain
