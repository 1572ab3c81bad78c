"""The recordings that a path on the command line stands for: a file, or every recording of a folder."""

from __future__ import annotations

import os
from pathlib import Path

from retropace.core.errors import ReadError
from retropace.sources.entry import Entry
from retropace.sources.file_names import RECORDING_SUFFIXES, find_data_suffix
from retropace.sources.folders import walk_files


def find_recordings(path: str) -> list[str]:
    """Return ``path`` itself, or, for a folder, the sorted paths of all recordings at any depth.

    Recordings are FIT, GPX, TCX and KML files, plain or gzipped. Raises
    :class:`~retropace.core.errors.ReadError` for a folder without any.
    """
    if not os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises for a name that is too long
        return [path]
    entries = (
        entry
        for entry in walk_files(path)
        if isinstance(entry, Entry) and find_data_suffix(entry.path) in RECORDING_SUFFIXES
    )
    recordings = sorted(str(Path(path) / os.path.relpath(entry.path, path)) for entry in entries)
    if not recordings:
        raise ReadError("holds no recordings: FIT, GPX, TCX or KML files are looked for", path=path)
    return recordings
