"""Zip files, and zip files within them, read where they lie: nothing is unpacked to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import IO

from retropace.core.errors import ReadError
from retropace.core.sidecar_path import sidecar_path
from retropace.sources.entry import Entry, Limits, Unreadable, join_place
from retropace.sources.folders import is_hidden
from retropace.sources.magic import HEAD_BYTES
from retropace.sources.remote import open_file

MAX_IN_MEMORY_BYTES = 64 * 2**20
"""An archive within an archive is held in memory up to this size; a larger one is unpacked again from its beginning
whenever something lies further ahead than where the last reading ended."""
MAX_OPEN_ARCHIVES = 4
_ENCRYPTED_FLAG = 0x1
ENCRYPTED_MESSAGE = "is encrypted: unpack the archive with its password, then name the folder"
_UTF8_FLAG = 0x800
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, MemoryError),
)
"""What zipfile raises for damage: RuntimeError for passwords, NotImplementedError for methods that it does not know."""


class Archives:
    """The archives of a run, opened as they are needed; the last few stay open."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self._unpacked: dict[str, int] = {}
        """What all the archives in each file on disk claim to hold together, in bytes."""
        self._open: OrderedDict[tuple[str, ...], zipfile.ZipFile] = OrderedDict()

    def find_entries(self, disk_file: Entry, members: tuple[str, ...], place: str) -> Iterator[Entry | Unreadable]:
        """Everything that may be read in the archive at ``place``, in the order in which it lies there.

        ``around`` is the file on disk, ``members`` lead from there to the archive.
        """
        path, container = disk_file.path, disk_file.place
        try:
            archive = self._open_archive(path, members)
        except ReadError as bad:
            yield Unreadable(place, "damaged archive", bad.message, container=container)
            return
        infos = sorted((one for one in archive.infolist() if not one.is_dir()), key=lambda one: one.header_offset)
        names = {one.filename: one for one in infos}
        on_disk = disk_file.size_bytes
        self._unpacked[path] = self._unpacked.get(path, 0) + sum(one.file_size for one in infos)
        if self._unpacked[path] > max(self._limits.min_ratio_check_bytes, self._limits.max_ratio * on_disk):
            message = f"unpacks to {self._unpacked[path] / 1e6:.0f} MB, from {on_disk / 1e6:.1f} MB: not read"
            yield Unreadable(place, "archive bomb", message, container=container)
            return
        for info in infos:
            name = info.filename
            if any(is_hidden(part) for part in PurePosixPath(name).parts if part != ".."):
                continue
            where = join_place(place, decode_name(info))
            refused = self._find_rejection(info)
            if refused is not None:
                yield Unreadable(where, *refused, container=container)
                continue
            beside = names.get(str(sidecar_path(name)))
            sidecar = None if beside is None else (beside.filename, f"{beside.file_size}:{beside.CRC:08x}")
            stamp = f"{info.file_size}:{info.CRC:08x}"
            yield Entry(where, path, (*members, name), info.file_size, stamp, sidecar=sidecar, container=container)

    def read_head(self, entry: Entry) -> bytes:
        """The first bytes of an entry in an archive; raises :class:`ReadError`."""
        with self.open_stream(entry) as stream:
            try:
                return stream.read(HEAD_BYTES)
            except _ZIP_ERRORS as bad:
                raise _damage_error(bad, entry.place) from None

    def read_data(self, entry: Entry) -> bytes:
        """All bytes of an entry in an archive; raises :class:`ReadError` if it is damaged."""
        with self.open_stream(entry) as stream:
            try:
                return stream.read()
            except _ZIP_ERRORS as bad:
                raise _damage_error(bad, entry.place) from None

    def read_sibling(self, entry: Entry, name: str) -> bytes:
        """The bytes of another file of the archive in which an entry lies; raises :class:`ReadError`."""
        place = join_place(entry.place, name)
        archive = self._open_archive(entry.path, entry.members[:-1])
        try:
            info = archive.getinfo(name)
            refused = self._find_rejection(info)
            if refused is not None or info.file_size > self._limits.max_bytes:
                raise ReadError(refused[1] if refused else "is larger than --max-size", path=place)
            return archive.read(info)
        except (KeyError, *_ZIP_ERRORS) as bad:
            raise _damage_error(bad, place) from None

    def open_stream(self, entry: Entry) -> IO[bytes]:
        """An entry in an archive, to be read piece by piece; raises :class:`ReadError`."""
        archive = self._open_archive(entry.path, entry.members[:-1])
        try:
            return archive.open(entry.members[-1])
        except (KeyError, *_ZIP_ERRORS) as bad:
            raise _damage_error(bad, entry.place) from None

    def close(self) -> None:
        """Close whatever is open."""
        while self._open:
            with suppress(*_ZIP_ERRORS):
                self._open.popitem()[1].close()

    def _open_archive(self, path: str, members: tuple[str, ...]) -> zipfile.ZipFile:
        chain = (path, *members)
        if chain in self._open:
            self._open.move_to_end(chain)
            return self._open[chain]
        try:
            archive = zipfile.ZipFile(self._open_bytes(path, members))
        except UnicodeDecodeError:
            raise ReadError("has names that are no UTF-8 though it says so: pack it anew", path=path) from None
        except _ZIP_ERRORS as bad:
            raise _damage_error(bad, path) from None
        self._open[chain] = archive
        if len(self._open) > MAX_OPEN_ARCHIVES:
            self._open.popitem(last=False)[1].close()
        return archive

    def _open_bytes(self, path: str, members: tuple[str, ...]) -> IO[bytes]:
        """An archive to look into: the file on disk, or a member of the one around it."""
        if not members:
            return open_file(path)
        around = self._open_archive(path, members[:-1])
        if around.getinfo(members[-1]).file_size <= MAX_IN_MEMORY_BYTES:
            return io.BytesIO(around.read(members[-1]))
        return around.open(members[-1])

    def _find_rejection(self, info: zipfile.ZipInfo) -> tuple[str, str] | None:
        """Why a member is not read, told from the archive's directory alone: reason and sentence. None if it is."""
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


def decode_name(info: zipfile.ZipInfo) -> str:
    """A member's name as its maker saw it: many write UTF-8 without saying so."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _damage_error(error: BaseException, place: str) -> ReadError:
    if isinstance(error, RuntimeError) and "password" in str(error):
        return ReadError(ENCRYPTED_MESSAGE, path=place)
    if isinstance(error, NotImplementedError):
        return ReadError("is packed in a way that cannot be read here: pack it anew as an ordinary zip", path=place)
    if isinstance(error, FileNotFoundError):
        return ReadError("there is no such file", path=place)
    if isinstance(error, PermissionError):
        return ReadError("may not be read: check its permissions", path=place)
    said = " ".join(str(error).split()) or type(error).__name__
    return ReadError(f"is damaged: {said}", path=place)
