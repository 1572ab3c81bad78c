"""The recordings that a path names: itself, or those in a folder."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".fit", ".gpx", ".tcx")


def recordings_in(path: str) -> list[str]:
    """The path itself, or, of a folder, every FIT, GPX and TCX file in it and below, plain or gzipped, in order.

    Raises :class:`retropace.errors.ReadError` for a folder without any.
    """
    from retropace.errors import ReadError

    folder = Path(path)
    if not folder.is_dir():
        return [path]
    found = [
        one
        for one in sorted(folder.rglob("*"))
        if one.name.lower().removesuffix(".gz").endswith(SUFFIXES) and one.is_file() and not one.name.startswith(".")
    ]
    if not found:
        raise ReadError("holds no recordings: FIT, GPX or TCX files are looked for", path=path)
    return [str(one) for one in found]
