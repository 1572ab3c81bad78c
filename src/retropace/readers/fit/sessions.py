"""Which time of a FIT file belongs to which of its sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.core.spans import Column
from retropace.readers.fit.decoded import Decoded
from retropace.readers.fit.events import lap_span
from retropace.readers.fit.values import number_of, text_of, time_of, value_of

ROUNDING_S = 2.0
"""Times are written in whole seconds: a record so little after the end of its session still belongs to it."""
DAY_S = 24 * 3600.0
"""Records later than this after a session are no continuation of it, but damaged times."""


@dataclass(frozen=True, slots=True)
class Window:
    """A session, ``[start, end)`` by the watch's clock, and its message; None where the file has none of it."""

    message: Any
    start: float
    end: float
    sport: str
    sub_sport: str


def windows_of(file: Decoded, raw_s: Column) -> tuple[list[Window], list[str]]:
    """The sessions of one FIT file in order of time, and what was assumed or left out, in words.

    ``raw_s`` are the times of all records. A lone session has them all. Of several each goes from its start to the
    start of the next, but not beyond its own end; what was recorded before the first belongs to that, since some
    watches take the moment of their first position for the start.
    """
    sessions = file.of("session")
    if not sessions:
        if text_of(file.of("file_id"), "type") == "course":
            return _by_laps(file), ["the file calls itself a course: its times may be computed, not run"]
        return _by_laps(file), ["the recording was never closed: it holds no session totals"]
    spans = sorted(((*_span(message), at) for at, message in enumerate(sessions)), key=_start)
    ends = [end for _, end, _ in spans]
    rest = _unclosed(file, raw_s, max(ends))
    windows = []
    for number, (start, end, at) in enumerate(spans):
        is_lone = len(spans) == 1 and rest is None
        following = spans[number + 1][0] if number + 1 < len(spans) else np.inf
        message = sessions[at]
        windows.append(
            Window(
                message,
                -np.inf if number == 0 else start,
                np.inf if is_lone else float(np.fmin(following, end + ROUNDING_S)),
                _named([message, *(file.of("sport") if len(spans) == 1 else [])], "sport"),
                _named([message], "sub_sport"),
            )
        )
    warnings = []
    if rest is not None:
        windows.append(rest)
        warnings.append("the last session was never closed: it holds no totals")
    inside = np.zeros(len(raw_s), dtype=bool)
    for window in windows:
        inside |= (raw_s >= window.start) & (raw_s < window.end)
    outside = int(np.sum(np.isfinite(raw_s) & ~inside))
    if outside:
        warnings.append(f"{outside} records lie outside of every session: left out")
    return windows, warnings


def _named(messages: Sequence[Any], name: str) -> str:
    """A sport by its name; one that the profile does not know by its number, so that it is not taken for none."""
    value = value_of(messages, name)
    return f"unknown_{value}" if isinstance(value, int) else text_of(messages, name)


def _span(message: Any) -> tuple[float, float]:
    """Start and end of a session; a start that is not told is -inf, an end inf."""
    start, written = time_of(message, "start_time"), time_of(message, "timestamp")
    elapsed = number_of(message, "total_elapsed_time")
    if np.isnan(start):
        start = written - elapsed
    end = float(np.fmax(start + elapsed, written))
    return (-np.inf if np.isnan(start) else start), (np.inf if np.isnan(end) else end)


def _start(span: tuple[float, float, int]) -> float:
    return span[0]


def _unclosed(file: Decoded, raw_s: Column, end: float) -> Window | None:
    """The session of the records after the last one that was closed, if the file breaks off in it.

    Only what stands behind a session and its records in the file: exporters that write the totals first write all.
    """
    after = raw_s[file.records_before_session :]
    is_later = (after > end + ROUNDING_S) & (after < end + DAY_S)
    if not file.is_damaged or file.records_before_session == 0 or np.sum(is_later) < 2:
        return None
    sports = file.of("sport")[len(file.of("session")) :]
    return Window(None, end + ROUNDING_S, np.inf, _named(sports, "sport"), _named(sports, "sub_sport"))


def _by_laps(file: Decoded) -> list[Window]:
    """The sessions of a file without any: one for each run of laps of the same sport, one at least."""
    laps = [(lap_span(message)[0], _named([message], "sport"), message) for message in file.of("lap")]
    laps = sorted((lap for lap in laps if np.isfinite(lap[0]) and lap[1]), key=lambda lap: lap[0])
    first = [lap for at, lap in enumerate(laps) if at == 0 or lap[1] != laps[at - 1][1]]
    if len(first) < 2:
        named = [*file.of("sport"), *file.of("lap"), *file.of("course")]
        return [Window(None, -np.inf, np.inf, _named(named, "sport"), _named(named, "sub_sport"))]
    starts = [-np.inf, *(start for start, _, _ in first[1:]), np.inf]
    return [
        Window(None, starts[at], starts[at + 1], sport, _named([message], "sub_sport"))
        for at, (_, sport, message) in enumerate(first)
    ]
