"""The messages of a FIT file as they are, without those that an export writes anew: laps, session, activity.

Definitions and data go over byte by byte, developer fields with their descriptions and what no profile knows too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from retropace.readers.fit.stream import DEVELOPER_BIT, ChainedFile, find_chained_files

SESSION, LAP, DEVICE_INFO, ACTIVITY = 18, 19, 23, 34
TIME_IN_ZONE, FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 216, 206, 207
REWRITTEN_MESSAGES = frozenset({SESSION, LAP, ACTIVITY, TIME_IN_ZONE})
"""Left out. Times in zones are those of laps and sessions by their numbers, which change."""
UNTIMED_SESSION_MESSAGES = frozenset({78, 312, 313})
"""``hrv``, ``split`` and ``split_summary``: of a session, though they do not say when they were written."""
TIMESTAMP_FIELD = 253
SOURCE_TOTAL_FIELDS = {"total_calories": 11, "total_ascent": 22, "total_descent": 23}
"""Totals of a session that we do not count ourselves: name and number of their field, two bytes each (FIT SDK)."""
INVALID_UINT16 = 0xFFFF


@dataclass(frozen=True, slots=True)
class PassthroughMessages:
    """What is taken over from a file."""

    body: bytes
    """Definitions and data messages, in order."""
    activity_message: bytes
    """The file's own ``activity`` message with its definition, which knows the local time; empty if it does not fit."""
    free_developer_index: int
    """A developer index that the file does not use."""
    totals: dict[str, int]
    """The session's own totals of ``CARRIED``."""
    profile_version: int
    """The version of the profile in its header."""


def find_passthrough_obstacle(data: bytes) -> str:
    """Why the messages of these bytes cannot go over as they are; empty if they can."""
    parts = find_chained_files(data)
    if len(parts) != 1:
        return "its bytes are several FIT files, one after the other"
    if parts[0].damage_start is not None:
        return "it is damaged"
    if parts[0].is_compressed:
        return "its messages carry their times in their headers"
    return ""


def select_messages(data: bytes, first_s: int, last_s: int) -> PassthroughMessages:
    """What to keep of bytes that :func:`why_not` has nothing against, for the session from ``first`` to ``last``.

    Both in whole seconds of the file's clock. Of several sessions only messages of that time are kept, and those that
    have none.
    """
    (part,) = find_chained_files(data)
    numbers = np.array([definition.number for definition in part.definitions], dtype=np.intp)
    counted = numbers[part.runs.definition_indices] == SESSION
    is_lone = int(np.sum(part.runs.counts[counted])) <= 1
    pieces: list[tuple[int, bytes]] = [
        (definition.start, data[definition.start : definition.end])
        for definition in part.definitions
        if definition.number not in REWRITTEN_MESSAGES
    ]
    used: set[int] = set()
    totals: dict[str, int] = {}
    activities: list[bytes] = []
    for start, end, owner in _iterate_runs(part):
        definition = part.definitions[owner]
        head = data[definition.start : definition.end]
        block = np.frombuffer(data[start:end], dtype=np.uint8).reshape(-1, 1 + definition.size)
        if definition.number == FIELD_DESCRIPTION:
            used |= set(_read_field_values(head, block, 0, 1))
        elif definition.number == DEVELOPER_DATA_ID:
            used |= set(_read_field_values(head, block, 3, 1))
        elif definition.number == ACTIVITY:
            activities.append(head + data[start:end])
        elif definition.number == SESSION and is_lone:
            found = {name: _read_field_values(head, block, number, 2) for name, number in SOURCE_TOTAL_FIELDS.items()}
            totals |= {name: one[-1] for name, one in found.items() if one and one[-1] != INVALID_UINT16}
        if definition.number in REWRITTEN_MESSAGES:
            continue
        if not is_lone and definition.number != DEVICE_INFO:
            times = np.array(_read_field_values(head, block, TIMESTAMP_FIELD, 4), dtype=np.int64)
            if len(times):
                block = block[(times >= first_s) & (times <= last_s)]
            elif definition.number in UNTIMED_SESSION_MESSAGES:
                continue
        pieces.append((start, block.tobytes()))
    body = b"".join(piece for _, piece in sorted(pieces, key=lambda one: one[0]))
    used |= {
        index
        for definition in part.definitions
        for index in _read_developer_indices(data[definition.start : definition.end])
    }
    own = next(index for index in range(256) if index not in used)
    activity = activities[0] if is_lone and len(activities) == 1 else b""
    return PassthroughMessages(body, activity, own, totals, struct.unpack_from("<H", data, part.start + 2)[0])


def _iterate_runs(part: ChainedFile) -> Iterator[tuple[int, int, int]]:
    """Where each run of data messages starts and ends, and the number of its definition."""
    runs = part.runs
    for start, count, owner in zip(
        runs.starts.tolist(), runs.counts.tolist(), runs.definition_indices.tolist(), strict=True
    ):
        yield start, start + count * (1 + part.definitions[owner].size), owner


def _read_field_values(definition: bytes, block: np.ndarray, field_number: int, size_bytes: int) -> list[int]:
    """The unsigned values of a field of so many bytes in data messages, a row each; none if they do not have it."""
    at = 1
    for field in range(6, 6 + 3 * definition[5], 3):
        if definition[field] == field_number and definition[field + 1] == size_bytes:
            order = ">" if definition[2] else "<"
            column = np.ascontiguousarray(block[:, at : at + size_bytes]).view(f"{order}u{size_bytes}")
            return [int(value) for value in column.ravel()]
        at += definition[field + 1]
    return []


def _read_developer_indices(definition: bytes) -> list[int]:
    """The developer indices that a definition names."""
    if not definition[0] & DEVELOPER_BIT:
        return []
    return list(definition[6 + 3 * definition[5] + 1 :][2::3])
