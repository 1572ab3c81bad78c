"""A run: everything under some paths, each file that is new or has changed given to a worker and kept as it comes back.

Whatever was kept stays, however the run ends: the same call goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from retropace.batch.crew import Crew, failure_from
from retropace.batch.queue import Queue
from retropace.batch.work import Done, Job, Task, failure_of, said_digest
from retropace.errors import RetropaceError
from retropace.library import Input, Library, Only
from retropace.library.store import Failure, Recording
from retropace.sources import Entry, Limits, Listing, Refusal
from retropace.sources.entry import OtherSport, Unchanged
from retropace.sources.heads import ARCHIVES, RECORDINGS, looks_like_recording, other_kind, suffix_of, unsupported

IN_HAND = 3
"""Tasks handed out per worker: one in work, and others so that it never waits."""
HEARTBEAT_S = 0.5
"""At least so often a run looks up from waiting."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do."""

    paths: tuple[str, ...]
    job: Job = field(default_factory=Job)
    limits: Limits = field(default_factory=Limits)
    settings: str = ""
    """The digest of the job's settings."""
    timeout_s: float | None = None
    retry: bool = False
    strict: bool = False


@dataclass(slots=True)
class Progress:
    """How far a run is. Counts files, or workouts of an export."""

    total: int = 0
    unchanged: int = 0
    done: int = 0
    """Looked at in this run, one way or the other."""
    analysed: int = 0
    failed: int = 0
    others: int = 0
    """Other sports, files without an activity, and what a filter left out."""
    bytes: int = 0
    unkept: list[tuple[str, Failure]] = field(default_factory=list)
    """What came out of a file but could not be stored."""
    stopped: bool = False
    is_listing: bool = True


class Run:
    """One run over a library; ``watch`` is told of every step, ``stop`` ends it after what is in hand."""

    def __init__(self, plan: Plan, library: Library, watch: Callable[[Progress], None] = lambda _: None):
        self.progress = Progress()
        self._plan, self._library, self._watch = plan, library, watch
        self._listing = Listing(plan.limits, self._is_done)

    def stop(self) -> None:
        """Begin nothing more; what is in hand is finished and kept."""
        self.progress.stopped = True

    def go(self, crew: AbstractContextManager[Crew]) -> None:
        """Do it all. Every question to the library is about the places of this run from then on."""
        queue = Queue()
        self._library.show_only([])
        try:
            self._fill(queue)
            with crew as workers:
                self._work_off(queue, workers)
            if not self.progress.stopped:
                for place, stamp in self._listing.stamps.items():
                    self._library.archive_done(place, stamp, self._plan.settings)
        finally:
            queue.close()
            self._listing.close()

    def would_read(self) -> Iterator[str]:
        """The places that a run would read, without reading or storing any."""
        queue = Queue()
        try:
            self._fill(queue, dry=True)
            for entry in queue.entries():
                if not self._listing.is_route(entry) and not self._is_known(entry) and self._is_meant(entry):
                    yield entry.place
        finally:
            queue.close()
            self._listing.close()

    def _fill(self, queue: Queue, *, dry: bool = False) -> None:
        """Find everything there is to do, and store at once what needs no work."""
        progress = self.progress
        for found in self._listing.entries(self._plan.paths):
            if progress.stopped:
                break
            if isinstance(found, Entry):
                progress.total += queue.add(found)
                self._watch(progress)
            elif isinstance(found, Unchanged):
                inside = self._library.show_archive(found.place)
                progress.total += inside
                progress.unchanged += inside
            elif not dry:
                self._note(found)
        progress.is_listing = False
        self._watch(progress)

    def _work_off(self, queue: Queue, crew: Crew) -> None:
        """Hand out every task as workers become free; keep each as it comes back."""
        in_hand: dict[Future[Done], tuple[Entry, Task, str]] = {}
        for entry in queue.entries():
            if self.progress.stopped:
                break
            task = self._task(entry)
            if task is not None:
                in_hand[crew.submit(task)] = entry, task, self._stamp(entry)
                while len(in_hand) >= IN_HAND * crew.width:
                    self._collect(in_hand)
            self._watch(self.progress)
        while in_hand:
            self._collect(in_hand)

    def _collect(self, in_hand: dict[Future[Done], tuple[Entry, Task, str]]) -> None:
        """Wait until something has come back, and keep it."""
        ready, _ = wait(in_hand, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
        for future in ready:
            entry, task, stamp = in_hand.pop(future)
            problem = future.exception()
            if problem is not None:
                done = Done("failed", failure=failure_from(problem, self._plan.timeout_s))
            else:
                done = future.result()
            self._finish(entry, task, stamp, done)
        self._watch(self.progress)

    def _task(self, entry: Entry) -> Task | None:
        """What to do with an entry; None if nothing, and that is then stored."""
        if self._is_known(entry):
            self._library.show_only([entry.place])
            self.progress.unchanged += 1
            return None
        stamp = self._stamp(entry)
        if self._listing.is_route(entry):
            self._finish(entry, None, stamp, Done("no activity", "a workout's route"))
            return None
        try:
            if entry.workout is None:
                head = self._listing.head(entry)
                if not self._is_meant(entry, head):
                    self._pass_over(entry, stamp)
                    return None
                kind = other_kind(head)
                if kind is not None and not entry.is_named:
                    self._finish(entry, None, stamp, Done("no activity", kind))
                    return None
                if entry.size > self._plan.limits.most_bytes:
                    message = f"has {entry.size / 1e6:.0f} MB, more than --max-size: no recording is as long"
                    self._finish(entry, None, stamp, Done("failed", failure=Failure("too large", message, passes=True)))
                    return None
                named = self._listing.names.of(entry, head)
            else:
                named = ()
            data, sidecar = self._listing.data(entry), self._listing.sidecar(entry)
        except RetropaceError as bad:
            if self._is_meant(entry, b""):
                self._finish(entry, None, stamp, Done("failed", failure=failure_of(bad, entry.place)))
            else:
                self._pass_over(entry, stamp)
            return None
        beside = entry.sidecar[0] if entry.sidecar is not None else ""
        task = Task(entry.place, entry.path, data, beside, sidecar, named, entry.is_named)
        known = self._known_content(entry, task)
        if known is not None:
            self._finish(entry, task, stamp, Done("analysed", recording=known))
            return None
        return task

    def _pass_over(self, entry: Entry, stamp: str) -> None:
        """Say of a file that is no recording if it was meant as one; else it does not count."""
        why = unsupported(entry.place)
        if why is None:
            self.progress.total -= 1
        else:
            self._finish(entry, None, stamp, Done("failed", failure=Failure("not supported", why)))

    def _known_content(self, entry: Entry, task: Task) -> Recording | None:
        """The recording of a file that lay elsewhere before, or was only touched; None if its content is new."""
        size = entry.size if task.data is None else len(task.data)
        if not self._library.has_bytes(size):
            return None
        try:
            data = _bytes(entry.path) if task.data is None else task.data
        except OSError:
            return None
        sha256, said = hashlib.sha256(data).hexdigest(), self._said(entry, task)
        if not self._library.has_recording(sha256, said, self._plan.settings):
            return None
        return Recording(sha256, said, size)

    def _finish(self, entry: Entry, task: Task | None, stamp: str, done: Done) -> None:
        """Keep what came of an entry."""
        recording = done.recording
        if recording is not None and task is not None:
            size = entry.size if task.data is None else len(task.data)
            recording = replace(recording, said=self._said(entry, task), bytes=size)
        self.progress.bytes += entry.size
        self._keep(
            Input(
                entry.place,
                stamp,
                self._plan.settings,
                done.outcome,
                container=entry.container,
                detail=done.detail,
                failure=done.failure,
                recording=recording,
            )
        )

    def _note(self, found: Refusal | OtherSport) -> None:
        """Keep what a listing could not look at, or need not."""
        self.progress.total += 1
        if isinstance(found, Refusal):
            failure = Failure(found.reason, found.message, found.passes)
            told = Input(found.place, "", self._plan.settings, "failed", container=found.container, failure=failure)
        else:
            told = Input(
                found.place,
                found.stamp,
                self._plan.settings,
                "other sport",
                container=found.container,
                detail=found.sport,
            )
        self._keep(told)

    def _keep(self, found: Input) -> None:
        progress = self.progress
        progress.done += 1
        try:
            self._library.keep(found)
            self._library.show_only([found.place])
        except RetropaceError as bad:
            progress.unkept.append((found.place, Failure("not kept", str(bad), passes=True)))
            progress.failed += 1
        else:
            progress.failed += found.failure is not None
            progress.analysed += found.failure is None and found.outcome == "analysed"
            progress.others += found.outcome in ("other sport", "no activity", "left out")
        if self._plan.strict and progress.failed:
            progress.stopped = True

    def _is_done(self, place: str, stamp: str) -> bool:
        return not self._plan.retry and self._library.is_archive_done(place, stamp, self._plan.settings)

    def _is_known(self, entry: Entry) -> bool:
        """Whether an entry came out before as it would come out now."""
        known = self._library.known(entry.place)
        if known is None or not entry.stamp or known.stamp != self._stamp(entry):
            return False
        if known.settings != self._plan.settings:
            return known.outcome in ("no activity", "other sport")
        if known.failure is not None and (self._plan.retry or known.failure.passes):
            return False
        if known.outcome == "left out":
            return not any(_takes(self._plan.job.only, one) for one in known.detail.split(";"))
        return True

    def _is_meant(self, entry: Entry, head: bytes | None = None) -> bool:
        """Whether an entry is meant as a recording: is called so, was named itself, or looks like one."""
        name = entry.members[-1] if entry.members else entry.path
        if entry.workout is not None or entry.is_named or suffix_of(name) in (*RECORDINGS, *ARCHIVES):
            return True
        try:
            return looks_like_recording(self._listing.head(entry) if head is None else head)
        except RetropaceError:
            return False

    def _stamp(self, entry: Entry) -> str:
        """Changes whenever the file may have changed, or what is said about it beside it."""
        beside = "" if entry.sidecar is None else entry.sidecar[1]
        names = self._listing.names.stamp(entry.place)
        return "|".join((entry.stamp, beside, names)) if beside or names else entry.stamp

    def _said(self, entry: Entry, task: Task) -> str:
        sidecar = task.sidecar
        if sidecar is None and task.sidecar_path:
            try:
                sidecar = _bytes(task.sidecar_path)
            except OSError:
                sidecar = b""
        return said_digest(task.named, sidecar, suffix_of(entry.place))


def _takes(only: Only, session: str) -> bool:
    start_time, sport, sub_sport = [*session.split(","), "", ""][:3]
    return only.takes(start_time or None, sport, sub_sport)


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - a name that is no UTF-8 must stay as it is
        return file.read()
