"""The outline of FIT bytes: where each message lies and of which kind it is, without decoding any.

FIT is a header, definition and data messages, and a checksum; several such files may follow one another in one.
Layout: Garmin FIT SDK, "Flexible and Interoperable Data Transfer Protocol".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = b".FIT"
LEAST_HEADER = 12


@dataclass(frozen=True, slots=True)
class Message:
    """One definition or data message: bytes ``[start, end)``; ``number`` is its global message number."""

    start: int
    end: int
    number: int
    is_definition: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One of the FIT files that follow one another: header ``[start, body)``, messages, checksum."""

    start: int
    body: int
    messages: tuple[Message, ...]
    stated_end: int
    """Where the header says that the messages end."""
    damage: int | None
    """Where the messages stop making sense; None if they go on to ``stated_end``."""


def outline(data: bytes) -> list[Part]:
    """The FIT files in the bytes, as far as they can be followed. Empty if there is none."""
    parts: list[Part] = []
    at = 0
    while len(data) - at >= LEAST_HEADER and data[at] >= LEAST_HEADER and data[at + 8 : at + 12] == MAGIC:
        part = _part(data, at)
        parts.append(part)
        if part.damage is not None and part.stated_end + 2 > len(data):
            break
        at = part.stated_end + 2
    return parts


def without_messages(data: bytes, part: Part, dropped: frozenset[int]) -> bytes:
    """The part as a FIT file of its own that lacks the messages of the given indices and its own damage."""
    body = b"".join(
        _mended(data[message.start : message.end]) if message.is_definition else data[message.start : message.end]
        for index, message in enumerate(part.messages)
        if index not in dropped
    )
    header = bytearray(data[part.start : part.body])
    struct.pack_into("<I", header, 4, len(body))
    if len(header) >= 14:
        header[12:14] = b"\0\0"  # 0 stands for "not computed"
    return bytes(header) + body + b"\0\0"


def has_empty_fields(data: bytes, part: Part) -> bool:
    """Whether a definition names a field of no bytes, which some exporters write and fitdecode cannot read."""
    spans = [data[message.start : message.end] for message in part.messages if message.is_definition]
    return any(_mended(span) != span for span in spans)


def _mended(definition: bytes) -> bytes:
    """The definition without fields of no bytes; the data messages it describes are the same."""
    stop = 6 + 3 * definition[5]
    fields = _triples(definition[6:stop])
    head = definition[:5] + bytes([len(fields)]) + b"".join(fields)
    if not definition[0] & 0x20:
        return head
    developer = _triples(definition[stop + 1 :])
    return head + bytes([len(developer)]) + b"".join(developer)


def _triples(field_bytes: bytes) -> list[bytes]:
    fields = [field_bytes[at : at + 3] for at in range(0, len(field_bytes), 3)]
    return [field for field in fields if field[1] > 0]


def _part(data: bytes, start: int) -> Part:
    body = start + data[start]
    stated_end = body + struct.unpack_from("<I", data, start + 4)[0]
    end = min(stated_end, len(data))
    sizes: dict[int, tuple[int, int]] = {}
    messages: list[Message] = []
    at = body
    while at < end:
        head = data[at]
        if head & 0x80:  # compressed timestamp
            local, stop, number, defines = (head >> 5) & 0x03, -1, -1, False
        else:
            local, stop, number, defines = head & 0x0F, -1, -1, bool(head & 0x40)
        if defines:
            stop, number, size = _definition(data, at, end, has_developer=bool(head & 0x20))
            if stop > 0:
                sizes[local] = number, size
        elif local in sizes:
            number, size = sizes[local]
            stop = at + 1 + size
        if stop < 0 or stop > end:
            return Part(start, body, tuple(messages), stated_end, at)
        messages.append(Message(at, stop, number, defines))
        at = stop
    return Part(start, body, tuple(messages), stated_end, None if at == stated_end else at)


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
