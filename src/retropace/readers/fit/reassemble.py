"""FIT streams of some messages of a file, such that fitdecode reads each of them as it was written."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from retropace.readers.fit.stream import (
    CHECKSUM_BYTES,
    DEVELOPER_BIT,
    FIT_MAGIC,
    MIN_HEADER_BYTES,
    ChainedFile,
    MessageRuns,
)

UNUSED_DEVELOPER_INDEX = 0xFE
"""A developer index that no watch uses: fitdecode reads fields of an undescribed index as plain bytes."""


class MessageSpan(NamedTuple):
    """One definition or data message: bytes ``[start, end)``."""

    start: int
    end: int
    definition: int
    """The number of the definition among those of its part: the one that defines it, or itself."""
    is_definition: bool


def list_messages(part: ChainedFile, runs: MessageRuns, definitions: Iterable[int]) -> list[MessageSpan]:
    """Single messages, in the order of the file: those of some runs of data messages, and some definitions."""
    found = []
    for number in definitions:
        definition = part.definitions[number]
        found.append(MessageSpan(definition.start, definition.end, number, is_definition=True))
    for start, count, owner in zip(
        runs.starts.tolist(), runs.counts.tolist(), runs.definition_indices.tolist(), strict=True
    ):
        length = 1 + part.definitions[owner].size
        found += [
            MessageSpan(at, at + length, owner, is_definition=False)
            for at in range(start, start + count * length, length)
        ]
    return sorted(found)


def reassemble(
    data: bytes, part: ChainedFile, messages: Sequence[MessageSpan], misaligned_fields: frozenset[tuple[int, int]]
) -> bytes:
    """A FIT file of its own of some messages of a part, without a checksum.

    Definitions come out so that fitdecode reads exactly the bytes that each message has: without fields of no bytes,
    and with the ``odd`` developer fields (index and number), whose size does not fit their type, as plain bytes.
    """
    pieces = []
    for message in messages:
        piece = data[message.start : message.end]
        pieces.append(_repair_definition(piece, misaligned_fields) if message.is_definition else piece)
    body = b"".join(pieces)
    header = struct.pack("<2B", MIN_HEADER_BYTES, data[part.start + 1]) + data[part.start + 2 : part.start + 4]
    return header + struct.pack("<I4s", len(body), FIT_MAGIC) + body + bytes(CHECKSUM_BYTES)


def _repair_definition(definition: bytes, misaligned_fields: frozenset[tuple[int, int]]) -> bytes:
    """The definition as fitdecode can read it; the data messages it describes are the same bytes."""
    stop = 6 + 3 * definition[5]
    fields = _split_field_definitions(definition[6:stop])
    head = definition[:5] + bytes([len(fields)]) + b"".join(fields)
    if not definition[0] & DEVELOPER_BIT:
        return head
    developer = [
        bytes([field[0], field[1], UNUSED_DEVELOPER_INDEX]) if (field[2], field[0]) in misaligned_fields else field
        for field in _split_field_definitions(definition[stop + 1 :])
    ]
    return head + bytes([len(developer)]) + b"".join(developer)


def _split_field_definitions(field_bytes: bytes) -> list[bytes]:
    fields = [field_bytes[at : at + 3] for at in range(0, len(field_bytes), 3)]
    return [field for field in fields if field[1] > 0]
