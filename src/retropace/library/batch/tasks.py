"""What a batch run does with an entry (a file that may be a recording): skip it, store a result or process it."""

import hashlib
import json
from dataclasses import replace

from retropace.core.errors import RetropaceError
from retropace.library import Input, Library
from retropace.library.batch.process_file import Job, Task, compute_context_digest, failure_from_error
from retropace.library.store import Failure, Outcome, StoredRecording
from retropace.sources import Entry, Listing
from retropace.sources.entry import printable
from retropace.sources.file_names import ARCHIVE_SUFFIXES, RECORDING_SUFFIXES, find_data_suffix, find_unsupported_hint
from retropace.sources.magic import find_non_activity_type, looks_like_recording
from retropace.sources.remote import fetch, is_address

INTENDED_SUFFIXES = (*RECORDING_SUFFIXES, *ARCHIVE_SUFFIXES)
"""Suffixes of recordings and archives: unreadable files with these are failures, others are ignored."""


class TaskPlanner:
    """Decides what a batch run does with each entry, given what the library stores of it."""

    def __init__(self, job: Job, settings_digest: str, library: Library, listing: Listing, *, retry: bool):
        self._job, self._settings_digest, self._retry = job, settings_digest, retry
        self._library, self._listing = library, listing

    def is_known(self, entry: Entry) -> bool:
        """Return whether the stored result is still valid: nothing has changed, and no failure is to be tried again."""
        known = self._library.find_input(entry.place)
        if known is None or not entry.fingerprint or known.fingerprint != self._compute_fingerprint(entry):
            return False
        if entry.is_explicit and known.outcome == "no activity":
            return False
        if known.settings_digest != self._settings_digest:
            return known.outcome in ("no activity", "other sport")
        if known.failure is not None and (self._retry or known.failure.is_transient):
            return False
        if known.outcome == "left out":
            return not any(self._job.activity_filter.matches(*session) for session in json.loads(known.detail))
        return True

    def may_be_read(self, entry: Entry) -> bool:
        """Return whether a worker would process an entry without a valid result, by its name and first bytes."""
        if self._listing.is_route(entry) or entry.workout_index is not None:
            return entry.workout_index is not None
        try:
            head = self._listing.read_head(entry)
        except RetropaceError:
            return False
        return _is_intended_recording(entry, head) and find_non_activity_type(head) is None

    def plan_work(self, entry: Entry) -> Task | Input | None:
        """Return a task for an entry without a valid result, its result if no worker is needed, None to ignore it."""
        try:
            return self._plan_work(entry)
        except RetropaceError as error:
            if _is_intended_recording(entry, b""):
                return self._build_record(entry, "failed", failure=failure_from_error(error, entry.place))
            return self._report_unsupported(entry)

    def _plan_work(self, entry: Entry) -> Task | Input | None:
        if self._listing.is_route(entry):
            return self._build_record(entry, "no activity", "a workout's route")
        head = b"" if entry.workout_index is not None else self._listing.read_head(entry)
        if not _is_intended_recording(entry, head):
            return self._report_unsupported(entry)
        kind = find_non_activity_type(head)
        if kind is not None and not entry.is_explicit:
            return self._build_record(entry, "no activity", kind)
        if entry.size_bytes > self._job.max_bytes:
            message = f"has {entry.size_bytes / 1e6:.0f} MB, more than --max-size: no recording is as long"
            return self._build_record(entry, "failed", failure=Failure("too large", message, is_transient=True))
        data, sidecar = self._listing.read_data(entry), self._listing.read_sidecar(entry)
        metadata = self._listing.metadata.find_metadata(entry, head)
        task = Task(
            self._build_record(entry, "failed"),
            entry.path,
            data,
            entry.size_bytes if data is None else len(data),
            printable(entry.sidecar[0]) if entry.sidecar is not None else "",
            sidecar,
            metadata,
            compute_context_digest(metadata, sidecar, find_data_suffix(entry.place)),
            entry.is_explicit,
        )
        stored = self._find_stored_recording(task)
        return task if stored is None else replace(task.record, outcome="analysed", recording=stored)

    def _find_stored_recording(self, task: Task) -> StoredRecording | None:
        """Find the stored recording with the content of a moved or touched file; None without one or for an address."""
        if not self._library.has_size(task.size_bytes) or (task.data is None and is_address(task.path)):
            return None
        try:
            data = fetch(task.path, self._job.max_bytes) if task.data is None else task.data
        except RetropaceError:
            return None  # The worker reports why the file cannot be read.
        sha256 = hashlib.sha256(data).hexdigest()
        is_known = self._library.has_recording(sha256, task.context_digest, self._settings_digest)
        return StoredRecording(sha256, task.context_digest, task.size_bytes) if is_known else None

    def _report_unsupported(self, entry: Entry) -> Input | None:
        """Return a failure as the result for a recording in a known but unsupported format; None for any other file."""
        hint = find_unsupported_hint(entry.place)
        return None if hint is None else self._build_record(entry, "failed", failure=Failure("not supported", hint))

    def _build_record(self, entry: Entry, outcome: Outcome, detail: str = "", failure: Failure | None = None) -> Input:
        fingerprint = self._compute_fingerprint(entry)
        return Input(entry.place, fingerprint, self._settings_digest, outcome, entry.container, detail, failure)

    def _compute_fingerprint(self, entry: Entry) -> str:
        """Join the fingerprints of an entry's file, its sidecar and its export metadata to one text."""
        sidecar = "" if entry.sidecar is None else entry.sidecar[1]
        metadata = self._listing.metadata.compute_fingerprint(entry.place)
        return "|".join((entry.fingerprint, sidecar, metadata)) if sidecar or metadata else entry.fingerprint


def _is_intended_recording(entry: Entry, head: bytes) -> bool:
    """Return whether an entry is meant to be a recording, by its suffix or first bytes, or as the user named it."""
    name = entry.members[-1] if entry.members else entry.path
    is_expected = entry.workout_index is not None or entry.is_explicit or find_data_suffix(name) in INTENDED_SUFFIXES
    return is_expected or looks_like_recording(head)
