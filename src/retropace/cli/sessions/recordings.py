"""The recordings that a path names: itself, or those in a folder."""

from __future__ import annotations

import os
from pathlib import Path


def find_recordings(path: str) -> list[str]:
    """The path itself, or, of a folder, every FIT, GPX, TCX and KML file in it and below, plain or gzipped, in order.

    Raises :class:`retropace.core.errors.ReadError` for a folder without any.
    """
    from retropace.core.errors import ReadError
    from retropace.sources.entry import Entry
    from retropace.sources.folders import walk_files
    from retropace.sources.magic import RECORDING_SUFFIXES, find_data_suffix

    if not os.path.isdir(path):  # noqa: PTH112  # a name that is too long is none, where Path raises
        return [path]
    inside = (
        one for one in walk_files(path) if isinstance(one, Entry) and find_data_suffix(one.path) in RECORDING_SUFFIXES
    )
    found = sorted(str(Path(path) / os.path.relpath(one.path, path)) for one in inside)
    if not found:
        raise ReadError("holds no recordings: FIT, GPX, TCX or KML files are looked for", path=path)
    return found
