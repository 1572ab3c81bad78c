"""The FIT reader that uses fitdecode for every message: what the reader in bulk is held to, and made to be obvious.

It walks the bytes one message after the other and keeps each record as a dict; nothing of the bulk reading is in it.
"""

from __future__ import annotations

import io
import math
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from unittest.mock import patch

import fitdecode
import numpy as np
from fitdecode.profile import MESSAGE_TYPES
from fitdecode.utils import compute_crc

from retropace.core.activity import Activity
from retropace.core.findings import Finding, note_if_few, warn
from retropace.readers.fit.decoder import DecodedFile
from retropace.readers.fit.reader import read_fit
from retropace.readers.fit.table import ChunkedRecords, FieldIdentity, FitField, FitTable

NEEDED = {
    *("file_id", "file_creator", "device_info", "sport", "session", "lap", "record", "event", "hr"),
    *("workout", "workout_step", "split", "course_point", "developer_data_id", "field_description"),
}

Key = str | tuple[int, int]


@dataclass(frozen=True)
class Message:
    start: int
    end: int
    number: int
    definition: int
    is_definition: bool
    is_compressed: bool


@dataclass(frozen=True)
class Part:
    start: int
    messages: tuple[Message, ...]
    stated_end: int
    damage: int | None
    has_length: bool = True


@dataclass
class Rows:
    """Every record as a dict from field to its value, which is a number, a text, or both for a named number."""

    rows: list[dict[Key, tuple[float, str | None, bool]]] = field(default_factory=list)
    about: dict[Key, tuple[str, str, int | None]] = field(default_factory=dict)
    scales: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.rows)

    def describe(self, message: Any) -> None:
        said = {item.name: item.raw_value for item in message.fields}
        index, number = said.get("developer_data_index"), said.get("field_definition_number")
        scale, offset = said.get("scale"), said.get("offset")
        if isinstance(index, int) and isinstance(number, int):
            self.scales[index, number] = (
                float(scale) if isinstance(scale, int) and scale != 0 else 1.0,
                float(offset) if isinstance(offset, int) else 0.0,
            )

    def add(self, message: Any) -> None:
        row: dict[Key, tuple[float, str | None, bool]] = {}
        for item in message.fields:
            value = item.raw_value if item.name == "timestamp" else item.value
            if value is None or not isinstance(item.name, str):
                continue
            defined = item.field_def
            developer = defined is not None and defined.is_dev
            key: Key = (defined.dev_data_index, defined.def_num) if developer else item.name
            native = item.field.native_field_num if developer else None
            units = item.units if isinstance(item.units, str) else ""
            self.about.setdefault(key, (item.name, units, native if isinstance(native, int) else None))
            if isinstance(value, str):
                is_text = isinstance(item.raw_value, str)
                row[key] = (math.nan if is_text else float(item.raw_value), value.strip("\0 "), is_text)
            elif isinstance(value, (int, float)) and math.isfinite(value):
                scale, offset = self.scales.get(cast(tuple[int, int], key), (1.0, 0.0))
                row[key] = (value / scale - offset, None, False)
            else:
                row[key] = (math.nan, None, False)
        self.rows.append(row)

    def extend(self, other: Rows) -> None:
        self.rows += other.rows
        self.about = {**other.about, **self.about}
        order = {key: None for row in self.rows for key in row}
        self.about = {key: self.about[key] for key in order}

    def to_table(self) -> FitTable:
        fields = []
        for key, (name, units, native) in self.about.items():
            values = np.array([row[key][0] if key in row else math.nan for row in self.rows])
            filled = np.array([key in row for row in self.rows])
            words = [row[key][1] for row in self.rows if key in row]
            texts: tuple[str, ...] = ()
            if all(word is not None for word in words):
                texts = tuple(dict.fromkeys(cast(list[str], words)))
                values[filled] = [texts.index(cast(str, word)) for word in words]
            fields.append(FitField(FieldIdentity(key, name, units, native), values, filled, texts))
        by_name = {item.identity.name: item.values for item in fields if not item.identity.is_developer}
        missing = np.full(len(self.rows), np.nan)
        raw_s = by_name.get("timestamp", missing) + np.nan_to_num(by_name.get("fractional_timestamp", missing))
        return FitTable(raw_s, tuple(fields))


def read_reference(data: bytes, path: str) -> list[Activity]:
    """As ``read_fit``, every message of it through fitdecode."""
    with patch("retropace.readers.fit.reader.decode", decode):
        return read_fit(data, path)


@contextmanager
def fitdecode_alone() -> Iterator[None]:
    """Whatever is read in here is read by the reference."""
    with patch("retropace.readers.fit.reader.decode", decode):
        yield


def decode(data: bytes) -> list[DecodedFile]:
    """Every FIT file in the bytes, as ``retropace.readers.fit.messages.decode`` gives them."""
    parts, at = [], 0
    while is_header(data, at):
        parts.append(outline(data, at))
        at = parts[-1].stated_end + 2
    files: list[DecodedFile] = []
    for part in parts:
        found = decode_part(data, part)
        if not files or found.messages_named("file_id"):
            files.append(found)
            continue
        last, mine = files[-1], rows_of(files[-1])
        if found.messages_named("session"):
            last.records_before_session = mine.count + found.records_before_session
        mine.extend(rows_of(found))
        last.findings += found.findings
        last.is_damaged |= found.is_damaged
        for name, messages in found.messages.items():
            last.messages.setdefault(name, []).extend(messages)
    if parts and (rest := len(data) - parts[-1].stated_end - 2) > 0:
        text = f"{rest} bytes after the end of the recording are no FIT data: passed over"
        files[-1].findings.append(note_if_few("trailing-bytes", text, rest, "bytes", total=len(data)))
    return files


def rows_of(file: DecodedFile) -> Rows:
    return cast(Rows, file.records)


def is_header(data: bytes, at: int) -> bool:
    return len(data) - at >= 12 and data[at] >= 12 and data[at + 8 : at + 12] == b".FIT"


def outline(data: bytes, start: int) -> Part:
    body = start + data[start]
    size = struct.unpack_from("<I", data, start + 4)[0]
    end = body + size
    never_closed = size in (0, 0xFFFFFFFF)
    if is_header(data, end + 2):
        ends = True
    elif end + 2 >= len(data):
        ends = not never_closed
    else:
        ends = not never_closed and crc_fits(data, start, end)
    if not ends:
        for other in (len(data) - 2, len(data)):
            messages, damage = walk(data, body, other)
            if damage is None:
                return Part(start, messages, other, None, has_length=False)
        if never_closed:
            return Part(start, messages, len(data), damage, has_length=False)
    messages, damage = walk(data, body, end)
    return Part(start, messages, end, damage)


def crc_fits(data: bytes, start: int, end: int) -> bool:
    return bool(struct.unpack_from("<H", data, end)[0] == compute_crc(data, start=start, end=end))


def walk(data: bytes, body: int, stated_end: int) -> tuple[tuple[Message, ...], int | None]:
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
            stop, number, size = definition_at(data, at, end)
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


def definition_at(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    if at + 6 > end:
        return -1, -1, 0
    number = struct.unpack_from(">H" if data[at + 2] else "<H", data, at + 3)[0]
    stop = at + 6 + 3 * data[at + 5]
    size = sum(data[at + 7 : stop : 3])
    if data[at] & 0x20:
        if stop >= end:
            return -1, number, 0
        extra = stop + 1 + 3 * data[stop]
        size += sum(data[stop + 2 : extra : 3])
        stop = extra
    return (stop, number, size) if stop <= end else (-1, number, 0)


def decode_part(data: bytes, part: Part) -> DecodedFile:
    names = [name_of(message.number) for message in part.messages]
    whole = any(message.is_compressed for message in part.messages)
    kept = [index for index, name in enumerate(names) if whole or name in NEEDED]
    odd: set[tuple[int, int]] = set()
    tries: Counter[int] = Counter()
    lost: Counter[str] = Counter()
    while True:
        rows = Rows()
        result = DecodedFile(is_damaged=part.damage is not None, records=cast(ChunkedRecords, rows))
        at, more = read(rebuilt(data, part, kept, odd), result, rows)
        if at is None or at >= len(kept):
            break
        if not more <= odd:
            odd |= more
            continue
        failed = kept[at]
        definition = part.messages[failed].definition
        tries[definition] += 1
        out = {failed}
        if part.messages[failed].is_definition or tries[definition] > 5:
            out |= {index for index in kept if index > failed and part.messages[index].definition == definition}
        lost.update(names[index] for index in out if not part.messages[index].is_definition)
        kept = [index for index in kept if index not in out]
    result.findings = integrity(data, part)
    missed = {name: count for name, count in sorted(lost.items()) if name in NEEDED - {"hr"}}
    if missed:
        words = ", ".join(f"{count} × {name}" for name, count in missed.items())
        total = sum(missed.values())
        text = f"{total} message{'s' * (total > 1)} that cannot be decoded passed over ({words})"
        result.findings.append(warn("undecodable-messages", text, total, "messages"))
    return result


def read(stream: bytes, result: DecodedFile, rows: Rows) -> tuple[int | None, set[tuple[int, int]]]:
    at = 0
    with fitdecode.FitReader(
        io.BytesIO(stream),
        processor=None,
        check_crc=fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    ) as reader:
        frames = iter(reader)
        while True:
            try:
                frame = next(frames, None)
            except Exception:
                return at, set()
            if frame is None:
                return None, set()
            if isinstance(frame, fitdecode.FitDefinitionMessage):
                odd = {
                    (item.dev_data_index, item.def_num)
                    for item in frame.dev_field_defs
                    if item.size % item.base_type.size
                }
                if odd:
                    return at, odd
            elif isinstance(frame, fitdecode.FitDataMessage):
                if frame.name == "record":
                    rows.add(frame)
                elif frame.name in NEEDED:
                    result.messages.setdefault(frame.name, []).append(frame)
                if frame.name == "field_description":
                    rows.describe(frame)
                elif frame.name == "session":
                    result.records_before_session = rows.count
            else:
                continue
            at += 1


def rebuilt(data: bytes, part: Part, kept: Sequence[int], odd: set[tuple[int, int]]) -> bytes:
    def triples(packed: bytes) -> list[bytes]:
        return [packed[at : at + 3] for at in range(0, len(packed), 3) if packed[at + 1] > 0]

    body = b""
    pieces = []
    for index in kept:
        message = part.messages[index]
        piece = data[message.start : message.end]
        if message.is_definition:
            stop = 6 + 3 * piece[5]
            fields = triples(piece[6:stop])
            mended = piece[:5] + bytes([len(fields)]) + b"".join(fields)
            if piece[0] & 0x20:
                extra = [
                    bytes([one[0], one[1], 0xFE]) if (one[2], one[0]) in odd else one
                    for one in triples(piece[stop + 1 :])
                ]
                mended += bytes([len(extra)]) + b"".join(extra)
            piece = mended
        pieces.append(piece)
    body = b"".join(pieces)
    header = struct.pack("<2B", 12, data[part.start + 1]) + data[part.start + 2 : part.start + 4]
    return header + struct.pack("<I4s", len(body), b".FIT") + body + bytes(2)


def integrity(data: bytes, part: Part) -> list[Finding]:
    if part.damage is not None:
        missing = part.stated_end - part.damage
        text = f"damaged or cut off at byte {part.damage}: {missing} bytes from there on are lost"
        return [warn("damaged", text, missing, "bytes")]
    if not part.has_length:
        text = "the length in the header is not that of the file, which may never have been closed: read to its end"
        return [warn("no-length", text)]
    if part.stated_end + 2 > len(data):
        return [warn("no-checksum", "the checksum is missing: the file may be cut off")]
    if not crc_fits(data, part.start, part.stated_end):
        return [warn("wrong-checksum", "the checksum does not fit: the file was changed or damaged")]
    return []


def name_of(number: int) -> str:
    known = MESSAGE_TYPES.get(number)
    return str(known.name) if known is not None else f"unknown_{number}"
