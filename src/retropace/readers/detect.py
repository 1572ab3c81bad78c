"""The bytes of a file, unpacked, and which format they are in: told by what is inside, never by the name alone."""

from __future__ import annotations

import hashlib
import re
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

from retropace.core.errors import ReadError
from retropace.readers.fit.stream import FIT_MAGIC
from retropace.readers.xml.encoding import find_root_name

MAX_RECORDING_BYTES = 2**30
"""The longest recordings are some tens of megabytes; what unpacks to more than this is something else."""
GZIP_MAGIC = b"\x1f\x8b"
SAFE_UNPACKED_BYTES = 16 * 2**20
MAX_COMPRESSION_RATIO = 200
"""GPX packs 10 to 30 times; what packs more than this and is not small was made to fill memory."""
MAX_GZIP_LAYERS = 2
"""Some services pack what the watch had packed already; whoever packs three times wants something else."""
FORMAT_BY_SUFFIX = {".fit": "fit", ".gpx": "gpx", ".tcx": "tcx"}
FORMAT_BY_ROOT = {"gpx": "gpx", "TrainingCenterDatabase": "tcx", "Activities": "tcx", "kml": "kml"}
"""What the first element of a document says; some tools write out the inner part of a TCX file only."""

_UNSUPPORTED_MAGIC = (
    (b"PK\x03\x04", "is a zip archive: give it to 'retropace batch', or unpack it"),
    (b"PK\x05\x06", "is an empty zip archive"),
    (b"%PDF", "is a PDF document"),
    (b"\xff\xd8\xff", "is a photo"),
    (b"\x89PNG", "is a picture"),
    (b"GIF8", "is a picture"),
    (b"SQLite format 3", "is a database"),
    (b"7z\xbc\xaf", "is a 7z archive: unpack it first"),
    (b"Rar!", "is a rar archive: unpack it first"),
    (GZIP_MAGIC, "is packed with gzip more than twice: unpack it first"),
    (b"BZh", "is packed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "is packed with xz: unpack it first"),
)
_UNSUPPORTED_ROOTS = {
    "html": "is a web page, not a download",
    "osm": "is a map",
    "svg": "is a picture",
}
_POLAR_PATTERNS = (re.compile(rb'"exercises"\s*:\s*\['), re.compile(rb'"(?:exportVersion|startTime)"\s*:'))
"""What the training sessions of a Polar export begin with, before the long lists of samples."""
_APPLE_PREFIX = b'{"schema": "retropace.apple-workout/'
"""What ``sources/apple.py`` makes of a workout in an Apple Health export."""
_SNIFF_BYTES = 16384
_EXPECTED_FORMATS = "expected a FIT, GPX, TCX or KML recording or a Polar training session"


@dataclass(frozen=True, slots=True)
class Content:
    """What lies in a file: its bytes, unpacked, and the checksum of those on disk."""

    data: bytes
    sha256: str
    warnings: tuple[str, ...]


def load(path: str, data: bytes | None = None, max_bytes: int = MAX_RECORDING_BYTES) -> Content:
    """The bytes of a file, or the ``data`` that was already read from it, unpacked if gzipped.

    Nothing is unpacked beyond ``largest_bytes``, nor beyond what a recording can be packed to.

    Raises :class:`ReadError` in one sentence if there are none.
    """
    packed = _read_file(path, max_bytes) if data is None else data
    sha256 = hashlib.sha256(packed).hexdigest()
    warnings: list[str] = []
    unpacked = packed
    for _ in range(MAX_GZIP_LAYERS):
        if unpacked.startswith(GZIP_MAGIC):
            unpacked = _gunzip(unpacked, path, warnings, max_bytes)
    if not unpacked.strip(b"\0 \t\r\n"):
        raise ReadError("is empty", path=path)
    said = FORMAT_BY_SUFFIX.get(Path(path.lower().removesuffix(".gz")).suffix)
    form = sniff(unpacked, path)
    if said is not None and said != form:
        warnings.append(f"is named .{said} but holds {form.upper()}: read as that")
    return Content(unpacked, sha256, tuple(warnings))


def _read_file(path: str, max_bytes: int) -> bytes:
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise ReadError("is a folder: name the recordings in it", path=path)
        if not stat.S_ISREG(mode):
            raise ReadError("is no file", path=path)
        if Path(path).stat().st_size > max_bytes:
            raise ReadError(f"is larger than any recording: {_EXPECTED_FORMATS}", path=path)
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise ReadError("there is no such file", path=path) from None
    except PermissionError:
        raise ReadError("may not be read: check its permissions", path=path) from None
    except (OSError, ValueError) as bad:
        raise ReadError(f"cannot be read: {getattr(bad, 'strerror', None) or bad}", path=path) from None


def sniff(data: bytes, path: str = "") -> str:
    """``fit``, ``gpx``, ``tcx``, ``kml``, ``polar`` or ``apple``; raises :class:`ReadError` saying what it is."""
    if data[8:12] == FIT_MAGIC:
        return "fit"
    root = find_root_name(data)
    form = {name.casefold(): value for name, value in FORMAT_BY_ROOT.items()}.get(root.casefold())
    if form is not None:
        return form
    for start, what in _UNSUPPORTED_MAGIC:
        if data.startswith(start):
            raise ReadError(f"{what}; {_EXPECTED_FORMATS}", path=path)
    if root:
        known = _UNSUPPORTED_ROOTS.get(root.casefold(), f"is XML of another kind (<{root[:40]}>)")
        raise ReadError(f"{known}; {_EXPECTED_FORMATS}", path=path)
    text = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] == b"{" and all(said.search(data[:_SNIFF_BYTES]) for said in _POLAR_PATTERNS):
        return "polar"
    if text.startswith(_APPLE_PREFIX):
        return "apple"
    if text[:1] in (b"{", b"["):
        raise ReadError(f"looks like JSON; {_EXPECTED_FORMATS}", path=path)
    if text and all(32 <= byte < 127 or byte in b"\t\r\n" or byte >= 128 for byte in text):
        raise ReadError(f"is text, no recording; {_EXPECTED_FORMATS}", path=path)
    raise ReadError(f"is of no known format; {_EXPECTED_FORMATS}", path=path)


def _gunzip(data: bytes, path: str, warnings: list[str], max_bytes: int) -> bytes:
    """Gzip unpacked as far as it goes, members one after the other, never beyond the largest recording."""
    pieces: list[bytes] = []
    room = min(max_bytes, max(SAFE_UNPACKED_BYTES, MAX_COMPRESSION_RATIO * len(data)))
    rest = data
    try:
        while rest.startswith(GZIP_MAGIC):
            unpacker = zlib.decompressobj(wbits=31)
            piece = unpacker.decompress(rest, room)
            pieces.append(piece)
            room -= len(piece)
            if room <= 0 or unpacker.unconsumed_tail:
                raise ReadError(f"unpacks to more than any recording: {_EXPECTED_FORMATS}", path=path)
            if not unpacker.eof:
                warnings.append("the gzip file is cut off: what could be unpacked was kept")
                break
            rest = unpacker.unused_data
    except zlib.error:
        pieces.append(_decompress_until_damage(rest, room))
        if not any(pieces):
            raise ReadError("is a damaged gzip file: nothing can be unpacked", path=path) from None
        warnings.append("the gzip file is damaged: what could be unpacked was kept")
    unpacked = b"".join(pieces)
    if not unpacked:
        raise ReadError("is a gzip file that holds nothing", path=path)
    return unpacked


def _decompress_until_damage(packed: bytes, max_bytes: int) -> bytes:
    """What a damaged gzip member holds up to its damage; zlib gives nothing of the call in which it finds it."""
    unpacker = zlib.decompressobj(wbits=31)
    pieces: list[bytes] = []
    try:
        for byte in packed:
            pieces.append(unpacker.decompress(bytes((byte,)), max_bytes))
    except zlib.error:
        return b"".join(pieces)
    return b"".join(pieces)
