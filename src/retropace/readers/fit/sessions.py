"""Which time of a FIT file belongs to which of its sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.core.spans import FloatArray
from retropace.readers.fit.decoded import DecodedFile
from retropace.readers.fit.events import read_lap_span
from retropace.readers.fit.values import read_number, read_text, read_time_s, read_value

END_ROUNDING_S = 2.0
"""Times are written in whole seconds: a record so little after the end of its session still belongs to it."""
MAX_CONTINUATION_S = 24 * 3600.0
"""Records later than this after a session are no continuation of it, but damaged times."""


@dataclass(frozen=True, slots=True)
class SessionWindow:
    """A session, ``[start, end)`` by the watch's clock, and its message; None where the file has none of it."""

    message: Any
    start_s: float
    end_s: float
    sport: str
    sub_sport: str


def find_session_windows(file: DecodedFile, device_time_s: FloatArray) -> tuple[list[SessionWindow], list[str]]:
    """The sessions of one FIT file in order of time, and what was assumed or left out, in words.

    ``raw_s`` are the times of all records. A lone session has them all. Of several each goes from its start to the
    start of the next, but not beyond its own end; what was recorded before the first belongs to that, since some
    watches take the moment of their first position for the start.
    """
    sessions = file.messages_named("session")
    if not sessions:
        if read_text(file.messages_named("file_id"), "type") == "course":
            return _find_sessions_from_laps(file), [
                "the file calls itself a course: its times may be computed, not run"
            ]
        return _find_sessions_from_laps(file), ["the recording was never closed: it holds no session totals"]
    spans = sorted(((*_read_session_span(message), at) for at, message in enumerate(sessions)), key=_span_start)
    ends = [end for _, end, _ in spans]
    rest = _find_unclosed_session(file, device_time_s, max(ends))
    windows = []
    for number, (start, end, at) in enumerate(spans):
        is_lone = len(spans) == 1 and rest is None
        following = spans[number + 1][0] if number + 1 < len(spans) else np.inf
        message = sessions[at]
        windows.append(
            SessionWindow(
                message,
                -np.inf if number == 0 else start,
                np.inf if is_lone else float(np.fmin(following, end + END_ROUNDING_S)),
                _read_sport([message, *(file.messages_named("sport") if len(spans) == 1 else [])], "sport"),
                _read_sport([message], "sub_sport"),
            )
        )
    warnings = []
    if rest is not None:
        windows.append(rest)
        warnings.append("the last session was never closed: it holds no totals")
    inside = np.zeros(len(device_time_s), dtype=bool)
    for window in windows:
        inside |= (device_time_s >= window.start_s) & (device_time_s < window.end_s)
    outside = int(np.sum(np.isfinite(device_time_s) & ~inside))
    if outside:
        warnings.append(f"{outside} records lie outside of every session: left out")
    return windows, warnings


def _read_sport(messages: Sequence[Any], name: str) -> str:
    """A sport by its name; one that the profile does not know by its number, so that it is not taken for none."""
    value = read_value(messages, name)
    return f"unknown_{value}" if isinstance(value, int) else read_text(messages, name)


def _read_session_span(message: Any) -> tuple[float, float]:
    """Start and end of a session; a start that is not told is -inf, an end inf."""
    start, written = read_time_s(message, "start_time"), read_time_s(message, "timestamp")
    elapsed = read_number(message, "total_elapsed_time")
    if np.isnan(start):
        start = written - elapsed
    end = float(np.fmax(start + elapsed, written))
    return (-np.inf if np.isnan(start) else start), (np.inf if np.isnan(end) else end)


def _span_start(span: tuple[float, float, int]) -> float:
    return span[0]


def _find_unclosed_session(file: DecodedFile, device_time_s: FloatArray, end_s: float) -> SessionWindow | None:
    """The session of the records after the last one that was closed, if the file breaks off in it.

    Only what stands behind a session and its records in the file: exporters that write the totals first write all.
    """
    after = device_time_s[file.records_before_session :]
    is_later = (after > end_s + END_ROUNDING_S) & (after < end_s + MAX_CONTINUATION_S)
    if not file.is_damaged or file.records_before_session == 0 or np.sum(is_later) < 2:
        return None
    sports = file.messages_named("sport")[len(file.messages_named("session")) :]
    return SessionWindow(
        None, end_s + END_ROUNDING_S, np.inf, _read_sport(sports, "sport"), _read_sport(sports, "sub_sport")
    )


def _find_sessions_from_laps(file: DecodedFile) -> list[SessionWindow]:
    """The sessions of a file without any: one for each run of laps of the same sport, one at least."""
    laps = [
        (read_lap_span(message)[0], _read_sport([message], "sport"), message) for message in file.messages_named("lap")
    ]
    laps = sorted((lap for lap in laps if np.isfinite(lap[0]) and lap[1]), key=lambda lap: lap[0])
    first = [lap for at, lap in enumerate(laps) if at == 0 or lap[1] != laps[at - 1][1]]
    if len(first) < 2:
        named = [*file.messages_named("sport"), *file.messages_named("lap"), *file.messages_named("course")]
        return [SessionWindow(None, -np.inf, np.inf, _read_sport(named, "sport"), _read_sport(named, "sub_sport"))]
    starts = [-np.inf, *(start for start, _, _ in first[1:]), np.inf]
    return [
        SessionWindow(None, starts[at], starts[at + 1], sport, _read_sport([message], "sub_sport"))
        for at, (_, sport, message) in enumerate(first)
    ]
