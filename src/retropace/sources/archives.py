"""Reading of zip archives, and of archives within them, without unpacking anything to disk."""

import io
import weakref
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import IO

from retropace.core.errors import ReadError
from retropace.core.sidecar_path import sidecar_path
from retropace.sources.entry import Entry, Limits, Unreadable, join_place
from retropace.sources.folders import is_hidden
from retropace.sources.remote import open_file

MAX_IN_MEMORY_BYTES = 64 * 2**20
"""Largest nested archive that is held in memory; a larger one is unpacked again from its beginning to seek backward."""
MAX_OPEN_ARCHIVES = 4
"""Largest number of archives open at a time; for a further one the least recently used is closed."""
ENCRYPTED_MESSAGE = "is encrypted: unpack the archive with its password, then name the folder"
"""Error message for an encrypted archive or member."""
_ENCRYPTED_FLAG = 0x1
"""Bit of a member's general-purpose flags: it is encrypted (zip specification, APPNOTE 4.4.4)."""
_UTF8_FLAG = 0x800
"""Bit of a member's general-purpose flags: its name is UTF-8 (zip specification, APPNOTE 4.4.4)."""
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, MemoryError),
)
"""Exceptions of :mod:`zipfile` for damage, passwords (RuntimeError) and unknown compression (NotImplementedError)."""


class Archives:
    """The zip archives that a listing reads, opened on demand; the most recently used ones stay open."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self._unpacked: dict[str, int] = {}  # bytes declared in all archives opened within a file on disk, by path
        # Open archives, least recently used first, by path of the file on disk and member names that lead to them.
        self._open: OrderedDict[tuple[str, ...], zipfile.ZipFile] = OrderedDict()

    def find_entries(self, disk_file: Entry, members: tuple[str, ...], place: str) -> Iterator[Entry | Unreadable]:
        """Yield an archive's members as stored, except hidden files; ``members`` lead to it from ``disk_file``."""
        path, container = disk_file.path, disk_file.place
        try:
            archive = self._open_archive(path, members)
        except ReadError as error:
            yield Unreadable(place, "damaged archive", error.message, container=container)
            return
        infos = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.header_offset)
        infos_by_name = {info.filename: info for info in infos}
        self._unpacked[path] = self._unpacked.get(path, 0) + sum(info.file_size for info in infos)
        max_bytes = max(self._limits.min_ratio_check_bytes, self._limits.max_ratio * disk_file.size_bytes)
        if self._unpacked[path] > max_bytes:
            sizes_mb = f"{self._unpacked[path] / 1e6:.0f} MB, from {disk_file.size_bytes / 1e6:.1f} MB"
            yield Unreadable(place, "archive bomb", f"unpacks to {sizes_mb}: not read", container=container)
            return
        for info in infos:
            name = info.filename
            if any(is_hidden(part) for part in PurePosixPath(name).parts if part != ".."):
                continue
            member_place = join_place(place, decode_name(info))
            rejection = self._find_rejection(info)
            if rejection is not None:
                yield Unreadable(member_place, *rejection, container=container)
                continue
            sidecar_info = infos_by_name.get(str(sidecar_path(name)))
            yield Entry(
                place=member_place,
                path=path,
                members=(*members, name),
                size_bytes=info.file_size,
                fingerprint=_compute_fingerprint(info),
                sidecar=None if sidecar_info is None else (sidecar_info.filename, _compute_fingerprint(sidecar_info)),
                container=container,
            )

    def read_data(self, entry: Entry, size_bytes: int = -1) -> bytes:
        """Read the first ``size_bytes`` of a member, by default all; raises :class:`ReadError` if it is damaged."""
        with self.open_stream(entry) as stream, _translate_zip_errors(entry.place):
            return stream.read(size_bytes)

    def read_sibling(self, entry: Entry, name: str) -> bytes:
        """Read the member ``name`` of the archive that holds ``entry``; raises :class:`ReadError`."""
        place = join_place(entry.place, name)
        archive = self._open_archive(entry.path, entry.members[:-1])
        with _translate_zip_errors(place):
            info = archive.getinfo(name)
            rejection = self._find_rejection(info)
            if rejection is not None or info.file_size > self._limits.max_bytes:
                raise ReadError(rejection[1] if rejection else "is larger than --max-size", path=place)
            return archive.read(info)

    def open_stream(self, entry: Entry) -> IO[bytes]:
        """Open a member as a stream; raises :class:`ReadError` if it is missing or damaged."""
        archive = self._open_archive(entry.path, entry.members[:-1])
        with _translate_zip_errors(entry.place):
            return archive.open(entry.members[-1])

    def close(self) -> None:
        """Close every open archive."""
        while self._open:
            with suppress(*_ZIP_ERRORS):
                self._open.popitem()[1].close()

    def _open_archive(self, path: str, members: tuple[str, ...]) -> zipfile.ZipFile:
        """Open the archive to which ``members`` lead from the file at ``path``; raises :class:`ReadError`."""
        chain = (path, *members)
        if chain in self._open:
            self._open.move_to_end(chain)
            return self._open[chain]
        with _translate_zip_errors(path):
            try:
                archive = _open_zip(self._open_bytes(path, members))
            except UnicodeDecodeError:
                raise ReadError("has names that are no UTF-8 though it says so: pack it anew", path=path) from None
        self._open[chain] = archive
        if len(self._open) > MAX_OPEN_ARCHIVES:
            self._open.popitem(last=False)[1].close()
        return archive

    def _open_bytes(self, path: str, members: tuple[str, ...]) -> IO[bytes]:
        """Open an archive as a stream of bytes: the file at ``path``, or a member of the archive around it."""
        if not members:
            return open_file(path)
        outer = self._open_archive(path, members[:-1])
        if outer.getinfo(members[-1]).file_size <= MAX_IN_MEMORY_BYTES:
            return io.BytesIO(outer.read(members[-1]))
        return outer.open(members[-1])

    def _find_rejection(self, info: zipfile.ZipInfo) -> tuple[str, str] | None:
        """Return why a member must not be read, as reason and message; None if nothing in the directory forbids it."""
        limits = self._limits
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or info.filename[1:3] in (":\\", ":/"):
            return "name leads out", "has a name that leads out of its archive: not read"
        if info.flag_bits & _ENCRYPTED_FLAG:
            return "encrypted", ENCRYPTED_MESSAGE
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > limits.min_ratio_check_bytes and ratio > limits.max_ratio:
            return "archive bomb", f"unpacks to {ratio:.0f} times its size: not read"
        return None


def _open_zip(stream: IO[bytes]) -> zipfile.ZipFile:
    """Open the archive that a stream holds; the stream is closed once nothing reads the archive or a member of it."""
    try:
        archive = zipfile.ZipFile(stream)
    except BaseException:
        stream.close()
        raise
    weakref.finalize(archive, stream.close)
    return archive


def decode_name(info: zipfile.ZipInfo) -> str:
    """Decode the name of a member as UTF-8 where possible; many programs do not mark their UTF-8 as such."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _compute_fingerprint(info: zipfile.ZipInfo) -> str:
    return f"{info.file_size}:{info.CRC:08x}"


@contextmanager
def _translate_zip_errors(place: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, *_ZIP_ERRORS) as error:
        message = f"is damaged: {' '.join(str(error).split()) or type(error).__name__}"
        if isinstance(error, RuntimeError) and "password" in str(error):
            message = ENCRYPTED_MESSAGE
        elif isinstance(error, NotImplementedError):
            message = "is packed in a way that cannot be read here: pack it anew as an ordinary zip"
        elif isinstance(error, FileNotFoundError):
            message = "there is no such file"
        elif isinstance(error, PermissionError):
            message = "may not be read: check its permissions"
        raise ReadError(message, path=place) from None
