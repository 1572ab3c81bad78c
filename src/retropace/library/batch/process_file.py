"""The work on one file: read it, analyse every session in it, and return values that can be pickled."""

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
from retropace.core.best_effort import find_best_effort_basis
from retropace.core.errors import AnnotationError, NoActivityError, OtherSportError, RetropaceError
from retropace.core.parameters import Settings
from retropace.intervals.best_efforts import find_best_efforts
from retropace.labelling.athlete import Athlete
from retropace.library import ActivityFilter
from retropace.library.rows import StoredAnalysis
from retropace.library.store import Failure, Outcome, StoredRecording
from retropace.readers import read_all
from retropace.sources.entry import printable
from retropace.sources.export_metadata import ExportMetadata
from retropace.sources.remote import fetch, is_address

MAX_SUMMARY_START_OFFSET_S = 10.0
"""Largest difference in seconds between the start of a recorded session and a start time in export metadata. If they
differ by more, the metadata are not used for that session."""
_SIGNAL_COLUMNS = ("lat_deg", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm", "altitude_m")
"""Sample columns that count as signals. Of two duplicate recordings, the one with values in more of these columns is
preferred."""


@dataclass(frozen=True, slots=True)
class Job:
    """What applies to all files of a batch run: settings, annotations, athlete and filter."""

    settings: Settings = field(default_factory=Settings)
    annotation_inputs: tuple[AnnotationInput, ...] = ()
    """Annotations that apply to every file: direction fields (developer fields of the FIT files) and zones (places)."""
    athlete: Athlete | None = None
    activity_filter: ActivityFilter = field(default_factory=ActivityFilter)
    max_bytes: int = 2**30
    """Largest unpacked size of a file in bytes; a larger file is a failure."""

    def describe(self) -> str:
        """Return all of the job but its filter as a text; jobs with equal texts give a file equal results."""
        inputs = [_describe_input(annotation_input) for annotation_input in self.annotation_inputs]
        return f"{self.settings!r} {inputs} {self.athlete!r}"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to process."""

    place: str
    path: str
    """Path or address of the file to open; unused if ``data`` is given."""
    data: bytes | None = None
    """Bytes of a file that lies in an archive or export; None for a file at ``path``."""
    sidecar_path: str = ""
    sidecar: bytes | None = None
    """Bytes of the sidecar; None if there is none."""
    export_metadata: tuple[ExportMetadata, ...] = ()
    """Names and descriptions from a vendor's export that may belong to sessions of the file, the most likely first."""
    is_explicit: bool = False
    """Whether the user named this file itself, so that a file without an activity is a failure."""


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What came out of processing one file."""

    outcome: Outcome
    detail: str = ""
    """Detail of the outcome: the other sport, the kind of file without an activity, or the sessions left out (as JSON).
    Empty if the outcome needs none."""
    failure: Failure | None = None
    recording: StoredRecording | None = None


def process_file(job: Job, task: Task) -> TaskResult:
    """Read and analyse one file; whatever is wrong with it becomes a failure in the result, never an exception."""
    try:
        return _analyze_task(job, task)
    except OtherSportError as other:
        return TaskResult("other sport", other.message.partition(":")[0].removeprefix("is a recording of "))
    except NoActivityError as other:
        if not task.is_explicit:
            return TaskResult("no activity", other.kind)
        return TaskResult("failed", failure=Failure("no activity", other.message))
    except RetropaceError as error:
        return TaskResult("failed", failure=failure_from_error(error, task.place))
    except MemoryError:
        return TaskResult("failed", failure=Failure("out of memory", "does not fit into memory", is_transient=True))
    except Exception as bug:
        details = " ".join(str(bug).split()) or "no details"
        message = f"retropace itself failed ({type(bug).__name__}: {details}); please report it with the file"
        return TaskResult("failed", failure=Failure("retropace failed", message))


def failure_from_error(error: RetropaceError, place: str) -> Failure:
    """Turn an error into a failure whose message does not repeat the path of the file at ``place``."""
    reason = "annotations not usable" if isinstance(error, AnnotationError) else "not readable"
    path = "" if error.path is None else printable(error.path)
    name = "" if path == place else PurePosixPath(path).name
    where = ":".join(part for part in (name, error.where) if part)
    return Failure(reason, printable(f"{where}: {error.message}" if where else error.message))


def compute_context_digest(export_metadata: tuple[ExportMetadata, ...], sidecar: bytes | None, suffix: str) -> str:
    """Return a 16-digit hash of export metadata, sidecar and suffix: what is known of a file besides its content."""
    return hashlib.sha256(repr((export_metadata, sidecar, suffix)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _describe_input(annotation_input: AnnotationInput) -> str:
    """Return a text that is equal for two inputs exactly if their annotations are equal.

    For zones the text holds their full geometries, which ``repr`` would shorten, but not the path of their file.
    """
    if isinstance(annotation_input, Zones):
        return str(
            [
                (str(zone.label), zone.geometry.wkt, zone.width_m, zone.name, zone.active_hours)
                for zone in annotation_input.zones
            ]
        )
    return repr(annotation_input)


def _analyze_task(job: Job, task: Task) -> TaskResult:
    data = task.data
    if data is None and is_address(task.path):
        data = fetch(task.path, job.max_bytes)
    name = task.place if data is not None else task.path
    activities = [
        _apply_export_metadata(activity, task.export_metadata)
        for activity in read_all(name, data=data, largest_bytes=job.max_bytes)
    ]
    matches = job.activity_filter.matches
    if not any(matches(activity.start_time, activity.sport, activity.sub_sport) for activity in activities):
        return TaskResult("left out", _describe_sessions(activities))
    annotations = [*job.annotation_inputs, *_parse_task_sidecar(task)]
    if len(activities) > 1 and any(isinstance(item, UnresolvedAnnotation) for item in annotations):
        raise AnnotationError(f"holds {len(activities)} sessions: annotations beside it could be about any of them")
    sessions: list[StoredAnalysis] = []
    messages: list[str] = []
    for activity in activities:
        try:
            analysis = analyze(activity, annotations, job.settings, job.athlete)
        except RetropaceError as error:
            if len(activities) == 1:
                raise
            messages.append(f"session {activity.source.session + 1} {error.message}")
            continue
        sessions.append(replace(to_stored(analysis), document=_build_document(analysis, task.place)))
    failure = Failure("not readable", "; ".join(messages)) if messages else None
    # The run fills in the context digest and the size, which it knows from the work item.
    recording = StoredRecording(activities[0].source.sha256, "", 0, tuple(sessions))
    return TaskResult("failed" if messages else "analysed", failure=failure, recording=recording)


def to_stored(analysis: Analysis) -> StoredAnalysis:
    """Turn an analysis into what the library stores of it: document, counts and best efforts."""
    samples = analysis.activity.samples
    signals = sum(bool(np.any(np.isfinite(getattr(samples, name)))) for name in _SIGNAL_COLUMNS)
    counts = {"records": len(samples), "signals": signals, "laps": len(analysis.activity.laps)}
    rows = [
        (
            effort.direction,
            effort.by,
            effort.target,
            effort.seconds,
            effort.metres,
            effort.start_s,
            find_best_effort_basis(analysis.segments, effort),
        )
        for effort in find_best_efforts(analysis)
    ]
    return StoredAnalysis(analysis.to_dict(), counts, tuple(rows))


def _build_document(analysis: Analysis, place: str) -> dict[str, Any]:
    """Build the JSON document of an analysis with ``place`` as its path.

    Lone surrogates, which SQLite cannot store, are replaced.
    """
    document = analysis.to_dict()
    document["source"]["path"] = place
    text = json.dumps(document, ensure_ascii=False)
    if not text.isascii() and text != printable(text):
        document = json.loads(text.encode("utf-8", "replace"))
    return document


def _apply_export_metadata(activity: Activity, export_metadata: tuple[ExportMetadata, ...]) -> Activity:
    """Return the activity with name and description from the first export metadata that belong to it.

    Metadata without a start time belong to every activity; others only to an activity that starts at about that time
    (``MAX_SUMMARY_START_OFFSET_S``). If no metadata belong to the activity, it is returned unchanged.
    """
    start_s = None if activity.start_time is None else activity.start_time.timestamp()
    for metadata in export_metadata:
        if metadata.start_s is None or (
            start_s is not None and abs(metadata.start_s - start_s) <= MAX_SUMMARY_START_OFFSET_S
        ):
            name, description = metadata.name or activity.name, metadata.description or activity.description
            return replace(activity, name=name, description=description)
    return activity


def _parse_task_sidecar(task: Task) -> list[UnresolvedAnnotation]:
    """Parse the annotations in the task's sidecar; an empty list if it has none."""
    if task.sidecar is None:
        return []
    return parse_sidecar(decode_text(task.sidecar, task.sidecar_path).removeprefix(BOM), task.sidecar_path)


def _describe_sessions(activities: list[Activity]) -> str:
    """Return the sessions as JSON, ``[[start time, sport, sub-sport], …]``.

    A later run reads them to tell whether its own filter selects any of them.
    """
    return json.dumps(
        [[format_time(activity.start_time), activity.sport, activity.sub_sport] for activity in activities]
    )
