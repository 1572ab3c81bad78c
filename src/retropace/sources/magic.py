"""Recognition of files by their first bytes, without decoding them."""

import struct
import zlib
from contextlib import suppress

from retropace.core.errors import ReadError
from retropace.readers.detect import GZIP_MAGIC, MAX_GZIP_LAYERS, sniff
from retropace.readers.fit.file_types import ACTIVITY_FILE_TYPE, DESCRIPTION_BY_NUMBER
from retropace.readers.fit.stream import FIT_MAGIC, parse_definition

HEAD_BYTES = 16384
"""Number of first bytes that are read, enough to recognise FIT files, XML root elements and exports' JSON."""
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""First bytes of a zip archive; the second is that of an empty one."""
_TYPE_FIELD = 0
"""Field number of ``type`` in the FIT message ``file_id`` (FIT SDK)."""
_TIME_CREATED_FIELD = 4
"""Field number of ``time_created`` in the FIT message ``file_id`` (FIT SDK)."""
_FIT_EPOCH_S = 631065600
"""Time at which FIT times are 0, 1989-12-31T00:00:00Z, in seconds since 1970."""


def gunzip_head(head: bytes) -> bytes:
    """Decompress the first bytes of a file if they are gzipped, up to twice, since some services gzip twice."""
    with suppress(zlib.error):
        for _ in range(MAX_GZIP_LAYERS):
            if head.startswith(GZIP_MAGIC):
                head = zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    return head


def is_zip(head: bytes) -> bool:
    """Return whether these are the first bytes of a zip archive."""
    return head.startswith(ZIP_SIGNATURES)


def find_non_activity_type(head: bytes) -> str | None:
    """Find what a FIT file holds, such as ``sleep``; None for an activity, a file without a type, and other files."""
    file_type = _read_file_id(head).get(_TYPE_FIELD)
    if file_type is None or file_type == ACTIVITY_FILE_TYPE:
        return None
    return DESCRIPTION_BY_NUMBER.get(file_type, f"FIT file of type {file_type}")


def read_created_s(head: bytes) -> float | None:
    """Read the creation time of a FIT file in seconds since 1970; None if the file does not give it."""
    fit_time_s = _read_file_id(head).get(_TIME_CREATED_FIELD)
    return None if fit_time_s is None else float(fit_time_s + _FIT_EPOCH_S)


def looks_like_recording(head: bytes) -> bool:
    """Return whether these decompressed first bytes are those of a recording in a known format, whatever its name."""
    with suppress(ReadError):
        return bool(sniff(head))
    return False


def _read_file_id(head: bytes) -> dict[int, int]:
    """Read ``type`` and ``time_created``, where valid, by number, from a FIT file's first message, ``file_id`` (0)."""
    definition = parse_definition(head, head[0], len(head)) if head[8:12] == FIT_MAGIC else None
    if definition is None or definition.number != 0 or definition.end >= len(head):
        return {}
    start, offset = definition.start, definition.end + 1
    if head[definition.end] & 0x4F != head[start] & 0x0F:
        return {}
    values: dict[int, int] = {}
    for number, size, _ in struct.iter_unpack("3B", head[start + 6 : start + 6 + 3 * head[start + 5]]):
        if number in (_TYPE_FIELD, _TIME_CREATED_FIELD) and size in (1, 4):
            if offset + size > len(head):
                return {}
            value = int.from_bytes(head[offset : offset + size], "big" if head[start + 2] else "little")
            if value != (1 << (8 * size)) - 1:
                values[number] = value
        offset += size
    return values
