"""The outline of FIT bytes: where each message lies and of which kind it is, without decoding any.

FIT is a header, definition and data messages, and a checksum; several such files may follow one another in one.
Layout: Garmin FIT SDK, "Flexible and Interoperable Data Transfer Protocol".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIT_MAGIC = b".FIT"
MIN_HEADER_BYTES = 12
CHECKSUM_BYTES = 2
UNSET_LENGTHS = (0, 0xFFFFFFFF)
"""What headers hold until the recording is closed and its length written."""
COMPRESSED_BIT = 0x80
"""The bit of a message's first byte that says that its time is a few bits of the same byte."""
DEFINITION_BIT = 0x40
DEVELOPER_BIT = 0x20

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition message: bytes ``[start, end)``; data messages after it are ``size`` bytes of message ``number``."""

    start: int
    end: int
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class MessageRuns:
    """Data messages, as runs of neighbours of one definition. Columns of one row per run, in file order.

    A run starts at byte ``starts`` and holds ``counts`` messages, whose definition is number ``owners`` of its part.
    """

    starts: Indices
    counts: Indices
    definition_indices: Indices

    def __len__(self) -> int:
        return len(self.starts)

    def select(self, mask: NDArray[np.bool_]) -> MessageRuns:
        """Some of the runs."""
        return MessageRuns(self.starts[mask], self.counts[mask], self.definition_indices[mask])


@dataclass(frozen=True, slots=True)
class ChainedFile:
    """One of the FIT files that follow one another: header ``[start, body)``, messages, checksum."""

    start: int
    body_start: int
    definitions: tuple[Definition, ...]
    runs: MessageRuns
    stated_end: int
    """Where the header says that the messages end; for a header without a true length, where the file says so."""
    damage_start: int | None
    """Where the messages stop making sense; None if they go on to ``stated_end``."""
    is_compressed: bool
    """Whether there are times in the first bytes of messages, which count on from the message before."""
    has_length: bool = True
    """False if the header gives none or a wrong one: the watch may never have come to close the file."""


def find_chained_files(data: bytes) -> list[ChainedFile]:
    """The FIT files in the bytes, as far as they can be followed. Empty if there is none."""
    parts: list[ChainedFile] = []
    at = 0
    while _is_header(data, at):
        part = _outline_file(data, at)
        parts.append(part)
        at = part.stated_end + CHECKSUM_BYTES
    return parts


def has_valid_checksum(data: bytes, start: int, end: int) -> bool:
    """Whether the two bytes at ``end`` are the checksum of those from ``start`` to there.

    FIT's is the one that CRC catalogues call ARC (polynomial 0x8005, reflected).
    """
    from fastcrc import crc16

    return bool(struct.unpack_from("<H", data, end)[0] == crc16.arc(data[start:end]))


def _is_header(data: bytes, offset: int) -> bool:
    return (
        len(data) - offset >= MIN_HEADER_BYTES
        and data[offset] >= MIN_HEADER_BYTES
        and data[offset + 8 : offset + 12] == FIT_MAGIC
    )


def _outline_file(data: bytes, start: int) -> ChainedFile:
    body = start + data[start]
    size = struct.unpack_from("<I", data, start + 4)[0]
    stated_end = body + size
    if not _ends_as_stated(data, start, stated_end, has_length=size not in UNSET_LENGTHS):
        # Then the messages may go on to the end of the file, with or without a checksum behind them.
        for end in (len(data) - CHECKSUM_BYTES, len(data)):
            part = _outline_messages(data, start, body, end, has_length=False)
            if part.damage_start is None:
                return part
        if size in UNSET_LENGTHS:
            return part
    return _outline_messages(data, start, body, stated_end)


def _ends_as_stated(data: bytes, start: int, stated_end: int, *, has_length: bool) -> bool:
    """Whether a FIT file ends where its header says: with the bytes, before another one, or at a fitting checksum."""
    behind = stated_end + CHECKSUM_BYTES
    if _is_header(data, behind):
        return True
    if behind >= len(data):
        return has_length
    return has_length and has_valid_checksum(data, start, stated_end)


def _outline_messages(data: bytes, start: int, body: int, stated_end: int, *, has_length: bool = True) -> ChainedFile:
    """The messages from ``body`` on, as far as they make sense before ``stated_end``."""
    end = min(stated_end, len(data))
    lengths = [0] * 256  # by its first byte, how long a data message is; 0 for what is none
    owners = [0] * 256
    definitions: list[Definition] = []
    runs: list[tuple[int, int, int]] = []
    damage = None
    at = body
    while at < end:
        head = data[at]
        length = lengths[head]
        if length:
            stop = at + length
            if stop > end:
                damage = at
                break
            count = 1
            if stop < end and data[stop] == head:
                count = _count_same_header(data, at, end, length)
            runs.append((at, count, owners[head]))
            at += count * length
            continue
        definition = (
            _parse_definition(data, at, end) if head & (COMPRESSED_BIT | DEFINITION_BIT) == DEFINITION_BIT else None
        )
        if definition is None:
            damage = at
            break
        local = head & 0x0F
        for first in (local, local | 0x10, local | 0x20, local | 0x30):
            lengths[first], owners[first] = 1 + definition.size, len(definitions)
        if local < 4:
            for first in range(COMPRESSED_BIT + 32 * local, COMPRESSED_BIT + 32 * (local + 1)):
                lengths[first], owners[first] = 1 + definition.size, len(definitions)
        definitions.append(definition)
        at = definition.end
    if damage is None and at != stated_end:
        damage = at
    columns = np.array(runs, dtype=np.intp).reshape(-1, 3).T
    return ChainedFile(
        start,
        body,
        tuple(definitions),
        MessageRuns(*columns),
        stated_end,
        damage,
        is_compressed=any(data[at] & COMPRESSED_BIT for at, _, _ in runs),
        has_length=has_length,
    )


def _count_same_header(data: bytes, offset: int, end: int, length: int) -> int:
    """How many messages with the same first byte, and so of the same length, follow one another from ``at`` on."""
    head = data[offset : offset + 1]
    most = (end - offset) // length
    count, ahead = 1, 16
    while count < most:
        heads = data[offset + count * length : offset + min(count + ahead, most) * length : length]
        same = len(heads) - len(heads.lstrip(head))
        count += same
        if same < len(heads):
            break
        ahead *= 4
    return count


def _parse_definition(data: bytes, offset: int, end: int) -> Definition | None:
    """The definition message at a place; None if it runs over the end."""
    if offset + 6 > end:
        return None
    number = struct.unpack_from(">H" if data[offset + 2] else "<H", data, offset + 3)[0]
    stop = offset + 6 + 3 * data[offset + 5]
    size = sum(data[offset + 7 : stop : 3])
    if data[offset] & DEVELOPER_BIT:
        if stop >= end:
            return None
        extra = stop + 1 + 3 * data[stop]
        size += sum(data[stop + 2 : extra : 3])
        stop = extra
    return Definition(offset, stop, number, size) if stop <= end else None
