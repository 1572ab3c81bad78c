"""A run: everything under some paths, each file that is new or has changed given to a worker and kept as it comes back.

Whatever was kept stays, however the run ends: the same call goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from retropace.core.errors import RetropaceError
from retropace.library import Input, Library
from retropace.library.batch.process_file import Done, Job
from retropace.library.batch.task_queue import Queue
from retropace.library.batch.tasks import Step, Tasks
from retropace.library.batch.workers import Crew, failure_from
from retropace.library.store import Failure
from retropace.sources import Entry, Limits, Listing, Refusal
from retropace.sources.entry import OtherSport, Unchanged

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
        self._tasks = Tasks(plan.job, plan.settings, library, self._listing, retry=plan.retry)

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
                if not self._tasks.is_known(entry) and self._tasks.may_be_read(entry):
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
        in_hand: dict[Future[Done], Step] = {}
        for entry in queue.entries():
            if self.progress.stopped:
                break
            if self._tasks.is_known(entry):
                self._library.show_only([entry.place])
                self.progress.unchanged += 1
            elif (step := self._tasks.step(entry)) is None:
                self.progress.total -= 1
            elif isinstance(step.next, Done):
                self._finish(step, step.next)
            else:
                in_hand[crew.submit(step.next)] = step
            while len(in_hand) >= IN_HAND * crew.width:
                self._collect(in_hand, crew)
            self._watch(self.progress)
        while in_hand:
            self._collect(in_hand, crew)

    def _collect(self, in_hand: dict[Future[Done], Step], crew: Crew) -> None:
        """Wait until something has come back, and keep it."""
        ready, _ = wait(in_hand, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
        if not ready:
            crew.check()
        for future in ready:
            step = in_hand.pop(future)
            try:
                problem = future.exception()
            except CancelledError as cancelled:  # a scheduler that went away gives up everything it had
                problem = cancelled
            lost = None if problem is None else Done("failed", failure=failure_from(problem, self._plan.timeout_s))
            self._finish(step, lost or future.result())
        self._watch(self.progress)

    def _finish(self, step: Step, done: Done) -> None:
        """Keep what came of an entry."""
        found = done.recording
        self._keep(
            Input(
                step.entry.place,
                step.stamp,
                self._plan.settings,
                done.outcome,
                container=step.entry.container,
                detail=done.detail,
                failure=done.failure,
                recording=None if found is None else replace(found, said=step.said, bytes=step.size),
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
