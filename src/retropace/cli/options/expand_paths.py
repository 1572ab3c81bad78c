"""The recordings that the paths on the command line stand for; a folder stands for all recordings within it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from retropace.cli.sessions.recordings import find_recordings
from retropace.cli.terminal.errors import run_each


def expand_paths(paths: Sequence[str], annotations_path: str | None) -> tuple[list[str], int]:
    """Return the recordings of all ``paths`` in order, and the number of paths in which no recording was found.

    Each such path is reported on stderr. Raises :class:`click.UsageError` if one annotations file
    (``annotations_path``) would apply to several recordings.
    """
    found = list(run_each(paths, find_recordings))
    recordings = [recording for group in found for recording in group or ()]
    if annotations_path is not None and len(recordings) > 1:
        raise click.UsageError("--annotations goes with one recording, not with a folder of them.")
    return recordings, found.count(None)
