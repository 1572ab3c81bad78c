"""The recordings and the athlete that the words of a command line name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.terminal.errors import run_each, run_or_exit
from retropace.core.errors import ReadError
from retropace.sources.entry import Entry
from retropace.sources.file_names import RECORDING_SUFFIXES, find_data_suffix
from retropace.sources.folders import walk_files

if TYPE_CHECKING:
    from retropace.labelling.athlete import Athlete


def expand_paths(paths: Sequence[str], annotations_path: str | None) -> tuple[list[str], int]:
    """Return the recordings of all ``paths`` in order, and the number of paths in which no recording was found.

    Each such path is reported on stderr. Raises :class:`click.UsageError` if one annotations file
    (``annotations_path``) would apply to several recordings.
    """
    found = list(run_each(paths, _find_recordings))
    recordings = [recording for group in found for recording in group or ()]
    if annotations_path is not None and len(recordings) > 1:
        raise click.UsageError("--annotations goes with one recording, not with a folder of them.")
    return recordings, found.count(None)


def _find_recordings(path: str) -> list[str]:
    """Return ``path`` itself, or the sorted paths of all recordings in a folder; raises ``ReadError`` without any."""
    if not os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises for a name that is too long
        return [path]
    entries = (entry for entry in walk_files(path) if isinstance(entry, Entry))
    places = (entry.path for entry in entries if find_data_suffix(entry.path) in RECORDING_SUFFIXES)
    recordings = sorted(str(Path(path) / os.path.relpath(place, path)) for place in places)
    if not recordings:
        raise ReadError("holds no recordings: FIT, GPX, TCX or KML files are looked for", path=path)
    return recordings


def read_athlete_or_exit(name: str | None) -> Athlete | None:
    """Return the athlete of this name or file, or None for no name; end with exit status 1 if it cannot be read."""
    return None if name is None else run_or_exit(name, AthleteLearner, name).athlete
