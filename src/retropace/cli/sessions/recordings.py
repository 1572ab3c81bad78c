"""The recordings that a path on the command line stands for: a file, or every recording of a folder."""

from __future__ import annotations

import os
from pathlib import Path

import click

from retropace.cli.terminal.errors import run_or_report
from retropace.core.errors import ReadError


def find_recordings(path: str) -> list[str]:
    """Return ``path`` itself, or, for a folder, the sorted paths of all recordings at any depth.

    Recordings are FIT, GPX, TCX and KML files, plain or gzipped. Raises
    :class:`~retropace.core.errors.ReadError` for a folder without any.
    """
    from retropace.sources.entry import Entry
    from retropace.sources.file_names import RECORDING_SUFFIXES, find_data_suffix
    from retropace.sources.folders import walk_files

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


def expand_paths(paths: tuple[str, ...], annotations_path: str | None) -> tuple[list[str], int]:
    """Return the recordings of all ``paths`` in order, and the number of paths in which no recording was found.

    Each such path is reported on stderr. Raises :class:`click.UsageError` if one annotations file
    (``annotations_path``) would apply to several recordings.
    """
    recordings: list[str] = []
    failed_count = 0
    for path in paths:
        path_recordings = run_or_report(path, lambda path=path: find_recordings(path))  # type: ignore[misc]  # bound per path
        failed_count += path_recordings is None
        recordings += path_recordings or ()
    if annotations_path is not None and len(recordings) > 1:
        raise click.UsageError("--annotations goes with one recording, not with a folder of them.")
    return recordings, failed_count
