"""Places as people read them: relative to the folder they are in, where that is shorter."""

from __future__ import annotations

from pathlib import Path


def shown_place(place: str) -> str:
    """The place without the current folder in front of it."""
    try:
        here = f"{Path.cwd()}/"
    except OSError:
        return place
    return place.removeprefix(here)
