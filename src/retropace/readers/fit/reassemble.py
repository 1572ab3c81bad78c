"""Assembly of selected FIT messages into a new FIT file in which fitdecode can tell where each message starts."""

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
"""Number of an app that no device uses, so that fitdecode reads its fields as plain bytes."""


class MessageSpan(NamedTuple):
    """The bytes ``[start, end)`` of one definition or data message."""

    start: int
    end: int
    definition: int
    """Index, among the file's definitions, of the one that lays out the message; of a definition message its own."""
    is_definition: bool


def list_messages(chained: ChainedFile, runs: MessageRuns, definitions: Iterable[int]) -> list[MessageSpan]:
    """List the data messages in ``runs`` and the definition messages with indices ``definitions``, in file order."""
    defined = [(index, chained.definitions[index]) for index in definitions]
    messages = [MessageSpan(item.start, item.end, index, is_definition=True) for index, item in defined]
    columns = (column.tolist() for column in (runs.starts, runs.counts, runs.definition_indices))
    for start, count, index in zip(*columns, strict=True):
        length = 1 + chained.definitions[index].size
        offsets = range(start, start + count * length, length)
        messages += [MessageSpan(offset, offset + length, index, is_definition=False) for offset in offsets]
    return sorted(messages)


def reassemble(
    data: bytes, chained: ChainedFile, messages: Sequence[MessageSpan], misaligned_fields: frozenset[tuple[int, int]]
) -> bytes:
    """Assemble a FIT file from ``messages``, with definitions by which fitdecode reads exactly their bytes."""
    pieces = ((data[message.start : message.end], message.is_definition) for message in messages)
    body = b"".join(
        _repair_definition(piece, misaligned_fields) if is_definition else piece for piece, is_definition in pieces
    )
    header = struct.pack("<2B", MIN_HEADER_BYTES, data[chained.start + 1]) + data[chained.start + 2 : chained.start + 4]
    return header + struct.pack("<I4s", len(body), FIT_MAGIC) + body + bytes(CHECKSUM_BYTES)


def _repair_definition(definition: bytes, misaligned_fields: frozenset[tuple[int, int]]) -> bytes:
    """Remove fields of zero bytes from a definition; ``misaligned_fields`` (app, number) become plain bytes."""
    fields_end = 6 + 3 * definition[5]
    fields = _split_field_definitions(definition[6:fields_end])
    head = definition[:5] + bytes([len(fields)]) + b"".join(fields)
    if not definition[0] & DEVELOPER_BIT:
        return head
    developer = [
        bytes([field[0], field[1], UNUSED_DEVELOPER_INDEX]) if (field[2], field[0]) in misaligned_fields else field
        for field in _split_field_definitions(definition[fields_end + 1 :])
    ]
    return head + bytes([len(developer)]) + b"".join(developer)


def _split_field_definitions(field_bytes: bytes) -> list[bytes]:
    fields = [field_bytes[offset : offset + 3] for offset in range(0, len(field_bytes), 3)]
    return [field for field in fields if field[1] > 0]
