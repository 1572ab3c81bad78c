"""Division of the records of a FIT file into sessions by time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from retropace.core.findings import Finding, note_if_few, warn
from retropace.core.spans import FloatArray
from retropace.core.sports import name_of_number
from retropace.readers.fit.decoder import DecodedFile
from retropace.readers.fit.events import read_lap_span
from retropace.readers.fit.values import read_number, read_text, read_time_s, read_value

END_ROUNDING_S = 2.0
"""Seconds after a session's end in which records still belong to it, because FIT rounds times to whole seconds."""
MAX_CONTINUATION_S = 24 * 3600.0
"""Largest time in seconds from the last closed session to a record of one never closed; later times may be damaged."""


class SessionWindow(NamedTuple):
    """A session of a FIT file; its records are those with times in ``[start_s, end_s)`` by the device's clock."""

    message: Any  # the ``session`` message; None if the file has none
    start_s: float
    end_s: float
    sport: str
    sub_sport: str


def find_session_windows(file: DecodedFile, device_time_s: FloatArray) -> tuple[list[SessionWindow], list[Finding]]:
    """Find the sessions of one FIT file in order of time; returns findings about what was assumed or left out, too.

    A single session has all records. Of several, each ends as the file says or where the next one starts, and the first
    has all records before it too, since some watches write the time of the first position as its start.
    """
    sessions = file.messages_named("session")
    if not sessions:
        finding = warn("never-closed", "the recording was never closed: it holds no session totals")
        if read_text(file.messages_named("file_id"), "type") == "course":
            finding = warn("is-course", "the file calls itself a course: its times may be computed, not run")
        return _find_sessions_from_laps(file), [finding]
    spans = [(*_read_session_span(message), index) for index, message in enumerate(sessions)]
    spans.sort(key=lambda span: span[0])
    ends_s = [end_s for _, end_s, _ in spans]
    unclosed = _find_unclosed_session(file, device_time_s, max(ends_s))
    windows = []
    for number, (start_s, end_s, message_index) in enumerate(spans):
        is_single = len(spans) == 1 and unclosed is None
        next_start_s = spans[number + 1][0] if number + 1 < len(spans) else np.inf
        message = sessions[message_index]
        windows.append(
            SessionWindow(
                message,
                -np.inf if number == 0 else start_s,
                np.inf if is_single else float(np.fmin(next_start_s, end_s + END_ROUNDING_S)),
                _read_sport([message, *(file.messages_named("sport") if len(spans) == 1 else [])], "sport"),
                _read_sport([message], "sub_sport"),
            )
        )
    findings = []
    if unclosed is not None:
        windows.append(unclosed)
        findings.append(warn("session-never-closed", "the last session was never closed: it holds no totals"))
    masks = [(device_time_s >= window.start_s) & (device_time_s < window.end_s) for window in windows]
    if count := int(np.sum(np.isfinite(device_time_s) & ~np.any(masks, axis=0))):
        text = f"{count} records lie outside of every session: left out"
        findings.append(note_if_few("records-outside-sessions", text, count, "records", total=len(device_time_s)))
    return windows, findings


def _read_sport(messages: Sequence[Any], name: str) -> str:
    """Read the name of a sport (field ``name``), or ``unknown_`` and its number if no profile knows it."""
    value = read_value(messages, name)
    if isinstance(value, int):
        return name_of_number(name, value) or f"unknown_{value}"
    return read_text(messages, name)


def _read_session_span(message: Any) -> tuple[float, float]:
    """Read start and end of a session in seconds by the device's clock; minus and plus infinity where unknown."""
    start_s, written_s = read_time_s(message, "start_time"), read_time_s(message, "timestamp")
    elapsed_s = read_number(message, "total_elapsed_time")
    if np.isnan(start_s):
        start_s = written_s - elapsed_s
    end_s = float(np.fmax(start_s + elapsed_s, written_s))
    return (-np.inf if np.isnan(start_s) else start_s), (np.inf if np.isnan(end_s) else end_s)


def _find_unclosed_session(file: DecodedFile, device_time_s: FloatArray, end_s: float) -> SessionWindow | None:
    """Find the session still open when a damaged file breaks off: records after the last session, past ``end_s``."""
    later_times_s = device_time_s[file.records_before_session :]
    is_later = (later_times_s > end_s + END_ROUNDING_S) & (later_times_s < end_s + MAX_CONTINUATION_S)
    if not file.is_damaged or file.records_before_session == 0 or np.sum(is_later) < 2:
        return None
    sports = file.messages_named("sport")[len(file.messages_named("session")) :]
    sport, sub_sport = (_read_sport(sports, name) for name in ("sport", "sub_sport"))
    return SessionWindow(None, end_s + END_ROUNDING_S, np.inf, sport, sub_sport)


def _find_sessions_from_laps(file: DecodedFile) -> list[SessionWindow]:
    """Find the sessions of a file without ``session`` messages; successive laps of the same sport are one session."""
    messages = file.messages_named("lap")
    laps = [(read_lap_span(message)[0], _read_sport([message], "sport"), message) for message in messages]
    laps = sorted((lap for lap in laps if np.isfinite(lap[0]) and lap[1]), key=lambda lap: lap[0])
    first_laps = [lap for position, lap in enumerate(laps) if position == 0 or lap[1] != laps[position - 1][1]]
    if len(first_laps) < 2:
        sport_messages = [*file.messages_named("sport"), *messages, *file.messages_named("course")]
        sport, sub_sport = _read_sport(sport_messages, "sport"), _read_sport(sport_messages, "sub_sport")
        return [SessionWindow(None, -np.inf, np.inf, sport, sub_sport)]
    starts_s = [-np.inf, *(start_s for start_s, _, _ in first_laps[1:]), np.inf]
    return [
        SessionWindow(None, starts_s[position], starts_s[position + 1], sport, _read_sport([message], "sub_sport"))
        for position, (_, sport, message) in enumerate(first_laps)
    ]
