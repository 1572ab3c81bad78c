"""FIT streams of some messages of a file, such that fitdecode reads each of them as it was written."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from retropace.readers.fit.stream import CHECKSUM, DEVELOPER, LEAST_HEADER, MAGIC, Part, Runs

NOWHERE = 0xFE
"""A developer index that no watch uses: fitdecode reads fields of an undescribed index as plain bytes."""


class Message(NamedTuple):
    """One definition or data message: bytes ``[start, end)``."""

    start: int
    end: int
    definition: int
    """The number of the definition among those of its part: the one that defines it, or itself."""
    is_definition: bool


def messages_of(part: Part, runs: Runs, definitions: Iterable[int]) -> list[Message]:
    """Single messages, in the order of the file: those of some runs of data messages, and some definitions."""
    found = []
    for number in definitions:
        definition = part.definitions[number]
        found.append(Message(definition.start, definition.end, number, is_definition=True))
    for start, count, owner in zip(runs.starts.tolist(), runs.counts.tolist(), runs.owners.tolist(), strict=True):
        length = 1 + part.definitions[owner].size
        found += [
            Message(at, at + length, owner, is_definition=False) for at in range(start, start + count * length, length)
        ]
    return sorted(found)


def rebuilt(data: bytes, part: Part, kept: Sequence[Message], odd: frozenset[tuple[int, int]]) -> bytes:
    """A FIT file of its own of some messages of a part, without a checksum.

    Definitions come out so that fitdecode reads exactly the bytes that each message has: without fields of no bytes,
    and with the ``odd`` developer fields (index and number), whose size does not fit their type, as plain bytes.
    """
    pieces = []
    for message in kept:
        piece = data[message.start : message.end]
        pieces.append(_mended(piece, odd) if message.is_definition else piece)
    body = b"".join(pieces)
    header = struct.pack("<2B", LEAST_HEADER, data[part.start + 1]) + data[part.start + 2 : part.start + 4]
    return header + struct.pack("<I4s", len(body), MAGIC) + body + bytes(CHECKSUM)


def _mended(definition: bytes, odd: frozenset[tuple[int, int]]) -> bytes:
    """The definition as fitdecode can read it; the data messages it describes are the same bytes."""
    stop = 6 + 3 * definition[5]
    fields = _triples(definition[6:stop])
    head = definition[:5] + bytes([len(fields)]) + b"".join(fields)
    if not definition[0] & DEVELOPER:
        return head
    developer = [
        bytes([field[0], field[1], NOWHERE]) if (field[2], field[0]) in odd else field
        for field in _triples(definition[stop + 1 :])
    ]
    return head + bytes([len(developer)]) + b"".join(developer)


def _triples(field_bytes: bytes) -> list[bytes]:
    fields = [field_bytes[at : at + 3] for at in range(0, len(field_bytes), 3)]
    return [field for field in fields if field[1] > 0]
