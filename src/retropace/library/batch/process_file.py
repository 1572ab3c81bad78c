"""What a worker does with one file: read it, analyse every session in it, hand back plain values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from retropace.analysis.json_document import format_time
from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import AnnotationInput, UnresolvedAnnotation, Zones
from retropace.annotations.inputs.sidecar import BOM, decode_text, parse_sidecar
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError, NoActivityError, OtherSportError, RetropaceError
from retropace.core.parameters import Settings
from retropace.intervals.best_efforts import find_best_effort_basis, find_best_efforts
from retropace.labelling.athlete import Athlete
from retropace.library import ActivityFilter
from retropace.library.rows import StoredAnalysis
from retropace.library.store import Failure, Outcome, StoredRecording
from retropace.readers import read_all
from retropace.sources.entry import printable
from retropace.sources.export_metadata import ExportMetadata
from retropace.sources.remote import fetch, is_address

MAX_SUMMARY_START_OFFSET_S = 10.0
"""A summary names the activity that begins within so many seconds of it."""
_SIGNAL_COLUMNS = ("lat_deg", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm", "altitude_m")


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for every file of a run."""

    settings: Settings = field(default_factory=Settings)
    annotation_inputs: tuple[AnnotationInput, ...] = ()
    """What was said about every file: fields, zones."""
    athlete: Athlete | None = None
    activity_filter: ActivityFilter = field(default_factory=ActivityFilter)
    max_bytes: int = 2**30

    def describe(self) -> str:
        """Everything that decides what comes out of a file, in words that are the same for the same."""
        given = [_describe_input(one) for one in self.annotation_inputs]
        return f"{self.settings!r} {given} {self.athlete!r}"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be worked on."""

    place: str
    path: str
    """The file to open, or its address; unused where ``data`` are its bytes already."""
    data: bytes | None = None
    sidecar_path: str = ""
    sidecar: bytes | None = None
    """The bytes of the annotations beside it."""
    export_metadata: tuple[ExportMetadata, ...] = ()
    is_explicit: bool = False
    """Whether the user named this very file: then it has to hold an activity."""


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What came of a file."""

    outcome: Outcome
    detail: str = ""
    failure: Failure | None = None
    recording: StoredRecording | None = None


def process_file(job: Job, task: Task) -> TaskResult:
    """Read and analyse one file. Never raises for what is wrong with it: a failure is a value."""
    try:
        return _analyze_task(job, task)
    except OtherSportError as other:
        return TaskResult("other sport", other.message.partition(":")[0].removeprefix("is a recording of "))
    except NoActivityError as other:
        if not task.is_explicit:
            return TaskResult("no activity", other.kind)
        return TaskResult("failed", failure=Failure("no activity", other.message))
    except RetropaceError as bad:
        return TaskResult("failed", failure=failure_from_error(bad, task.place))
    except MemoryError:
        return TaskResult("failed", failure=Failure("out of memory", "does not fit into memory", is_transient=True))
    except Exception as bug:
        said = " ".join(str(bug).split()) or "no details"
        message = f"retropace itself failed ({type(bug).__name__}: {said}); please report it with the file"
        return TaskResult("failed", failure=Failure("retropace failed", message))


def failure_from_error(error: RetropaceError, place: str) -> Failure:
    """An error as a failure: its reason for grouping, its sentence without the name of the file it is about."""
    reason = "annotations not usable" if isinstance(error, AnnotationError) else "not readable"
    path = "" if error.path is None else printable(error.path)
    name = "" if path == place else PurePosixPath(path).name
    where = ":".join(part for part in (name, error.where) if part)
    return Failure(reason, printable(f"{where}: {error.message}" if where else error.message))


def compute_context_digest(export_metadata: tuple[ExportMetadata, ...], sidecar: bytes | None, suffix: str) -> str:
    """A checksum of all that is said about a file from outside: its sidecar, its names, how its own name ends."""
    return hashlib.sha256(repr((export_metadata, sidecar, suffix)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _describe_input(annotation_input: AnnotationInput) -> str:
    """What was said, complete: a shape's own words leave out its middle, and where its file lay decides nothing."""
    if isinstance(annotation_input, Zones):
        return str(
            [
                (str(one.label), one.geometry.wkt, one.width_m, one.name, one.active_hours)
                for one in annotation_input.zones
            ]
        )
    return repr(annotation_input)


def _analyze_task(job: Job, task: Task) -> TaskResult:
    data = task.data
    if data is None and is_address(task.path):
        data = fetch(task.path, job.max_bytes)
    name = task.place if data is not None else task.path
    activities = [
        _apply_export_metadata(one, task.export_metadata)
        for one in read_all(name, data=data, largest_bytes=job.max_bytes)
    ]
    wanted = [one for one in activities if job.activity_filter.matches(one.start_time, one.sport, one.sub_sport)]
    if not wanted:
        return TaskResult("left out", _describe_sessions(activities))
    annotations = [*job.annotation_inputs, *_parse_task_sidecar(task)]
    if len(activities) > 1 and any(isinstance(one, UnresolvedAnnotation) for one in annotations):
        raise AnnotationError(f"holds {len(activities)} sessions: annotations beside it could be about any of them")
    sessions: list[StoredAnalysis] = []
    failed: list[str] = []
    for one in activities:
        try:
            analysis = analyze(one, annotations, job.settings, job.athlete)
        except RetropaceError as bad:
            if len(activities) == 1:
                raise
            failed.append(f"session {one.source.session + 1} {bad.message}")
            continue
        sessions.append(replace(to_stored(analysis), document=_build_document(analysis, task.place)))
    failure = Failure("not readable", "; ".join(failed)) if failed else None
    # What was said and how long the file is, whoever handed out the task knows.
    recording = StoredRecording(activities[0].source.sha256, "", 0, tuple(sessions))
    return TaskResult("failed" if failed else "analysed", failure=failure, recording=recording)


def to_stored(analysis: Analysis) -> StoredAnalysis:
    """What the library keeps of an analysis."""
    samples = analysis.activity.samples
    signals = sum(bool(np.any(np.isfinite(getattr(samples, name)))) for name in _SIGNAL_COLUMNS)
    counts = {"records": len(samples), "signals": signals, "laps": len(analysis.activity.laps)}
    rows = [
        (
            one.direction,
            one.by,
            one.target,
            one.seconds,
            one.metres,
            one.start_s,
            find_best_effort_basis(analysis.segments, one),
        )
        for one in find_best_efforts(analysis)
    ]
    return StoredAnalysis(analysis.to_dict(), counts, tuple(rows))


def _build_document(analysis: Analysis, place: str) -> dict[str, Any]:
    document = analysis.to_dict()
    document["source"]["path"] = place
    text = json.dumps(document, ensure_ascii=False)
    if not text.isascii() and text != printable(text):
        # Half a character, as JSON may hold it, can be stored nowhere.
        document = json.loads(text.encode("utf-8", "replace"))
    return document


def _apply_export_metadata(activity: Activity, export_metadata: tuple[ExportMetadata, ...]) -> Activity:
    """The activity with the name and description under which its runner keeps it."""
    start_s = None if activity.start_time is None else activity.start_time.timestamp()
    for one in export_metadata:
        if one.start_s is None or (start_s is not None and abs(one.start_s - start_s) <= MAX_SUMMARY_START_OFFSET_S):
            return replace(
                activity, name=one.name or activity.name, description=one.description or activity.description
            )
    return activity


def _parse_task_sidecar(task: Task) -> list[UnresolvedAnnotation]:
    """The annotations beside the file, as they were when the task was made."""
    if task.sidecar is None:
        return []
    return parse_sidecar(decode_text(task.sidecar, task.sidecar_path).removeprefix(BOM), task.sidecar_path)


def _describe_sessions(activities: list[Activity]) -> str:
    """When the sessions began and of what sport they are, as text: enough to tell later whether they are wanted."""
    return json.dumps([[format_time(one.start_time), one.sport, one.sub_sport] for one in activities])
