"""Requests to analyse or to run a batch; NumPy is not loaded here, because the fork server has to start before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import retropace.annotations
from retropace.core.parameters import Settings
from retropace.core.sidecar_path import sidecar_path
from retropace.core.units import Units


@dataclass(frozen=True, slots=True)
class AnnotationInputs:
    """What the user stated by options: annotations for every file of a command, and the path of an annotations file."""

    inputs: tuple[retropace.annotations.AnnotationInput, ...] = ()
    sidecar: str | None = None  # path of the annotations file that is read instead of the sidecar

    def collect_for_recording(self, path: str) -> list[retropace.annotations.AnnotationInput]:
        """Return the annotations of the options and of the annotations file; raises ``AnnotationError``."""
        if self.sidecar is not None:
            return [*self.inputs, *retropace.annotations.read_annotations(self.sidecar)]
        if not sidecar_path(path).is_file():
            return list(self.inputs)
        return [*self.inputs, *retropace.annotations.read_sidecar(sidecar_path(path))]

    @property
    def is_session_specific(self) -> bool:
        """Whether an option makes sense for one session only: a mark, a workout, an annotations file."""
        specific = (retropace.annotations.UnresolvedAnnotation, retropace.annotations.Plan)
        return self.sidecar is not None or any(isinstance(item, specific) for item in self.inputs)


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """How each recording on one command line is analysed."""

    annotation_inputs: AnnotationInputs = AnnotationInputs()
    settings: Settings = field(default_factory=Settings)
    session: int | None = None  # number of the only session on foot to analyse (the first is 1); None analyses all
    athlete: str | None = None  # name or file of the athlete whose learned model is used


class TableFolders(NamedTuple):
    """The folders into which the tables of a library are written, one per format; None leaves the format out."""

    csv: str | None = None
    parquet: str | None = None


class BatchRequest(NamedTuple):
    """What to analyse and how, where to keep the results, and which processes work."""

    paths: tuple[str, ...]
    library: str | None
    settings: Settings
    since: datetime | None
    sports: tuple[str, ...]
    max_size: int  # largest unpacked size in bytes of a file; larger files fail
    retry: bool
    strict: bool
    jobs: int | None
    timeout: float | None  # longest time in seconds that one file may take; a file that takes longer fails
    scheduler: str | None  # address of a Dask cluster that works instead of local processes


class BatchView(NamedTuple):
    """Options that decide how the results of a run are shown: tables, and a summary as text or JSON."""

    folders: TableFolders
    as_json: bool
    units: Units
