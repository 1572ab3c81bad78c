"""The messages of a source FIT file that an export takes over byte by byte, those unknown to the profile included."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.messages.time_in_zone_message import TimeInZoneMessage

from retropace.readers.fit.stream import DEVELOPER_BIT, ChainedFile, find_chained_files

REWRITTEN_MESSAGES = frozenset({SessionMessage.ID, LapMessage.ID, ActivityMessage.ID, TimeInZoneMessage.ID})
"""FIT's numbers of messages that the export writes itself, and of ``time_in_zone``, which refers to old laps."""
UNTIMED_SESSION_MESSAGES = frozenset({78, 312, 313})
"""FIT's numbers of ``hrv``, ``split`` and ``split_summary``; untimed, so copied only from a file of one session."""
DEVELOPER_INDEX_FIELDS = {206: 0, 207: 3}
"""Field number of the developer index (number of an app) in ``field_description`` and ``developer_data_id``."""
TIMESTAMP_FIELD = 253
"""The field number of ``timestamp``, the same in every message."""
SOURCE_TOTAL_FIELDS = {"total_calories": 11, "total_ascent": 22, "total_descent": 23}
"""Field numbers by name of the session totals that only the source knows; each is a ``uint16`` (FIT SDK)."""
INVALID_UINT16 = 0xFFFF
"""The value by which FIT marks a ``uint16`` as missing."""


@dataclass(frozen=True, slots=True)
class PassthroughMessages:
    """The messages and values of a source FIT file that an exported file takes over."""

    body: bytes  # definitions and data messages, in order
    activity_message: bytes  # ``activity`` with its definition; empty unless the source has one session and one such
    free_developer_index: int  # developer index that no app in ``body`` has
    totals: dict[str, int]  # session's known totals by name in ``SOURCE_TOTAL_FIELDS``; empty for several sessions
    profile_version: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Successive data messages that share one definition."""

    start: int
    number: int  # global number of the messages
    definition: bytes
    messages: np.ndarray

    def read_field(self, field_number: int, size_bytes: int) -> list[int]:
        """Return the unsigned integers of one field, one for each message; empty without such a field of this size."""
        offset = 1
        for position in range(6, 6 + 3 * self.definition[5], 3):
            field, size = self.definition[position], self.definition[position + 1]
            if field == field_number and size == size_bytes:
                dtype = f"{'>' if self.definition[2] else '<'}u{size_bytes}"
                column = np.ascontiguousarray(self.messages[:, offset : offset + size_bytes]).view(dtype)
                return [int(value) for value in column.ravel()]
            offset += size
        return []


def find_passthrough_obstacle(data: bytes) -> str:
    """Return the reason why the messages of a FIT file cannot be copied unchanged; empty if they can."""
    chained_files = find_chained_files(data)
    if len(chained_files) != 1:
        return "its bytes are several FIT files, one after the other"
    if chained_files[0].damage_start is not None:
        return "it is damaged"
    return "its messages carry their times in their headers" if chained_files[0].is_compressed else ""


def select_messages(data: bytes, first_s: int, last_s: int) -> PassthroughMessages:
    """Return the messages to copy from a FIT file for the session from ``first_s`` to ``last_s``, both included.

    Times are whole seconds since the FIT epoch; the file must pass :func:`find_passthrough_obstacle`.
    """
    (chained_file,) = find_chained_files(data)
    definitions = [
        (definition.start, definition.number, data[definition.start : definition.end])
        for definition in chained_file.definitions
    ]
    runs = list(_iterate_runs(data, chained_file))
    sessions = [run for run in runs if run.number == SessionMessage.ID]
    is_single_session = sum(len(run.messages) for run in sessions) <= 1
    pieces = [(start, definition) for start, number, definition in definitions if number not in REWRITTEN_MESSAGES]
    used_indices = {index for _, _, definition in definitions for index in _read_developer_indices(definition)}
    for run in runs:
        if run.number in DEVELOPER_INDEX_FIELDS:
            used_indices |= set(run.read_field(DEVELOPER_INDEX_FIELDS[run.number], 1))
        if run.number not in REWRITTEN_MESSAGES:
            messages = run.messages if is_single_session else _select_times(run, first_s, last_s)
            pieces.append((run.start, messages.tobytes()))
    activities = [run.definition + run.messages.tobytes() for run in runs if run.number == ActivityMessage.ID]
    totals = {}
    if is_single_session and sessions:
        columns = {name: sessions[-1].read_field(number, 2) for name, number in SOURCE_TOTAL_FIELDS.items()}
        totals = {name: column[-1] for name, column in columns.items() if column and column[-1] != INVALID_UINT16}
    return PassthroughMessages(
        body=b"".join(piece for _, piece in sorted(pieces, key=lambda piece: piece[0])),
        activity_message=activities[0] if is_single_session and len(activities) == 1 else b"",
        free_developer_index=next(index for index in range(256) if index not in used_indices),
        totals=totals,
        profile_version=struct.unpack_from("<H", data, chained_file.start + 2)[0],
    )


def _iterate_runs(data: bytes, chained_file: ChainedFile) -> Iterator[_Run]:
    runs = chained_file.runs
    for start, count, index in zip(
        runs.starts.tolist(), runs.counts.tolist(), runs.definition_indices.tolist(), strict=True
    ):
        definition = chained_file.definitions[index]
        size = 1 + definition.size
        messages = np.frombuffer(data[start : start + count * size], dtype=np.uint8).reshape(-1, size)
        yield _Run(start, definition.number, data[definition.start : definition.end], messages)


def _select_times(run: _Run, first_s: int, last_s: int) -> np.ndarray:
    """Return the messages of a run, in a file of several sessions, that may belong to the session between two times."""
    if run.number == DeviceInfoMessage.ID:
        return run.messages
    times = np.array(run.read_field(TIMESTAMP_FIELD, 4), dtype=np.int64)
    if len(times):
        return run.messages[(times >= first_s) & (times <= last_s)]
    return run.messages[:0] if run.number in UNTIMED_SESSION_MESSAGES else run.messages


def _read_developer_indices(definition: bytes) -> list[int]:
    if not definition[0] & DEVELOPER_BIT:
        return []
    return list(definition[6 + 3 * definition[5] + 1 :][2::3])
