"""FIT bytes to decoded messages: records in bulk where they can be, the others through fitdecode.

All that can be kept of a damaged file is kept. What makes records a matter for fitdecode, message by message, is told.
"""

from __future__ import annotations

import numpy as np

from retropace.readers.fit.bulk import RECORD, NotInBulkError
from retropace.readers.fit.decoded import Decoded
from retropace.readers.fit.decoder import Reading
from retropace.readers.fit.stream import CHECKSUM, Part, checksum_fits, outline

IN_BULK = "in bulk"
"""How records were read, if not by fitdecode."""


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
        last.records = last.records.followed_by(found.records)
        last.warnings += found.warnings
        last.ways += found.ways
        last.is_damaged |= found.is_damaged
        for name, messages in found.messages.items():
            last.messages.setdefault(name, []).extend(messages)
    if parts and (rest := len(data) - parts[-1].stated_end - CHECKSUM) > 0:
        files[-1].warnings.append(f"{rest} bytes after the end of the recording are no FIT data: passed over")
    return files


def _decode_part(data: bytes, part: Part) -> Decoded:
    """Decode one FIT file, the records in bulk if possible."""
    numbers = np.array([definition.number for definition in part.definitions], dtype=np.intp)[part.runs.owners]
    records = part.runs.picked(numbers == RECORD)
    found, why = None, "its messages carry their times in their headers"
    if len(records) and not part.is_compressed:
        try:
            found = Reading(data, part, records).decoded(IN_BULK)
        except NotInBulkError as reason:
            why = str(reason)
    if found is None:
        found = Reading(data, part, None).decoded(f"by fitdecode: {why}" if len(records) else "")
    found.warnings = [*_integrity(data, part), *found.warnings]
    return found


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
