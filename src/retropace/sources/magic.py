"""Recognition of files by their first bytes, without decoding them."""

from __future__ import annotations

import struct
import zlib

from retropace.core.errors import ReadError
from retropace.readers.detect import GZIP_MAGIC, sniff
from retropace.readers.fit.file_types import ACTIVITY_FILE_TYPE, DESCRIPTION_BY_NUMBER
from retropace.readers.fit.stream import FIT_MAGIC

HEAD_BYTES = 16384
"""Number of first bytes that are read; they suffice to recognise FIT files, XML root elements and exports' JSON."""
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
"""First bytes of a zip archive; the second is that of an empty one."""
_FILE_ID_MESSAGE = 0
"""Number of the message type ``file_id``, the first message of a FIT file (FIT SDK)."""
_TYPE_FIELD = 0
"""Field number of ``type`` in the FIT message ``file_id`` (FIT SDK)."""
_TIME_CREATED_FIELD = 4
"""Field number of ``time_created`` in the FIT message ``file_id`` (FIT SDK)."""
_FIT_EPOCH_S = 631065600
"""Time at which FIT times are 0, 1989-12-31T00:00:00Z, in seconds since 1970."""


def gunzip_head(head: bytes) -> bytes:
    """Decompress the first bytes of a file if they are gzipped, up to twice, since some services gzip twice."""
    for _ in range(2):
        if head.startswith(GZIP_MAGIC):
            try:
                head = zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
            except zlib.error:
                return head
    return head


def is_zip(head: bytes) -> bool:
    """Whether these are the first bytes of a zip archive."""
    return head.startswith(ZIP_SIGNATURES)


def find_non_activity_type(head: bytes) -> str | None:
    """Find what a FIT file holds that is not an activity, for example ``sleep`` or ``settings``.

    None for activities, FIT files without a type and any other file. ``head`` must be decompressed.
    """
    file_type = _read_file_id(head).get(_TYPE_FIELD)
    if file_type is None or file_type == ACTIVITY_FILE_TYPE:
        return None
    return DESCRIPTION_BY_NUMBER.get(file_type, f"FIT file of type {file_type}")


def read_created_s(head: bytes) -> float | None:
    """Read the creation time of a FIT file in seconds since 1970; None if the file does not give it."""
    fit_time_s = _read_file_id(head).get(_TIME_CREATED_FIELD)
    return None if fit_time_s is None else float(fit_time_s + _FIT_EPOCH_S)


def looks_like_recording(head: bytes) -> bool:
    """Whether these decompressed first bytes are those of a recording in a known format, whatever the file's name."""
    try:
        sniff(head)
    except ReadError:
        return False
    return True


def _read_file_id(head: bytes) -> dict[int, int]:
    """Read ``type`` and ``time_created`` from a FIT file's first message.

    Returns a dict by field number, which holds only valid values.
    """
    if head[8:12] != FIT_MAGIC or not head:
        return {}
    start = head[0]
    try:
        header, order = head[start], "<" if head[start + 2] == 0 else ">"
        message = struct.unpack_from(order + "H", head, start + 3)[0]
        if not header & 0x40 or message != _FILE_ID_MESSAGE:
            return {}
        count = head[start + 5]
        fields = [head[start + 6 + 3 * index : start + 9 + 3 * index] for index in range(count)]
        data = start + 6 + 3 * count
        if header & 0x20:
            data += 1 + 3 * head[data]
        if head[data] & 0x4F != header & 0x0F:
            return {}
        offset, values = data + 1, {}
        for number, size, _ in fields:
            code = {1: "B", 4: "I"}.get(size)
            if code is not None and number in (_TYPE_FIELD, _TIME_CREATED_FIELD):
                value = struct.unpack_from(order + code, head, offset)[0]
                if value != (1 << (8 * size)) - 1:
                    values[number] = value
            offset += size
    except (IndexError, struct.error):
        return {}
    return values
