"""The messages of a source FIT file that an export takes over unchanged.

Laps, session and activity are left out, as the export writes them itself. Everything else is copied byte by byte,
including developer fields with their descriptions and messages unknown to the FIT profile.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from retropace.readers.fit.stream import DEVELOPER_BIT, ChainedFile, find_chained_files

SESSION = 18
"""FIT's global message number of ``session``, which sums up a session."""
LAP = 19
"""FIT's global message number of ``lap``, which sums up a lap."""
DEVICE_INFO = 23
"""FIT's global message number of ``device_info``, which describes a watch or sensor."""
ACTIVITY = 34
"""FIT's global message number of ``activity``, which ends a file."""
FIELD_DESCRIPTION = 206
"""FIT's global message number of ``field_description``, which describes a developer field (one defined by an app)."""
DEVELOPER_DATA_ID = 207
"""FIT's global message number of ``developer_data_id``, which names the app that defines developer fields."""
TIME_IN_ZONE = 216
"""FIT's global message number of ``time_in_zone``, the time per heart-rate, speed or power zone."""
REWRITTEN_MESSAGES = frozenset({SESSION, LAP, ACTIVITY, TIME_IN_ZONE})
"""Messages that are not copied: session, lap and activity, because the export writes its own, and ``time_in_zone``,
because it refers to laps by numbers that no longer hold."""
UNTIMED_SESSION_MESSAGES = frozenset({78, 312, 313})
"""FIT's message numbers of ``hrv``, ``split`` and ``split_summary``. They have no timestamp that tells their session,
and are therefore not copied if the file has several sessions."""
TIMESTAMP_FIELD = 253
"""The field number of ``timestamp``, the same in every message."""
SOURCE_TOTAL_FIELDS = {"total_calories": 11, "total_ascent": 22, "total_descent": 23}
"""Session totals that the export copies from the source because retropace does not compute them: name and field number.
Each is a ``uint16`` (FIT SDK)."""
INVALID_UINT16 = 0xFFFF
"""The value by which FIT marks a ``uint16`` as missing."""


@dataclass(frozen=True, slots=True)
class PassthroughMessages:
    """What an export takes over from the source FIT file: messages byte by byte, and a few totals."""

    body: bytes
    """The copied definitions and data messages, in order."""
    activity_message: bytes
    """The ``activity`` message with its definition; empty unless the file has one session and one such message."""
    free_developer_index: int
    """A number by which the export can identify itself as an app with fields of its own, because no app in the file
    uses it."""
    totals: dict[str, int]
    """The session's totals by name in ``SOURCE_TOTAL_FIELDS``, without missing ones; empty for several sessions."""
    profile_version: int
    """The FIT profile version in the file's header."""


def find_passthrough_obstacle(data: bytes) -> str:
    """The reason why the messages of a FIT file cannot be copied unchanged; empty if they can."""
    chained_files = find_chained_files(data)
    if len(chained_files) != 1:
        return "its bytes are several FIT files, one after the other"
    if chained_files[0].damage_start is not None:
        return "it is damaged"
    if chained_files[0].is_compressed:
        return "its messages carry their times in their headers"
    return ""


def select_messages(data: bytes, first_s: int, last_s: int) -> PassthroughMessages:
    """The messages to copy from a FIT file for the session from ``first_s`` to ``last_s``, both included.

    The times are whole seconds since the FIT epoch. If the file has several sessions, messages with timestamps outside
    this one are left out. The file must pass :func:`find_passthrough_obstacle`.
    """
    (chained_file,) = find_chained_files(data)
    numbers = np.array([definition.number for definition in chained_file.definitions], dtype=np.intp)
    session_runs = numbers[chained_file.runs.definition_indices] == SESSION
    is_single_session = int(np.sum(chained_file.runs.counts[session_runs])) <= 1
    pieces: list[tuple[int, bytes]] = [
        (definition.start, data[definition.start : definition.end])
        for definition in chained_file.definitions
        if definition.number not in REWRITTEN_MESSAGES
    ]
    used_developer_indices: set[int] = set()
    totals: dict[str, int] = {}
    activities: list[bytes] = []
    for start, end, definition_index in _iterate_runs(chained_file):
        definition = chained_file.definitions[definition_index]
        definition_bytes = data[definition.start : definition.end]
        block = np.frombuffer(data[start:end], dtype=np.uint8).reshape(-1, 1 + definition.size)
        if definition.number == FIELD_DESCRIPTION:
            used_developer_indices |= set(_read_field_values(definition_bytes, block, 0, 1))
        elif definition.number == DEVELOPER_DATA_ID:
            used_developer_indices |= set(_read_field_values(definition_bytes, block, 3, 1))
        elif definition.number == ACTIVITY:
            activities.append(definition_bytes + data[start:end])
        elif definition.number == SESSION and is_single_session:
            values_by_name = {
                name: _read_field_values(definition_bytes, block, number, 2)
                for name, number in SOURCE_TOTAL_FIELDS.items()
            }
            totals |= {
                name: values[-1] for name, values in values_by_name.items() if values and values[-1] != INVALID_UINT16
            }
        if definition.number in REWRITTEN_MESSAGES:
            continue
        if not is_single_session and definition.number != DEVICE_INFO:
            times = np.array(_read_field_values(definition_bytes, block, TIMESTAMP_FIELD, 4), dtype=np.int64)
            if len(times):
                block = block[(times >= first_s) & (times <= last_s)]
            elif definition.number in UNTIMED_SESSION_MESSAGES:
                continue
        pieces.append((start, block.tobytes()))
    body = b"".join(piece for _, piece in sorted(pieces, key=lambda piece: piece[0]))
    used_developer_indices |= {
        index
        for definition in chained_file.definitions
        for index in _read_developer_indices(data[definition.start : definition.end])
    }
    free_developer_index = next(index for index in range(256) if index not in used_developer_indices)
    activity_message = activities[0] if is_single_session and len(activities) == 1 else b""
    return PassthroughMessages(
        body, activity_message, free_developer_index, totals, struct.unpack_from("<H", data, chained_file.start + 2)[0]
    )


def _iterate_runs(chained_file: ChainedFile) -> Iterator[tuple[int, int, int]]:
    """For each block of data messages with one definition: start and end (byte offsets), index of the definition."""
    runs = chained_file.runs
    for start, count, definition_index in zip(
        runs.starts.tolist(), runs.counts.tolist(), runs.definition_indices.tolist(), strict=True
    ):
        yield start, start + count * (1 + chained_file.definitions[definition_index].size), definition_index


def _read_field_values(definition: bytes, block: np.ndarray, field_number: int, size_bytes: int) -> list[int]:
    """The unsigned integers of one field, one for each data message (row of ``block``); empty without such a field."""
    offset = 1
    for position in range(6, 6 + 3 * definition[5], 3):
        if definition[position] == field_number and definition[position + 1] == size_bytes:
            order = ">" if definition[2] else "<"
            column = np.ascontiguousarray(block[:, offset : offset + size_bytes]).view(f"{order}u{size_bytes}")
            return [int(value) for value in column.ravel()]
        offset += definition[position + 1]
    return []


def _read_developer_indices(definition: bytes) -> list[int]:
    """The developer indices (numbers of apps that define fields) that a definition message refers to."""
    if not definition[0] & DEVELOPER_BIT:
        return []
    return list(definition[6 + 3 * definition[5] + 1 :][2::3])
