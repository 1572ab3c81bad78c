"""What is to be done with an entry: nothing because it is known, nothing because it is no recording, or work."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from retropace.core.errors import RetropaceError
from retropace.library import Library
from retropace.library.batch.process_file import Done, Job, Task, failure_of, said_digest
from retropace.library.store import Failure, Outcome, Recording
from retropace.sources import Entry, Listing
from retropace.sources.entry import shown
from retropace.sources.magic import ARCHIVES, RECORDINGS, looks_like_recording, other_kind, suffix_of, unsupported
from retropace.sources.remote import fetch, is_address

MEANT = (*RECORDINGS, *ARCHIVES)
"""What is called so has to be readable."""


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next for an entry: a task for a worker, or what came of it already."""

    entry: Entry
    stamp: str
    next: Task | Done
    size: int = 0
    said: str = ""
    """The digest of what was said about it from outside."""


class Tasks:
    """Decides for the entries of one run, given what the library knows."""

    def __init__(self, job: Job, settings: str, library: Library, listing: Listing, *, retry: bool):
        self._job, self._settings, self._retry = job, settings, retry
        self._library, self._listing = library, listing

    def is_known(self, entry: Entry) -> bool:
        """Whether an entry came out before as it would come out now."""
        known = self._library.known(entry.place)
        if known is None or not entry.stamp or known.stamp != self._stamp(entry):
            return False
        if entry.is_named and known.outcome == "no activity":
            return False
        if known.settings != self._settings:
            return known.outcome in ("no activity", "other sport")
        if known.failure is not None and (self._retry or known.failure.passes):
            return False
        if known.outcome == "left out":
            return not any(self._job.only.takes(*session) for session in json.loads(known.detail))
        return True

    def may_be_read(self, entry: Entry) -> bool:
        """Whether an entry that is not known would be given to a worker, as far as its name and first bytes tell."""
        if self._listing.is_route(entry) or entry.workout is not None:
            return entry.workout is not None
        try:
            head = self._listing.head(entry)
        except RetropaceError:
            return False
        return _is_meant(entry, head) and other_kind(head) is None

    def step(self, entry: Entry) -> Step | None:
        """What comes next for an entry that is not known; None if it does not count, because it is no recording."""
        try:
            return self._step(entry, self._stamp(entry))
        except RetropaceError as bad:
            if _is_meant(entry, b""):
                return self._done(entry, "failed", failure=failure_of(bad, entry.place))
            return self._passed_over(entry)

    def _step(self, entry: Entry, stamp: str) -> Step | None:
        if self._listing.is_route(entry):
            return self._done(entry, "no activity", "a workout's route")
        head = b"" if entry.workout is not None else self._listing.head(entry)
        if not _is_meant(entry, head):
            return self._passed_over(entry)
        kind = other_kind(head)
        if kind is not None and not entry.is_named:
            return self._done(entry, "no activity", kind)
        if entry.size > self._job.most_bytes:
            message = f"has {entry.size / 1e6:.0f} MB, more than --max-size: no recording is as long"
            return self._done(entry, "failed", failure=Failure("too large", message, passes=True))
        data, sidecar = self._listing.data(entry), self._listing.sidecar(entry)
        beside = shown(entry.sidecar[0]) if entry.sidecar is not None else ""
        named = self._listing.names.of(entry, head)
        task = Task(entry.place, entry.path, data, beside, sidecar, named, entry.is_named)
        size = entry.size if data is None else len(data)
        said = said_digest(named, sidecar, suffix_of(entry.place))
        known = self._known_content(task, size, said)
        return Step(entry, stamp, task if known is None else Done("analysed", recording=known), size, said)

    def _known_content(self, task: Task, size: int, said: str) -> Recording | None:
        """The recording of a file that lay elsewhere before, or was only touched; None if its content is new."""
        if not self._library.has_bytes(size) or (task.data is None and is_address(task.path)):
            return None
        try:
            data = fetch(task.path, self._job.most_bytes) if task.data is None else task.data
        except RetropaceError:
            return None  # whoever reads it says why it cannot be
        sha256 = hashlib.sha256(data).hexdigest()
        is_known = self._library.has_recording(sha256, said, self._settings)
        return Recording(sha256, said, size) if is_known else None

    def _passed_over(self, entry: Entry) -> Step | None:
        """Say of a file that is no recording if it was meant as one; else it does not count."""
        why = unsupported(entry.place)
        return None if why is None else self._done(entry, "failed", failure=Failure("not supported", why))

    def _done(self, entry: Entry, outcome: Outcome, detail: str = "", failure: Failure | None = None) -> Step:
        return Step(entry, self._stamp(entry), Done(outcome, detail, failure))

    def _stamp(self, entry: Entry) -> str:
        """Changes whenever the file may have changed, or what is said about it beside it."""
        beside = "" if entry.sidecar is None else entry.sidecar[1]
        names = self._listing.names.stamp(entry.place)
        return "|".join((entry.stamp, beside, names)) if beside or names else entry.stamp


def _is_meant(entry: Entry, head: bytes) -> bool:
    """Whether an entry is meant as a recording: is called so, was named itself, or looks like one."""
    name = entry.members[-1] if entry.members else entry.path
    is_called = entry.workout is not None or entry.is_named or suffix_of(name) in MEANT
    return is_called or looks_like_recording(head)
