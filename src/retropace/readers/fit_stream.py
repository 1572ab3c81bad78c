"""The outline of FIT bytes: where each message lies and of which kind it is, without decoding any.

FIT is a header, definition and data messages, and a checksum; several such files may follow one another in one.
Layout: Garmin FIT SDK, "Flexible and Interoperable Data Transfer Protocol".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

MAGIC = b".FIT"
LEAST_HEADER = 12
CHECKSUM = 2
NO_LENGTHS = (0, 0xFFFFFFFF)
"""What headers hold until the recording is closed and its length written."""
NOWHERE = 0xFE
"""A developer index that no watch uses: fitdecode reads fields of an undescribed index as plain bytes."""


@dataclass(frozen=True, slots=True)
class Message:
    """One definition or data message: bytes ``[start, end)``; ``number`` is its global message number."""

    start: int
    end: int
    number: int
    definition: int
    """The index of the message that defines this one; its own if it is a definition."""
    is_definition: bool
    is_compressed: bool
    """Whether its time is a few bits in its header, counted on from the message before."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the FIT files that follow one another: header ``[start, body)``, messages, checksum."""

    start: int
    body: int
    messages: tuple[Message, ...]
    stated_end: int
    """Where the header says that the messages end; for a header without a true length, where the file says so."""
    damage: int | None
    """Where the messages stop making sense; None if they go on to ``stated_end``."""
    has_length: bool = True
    """False if the header gives none or a wrong one: the watch may never have come to close the file."""


def outline(data: bytes) -> list[Part]:
    """The FIT files in the bytes, as far as they can be followed. Empty if there is none."""
    parts: list[Part] = []
    at = 0
    while _is_header(data, at):
        part = _part(data, at)
        parts.append(part)
        at = part.stated_end + CHECKSUM
    return parts


def rebuilt(data: bytes, part: Part, kept: Iterable[int], odd: frozenset[tuple[int, int]]) -> bytes:
    """A FIT file of its own of the messages with the given indices, without a checksum.

    Definitions come out so that fitdecode reads exactly the bytes that each message has: without fields of no bytes,
    and with the ``odd`` developer fields (index and number), whose size does not fit their type, as plain bytes.
    """
    pieces = []
    for index in kept:
        message = part.messages[index]
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
    if not definition[0] & 0x20:
        return head
    developer = [
        bytes([field[0], field[1], NOWHERE]) if (field[2], field[0]) in odd else field
        for field in _triples(definition[stop + 1 :])
    ]
    return head + bytes([len(developer)]) + b"".join(developer)


def _triples(field_bytes: bytes) -> list[bytes]:
    fields = [field_bytes[at : at + 3] for at in range(0, len(field_bytes), 3)]
    return [field for field in fields if field[1] > 0]


def _is_header(data: bytes, at: int) -> bool:
    return len(data) - at >= LEAST_HEADER and data[at] >= LEAST_HEADER and data[at + 8 : at + 12] == MAGIC


def _part(data: bytes, start: int) -> Part:
    body = start + data[start]
    size = struct.unpack_from("<I", data, start + 4)[0]
    stated_end = body + size
    if not _ends(data, start, stated_end, has_length=size not in NO_LENGTHS):
        # Then the messages may go on to the end of the file, with or without a checksum behind them.
        for end in (len(data) - CHECKSUM, len(data)):
            messages, damage = _walk(data, body, end)
            if damage is None:
                return Part(start, body, messages, end, None, has_length=False)
        if size in NO_LENGTHS:
            return Part(start, body, messages, len(data), damage, has_length=False)
    messages, damage = _walk(data, body, stated_end)
    return Part(start, body, messages, stated_end, damage)


def _ends(data: bytes, start: int, stated_end: int, *, has_length: bool) -> bool:
    """Whether a FIT file ends where its header says: with the bytes, before another one, or at a fitting checksum."""
    behind = stated_end + CHECKSUM
    if _is_header(data, behind):
        return True
    if behind >= len(data):
        return has_length
    return has_length and checksum_fits(data, start, stated_end)


def checksum_fits(data: bytes, start: int, end: int) -> bool:
    """Whether the two bytes at ``end`` are the checksum of those from ``start`` to there."""
    from fitdecode.utils import compute_crc

    return bool(struct.unpack_from("<H", data, end)[0] == compute_crc(data, start=start, end=end))


def _walk(data: bytes, body: int, stated_end: int) -> tuple[tuple[Message, ...], int | None]:
    """The messages from ``body`` on, and where they stop making sense before ``stated_end`` (None if nowhere)."""
    end = min(stated_end, len(data))
    sizes: dict[int, tuple[int, int, int]] = {}
    messages: list[Message] = []
    at = body
    while at < end:
        head = data[at]
        is_compressed = bool(head & 0x80)
        is_definition = bool(head & 0x40) and not is_compressed
        local = (head >> 5) & 0x03 if is_compressed else head & 0x0F
        stop, number, definition = -1, -1, len(messages)
        if is_definition:
            stop, number, size = _definition(data, at, end, has_developer=bool(head & 0x20))
            if stop > 0:
                sizes[local] = number, size, definition
        elif local in sizes:
            number, size, definition = sizes[local]
            stop = at + 1 + size
        if not at < stop <= end:
            return tuple(messages), at
        messages.append(Message(at, stop, number, definition, is_definition, is_compressed))
        at = stop
    return tuple(messages), None if at == stated_end else at


def _definition(data: bytes, at: int, end: int, *, has_developer: bool) -> tuple[int, int, int]:
    """Where a definition ends (-1 if it runs over), the message it defines, and the size of that in bytes."""
    if at + 6 > end:
        return -1, -1, 0
    number = struct.unpack_from(">H" if data[at + 2] else "<H", data, at + 3)[0]
    stop = at + 6 + 3 * data[at + 5]
    size = sum(data[at + 7 : stop : 3])
    if has_developer:
        if stop >= end:
            return -1, number, 0
        extra = stop + 1 + 3 * data[stop]
        size += sum(data[stop + 2 : extra : 3])
        stop = extra
    return (stop, number, size) if stop <= end else (-1, number, 0)
