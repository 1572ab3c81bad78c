"""Recursive listing of folders on disk; each file becomes an entry (a file that may be a recording)."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from retropace.core.errors import describe_os_error
from retropace.core.sidecar_path import sidecar_path
from retropace.sources.entry import Entry, Unreadable, printable

_SKIPPED_FOLDERS = ("__MACOSX", "__pycache__", "node_modules")
"""Names of folders that are skipped: programs create them, and they hold no recordings."""


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is skipped because programs, not users, write it; for example ``.DS_Store``."""
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def resolve_place(path: str) -> str:
    """Return the place of a file on disk: its absolute path as printable text, symbolic links not resolved."""
    return printable(os.path.abspath(path))  # noqa: PTH100 - pathlib's absolute() keeps ".."


def compute_fingerprint(path: str) -> str:
    """Join size in bytes, modification and status-change time (ns) of a file on disk; empty if there is no file."""
    try:
        status = Path(path).stat()
    except OSError:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def build_file_entry(path: str, *, is_explicit: bool = False) -> Entry:
    """Build the entry of a file on disk with its sidecar, if any; the fingerprint is empty if there is no file."""
    full = os.path.abspath(path)  # noqa: PTH100 - as in resolve_place
    sidecar = str(sidecar_path(full))
    fingerprint, sidecar_fingerprint = compute_fingerprint(full), compute_fingerprint(sidecar)
    return Entry(
        place=printable(full),
        path=full,
        members=(),
        size_bytes=int(fingerprint.partition(":")[0] or 0),
        fingerprint=fingerprint,
        is_explicit=is_explicit,
        sidecar=(sidecar, sidecar_fingerprint) if sidecar_fingerprint else None,
    )


def walk_files(folder: str) -> Iterator[Entry | Unreadable]:
    """Yield every file in a folder and below that is not hidden, following links, in the order of the file system."""
    # Folders to visit, each with device and inode of the folders above it, by which loops of links are recognised.
    pending: list[tuple[str, tuple[tuple[int, int], ...]]] = [(folder, ())]
    while pending:
        path, ancestors = pending.pop()
        try:
            status = Path(path).stat()
            children = os.scandir(path)
        except OSError as error:
            message = f"cannot be read: {describe_os_error(error)}"
            yield Unreadable(resolve_place(path), "folder not readable", message, is_transient=True)
            continue
        identity = (status.st_dev, status.st_ino)
        if identity in ancestors:
            children.close()
            message = "is a link to a folder above it: its files are read there"
            yield Unreadable(resolve_place(path), "loop of links", message)
            continue
        subfolders = []
        with children:
            for child in children:
                if is_hidden(child.name):
                    continue
                try:
                    mode = child.stat().st_mode
                except OSError as error:
                    message = f"leads nowhere: {describe_os_error(error)}"
                    yield Unreadable(resolve_place(child.path), "broken link", message)
                    continue
                if stat.S_ISDIR(mode):
                    subfolders.append((child.path, (*ancestors, identity)))
                elif stat.S_ISREG(mode):
                    yield build_file_entry(child.path)
        pending += subfolders
