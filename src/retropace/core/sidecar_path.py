"""The path of a recording's sidecar: the file of annotations beside it."""

import os
from pathlib import Path

MAX_SIDECAR_BYTES = 16 * 2**20
"""Largest sidecar in bytes that is read; a larger file was not typed by hand."""


def sidecar_path(recording: str | os.PathLike[str]) -> Path:
    """Return the path of a recording's sidecar, ``run.annotations.csv`` of ``run.fit.gz``, whether it exists or not."""
    path = Path(recording)
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return path.with_name(Path(name).stem + ".annotations.csv")
