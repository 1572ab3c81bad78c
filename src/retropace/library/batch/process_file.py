"""What a worker does with one file: read it, analyse every session in it, hand back plain values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from retropace.analysis.json_document import time_text
from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import Given, Marking, Zones
from retropace.annotations.inputs.sidecar import BOM, decoded, parse_sidecar
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError, NoActivityError, OtherSportError, RetropaceError
from retropace.core.parameters import Settings
from retropace.intervals.best_efforts import basis_of, bests_of
from retropace.labelling.athlete import Athlete
from retropace.library import Only
from retropace.library.rows import Kept
from retropace.library.store import Failure, Outcome, Recording
from retropace.readers import read_all
from retropace.sources.entry import shown
from retropace.sources.export_metadata import Named
from retropace.sources.remote import fetch, is_address

NAMED_S = 10.0
"""A summary names the activity that begins within so many seconds of it."""
_SIGNALS = ("lat_deg", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm", "altitude_m")


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for every file of a run."""

    settings: Settings = field(default_factory=Settings)
    given: tuple[Given, ...] = ()
    """What was said about every file: fields, zones."""
    athlete: Athlete | None = None
    only: Only = field(default_factory=Only)
    most_bytes: int = 2**30

    def describe(self) -> str:
        """Everything that decides what comes out of a file, in words that are the same for the same."""
        given = [_words(one) for one in self.given]
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
    named: tuple[Named, ...] = ()
    is_named: bool = False
    """Whether the user named this very file: then it has to hold an activity."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a file."""

    outcome: Outcome
    detail: str = ""
    failure: Failure | None = None
    recording: Recording | None = None


def work(job: Job, task: Task) -> Done:
    """Read and analyse one file. Never raises for what is wrong with it: a failure is a value."""
    try:
        return _worked(job, task)
    except OtherSportError as other:
        return Done("other sport", other.message.partition(":")[0].removeprefix("is a recording of "))
    except NoActivityError as other:
        if not task.is_named:
            return Done("no activity", other.kind)
        return Done("failed", failure=Failure("no activity", other.message))
    except RetropaceError as bad:
        return Done("failed", failure=failure_of(bad, task.place))
    except MemoryError:
        return Done("failed", failure=Failure("out of memory", "does not fit into memory", passes=True))
    except Exception as bug:
        said = " ".join(str(bug).split()) or "no details"
        message = f"retropace itself failed ({type(bug).__name__}: {said}); please report it with the file"
        return Done("failed", failure=Failure("retropace failed", message))


def failure_of(bad: RetropaceError, place: str) -> Failure:
    """An error as a failure: its reason for grouping, its sentence without the name of the file it is about."""
    reason = "annotations not usable" if isinstance(bad, AnnotationError) else "not readable"
    path = "" if bad.path is None else shown(bad.path)
    name = "" if path == place else PurePosixPath(path).name
    where = ":".join(part for part in (name, bad.where) if part)
    return Failure(reason, shown(f"{where}: {bad.message}" if where else bad.message))


def said_digest(named: tuple[Named, ...], sidecar: bytes | None, suffix: str) -> str:
    """A checksum of all that is said about a file from outside: its sidecar, its names, how its own name ends."""
    return hashlib.sha256(repr((named, sidecar, suffix)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _words(given: Given) -> str:
    """What was said, complete: a shape's own words leave out its middle, and where its file lay decides nothing."""
    if isinstance(given, Zones):
        return str([(str(one.label), one.geometry.wkt, one.width_m, one.name, one.when) for one in given.zones])
    return repr(given)


def _worked(job: Job, task: Task) -> Done:
    data = task.data
    if data is None and is_address(task.path):
        data = fetch(task.path, job.most_bytes)
    name = task.place if data is not None else task.path
    activities = [_named(one, task.named) for one in read_all(name, data=data, largest_bytes=job.most_bytes)]
    wanted = [one for one in activities if job.only.takes(one.start_time, one.sport, one.sub_sport)]
    if not wanted:
        return Done("left out", _sessions(activities))
    annotations = [*job.given, *_sidecar(task)]
    if len(activities) > 1 and any(isinstance(one, Marking) for one in annotations):
        raise AnnotationError(f"holds {len(activities)} sessions: annotations beside it could be about any of them")
    sessions: list[Kept] = []
    failed: list[str] = []
    for one in activities:
        try:
            analysis = analyze(one, annotations, job.settings, job.athlete)
        except RetropaceError as bad:
            if len(activities) == 1:
                raise
            failed.append(f"session {one.source.session + 1} {bad.message}")
            continue
        sessions.append(replace(kept_of(analysis), document=_document(analysis, task.place)))
    failure = Failure("not readable", "; ".join(failed)) if failed else None
    # What was said and how long the file is, whoever handed out the task knows.
    recording = Recording(activities[0].source.sha256, "", 0, tuple(sessions))
    return Done("failed" if failed else "analysed", failure=failure, recording=recording)


def kept_of(analysis: Analysis) -> Kept:
    """What the library keeps of an analysis."""
    samples = analysis.activity.samples
    signals = sum(bool(np.any(np.isfinite(getattr(samples, name)))) for name in _SIGNALS)
    counts = {"records": len(samples), "signals": signals, "laps": len(analysis.activity.laps)}
    rows = [
        (one.direction, one.by, one.asked, one.seconds, one.metres, one.start_s, basis_of(analysis.segments, one))
        for one in bests_of(analysis)
    ]
    return Kept(analysis.to_dict(), counts, tuple(rows))


def _document(analysis: Analysis, place: str) -> dict[str, Any]:
    document = analysis.to_dict()
    document["source"]["path"] = place
    text = json.dumps(document, ensure_ascii=False)
    if not text.isascii() and text != shown(text):
        # Half a character, as JSON may hold it, can be stored nowhere.
        document = json.loads(text.encode("utf-8", "replace"))
    return document


def _named(activity: Activity, named: tuple[Named, ...]) -> Activity:
    """The activity with the name and description under which its runner keeps it."""
    start_s = None if activity.start_time is None else activity.start_time.timestamp()
    for one in named:
        if one.start_s is None or (start_s is not None and abs(one.start_s - start_s) <= NAMED_S):
            return replace(
                activity, name=one.name or activity.name, description=one.description or activity.description
            )
    return activity


def _sidecar(task: Task) -> list[Marking]:
    """The annotations beside the file, as they were when the task was made."""
    if task.sidecar is None:
        return []
    return parse_sidecar(decoded(task.sidecar, task.sidecar_path).removeprefix(BOM), task.sidecar_path)


def _sessions(activities: list[Activity]) -> str:
    """When the sessions began and of what sport they are, as text: enough to tell later whether they are wanted."""
    return json.dumps([[time_text(one.start_time), one.sport, one.sub_sport] for one in activities])
