"""Folders, walked to the end: hidden files left out, links followed once, what may not be read told."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from retropace.core.sidecar_path import sidecar_path
from retropace.sources.entry import Entry, Unreadable, printable

_SKIPPED_FOLDERS = ("__MACOSX", "__pycache__", "node_modules")
"""Folders that never hold what a person put there."""


def is_hidden(name: str) -> bool:
    """Whether a file or folder is none of its owner's: ``.DS_Store``, the ``._`` twins that some systems write."""
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def resolve_place(path: str) -> str:
    """How a file on disk is known: by its full path, links not followed, as text."""
    return printable(_absolute_path(path))


def _absolute_path(path: str) -> str:
    """The path from the root, for whoever works in another folder."""
    return os.path.abspath(path)  # noqa: PTH100 - pathlib's absolute() leaves ".." in it


def compute_fingerprint(path: str) -> str:
    """Size, time of change and identity of a file on disk; the empty text if there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


def build_file_entry(path: str, *, is_explicit: bool = False) -> Entry:
    """A file on disk as an entry, with the annotations beside it."""
    full = _absolute_path(path)
    beside = str(sidecar_path(full))
    stamp, stamp_beside = compute_fingerprint(full), compute_fingerprint(beside)
    return Entry(
        place=printable(full),
        path=full,
        members=(),
        size_bytes=int(stamp.partition(":")[0] or 0),
        fingerprint=stamp,
        is_explicit=is_explicit,
        sidecar=(beside, stamp_beside) if stamp_beside else None,
    )


def walk_files(folder: str) -> Iterator[Entry | Unreadable]:
    """Every file in a folder and below, in whatever order the system tells them: one folder may hold millions."""
    # The folders above, by identity: one that is met again below itself is a loop of links.
    waiting: list[tuple[str, tuple[tuple[int, int], ...]]] = [(folder, ())]
    while waiting:
        path, above = waiting.pop()
        try:
            found = Path(path).stat()
            inside = os.scandir(path)
        except OSError as bad:
            yield Unreadable(
                resolve_place(path), "folder not readable", f"cannot be read: {bad.strerror or bad}", is_transient=True
            )
            continue
        here = (found.st_dev, found.st_ino)
        if here in above:
            inside.close()
            yield Unreadable(
                resolve_place(path), "loop of links", "is a link to a folder above it: its files are read there"
            )
            continue
        below = []
        with inside:
            for one in inside:
                if is_hidden(one.name):
                    continue
                try:
                    mode = one.stat().st_mode
                except OSError as bad:
                    yield Unreadable(resolve_place(one.path), "broken link", f"leads nowhere: {bad.strerror or bad}")
                    continue
                if stat.S_ISDIR(mode):
                    below.append((one.path, (*above, here)))
                elif stat.S_ISREG(mode):
                    yield build_file_entry(one.path)
        waiting += below
