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
from retropace.library.batch.process_file import Job, TaskResult
from retropace.library.batch.task_queue import TaskQueue
from retropace.library.batch.tasks import TaskPlanner, WorkItem
from retropace.library.batch.workers import WorkerPool, failure_from_exception
from retropace.library.store import Failure
from retropace.sources import Entry, Limits, Listing, Unreadable
from retropace.sources.entry import OtherSport, Unchanged

TASKS_PER_WORKER = 3
"""Tasks handed out per worker: one in work, and others so that it never waits."""
POLL_INTERVAL_S = 0.5
"""At least so often a run looks up from waiting."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a run is to do."""

    paths: tuple[str, ...]
    job: Job = field(default_factory=Job)
    limits: Limits = field(default_factory=Limits)
    settings_digest: str = ""
    """The digest of the job's settings."""
    timeout_s: float | None = None
    retry: bool = False
    strict: bool = False


@dataclass(slots=True)
class BatchProgress:
    """How far a run is. Counts files, or workouts of an export."""

    total: int = 0
    unchanged: int = 0
    processed: int = 0
    """Looked at in this run, one way or the other."""
    analysed: int = 0
    failed: int = 0
    skipped: int = 0
    """Other sports, files without an activity, and what a filter left out."""
    save_failures: list[tuple[str, Failure]] = field(default_factory=list)
    """What came out of a file but could not be stored."""
    is_stopped: bool = False
    is_listing: bool = True


class BatchRun:
    """One run over a library; ``watch`` is told of every step, ``stop`` ends it after what is in hand."""

    def __init__(
        self, plan: BatchPlan, library: Library, on_progress: Callable[[BatchProgress], None] = lambda _: None
    ):
        self.progress = BatchProgress()
        self._plan, self._library, self._watch = plan, library, on_progress
        self._listing = Listing(plan.limits, self._is_archive_complete)
        self._tasks = TaskPlanner(plan.job, plan.settings_digest, library, self._listing, retry=plan.retry)

    def stop(self) -> None:
        """Begin nothing more; what is in hand is finished and kept."""
        self.progress.is_stopped = True

    def execute(self, worker_pool: AbstractContextManager[WorkerPool]) -> None:
        """Do it all. Every question to the library is about the places of this run from then on."""
        queue = TaskQueue()
        self._library.add_to_scope([])
        try:
            self._enqueue(queue)
            with worker_pool as workers:
                self._process_queue(queue, workers)
            if not self.progress.is_stopped:
                for place, stamp in self._listing.archive_fingerprints.items():
                    self._library.mark_archive_complete(place, stamp, self._plan.settings_digest)
        finally:
            queue.close()
            self._listing.close()

    def find_pending(self) -> Iterator[str]:
        """The places that a run would read, without reading or storing any."""
        queue = TaskQueue()
        try:
            self._enqueue(queue, dry_run=True)
            for entry in queue.entries():
                if not self._tasks.is_known(entry) and self._tasks.may_be_read(entry):
                    yield entry.place
        finally:
            queue.close()
            self._listing.close()

    def _enqueue(self, queue: TaskQueue, *, dry_run: bool = False) -> None:
        """Find everything there is to do, and store at once what needs no work."""
        progress = self.progress
        for found in self._listing.find_entries(self._plan.paths):
            if progress.is_stopped:
                break
            if isinstance(found, Entry):
                progress.total += queue.add(found)
                self._watch(progress)
            elif isinstance(found, Unchanged):
                inside = self._library.add_archive_to_scope(found.place)
                progress.total += inside
                progress.unchanged += inside
            elif not dry_run:
                self._save_unprocessed(found)
        progress.is_listing = False
        self._watch(progress)

    def _process_queue(self, queue: TaskQueue, pool: WorkerPool) -> None:
        """Hand out every task as workers become free; keep each as it comes back."""
        in_hand: dict[Future[TaskResult], WorkItem] = {}
        for entry in queue.entries():
            if self.progress.is_stopped:
                break
            if self._tasks.is_known(entry):
                self._library.add_to_scope([entry.place])
                self.progress.unchanged += 1
            elif (step := self._tasks.plan_work(entry)) is None:
                self.progress.total -= 1
            elif isinstance(step.action, TaskResult):
                self._save_result(step, step.action)
            else:
                in_hand[pool.submit(step.action)] = step
            while len(in_hand) >= TASKS_PER_WORKER * pool.size:
                self._collect(in_hand, pool)
            self._watch(self.progress)
        while in_hand:
            self._collect(in_hand, pool)

    def _collect(self, pending: dict[Future[TaskResult], WorkItem], pool: WorkerPool) -> None:
        """Wait until something has come back, and keep it."""
        ready, _ = wait(pending, timeout=POLL_INTERVAL_S, return_when=FIRST_COMPLETED)
        if not ready:
            pool.check()
        for future in ready:
            step = pending.pop(future)
            try:
                problem = future.exception()
            except CancelledError as cancelled:  # a scheduler that went away gives up everything it had
                problem = cancelled
            lost = (
                None
                if problem is None
                else TaskResult("failed", failure=failure_from_exception(problem, self._plan.timeout_s))
            )
            self._save_result(step, lost or future.result())
        self._watch(self.progress)

    def _save_result(self, item: WorkItem, result: TaskResult) -> None:
        """Keep what came of an entry."""
        found = result.recording
        self._save(
            Input(
                item.entry.place,
                item.fingerprint,
                self._plan.settings_digest,
                result.outcome,
                container=item.entry.container,
                detail=result.detail,
                failure=result.failure,
                recording=None
                if found is None
                else replace(found, context_digest=item.context_digest, size_bytes=item.size_bytes),
            )
        )

    def _save_unprocessed(self, listed: Unreadable | OtherSport) -> None:
        """Keep what a listing could not look at, or need not."""
        self.progress.total += 1
        if isinstance(listed, Unreadable):
            failure = Failure(listed.reason, listed.message, listed.is_transient)
            told = Input(
                listed.place, "", self._plan.settings_digest, "failed", container=listed.container, failure=failure
            )
        else:
            told = Input(
                listed.place,
                listed.fingerprint,
                self._plan.settings_digest,
                "other sport",
                container=listed.container,
                detail=listed.sport,
            )
        self._save(told)

    def _save(self, record: Input) -> None:
        progress = self.progress
        progress.processed += 1
        try:
            self._library.save(record)
            self._library.add_to_scope([record.place])
        except RetropaceError as bad:
            progress.save_failures.append((record.place, Failure("not kept", str(bad), is_transient=True)))
            progress.failed += 1
        else:
            progress.failed += record.failure is not None
            progress.analysed += record.failure is None and record.outcome == "analysed"
            progress.skipped += record.outcome in ("other sport", "no activity", "left out")
        if self._plan.strict and progress.failed:
            progress.is_stopped = True

    def _is_archive_complete(self, place: str, fingerprint: str) -> bool:
        return not self._plan.retry and self._library.is_archive_complete(
            place, fingerprint, self._plan.settings_digest
        )
