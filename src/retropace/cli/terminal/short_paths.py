"""Places as people read them: relative to the folder they are in, where that is shorter."""

from __future__ import annotations

from pathlib import Path


def shorten_path(path: str) -> str:
    """The place without the current folder in front of it."""
    try:
        here = f"{Path.cwd()}/"
    except OSError:
        return path
    return path.removeprefix(here)
