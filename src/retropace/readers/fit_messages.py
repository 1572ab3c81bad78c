"""FIT bytes to decoded messages through fitdecode, keeping all that can be kept of a damaged file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import fitdecode

from retropace.readers.fit_stream import Part, has_empty_fields, outline, without_messages

NEEDED = {
    *("file_id", "file_creator", "device_info", "sport", "session", "lap", "record", "event", "activity"),
    *("workout", "workout_step", "split", "course_point", "developer_data_id", "field_description"),
}
"""Messages that say something about a run. The others (beat by beat heart rate, settings …) are passed over."""
MOST_DROPPED = 200
"""A file of which more single messages cannot be decoded is left at what was read before."""


@dataclass(slots=True)
class Decoded:
    """The needed messages of one FIT file, by name, in order, and what was lost, in words."""

    messages: dict[str, list[Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def of(self, name: str) -> list[Any]:
        """All messages of this name."""
        return self.messages.get(name, [])


def decode(data: bytes) -> list[Decoded]:
    """Every FIT file that the bytes hold one after the other. Never raises for what is in the bytes."""
    parts = outline(data)
    decoded = [_decode_part(data, part) for part in parts]
    if parts and parts[-1].damage is None and parts[-1].stated_end + 2 < len(data):
        rest = len(data) - parts[-1].stated_end - 2
        decoded[-1].warnings.append(f"{rest} bytes after the end of the recording are no FIT data: passed over")
    return decoded


def _decode_part(data: bytes, part: Part) -> Decoded:
    """Decode one FIT file; a message that fitdecode stumbles over is taken out and the rest decoded again."""
    result = Decoded()
    if part.damage is not None:
        missing = part.stated_end - part.damage
        result.warnings.append(f"damaged or cut off at byte {part.damage}: {missing} bytes from there on are lost")
    stream = data[part.start : part.stated_end + 2]
    dropped: set[int] = set()
    check = part.damage is None and len(stream) == part.stated_end + 2 - part.start
    if part.damage is None and not check:
        result.warnings.append("the checksum is missing: the file may be cut off")
    if has_empty_fields(data, part):
        check = False
    if not check:
        stream = without_messages(data, part, frozenset())
    while True:
        messages: dict[str, list[Any]] = {}
        count = 0
        try:
            for frame in _frames(stream):
                if isinstance(frame, fitdecode.FitCRC):
                    if check and not frame.matched:
                        result.warnings.append("the checksum does not fit: the file was changed or damaged")
                    continue
                if isinstance(frame, fitdecode.FitHeader):
                    continue
                count += 1
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name in NEEDED:
                    messages.setdefault(frame.name, []).append(frame)
            result.messages = messages
            break
        except Exception as bad:  # fitdecode lets TypeError, ValueError and others of its own through
            kept = [index for index in range(len(part.messages)) if index not in dropped]
            if count >= len(kept) or len(dropped) >= MOST_DROPPED or part.messages[kept[count]].is_definition:
                result.messages = messages
                where = part.messages[kept[count]].start if count < len(kept) else part.stated_end
                result.warnings.append(f"cannot be decoded from byte {where} on ({_said(bad)}): what follows is lost")
                break
            # Where one message fails, those of its kind do: a kind that is not needed goes as a whole.
            failed = part.messages[kept[count]]
            same = {index for index in kept if part.messages[index].number == failed.number}
            same = {index for index in same if not part.messages[index].is_definition}
            needed = _name(failed.number) in NEEDED
            dropped |= {kept[count]} if needed else same
            stream, check = without_messages(data, part, frozenset(dropped)), False
    if dropped:
        lost = sorted({_name(part.messages[index].number) for index in dropped})
        result.warnings.append(
            f"{len(dropped)} message{'s' * (len(dropped) > 1)} that cannot be decoded passed over ({', '.join(lost)})"
        )
    return result


def _frames(stream: bytes) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fitdecode warns of each odd definition; what is lost is said by us
        with fitdecode.FitReader(
            io.BytesIO(stream),
            check_crc=fitdecode.CrcCheck.READONLY,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        ) as reader:
            yield from reader


def _name(number: int) -> str:
    from fitdecode.profile import MESSAGE_TYPES

    known = MESSAGE_TYPES.get(number)
    return str(known.name) if known is not None else f"message {number}"


def _said(bad: Exception) -> str:
    return " ".join(str(bad).split())[:120] or type(bad).__name__
