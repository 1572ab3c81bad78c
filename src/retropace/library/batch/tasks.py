"""What is to be done with an entry: nothing because it is known, nothing because it is no recording, or work."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from retropace.core.errors import RetropaceError
from retropace.library import Library
from retropace.library.batch.process_file import Job, Task, TaskResult, compute_context_digest, failure_from_error
from retropace.library.store import Failure, Outcome, StoredRecording
from retropace.sources import Entry, Listing
from retropace.sources.entry import printable
from retropace.sources.magic import (
    ARCHIVE_SUFFIXES,
    RECORDING_SUFFIXES,
    find_data_suffix,
    find_non_activity_type,
    find_unsupported_hint,
    looks_like_recording,
)
from retropace.sources.remote import fetch, is_address

INTENDED_SUFFIXES = (*RECORDING_SUFFIXES, *ARCHIVE_SUFFIXES)
"""What is called so has to be readable."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What comes next for an entry: a task for a worker, or what came of it already."""

    entry: Entry
    fingerprint: str
    action: Task | TaskResult
    size_bytes: int = 0
    context_digest: str = ""
    """The digest of what was said about it from outside."""


class TaskPlanner:
    """Decides for the entries of one run, given what the library knows."""

    def __init__(self, job: Job, settings_digest: str, library: Library, listing: Listing, *, retry: bool):
        self._job, self._settings, self._retry = job, settings_digest, retry
        self._library, self._listing = library, listing

    def is_known(self, entry: Entry) -> bool:
        """Whether an entry came out before as it would come out now."""
        known = self._library.find_input(entry.place)
        if known is None or not entry.fingerprint or known.fingerprint != self._compute_fingerprint(entry):
            return False
        if entry.is_explicit and known.outcome == "no activity":
            return False
        if known.settings_digest != self._settings:
            return known.outcome in ("no activity", "other sport")
        if known.failure is not None and (self._retry or known.failure.is_transient):
            return False
        if known.outcome == "left out":
            return not any(self._job.activity_filter.matches(*session) for session in json.loads(known.detail))
        return True

    def may_be_read(self, entry: Entry) -> bool:
        """Whether an entry that is not known would be given to a worker, as far as its name and first bytes tell."""
        if self._listing.is_route(entry) or entry.workout_index is not None:
            return entry.workout_index is not None
        try:
            head = self._listing.read_head(entry)
        except RetropaceError:
            return False
        return _is_intended_recording(entry, head) and find_non_activity_type(head) is None

    def plan_work(self, entry: Entry) -> WorkItem | None:
        """What comes next for an entry that is not known; None if it does not count, because it is no recording."""
        try:
            return self._plan_work(entry, self._compute_fingerprint(entry))
        except RetropaceError as bad:
            if _is_intended_recording(entry, b""):
                return self._build_result_item(entry, "failed", failure=failure_from_error(bad, entry.place))
            return self._report_unsupported(entry)

    def _plan_work(self, entry: Entry, fingerprint: str) -> WorkItem | None:
        if self._listing.is_route(entry):
            return self._build_result_item(entry, "no activity", "a workout's route")
        head = b"" if entry.workout_index is not None else self._listing.read_head(entry)
        if not _is_intended_recording(entry, head):
            return self._report_unsupported(entry)
        kind = find_non_activity_type(head)
        if kind is not None and not entry.is_explicit:
            return self._build_result_item(entry, "no activity", kind)
        if entry.size_bytes > self._job.max_bytes:
            message = f"has {entry.size_bytes / 1e6:.0f} MB, more than --max-size: no recording is as long"
            return self._build_result_item(entry, "failed", failure=Failure("too large", message, is_transient=True))
        data, sidecar = self._listing.read_data(entry), self._listing.read_sidecar(entry)
        beside = printable(entry.sidecar[0]) if entry.sidecar is not None else ""
        named = self._listing.metadata.find_metadata(entry, head)
        task = Task(entry.place, entry.path, data, beside, sidecar, named, entry.is_explicit)
        size = entry.size_bytes if data is None else len(data)
        said = compute_context_digest(named, sidecar, find_data_suffix(entry.place))
        known = self._find_stored_recording(task, size, said)
        return WorkItem(
            entry, fingerprint, task if known is None else TaskResult("analysed", recording=known), size, said
        )

    def _find_stored_recording(self, task: Task, size_bytes: int, context_digest: str) -> StoredRecording | None:
        """The recording of a file that lay elsewhere before, or was only touched; None if its content is new."""
        if not self._library.has_size(size_bytes) or (task.data is None and is_address(task.path)):
            return None
        try:
            data = fetch(task.path, self._job.max_bytes) if task.data is None else task.data
        except RetropaceError:
            return None  # whoever reads it says why it cannot be
        sha256 = hashlib.sha256(data).hexdigest()
        is_known = self._library.has_recording(sha256, context_digest, self._settings)
        return StoredRecording(sha256, context_digest, size_bytes) if is_known else None

    def _report_unsupported(self, entry: Entry) -> WorkItem | None:
        """Say of a file that is no recording if it was meant as one; else it does not count."""
        why = find_unsupported_hint(entry.place)
        return None if why is None else self._build_result_item(entry, "failed", failure=Failure("not supported", why))

    def _build_result_item(
        self, entry: Entry, outcome: Outcome, detail: str = "", failure: Failure | None = None
    ) -> WorkItem:
        return WorkItem(entry, self._compute_fingerprint(entry), TaskResult(outcome, detail, failure))

    def _compute_fingerprint(self, entry: Entry) -> str:
        """Changes whenever the file may have changed, or what is said about it beside it."""
        beside = "" if entry.sidecar is None else entry.sidecar[1]
        names = self._listing.metadata.compute_fingerprint(entry.place)
        return "|".join((entry.fingerprint, beside, names)) if beside or names else entry.fingerprint


def _is_intended_recording(entry: Entry, head: bytes) -> bool:
    """Whether an entry is meant as a recording: is called so, was named itself, or looks like one."""
    name = entry.members[-1] if entry.members else entry.path
    is_called = entry.workout_index is not None or entry.is_explicit or find_data_suffix(name) in INTENDED_SUFFIXES
    return is_called or looks_like_recording(head)
