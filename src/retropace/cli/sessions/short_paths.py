"""Paths as printed: relative to the current folder where they lie within it."""

from __future__ import annotations

from pathlib import Path


def shorten_path(path: str) -> str:
    """Return the path without the current folder as its prefix; other paths and addresses are unchanged."""
    try:
        prefix = f"{Path.cwd()}/"
    except OSError:
        return path
    return path.removeprefix(prefix)
