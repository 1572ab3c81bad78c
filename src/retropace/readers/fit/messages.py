"""FIT bytes to decoded messages: records in bulk where they can be, the others through fitdecode.

All that can be kept of a damaged file is kept. What makes records a matter for fitdecode, message by message, is told.
"""

from __future__ import annotations

import numpy as np

from retropace.readers.fit.bulk import RECORD_MESSAGE_NUMBER, BulkUnsupportedError
from retropace.readers.fit.decoded import DecodedFile
from retropace.readers.fit.decoder import FitDecoder
from retropace.readers.fit.stream import CHECKSUM_BYTES, ChainedFile, find_chained_files, has_valid_checksum

IN_BULK = "in bulk"
"""How records were read, if not by fitdecode."""


def decode(data: bytes) -> list[DecodedFile]:
    """Every FIT file that the bytes hold one after the other. Never raises for what is in the bytes.

    A file without a ``file_id`` carries on the one before it (some watches add heart rates so).
    """
    parts = find_chained_files(data)
    files: list[DecodedFile] = []
    for part in parts:
        found = _decode_part(data, part)
        if not files or found.messages_named("file_id"):
            files.append(found)
            continue
        last = files[-1]
        if found.messages_named("session"):
            last.records_before_session = last.records.count + found.records_before_session
        last.records = last.records.concatenate(found.records)
        last.warnings += found.warnings
        last.decoding_methods += found.decoding_methods
        last.is_damaged |= found.is_damaged
        for name, messages in found.messages.items():
            last.messages.setdefault(name, []).extend(messages)
    if parts and (rest := len(data) - parts[-1].stated_end - CHECKSUM_BYTES) > 0:
        files[-1].warnings.append(f"{rest} bytes after the end of the recording are no FIT data: passed over")
    return files


def _decode_part(data: bytes, part: ChainedFile) -> DecodedFile:
    """Decode one FIT file, the records in bulk if possible."""
    numbers = np.array([definition.number for definition in part.definitions], dtype=np.intp)[
        part.runs.definition_indices
    ]
    records = part.runs.select(numbers == RECORD_MESSAGE_NUMBER)
    found, why = None, "its messages carry their times in their headers"
    if len(records) and not part.is_compressed:
        try:
            found = FitDecoder(data, part, records).decode(IN_BULK)
        except BulkUnsupportedError as reason:
            why = str(reason)
    if found is None:
        found = FitDecoder(data, part, None).decode(f"by fitdecode: {why}" if len(records) else "")
    found.warnings = [*_check_integrity(data, part), *found.warnings]
    return found


def _check_integrity(data: bytes, part: ChainedFile) -> list[str]:
    """What is wrong with one FIT file as a whole, in words."""
    if part.damage_start is not None:
        missing = part.stated_end - part.damage_start
        return [f"damaged or cut off at byte {part.damage_start}: {missing} bytes from there on are lost"]
    if not part.has_length:
        return ["the length in the header is not that of the file, which may never have been closed: read to its end"]
    if part.stated_end + CHECKSUM_BYTES > len(data):
        return ["the checksum is missing: the file may be cut off"]
    if not has_valid_checksum(data, part.start, part.stated_end):
        return ["the checksum does not fit: the file was changed or damaged"]
    return []
