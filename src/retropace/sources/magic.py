"""What a file is, by its first bytes: told before anything of it is decoded."""

from __future__ import annotations

import re
import struct
import zlib

from retropace.core.errors import ReadError
from retropace.readers.detect import GZIP_MAGIC, sniff
from retropace.readers.fit.file_types import ACTIVITY_FILE_TYPE, DESCRIPTION_BY_NUMBER
from retropace.readers.fit.stream import FIT_MAGIC

HEAD_BYTES = 16384
"""Enough for a FIT file's first message, an XML file's root, and what the JSON of an export begins with."""
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
RECORDING_SUFFIXES = (".fit", ".gpx", ".tcx", ".kml")
"""What is called so is meant as a recording: if it is none, that is worth a line."""
ARCHIVE_SUFFIXES = (".zip", ".kmz")
_UNSUPPORTED_FORMATS = {".sml": "Suunto's own format", ".hrm": "Polar's older format", ".pwx": "TrainingPeaks' format"}
_ZEPP_SUMMARY_PATH = re.compile(r"(?:^|/)SPORT/SPORT_\d+\.csv$", re.IGNORECASE)
_FILE_ID_MESSAGE, _TYPE_FIELD, _TIME_CREATED_FIELD = 0, 0, 4
_FIT_EPOCH_S = 631065600
"""1989-12-31T00:00:00Z, where FIT begins to count, in seconds since 1970."""


def gunzip_head(head: bytes) -> bytes:
    """The same head, unpacked as far as it goes if it is gzipped (twice, as some services do)."""
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


def find_data_suffix(name: str) -> str:
    """The ending of a name that says what it holds: ``.fit`` of ``a.fit.gz``."""
    plain = name.lower().removesuffix(".gz")
    return plain[plain.rfind(".") :] if "." in plain else ""


def find_non_activity_type(head: bytes) -> str | None:
    """What a FIT file is if it is no activity: ``monitoring``, ``settings``; None for activities and whatever else.

    ``head`` are the first bytes, unpacked. What does not say is taken for an activity.
    """
    kind = _read_file_id(head).get(_TYPE_FIELD)
    if kind is None or kind == ACTIVITY_FILE_TYPE:
        return None
    return DESCRIPTION_BY_NUMBER.get(kind, f"FIT file of type {kind}")


def read_created_s(head: bytes) -> float | None:
    """When a FIT file says it was created, in seconds since 1970; None if it does not."""
    seconds = _read_file_id(head).get(_TIME_CREATED_FIELD)
    return None if seconds is None else float(seconds + _FIT_EPOCH_S)


def find_unsupported_hint(name: str) -> str | None:
    """What a file holds that is meant for a recording but cannot be read, and what to do; None for any other."""
    if _ZEPP_SUMMARY_PATH.search(name.replace("\\", "/")):
        return "is Zepp's table of all activities, without their records: export each as FIT, GPX or TCX"
    own = _UNSUPPORTED_FORMATS.get(find_data_suffix(name))
    return None if own is None else f"is in {own}, which is not read: export it as FIT, GPX or TCX"


def looks_like_recording(head: bytes) -> bool:
    """Whether the first bytes, unpacked, are those of a recording, whatever it is called."""
    try:
        sniff(head)
    except ReadError:
        return False
    return True


def _read_file_id(head: bytes) -> dict[int, int]:
    """Type and time of creation as the first message of a FIT file gives them, by field number."""
    if head[8:12] != FIT_MAGIC or not head:
        return {}
    at = head[0]
    try:
        header, order, number = head[at], "<" if head[at + 2] == 0 else ">", 0
        number = struct.unpack_from(order + "H", head, at + 3)[0]
        if not header & 0x40 or number != _FILE_ID_MESSAGE:
            return {}
        count = head[at + 5]
        fields = [head[at + 6 + 3 * index : at + 9 + 3 * index] for index in range(count)]
        data = at + 6 + 3 * count
        if header & 0x20:
            data += 1 + 3 * head[data]
        if head[data] & 0x4F != header & 0x0F:
            return {}
        offset, found = data + 1, {}
        for field in fields:
            code = {1: "B", 4: "I"}.get(field[1])
            if code is not None and field[0] in (_TYPE_FIELD, _TIME_CREATED_FIELD):
                value = struct.unpack_from(order + code, head, offset)[0]
                if value != (1 << (8 * field[1])) - 1:
                    found[field[0]] = value
            offset += field[1]
    except (IndexError, struct.error):
        return {}
    return found
