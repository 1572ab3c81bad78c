"""What a batch run is asked to do; this imports no NumPy, before which the fork server has to start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from retropace.core.parameters import Settings
from retropace.core.units import Units


@dataclass(frozen=True, slots=True)
class TableFolders:
    """The folders into which the tables of a library are written, one per format; None writes none."""

    csv: str | None = None
    parquet: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What to analyse and how, where to keep the results, and which processes work."""

    paths: tuple[str, ...]
    library: str | None
    """Path of the library; None takes the one in the data folder."""
    settings: Settings
    since: datetime | None
    sports: tuple[str, ...]
    max_size: int
    """Largest unpacked size in bytes of a file; larger files fail."""
    retry: bool
    """Whether files that failed before are read again."""
    strict: bool
    """Whether the run stops at the first failure."""
    jobs: int | None
    """Number of worker processes on this machine; None starts one per core."""
    timeout: float | None
    """Longest time in seconds that one file may take; a file that takes longer fails."""
    scheduler: str | None
    """Address of a Dask cluster that works instead of local processes."""


@dataclass(frozen=True, slots=True)
class BatchView:
    """What becomes of the results of a run: tables, and a summary as text or JSON."""

    folders: TableFolders
    as_json: bool
    units: Units
