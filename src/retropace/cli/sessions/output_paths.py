"""Where a command may write what it made: over nothing of the user's, whatever they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path


def find_output_path_problem(
    target: str,
    recordings: Sequence[str],
    annotations_path: str | None,
    *,
    force: bool,
    own_description: str = "",
    is_own_file: Callable[[Path], bool] = lambda _path: False,
) -> str:
    """Why a file must not go there, in a sentence; empty if it may.

    Recordings, their sidecars and the file of ``annotations`` are kept even with ``force``. What ``is_own`` knows as
    made by the command before, which ``own`` names, is written over without it.
    """
    from retropace.core.sidecar_path import sidecar_path

    place = Path(target)
    try:
        if place.is_dir():
            return f"{target} is a folder: name a file in it"
        if not place.exists():
            return ""
        if not place.is_file():
            return f"{target} is no file: - writes to stdout"
        kept = {"a recording": recordings, "a sidecar": [str(sidecar_path(one)) for one in recordings]}
        kept["the file of annotations"] = [] if annotations_path is None else [annotations_path]
        for what, paths in kept.items():
            if any(_is_same_file(place, path) for path in paths):
                return f"{target} is {what}: nothing was written"
        is_none = f" and is no {own_description}" if own_description else ""
        return "" if force or is_own_file(place) else f"{target} exists{is_none}: --force writes over it"
    except OSError as bad:  # a name that is too long, a folder that nobody may look into
        return f"{target} cannot be written: {bad.strerror or bad}"


def _is_same_file(target: Path, other: str) -> bool:
    try:
        return target.samefile(other)
    except OSError:
        return False  # what is not there cannot be lost
