"""Loading of a file's bytes and detection of its format from the content, not from the file name."""

import hashlib
import re
import stat
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from retropace.core.errors import ReadError
from retropace.core.findings import Finding, HasFindings, note, warn
from retropace.readers.fit.stream import FIT_MAGIC
from retropace.readers.xml.encoding import find_root_name

MAX_RECORDING_BYTES = 2**30
"""Default limit of the unpacked size of a file, in bytes; the longest recordings have some tens of megabytes."""
GZIP_MAGIC = b"\x1f\x8b"
"""First two bytes of data compressed with gzip (RFC 1952)."""
SAFE_UNPACKED_BYTES = 16 * 2**20
"""Unpacked size in bytes that is accepted whatever the compression ratio."""
MAX_COMPRESSION_RATIO = 200
"""Largest accepted ratio of unpacked to packed size, above ``SAFE_UNPACKED_BYTES``; compressed GPX has 10 to 30."""
MAX_GZIP_LAYERS = 2
"""Largest number of layers of gzip that are unpacked: services compress the watch's compressed file again."""
_FIRST_CHUNK_BYTES = 256
"""Number of bytes of a gzip member that are unpacked first; the number then doubles up to ``_MAX_CHUNK_BYTES``."""
_MAX_CHUNK_BYTES = 2**20
"""Largest number of bytes that are unpacked at a time."""
FORMAT_BY_SUFFIX = {".fit": "fit", ".gpx": "gpx", ".tcx": "tcx"}
"""Format that a file name suffix promises; a different content is reported in a finding."""
FORMAT_BY_ROOT = {"gpx": "gpx", "TrainingCenterDatabase": "tcx", "Activities": "tcx", "kml": "kml"}
"""Format by the XML root element; ``Activities`` is the inner part of a TCX file, which some tools write alone."""

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
"""First bytes of file types that are not recordings, each with what the error message says of such a file."""
_UNSUPPORTED_ROOTS = {"html": "is a web page, not a download", "osm": "is a map", "svg": "is a picture"}
"""XML root elements of documents that are not recordings, each with what the error message says of one."""
_POLAR_PATTERNS = (re.compile(rb'"exercises"\s*:\s*\['), re.compile(rb'"(?:exportVersion|startTime)"\s*:'))
"""Patterns that all occur near the start of a Polar training session, before the long lists of samples."""
_APPLE_PREFIX = b'{"schema": "retropace.apple-workout/'
"""Start of the JSON document that :mod:`retropace.sources.apple` makes of one workout of an Apple Health export."""
_SNIFF_BYTES = 16384
"""Number of leading bytes that are searched for the text which identifies Polar exports."""
_EXPECTED_FORMATS = "expected a FIT, GPX, TCX or KML recording or a Polar training session"
"""End of the error message for a file that is not a recording."""


@dataclass(frozen=True, slots=True, eq=False)
class Content(HasFindings):
    """The unpacked bytes of a file, and the SHA-256 checksum (hexadecimal) of the file's bytes before unpacking."""

    data: bytes
    sha256: str


def load(path: str, data: bytes | None = None, max_bytes: int = MAX_RECORDING_BYTES) -> Content:
    """Read the file ``path`` and unpack gzip; ``data`` are its bytes if they were already read.

    Raises :class:`ReadError` if it cannot be read, is empty, of no known format, or unpacks to more than is allowed.
    """
    packed = _read_file(path, max_bytes) if data is None else data
    sha256 = hashlib.sha256(packed).hexdigest()
    findings: list[Finding] = []
    unpacked = packed
    for _ in range(MAX_GZIP_LAYERS):
        if unpacked.startswith(GZIP_MAGIC):
            unpacked = _gunzip(unpacked, path, findings, max_bytes)
    if not unpacked.strip(b"\0 \t\r\n"):
        raise ReadError("is empty", path=path)
    named_format = FORMAT_BY_SUFFIX.get(Path(path.lower().removesuffix(".gz")).suffix)
    file_format = sniff(unpacked, path)
    if named_format is not None and named_format != file_format:
        text = f"is named .{named_format} but holds {file_format.upper()}: read as that"
        findings.append(note("wrong-file-name", text))
    return Content(unpacked, sha256, findings=tuple(findings))


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
    except (OSError, ValueError) as error:
        raise ReadError.from_os_error("cannot be read", error, path) from None


def sniff(data: bytes, path: str = "") -> str:
    """Return ``fit``, ``gpx``, ``tcx``, ``kml``, ``polar`` or ``apple``; :class:`ReadError` says what it is instead."""
    if data[8:12] == FIT_MAGIC:
        return "fit"
    root = find_root_name(data)
    file_format = {name.casefold(): value for name, value in FORMAT_BY_ROOT.items()}.get(root.casefold())
    if file_format is not None:
        return file_format
    text = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    magic_descriptions = [description for magic, description in _UNSUPPORTED_MAGIC if data.startswith(magic)]
    if magic_descriptions:
        description = magic_descriptions[0]
    elif root:
        description = _UNSUPPORTED_ROOTS.get(root.casefold(), f"is XML of another kind (<{root[:40]}>)")
    elif text[:1] == b"{" and all(pattern.search(data[:_SNIFF_BYTES]) for pattern in _POLAR_PATTERNS):
        return "polar"
    elif text.startswith(_APPLE_PREFIX):
        return "apple"
    elif text[:1] in (b"{", b"["):
        description = "looks like JSON"
    elif text and all(32 <= byte < 127 or byte in b"\t\r\n" or byte >= 128 for byte in text):
        description = "is text, no recording"
    else:
        description = "is of no known format"
    raise ReadError(f"{description}; {_EXPECTED_FORMATS}", path=path)


def _gunzip(data: bytes, path: str, findings: list[Finding], max_bytes: int) -> bytes:
    """Unpack all members of a gzip file, up to the first damage, which is reported in ``findings``."""
    pieces: list[bytes] = []
    remaining_bytes = min(max_bytes, max(SAFE_UNPACKED_BYTES, MAX_COMPRESSION_RATIO * len(data)))
    position = 0
    while data.startswith(GZIP_MAGIC, position):
        start, first_piece = position, len(pieces)
        decompressor = zlib.decompressobj(wbits=31)
        chunk_bytes = _FIRST_CHUNK_BYTES  # grows, because what follows a member's end is copied
        try:
            while not decompressor.eof and position < len(data):
                pieces.append(decompressor.decompress(data[position : position + chunk_bytes], remaining_bytes))
                position = min(position + chunk_bytes, len(data))
                chunk_bytes = min(2 * chunk_bytes, _MAX_CHUNK_BYTES)
                remaining_bytes -= len(pieces[-1])
                if remaining_bytes <= 0 or decompressor.unconsumed_tail:
                    raise ReadError(f"unpacks to more than any recording: {_EXPECTED_FORMATS}", path=path)
        except zlib.error:
            unpacked_bytes = sum(map(len, pieces[first_piece:]))
            pieces[first_piece:] = [_decompress_until_damage(data[start:], remaining_bytes + unpacked_bytes)]
            if not any(pieces):
                raise ReadError("is a damaged gzip file: nothing can be unpacked", path=path) from None
            findings.append(warn("gzip-damaged", "the gzip file is damaged: what could be unpacked was kept"))
            break
        if not decompressor.eof:
            findings.append(warn("gzip-cut-off", "the gzip file is cut off: what could be unpacked was kept"))
            break
        position -= len(decompressor.unused_data)
    unpacked = b"".join(pieces)
    if not unpacked:
        raise ReadError("is a gzip file that holds nothing", path=path)
    return unpacked


def _decompress_until_damage(packed: bytes, max_bytes: int) -> bytes:
    """Unpack a damaged gzip member byte by byte, because a call that fails returns nothing of what it unpacked."""
    decompressor = zlib.decompressobj(wbits=31)
    pieces: list[bytes] = []
    with suppress(zlib.error):
        for byte in packed:
            pieces.append(decompressor.decompress(bytes((byte,)), max_bytes))
            max_bytes -= len(pieces[-1])
            if max_bytes <= 0:
                break
    return b"".join(pieces)
