"""FIT bytes to decoded messages through fitdecode, keeping all that can be kept of a damaged file."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import fitdecode
from fitdecode.profile import MESSAGE_TYPES

from retropace.readers.fit_stream import CHECKSUM, Part, checksum_fits, outline, rebuilt
from retropace.readers.fit_table import Gathering

NEEDED = {
    *("file_id", "file_creator", "device_info", "sport", "session", "lap", "record", "event"),
    *("workout", "workout_step", "split", "course_point", "developer_data_id", "field_description"),
}
"""Messages that say something about a run. The others (beat by beat heart rate, settings …) are passed over."""
MOST_TRIES = 5
"""If more messages of one definition than this fail, the definition is at fault: those after it go with it."""


@dataclass(slots=True)
class Decoded:
    """The needed messages of one FIT file: records as a table, the others by name and in order; what was lost."""

    records: Gathering = field(default_factory=Gathering)
    messages: dict[str, list[Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    is_damaged: bool = False
    """Whether messages are missing at the end."""
    records_before_session: int = 0
    """How many records stand before the last session message."""

    def of(self, name: str) -> list[Any]:
        """All messages of this name."""
        return self.messages.get(name, [])


def decode(data: bytes) -> list[Decoded]:
    """Every FIT file that the bytes hold one after the other. Never raises for what is in the bytes.

    A file without a ``file_id`` carries on the one before it (some watches add heart rates so).
    """
    parts = outline(data)
    files: list[Decoded] = []
    for part in parts:
        found = _decode_part(data, part)
        if not files or found.of("file_id"):
            files.append(found)
            continue
        last = files[-1]
        if found.of("session"):
            last.records_before_session = last.records.count + found.records_before_session
        last.records.extend(found.records)
        last.warnings += found.warnings
        last.is_damaged |= found.is_damaged
        for name, messages in found.messages.items():
            last.messages.setdefault(name, []).extend(messages)
    if parts and (rest := len(data) - parts[-1].stated_end - CHECKSUM) > 0:
        files[-1].warnings.append(f"{rest} bytes after the end of the recording are no FIT data: passed over")
    return files


def _decode_part(data: bytes, part: Part) -> Decoded:
    """Decode one FIT file; a message that fitdecode stumbles over is taken out and the rest decoded again."""
    names = [_name(message.number) for message in part.messages]
    # Times in a header count on from the message before, whichever it is: then none may be left out.
    whole = any(message.is_compressed for message in part.messages)
    kept = [index for index, name in enumerate(names) if whole or name in NEEDED]
    odd: frozenset[tuple[int, int]] = frozenset()
    tries: Counter[int] = Counter()
    lost: Counter[str] = Counter()
    while True:
        result = Decoded(is_damaged=part.damage is not None)
        stumble = _read(rebuilt(data, part, kept, odd), result)
        if stumble is None or stumble.at >= len(kept):
            break
        if not stumble.odd <= odd:
            odd |= stumble.odd
            continue
        failed = kept[stumble.at]
        definition = part.messages[failed].definition
        tries[definition] += 1
        out = {failed}
        if part.messages[failed].is_definition or tries[definition] > MOST_TRIES:
            out |= {index for index in kept if index > failed and part.messages[index].definition == definition}
        lost.update(names[index] for index in out if not part.messages[index].is_definition)
        kept = [index for index in kept if index not in out]
    result.warnings = _integrity(data, part)
    missed = {name: count for name, count in sorted(lost.items()) if name in NEEDED}
    if missed:
        words = ", ".join(f"{count} × {name}" for name, count in missed.items())
        total = sum(missed.values())
        result.warnings.append(f"{total} message{'s' * (total > 1)} that cannot be decoded passed over ({words})")
    return result


@dataclass(frozen=True, slots=True)
class _Stumble:
    """Where in a stream decoding stopped: the number of the message, and the developer fields at fault, if known."""

    at: int
    odd: frozenset[tuple[int, int]] = frozenset()


def _read(stream: bytes, result: Decoded) -> _Stumble | None:
    """Decode a stream into ``result``; None if all of it could be."""
    at = 0
    # Neither checksums nor processors: both are fitdecode's ways to warn and raise, and we take raw times.
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
            except Exception:  # fitdecode lets TypeError, ValueError, KeyError and others of its own through
                return _Stumble(at)
            if frame is None:
                return None
            if isinstance(frame, fitdecode.FitDefinitionMessage):
                # fitdecode would read fewer bytes than such a field has, and all that follows askew.
                odd = {(item.dev_data_index, item.def_num) for item in frame.dev_field_defs if not _fits(item)}
                if odd:
                    return _Stumble(at, frozenset(odd))
            elif isinstance(frame, fitdecode.FitDataMessage):
                if frame.name == "record":
                    result.records.add(frame)
                elif frame.name in NEEDED:
                    result.messages.setdefault(frame.name, []).append(frame)
                if frame.name == "field_description":
                    result.records.describe(frame)
                elif frame.name == "session":
                    result.records_before_session = result.records.count
            else:
                continue
            at += 1


def _fits(item: Any) -> bool:
    return bool(item.size % item.base_type.size == 0)


def _integrity(data: bytes, part: Part) -> list[str]:
    """What is wrong with one FIT file as a whole, in words."""
    if part.damage is not None:
        missing = part.stated_end - part.damage
        return [f"damaged or cut off at byte {part.damage}: {missing} bytes from there on are lost"]
    if not part.has_length:
        return ["the length in the header is not that of the file, which may never have been closed: read to its end"]
    if part.stated_end + CHECKSUM > len(data):
        return ["the checksum is missing: the file may be cut off"]
    if not checksum_fits(data, part.start, part.stated_end):
        return ["the checksum does not fit: the file was changed or damaged"]
    return []


def _name(number: int) -> str:
    known = MESSAGE_TYPES.get(number)
    return str(known.name) if known is not None else f"unknown_{number}"
