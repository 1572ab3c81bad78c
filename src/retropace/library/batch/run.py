"""A batch run: list what is under some paths, let workers process what is new or changed, save each result at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field

from retropace.core.errors import RetropaceError
from retropace.library import Input, Library
from retropace.library.batch.process_file import Job, Task
from retropace.library.batch.task_queue import TaskQueue
from retropace.library.batch.tasks import TaskPlanner
from retropace.library.batch.workers import WorkerPool, failure_from_exception
from retropace.library.store import Failure
from retropace.sources import Entry, Limits, Listing, Unreadable
from retropace.sources.entry import OtherSport, Unchanged

TASKS_PER_WORKER = 3
"""Largest number of unfinished tasks per worker: one that it works on and two that wait, so that it never idles."""
POLL_INTERVAL_S = 0.5
"""Seconds to wait for a result before checking that the workers are still there."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """The paths, the job and the options of a batch run."""

    paths: tuple[str, ...]
    job: Job = field(default_factory=Job)
    limits: Limits = field(default_factory=Limits)
    settings_digest: str = ""  # as :attr:`retropace.library.store.Input.settings_digest`
    timeout_s: float | None = None  # time limit in seconds for the work on one file; None for no limit
    retry: bool = False
    strict: bool = False


@dataclass(slots=True)
class BatchProgress:
    """Progress of a batch run as counts of files; a workout of an Apple Health export counts as a file."""

    total: int = 0
    unchanged: int = 0
    processed: int = 0  # number of files that succeeded, failed or were skipped in this run
    analysed: int = 0
    failed: int = 0
    skipped: int = 0  # number of files of other sports, without an activity, or excluded by the filter
    save_failures: list[tuple[str, Failure]] = field(default_factory=list)  # by place, results not stored
    is_stopped: bool = False
    is_listing: bool = True


class BatchRun:
    """One batch run that fills a library. ``on_progress`` is called with the progress after every step."""

    def __init__(
        self, plan: BatchPlan, library: Library, on_progress: Callable[[BatchProgress], None] = lambda _: None
    ):
        self.progress = BatchProgress()
        self._plan, self._library, self._on_progress = plan, library, on_progress
        self._listing = Listing(plan.limits, self._is_archive_complete)
        self._planner = TaskPlanner(plan.job, plan.settings_digest, library, self._listing, retry=plan.retry)

    def stop(self) -> None:
        """Submit no further task; tasks already submitted are finished and saved."""
        self.progress.is_stopped = True

    def execute(self, worker_pool: AbstractContextManager[WorkerPool]) -> None:
        """Carry out the run. After it, queries to the library are restricted to the files of this run."""
        self._library.add_to_scope([])
        with closing(self._listing), closing(TaskQueue()) as queue:
            self._enqueue(queue)
            with worker_pool as workers:
                self._process_queue(queue, workers)
            if not self.progress.is_stopped:
                for place, fingerprint in self._listing.archive_fingerprints.items():
                    self._library.mark_archive_complete(place, fingerprint, self._plan.settings_digest)

    def find_pending(self) -> Iterator[str]:
        """Yield the place (unique name) of every file that a run would process; nothing is processed or stored."""
        with closing(self._listing), closing(TaskQueue()) as queue:
            self._enqueue(queue, dry_run=True)
            for entry in queue.entries():
                if not self._planner.is_known(entry) and self._planner.may_be_read(entry):
                    yield entry.place

    def _enqueue(self, queue: TaskQueue, *, dry_run: bool = False) -> None:
        """Queue all entries under the plan's paths; what cannot be listed or is another sport is saved at once."""
        progress = self.progress
        for item in self._listing.find_entries(self._plan.paths):
            if progress.is_stopped:
                break
            if isinstance(item, Entry):
                progress.total += queue.add(item)
                self._on_progress(progress)
            elif isinstance(item, Unchanged):
                count = self._library.add_archive_to_scope(item.place)
                progress.total += count
                progress.unchanged += count
            elif not dry_run:
                self._save_unprocessed(item)
        progress.is_listing = False
        self._on_progress(progress)

    def _process_queue(self, queue: TaskQueue, pool: WorkerPool) -> None:
        """Submit the queue's tasks as workers become free, save results as they arrive, until none is left."""
        pending: dict[Future[Input], Task] = {}
        for entry in queue.entries():
            if self.progress.is_stopped:
                break
            if self._planner.is_known(entry):
                self._library.add_to_scope([entry.place])
                self.progress.unchanged += 1
            elif (work := self._planner.plan_work(entry)) is None:
                self.progress.total -= 1
            elif isinstance(work, Input):
                self._save(work)
            else:
                pending[pool.submit(work)] = work
            while len(pending) >= TASKS_PER_WORKER * pool.size:
                self._collect(pending, pool)
            self._on_progress(self.progress)
        while pending:
            self._collect(pending, pool)

    def _collect(self, pending: dict[Future[Input], Task], pool: WorkerPool) -> None:
        """Wait for results, save them, and remove their tasks from ``pending``; if none comes, check the workers."""
        ready, _ = wait(pending, timeout=POLL_INTERVAL_S, return_when=FIRST_COMPLETED)
        if not ready:
            pool.check()
        for future in ready:
            task = pending.pop(future)
            try:
                record = future.result()
            except (Exception, CancelledError) as error:  # A scheduler that disappears cancels all of its tasks.
                record = task.fail(failure_from_exception(error, self._plan.timeout_s))
            self._save(record)
        self._on_progress(self.progress)

    def _save_unprocessed(self, listed: Unreadable | OtherSport) -> None:
        """Save the outcome of an item that needs no worker: a failure if it is unreadable, else ``other sport``."""
        self.progress.total += 1
        place, digest, container = listed.place, self._plan.settings_digest, listed.container
        if isinstance(listed, Unreadable):
            failure = Failure(listed.reason, listed.message, listed.is_transient)
            self._save(Input(place, "", digest, "failed", container, failure=failure))
        else:
            self._save(Input(place, listed.fingerprint, digest, "other sport", container, listed.sport))

    def _save(self, record: Input) -> None:
        progress = self.progress
        progress.processed += 1
        try:
            self._library.save(record)
            self._library.add_to_scope([record.place])
        except RetropaceError as error:
            progress.save_failures.append((record.place, Failure("not kept", str(error), is_transient=True)))
            progress.failed += 1
        else:
            progress.failed += record.failure is not None
            progress.analysed += record.failure is None and record.outcome == "analysed"
            progress.skipped += record.outcome in ("other sport", "no activity", "left out")
        if self._plan.strict and progress.failed:
            progress.is_stopped = True

    def _is_archive_complete(self, place: str, fingerprint: str) -> bool:
        digest = self._plan.settings_digest
        return not self._plan.retry and self._library.is_archive_complete(place, fingerprint, digest)
