"""The work on one file: read it, analyse every session in it, and return values that can be pickled."""

import hashlib
import json
import math
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
from retropace.library import ActivityFilter, Input
from retropace.library.rows import StoredAnalysis
from retropace.library.store import Failure, StoredRecording
from retropace.readers import read_all
from retropace.sources.entry import printable
from retropace.sources.export_metadata import ExportMetadata
from retropace.sources.remote import fetch, is_address

MAX_SUMMARY_START_OFFSET_S = 10.0
"""Largest difference in seconds between the start of a session and the start stated by its export metadata."""
OUT_OF_MEMORY = Failure("out of memory", "does not fit into memory", is_transient=True)
"""Failure of a file for which the memory of a worker, or of the run, is too small."""
_SIGNAL_COLUMNS = ("lat_deg", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm", "altitude_m")
"""Sample columns that count as signals: of duplicates, the recording with values in more of them is preferred."""


@dataclass(frozen=True, slots=True)
class Job:
    """What applies to all files of a batch run: settings, annotations, athlete and filter."""

    settings: Settings = field(default_factory=Settings)
    annotation_inputs: tuple[AnnotationInput, ...] = ()  # direction fields and zones, which apply to every file
    athlete: Athlete | None = None
    activity_filter: ActivityFilter = field(default_factory=ActivityFilter)
    max_bytes: int = 2**30

    def describe(self) -> str:
        """Return everything in the job except its filter as text; jobs with equal texts give a file equal results."""
        return f"{self.settings!r} {list(map(_describe_input, self.annotation_inputs))} {self.athlete!r}"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to process."""

    record: Input  # what the library is to store of the file; processing adds the result
    path: str  # path or address of the file to open; unused if ``data`` is given
    data: bytes | None = None  # bytes of a file that lies in an archive or export; None for a file at ``path``
    size_bytes: int = 0
    sidecar_path: str = ""
    sidecar: bytes | None = None  # bytes of the sidecar; None if there is none
    export_metadata: tuple[ExportMetadata, ...] = ()  # that may belong to sessions of the file, the likeliest first
    context_digest: str = ""  # of what is known of the file besides its content: :func:`compute_context_digest`
    is_explicit: bool = False  # whether the user named this file, so that one without an activity is a failure

    def fail(self, failure: Failure) -> Input:
        """Return what the library is to store of this file if it failed with ``failure``."""
        return replace(self.record, outcome="failed", failure=failure)


def process_file(job: Job, task: Task) -> Input:
    """Read and analyse one file; whatever is wrong with it becomes a failure in the result, never an exception."""
    try:
        return _analyze_task(job, task)
    except OtherSportError as other:
        sport = other.message.partition(":")[0].removeprefix("is a recording of ")
        return replace(task.record, outcome="other sport", detail=sport)
    except NoActivityError as other:
        if not task.is_explicit:
            return replace(task.record, outcome="no activity", detail=other.kind)
        return task.fail(Failure("no activity", other.message))
    except RetropaceError as error:
        return task.fail(failure_from_error(error, task.record.place))
    except MemoryError:
        return task.fail(OUT_OF_MEMORY)
    except Exception as bug:
        message = f"retropace itself failed ({describe_exception(bug)}); please report it with the file"
        return task.fail(Failure("retropace failed", message))


def describe_exception(exception: BaseException) -> str:
    """Return type and message of an unexpected exception in one line."""
    return f"{type(exception).__name__}: {' '.join(str(exception).split()) or 'no details'}"


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
    """Return a text that is equal for two inputs exactly if their annotations are equal."""
    if not isinstance(annotation_input, Zones):
        return repr(annotation_input)
    # ``repr`` would shorten the geometries and hold the path of the file.
    zones = annotation_input.zones
    return str([(str(zone.label), zone.geometry.wkt, zone.width_m, zone.name, zone.active_hours) for zone in zones])


def _analyze_task(job: Job, task: Task) -> Input:
    data, place = task.data, task.record.place
    if data is None and is_address(task.path):
        data = fetch(task.path, job.max_bytes)
    name = place if data is not None else task.path
    activities = [
        _apply_export_metadata(activity, task.export_metadata)
        for activity in read_all(name, data=data, largest_bytes=job.max_bytes, sport=_find_corrected_sport(task))
    ]
    matches = job.activity_filter.matches
    if not any(matches(activity.start_time, activity.sport, activity.sub_sport) for activity in activities):
        # A later run reads this to tell whether its own filter selects any of the sessions.
        sessions = [[format_time(activity.start_time), activity.sport, activity.sub_sport] for activity in activities]
        return replace(task.record, outcome="left out", detail=json.dumps(sessions))
    annotations = [*job.annotation_inputs]
    if task.sidecar is not None:
        annotations += parse_sidecar(decode_text(task.sidecar, task.sidecar_path).removeprefix(BOM), task.sidecar_path)
    if len(activities) > 1 and any(isinstance(item, UnresolvedAnnotation) for item in annotations):
        raise AnnotationError(f"holds {len(activities)} sessions: annotations beside it could be about any of them")
    analyses: list[StoredAnalysis] = []
    messages: list[str] = []
    for activity in activities:
        try:
            analysis = analyze(activity, annotations, job.settings, job.athlete)
        except RetropaceError as error:
            if len(activities) == 1:
                raise
            messages.append(f"session {activity.source.session + 1} {error.message}")
            continue
        stored = to_stored(analysis)
        analyses.append(replace(stored, document=_make_storable(stored.document, place)))
    sha256 = activities[0].source.sha256
    recording = StoredRecording(sha256, task.context_digest, task.size_bytes, tuple(analyses))
    if messages:
        return replace(task.fail(Failure("not readable", "; ".join(messages))), recording=recording)
    return replace(task.record, outcome="analysed", recording=recording)


def to_stored(analysis: Analysis) -> StoredAnalysis:
    """Turn an analysis into what the library stores of it: document, counts and best efforts."""
    samples = analysis.activity.samples
    signals = sum(bool(np.any(np.isfinite(getattr(samples, name)))) for name in _SIGNAL_COLUMNS)
    counts = {"records": len(samples), "signals": signals, "laps": len(analysis.activity.laps)}
    best_efforts = tuple(
        (
            *(effort.direction, effort.by, effort.target, effort.seconds, effort.metres, effort.start_s),
            find_best_effort_basis(analysis.segments, effort),
        )
        for effort in find_best_efforts(analysis)
    )
    return StoredAnalysis(analysis.to_dict(), counts, best_efforts)


def _make_storable(document: dict[str, Any], place: str) -> dict[str, Any]:
    """Return a document with ``place`` as its path and without lone surrogates, which SQLite cannot store."""
    document["source"]["path"] = place
    text = json.dumps(document, ensure_ascii=False)
    if not text.isascii() and text != printable(text):
        document = json.loads(text.encode("utf-8", "replace"))
    return document


def _find_corrected_sport(task: Task) -> str:
    """Return the sport of the file in a vendor's table, which the user may have corrected; empty if there is none."""
    return next((metadata.sport for metadata in task.export_metadata if metadata.start_s is None), "")


def _apply_export_metadata(activity: Activity, export_metadata: tuple[ExportMetadata, ...]) -> Activity:
    """Return the activity with name and description of the first metadata that lack a start or start when it does."""
    start_s = math.nan if activity.start_time is None else activity.start_time.timestamp()
    for metadata in export_metadata:
        if metadata.start_s is None or abs(metadata.start_s - start_s) <= MAX_SUMMARY_START_OFFSET_S:
            name, description = metadata.name or activity.name, metadata.description or activity.description
            return replace(activity, name=name, description=description)
    return activity
