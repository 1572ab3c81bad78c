"""The command line in a subprocess, and what it wrote."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "retropace"]
TABLES = ("activities.csv", "segments.csv", "failures.csv")


def retropace(*words: str | os.PathLike[str], data: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with a data folder of its own."""
    return subprocess.run(
        [*COMMAND, *(os.fspath(word) for word in words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=cwd,
        env=environment(data),
    )


def environment(data: Path) -> dict[str, str]:
    """The environment of a command with this data folder."""
    return {**os.environ, "RETROPACE_DATA": str(data), "PYTHONIOENCODING": "utf-8"}


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_tables(folder: Path) -> tuple[bytes, ...]:
    """The bytes of the tables that a run wrote into a folder."""
    return tuple((folder / name).read_bytes() for name in TABLES)
