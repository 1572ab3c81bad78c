"""Where the sidecar of a recording lies: asked of every recording, most of which have none."""

from __future__ import annotations

import os
from pathlib import Path


def sidecar_path(recording: str | os.PathLike[str]) -> Path:
    """Where the sidecar of a recording lies: ``run.fit`` and ``run.fit.gz`` both have ``run.annotations.csv``."""
    path = Path(recording)
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return path.with_name(Path(name).stem + ".annotations.csv")
