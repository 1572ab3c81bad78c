"""Location of each message in the bytes of one or more chained FIT files, without decoding (FIT SDK, protocol)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

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
"""Bit of a message's first byte that marks a compressed-timestamp header, which holds five bits of the time."""
DEFINITION_BIT = 0x40
"""Bit of a message's first byte that marks a definition message, which lays out the data messages after it."""
DEVELOPER_BIT = 0x20
"""Bit of a definition message's first byte that says that it has developer fields."""

Indices = NDArray[np.intp]
"""Array of indices, ``(n,)``."""


class Definition(NamedTuple):
    """A definition message, which lays out the data messages after it; it lies in bytes ``[start, end)``."""

    start: int
    end: int
    number: int  # global number of the messages that it defines, for example 20 for ``record``
    size: int  # length in bytes of the data of each such message, without the header byte


@dataclass(frozen=True, slots=True, eq=False)
class MessageRuns:
    """Where the data messages of a file lie: runs of successive messages of one definition, in file order."""

    starts: Indices  # first byte of each run
    counts: Indices  # number of messages in each run
    definition_indices: Indices  # definition of each run, by its index in the file

    def __len__(self) -> int:
        return len(self.starts)

    def select(self, mask: NDArray[np.bool_]) -> MessageRuns:
        """Return those runs of messages for which ``mask``, with one value per run, is true."""
        return MessageRuns(self.starts[mask], self.counts[mask], self.definition_indices[mask])


class ChainedFile(NamedTuple):
    """One of the FIT files chained in some bytes."""

    start: int
    definitions: tuple[Definition, ...]
    runs: MessageRuns
    stated_end: int  # end of the messages according to the header or, if that has no valid length, the end of the bytes
    damage_start: int | None  # first byte that cannot be parsed as a message; None if the messages reach ``stated_end``
    is_compressed: bool
    """Whether some messages have compressed-timestamp headers; their times are relative to the message before."""
    has_length: bool = True  # whether the header has a valid length; a recording that was not closed has none

    @property
    def message_numbers(self) -> Indices:
        """For each definition the global number of its messages."""
        return np.array([definition.number for definition in self.definitions], dtype=np.intp)


def find_chained_files(data: bytes) -> list[ChainedFile]:
    """Find the FIT files that follow one another in ``data``, as far as they can be parsed."""
    files: list[ChainedFile] = []
    offset = 0
    while _is_header(data, offset):
        chained = _outline_file(data, offset)
        files.append(chained)
        offset = chained.stated_end + CHECKSUM_BYTES
    return files


def has_valid_checksum(data: bytes, start: int, end: int) -> bool:
    """Return whether the two bytes at ``end`` are the checksum (CRC-16/ARC) of the bytes ``[start, end)``."""
    from fastcrc import crc16

    return bool(struct.unpack_from("<H", data, end)[0] == crc16.arc(data[start:end]))


def _is_header(data: bytes, offset: int) -> bool:
    return (
        len(data) - offset >= MIN_HEADER_BYTES
        and data[offset] >= MIN_HEADER_BYTES
        and data[offset + 8 : offset + 12] == FIT_MAGIC
    )


def _outline_file(data: bytes, start: int) -> ChainedFile:
    size = struct.unpack_from("<I", data, start + 4)[0]
    stated_end = start + data[start] + size
    if not _ends_as_stated(data, start, stated_end, has_length=size not in UNSET_LENGTHS):
        # The messages may reach the end of the file, with or without a checksum after them.
        for end in (len(data) - CHECKSUM_BYTES, len(data)):
            chained = _outline_messages(data, start, end, has_length=False)
            if chained.damage_start is None:
                return chained
        if size in UNSET_LENGTHS:
            return chained
    return _outline_messages(data, start, stated_end)


def _ends_as_stated(data: bytes, start: int, stated_end: int, *, has_length: bool) -> bool:
    """Return whether another FIT file follows the stated end, or the header's length fits the bytes or checksum."""
    next_start = stated_end + CHECKSUM_BYTES
    if _is_header(data, next_start):
        return True
    return has_length and (next_start >= len(data) or has_valid_checksum(data, start, stated_end))


def _outline_messages(data: bytes, start: int, stated_end: int, *, has_length: bool = True) -> ChainedFile:
    """Locate the messages of the file at byte ``start``, as far as they can be parsed before ``stated_end``."""
    end = min(stated_end, len(data))
    lengths = [0] * 256  # length of a data message by its first byte; 0 if undefined
    definition_indices = [0] * 256
    definitions: list[Definition] = []
    runs: list[tuple[int, int, int]] = []
    offset = start + data[start]
    while offset < end:
        first_byte = data[offset]
        if length := lengths[first_byte]:
            if offset + length > end:
                break
            next_start = offset + length
            is_repeated = next_start < end and data[next_start] == first_byte
            count = _count_same_header(data, offset, end, length) if is_repeated else 1
            runs.append((offset, count, definition_indices[first_byte]))
            offset += count * length
        elif (definition := parse_definition(data, offset, end)) is not None:
            for header in _list_first_bytes(first_byte & 0x0F):
                lengths[header], definition_indices[header] = 1 + definition.size, len(definitions)
            definitions.append(definition)
            offset = definition.end
        else:
            break
    return ChainedFile(
        start,
        tuple(definitions),
        MessageRuns(*np.array(runs, dtype=np.intp).reshape(-1, 3).T),
        stated_end,
        damage_start=None if offset == stated_end else offset,
        is_compressed=any(data[run_start] & COMPRESSED_BIT for run_start, _, _ in runs),
        has_length=has_length,
    )


def _list_first_bytes(local_number: int) -> list[int]:
    """List the bytes with which data messages start that follow the definition with a local number (0 to 15)."""
    compressed = range(COMPRESSED_BIT + 32 * local_number, COMPRESSED_BIT + 32 * (local_number + 1))
    # A compressed header has two bits for the local number.
    return [*(local_number | flags for flags in (0, 0x10, 0x20, 0x30)), *(compressed if local_number < 4 else ())]


def _count_same_header(data: bytes, offset: int, end: int, length: int) -> int:
    """Count the messages of ``length`` bytes that follow one another from ``offset`` on with the same first byte."""
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


def parse_definition(data: bytes, offset: int, end: int) -> Definition | None:
    """Parse the definition message at ``offset``; None if there is none or it goes beyond ``end``."""
    if offset + 6 > end or data[offset] & (COMPRESSED_BIT | DEFINITION_BIT) != DEFINITION_BIT:
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
