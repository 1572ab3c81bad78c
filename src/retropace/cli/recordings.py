"""The recordings that a path names: itself, or those in a folder."""

from __future__ import annotations

from pathlib import Path


def recordings_in(path: str) -> list[str]:
    """The path itself, or, of a folder, every FIT, GPX, TCX and KML file in it and below, plain or gzipped, in order.

    Raises :class:`retropace.errors.ReadError` for a folder without any.
    """
    from retropace.errors import ReadError
    from retropace.sources.heads import RECORDINGS, suffix_of

    folder = Path(path)
    if not folder.is_dir():
        return [path]
    found = [
        one
        for one in sorted(folder.rglob("*"))
        if suffix_of(one.name) in RECORDINGS and one.is_file() and not one.name.startswith(".")
    ]
    if not found:
        raise ReadError("holds no recordings: FIT, GPX, TCX or KML files are looked for", path=path)
    return [str(one) for one in found]
