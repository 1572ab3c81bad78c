"""Decoding of FIT bytes into messages: records in bulk if possible, else by fitdecode, as are all other messages."""

from retropace.core.findings import Finding, note_if_few, warn
from retropace.readers.fit.bulk import RECORD_MESSAGE_NUMBER, BulkUnsupportedError
from retropace.readers.fit.decoder import DecodedFile, FitDecoder
from retropace.readers.fit.stream import CHECKSUM_BYTES, ChainedFile, find_chained_files, has_valid_checksum

IN_BULK = "in bulk"
"""Text in an activity's ``decoding`` if its records were decoded in bulk."""


def decode(data: bytes) -> list[DecodedFile]:
    """Decode all FIT files chained in ``data``; one without ``file_id`` belongs to the file before it."""
    chained_files = find_chained_files(data)
    files: list[DecodedFile] = []
    for chained in chained_files:
        decoded = _decode_chained_file(data, chained)
        if not files or decoded.messages_named("file_id"):
            files.append(decoded)
            continue
        last = files[-1]
        if decoded.messages_named("session"):
            last.records_before_session = last.records.count + decoded.records_before_session
        last.records = last.records.concatenate(decoded.records)
        last.findings += decoded.findings
        last.decoding_methods += decoded.decoding_methods
        last.is_damaged |= decoded.is_damaged
        for name, messages in decoded.messages.items():
            last.messages.setdefault(name, []).extend(messages)
    if chained_files and (trailing_bytes := len(data) - chained_files[-1].stated_end - CHECKSUM_BYTES) > 0:
        text = f"{trailing_bytes} bytes after the end of the recording are no FIT data: passed over"
        files[-1].findings.append(note_if_few("trailing-bytes", text, trailing_bytes, "bytes", total=len(data)))
    return files


def _decode_chained_file(data: bytes, chained: ChainedFile) -> DecodedFile:
    """Decode one of the chained files: in bulk if possible, else by fitdecode."""
    records = chained.runs.select(chained.message_numbers[chained.runs.definition_indices] == RECORD_MESSAGE_NUMBER)
    decoded, reason = None, "its messages carry their times in their headers"
    if len(records) and not chained.is_compressed:
        try:
            decoded = FitDecoder(data, chained, records).decode(IN_BULK)
        except BulkUnsupportedError as error:
            reason = str(error)
    if decoded is None:
        decoded = FitDecoder(data, chained, None).decode(f"by fitdecode: {reason}" if len(records) else "")
    decoded.findings = [*_check_integrity(data, chained), *decoded.findings]
    return decoded


def _check_integrity(data: bytes, chained: ChainedFile) -> list[Finding]:
    """Check the length and checksum of one chained file; returns findings, none for a sound file."""
    if chained.damage_start is not None:
        missing_bytes = chained.stated_end - chained.damage_start
        text = f"damaged or cut off at byte {chained.damage_start}: {missing_bytes} bytes from there on are lost"
        return [warn("damaged", text, missing_bytes, "bytes")]
    if not chained.has_length:
        text = "the length in the header is not that of the file, which may never have been closed: read to its end"
        return [warn("no-length", text)]
    if chained.stated_end + CHECKSUM_BYTES > len(data):
        return [warn("no-checksum", "the checksum is missing: the file may be cut off")]
    if not has_valid_checksum(data, chained.start, chained.stated_end):
        return [warn("wrong-checksum", "the checksum does not fit: the file was changed or damaged")]
    return []
