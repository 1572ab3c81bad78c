"""Location of each message in FIT bytes, with its definition, found without decoding the messages.

A FIT file is a header, definition and data messages, and a checksum; several files may be chained. The layout is that
of the Garmin FIT SDK, "Flexible and Interoperable Data Transfer Protocol".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIT_MAGIC = b".FIT"
"""Bytes 8 to 12 of a FIT header."""
MIN_HEADER_BYTES = 12
"""Length in bytes of the shortest header of a FIT file."""
CHECKSUM_BYTES = 2
"""Length in bytes of the checksum after the messages."""
UNSET_LENGTHS = (0, 0xFFFFFFFF)
"""Values of the length in the header that mean it was never set, because the recording was not closed."""
COMPRESSED_BIT = 0x80
"""Bit of a message's first byte that marks a compressed-timestamp header, which holds a few bits of the time."""
DEFINITION_BIT = 0x40
"""Bit of a message's first byte that marks a definition message, which lays out the data messages after it."""
DEVELOPER_BIT = 0x20
"""Bit of a definition message's first byte that says that it has developer fields."""

Indices = NDArray[np.intp]
"""Array of indices, ``(n,)``."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition message, which lays out the data messages after it; it lies in bytes ``[start, end)``."""

    start: int
    end: int
    number: int
    """Global number of the messages that it defines, for example 20 for ``record``."""
    size: int
    """Length in bytes of the data of each message that it defines, without the header byte."""


@dataclass(frozen=True, slots=True)
class MessageRuns:
    """Where the data messages of a file lie: runs of successive messages of one definition, in file order.

    Run ``i`` starts at byte ``starts[i]`` and holds ``counts[i]`` messages of definition ``definition_indices[i]``.
    """

    starts: Indices
    counts: Indices
    definition_indices: Indices

    def __len__(self) -> int:
        return len(self.starts)

    def select(self, mask: NDArray[np.bool_]) -> MessageRuns:
        """Return those runs of messages for which ``mask``, with one value per run, is true."""
        return MessageRuns(self.starts[mask], self.counts[mask], self.definition_indices[mask])


@dataclass(frozen=True, slots=True)
class ChainedFile:
    """One of the FIT files chained in some bytes: header ``[start, body_start)``, messages, checksum."""

    start: int
    body_start: int
    definitions: tuple[Definition, ...]
    runs: MessageRuns
    stated_end: int
    """End of the messages according to the header, or the end of the bytes if the header has no valid length."""
    damage_start: int | None
    """First byte that cannot be parsed as a message; None if the messages reach ``stated_end``."""
    is_compressed: bool
    """Whether some messages have compressed-timestamp headers; their times are relative to the message before."""
    has_length: bool = True
    """Whether the header has a valid length; a recording that was not closed has none."""


def find_chained_files(data: bytes) -> list[ChainedFile]:
    """Find the FIT files that follow one another in ``data``, as far as they can be parsed; may be an empty list."""
    files: list[ChainedFile] = []
    offset = 0
    while _is_header(data, offset):
        chained = _outline_file(data, offset)
        files.append(chained)
        offset = chained.stated_end + CHECKSUM_BYTES
    return files


def has_valid_checksum(data: bytes, start: int, end: int) -> bool:
    """Whether the two bytes at ``end`` are the checksum of the bytes ``[start, end)``.

    The checksum of FIT is CRC-16/ARC (polynomial 0x8005, reflected).
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
        # The messages may reach the end of the file, with or without a checksum after them.
        for end in (len(data) - CHECKSUM_BYTES, len(data)):
            chained = _outline_messages(data, start, body, end, has_length=False)
            if chained.damage_start is None:
                return chained
        if size in UNSET_LENGTHS:
            return chained
    return _outline_messages(data, start, body, stated_end)


def _ends_as_stated(data: bytes, start: int, stated_end: int, *, has_length: bool) -> bool:
    """Whether the end that a file's header states is believable.

    It is if another FIT file starts there, or if, with a length in the header, the bytes end there or the checksum
    before it is valid.
    """
    next_start = stated_end + CHECKSUM_BYTES
    if _is_header(data, next_start):
        return True
    if next_start >= len(data):
        return has_length
    return has_length and has_valid_checksum(data, start, stated_end)


def _outline_messages(data: bytes, start: int, body: int, stated_end: int, *, has_length: bool = True) -> ChainedFile:
    """Locate the messages from byte ``body`` on, as far as they can be parsed before ``stated_end``."""
    end = min(stated_end, len(data))
    lengths = [0] * 256  # length of a data message by its first byte; 0 if undefined
    definition_indices = [0] * 256
    definitions: list[Definition] = []
    runs: list[tuple[int, int, int]] = []
    damage_start = None
    offset = body
    while offset < end:
        first_byte = data[offset]
        length = lengths[first_byte]
        if length:
            message_end = offset + length
            if message_end > end:
                damage_start = offset
                break
            count = 1
            if message_end < end and data[message_end] == first_byte:
                count = _count_same_header(data, offset, end, length)
            runs.append((offset, count, definition_indices[first_byte]))
            offset += count * length
            continue
        definition = (
            _parse_definition(data, offset, end)
            if first_byte & (COMPRESSED_BIT | DEFINITION_BIT) == DEFINITION_BIT
            else None
        )
        if definition is None:
            damage_start = offset
            break
        local = first_byte & 0x0F
        for header in (local, local | 0x10, local | 0x20, local | 0x30):
            lengths[header], definition_indices[header] = 1 + definition.size, len(definitions)
        if local < 4:
            for header in range(COMPRESSED_BIT + 32 * local, COMPRESSED_BIT + 32 * (local + 1)):
                lengths[header], definition_indices[header] = 1 + definition.size, len(definitions)
        definitions.append(definition)
        offset = definition.end
    if damage_start is None and offset != stated_end:
        damage_start = offset
    columns = np.array(runs, dtype=np.intp).reshape(-1, 3).T
    return ChainedFile(
        start,
        body,
        tuple(definitions),
        MessageRuns(*columns),
        stated_end,
        damage_start,
        is_compressed=any(data[offset] & COMPRESSED_BIT for offset, _, _ in runs),
        has_length=has_length,
    )


def _count_same_header(data: bytes, offset: int, end: int, length: int) -> int:
    """Count the messages that follow one another from byte ``offset`` on and all have the same first byte.

    The first byte tells the definition; therefore each of these messages is ``length`` bytes long.
    """
    header = data[offset : offset + 1]
    max_count = (end - offset) // length
    count, ahead = 1, 16
    while count < max_count:
        headers = data[offset + count * length : offset + min(count + ahead, max_count) * length : length]
        same = len(headers) - len(headers.lstrip(header))
        count += same
        if same < len(headers):
            break
        ahead *= 4
    return count


def _parse_definition(data: bytes, offset: int, end: int) -> Definition | None:
    """Parse the definition message at ``offset``; None if it goes beyond ``end``."""
    if offset + 6 > end:
        return None
    number = struct.unpack_from(">H" if data[offset + 2] else "<H", data, offset + 3)[0]
    definition_end = offset + 6 + 3 * data[offset + 5]
    size = sum(data[offset + 7 : definition_end : 3])
    if data[offset] & DEVELOPER_BIT:
        if definition_end >= end:
            return None
        developer_end = definition_end + 1 + 3 * data[definition_end]
        size += sum(data[definition_end + 2 : developer_end : 3])
        definition_end = developer_end
    return Definition(offset, definition_end, number, size) if definition_end <= end else None
