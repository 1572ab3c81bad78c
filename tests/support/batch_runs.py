"""``retropace batch`` and ``retropace library`` with a data folder of their own, and what they wrote."""

import csv
import os
import subprocess
import sys
from pathlib import Path

from tests.support import command_line

COMMAND = [sys.executable, "-m", "retropace"]
TABLES = ("activities.csv", "segments.csv", "failures.csv")


def retropace(*words: str | os.PathLike[str], data: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command within this process, with a data folder of its own; workers are still processes."""
    return command_line.retropace(*(os.fspath(word) for word in words), cwd=cwd, RETROPACE_DATA=str(data))


def environment(data: Path) -> dict[str, str]:
    """The environment of a process with this data folder."""
    return {**os.environ, "RETROPACE_DATA": str(data), "PYTHONIOENCODING": "utf-8"}


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_tables(folder: Path) -> tuple[bytes, ...]:
    """The bytes of the tables that a run wrote into a folder."""
    return tuple((folder / name).read_bytes() for name in TABLES)
