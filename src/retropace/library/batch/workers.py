"""The workers of a run: processes of this machine, or those of a Dask cluster that somebody else has started.

Both give futures of :mod:`concurrent.futures`. A worker that dies costs the file it had in hand, not the run.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from retropace.core.errors import RetropaceError
from retropace.library.batch.forkserver import get_worker_context
from retropace.library.batch.process_file import Job, Task, TaskResult, process_file
from retropace.library.store import Failure

RETRIES = 2
"""How often a cluster gives a file whose worker was lost to another before it is taken for the culprit."""
CONNECT_TIMEOUT_S = 15.0
SCHEDULER_LOST_MESSAGE = "the scheduler has gone: what was done is kept, the same command goes on there"
_TRACEBACK_LOGGERS = (
    "distributed",
    "distributed.client",
    "distributed.core",
    "tornado",
    "tornado.application",
    "asyncio",
)
"""Loggers that write whole tracebacks when a connection breaks."""
MAX_SCHEDULER_OUTAGE_S = 20.0
"""How long a scheduler may be out of reach before it is given up."""


class WorkerPool(Protocol):
    """Workers that take one task after the other."""

    @property
    def size(self) -> int:
        """How many of them there are."""
        ...

    def submit(self, task: Task) -> Future[TaskResult]:
        """Hand over a task."""
        ...

    def check(self) -> None:
        """Raise :class:`RetropaceError` if nothing will ever come back any more."""
        ...


def failure_from_exception(exception: BaseException, timeout_s: float | None) -> Failure:
    """What a future's exception means for the file it was about."""
    if isinstance(exception, TimeoutError):
        return Failure("timed out", f"took longer than --timeout {timeout_s:g} s", is_transient=True)
    if isinstance(exception, MemoryError):
        return Failure("out of memory", "does not fit into memory", is_transient=True)
    kind = type(exception).__name__
    if kind in ("ProcessExpired", "KilledWorker"):
        how = getattr(exception, "exitcode", None)
        told = f" (exit status {how})" if how is not None else ""
        message = f"its worker was killed{told}, for want of memory or by somebody: run again to try it again"
        return Failure("worker lost", message, is_transient=True)
    said = " ".join(str(exception).split()) or "no details"
    return Failure("worker failed", f"its worker failed ({kind}: {said})", is_transient=True)


@contextmanager
def open_process_pool(job: Job, jobs: int, timeout_s: float | None) -> Iterator[WorkerPool]:
    """Processes of this machine; each is replaced when it dies or takes longer than ``timeout_s`` over a file."""
    from pebble import ProcessPool

    pool: Any = ProcessPool(max_workers=jobs, context=get_worker_context(), initializer=_init_worker, initargs=(job,))
    try:
        yield _LocalPool(pool, jobs, timeout_s)
        pool.close()
    except BaseException:
        pool.stop()
        raise
    finally:
        pool.join()


@contextmanager
def open_cluster_pool(job: Job, address: str) -> Iterator[WorkerPool]:
    """The workers of a running Dask cluster; raises :class:`RetropaceError` if there is none."""
    try:
        from distributed import Client
    except ImportError:
        raise RetropaceError("a cluster is reached through Dask: pip install 'retropace[cluster]'") from None
    connect: Any = Client
    with _silence_loggers():
        try:
            client = connect(address, timeout=CONNECT_TIMEOUT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as bad:
            raise RetropaceError(f"no scheduler answers: {' '.join(str(bad).split())}", path=address) from None
        try:
            yield _ClusterPool(client, job, address)
        finally:
            client.close()


@contextmanager
def _silence_loggers() -> Iterator[None]:
    """Silence those who write whole tracebacks: what becomes of the files is told here, in sentences."""
    loggers = [logging.getLogger(name) for name in _TRACEBACK_LOGGERS]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)


@dataclass(frozen=True, slots=True)
class _LocalPool:
    pool: Any
    size: int
    timeout_s: float | None

    def submit(self, task: Task) -> Future[TaskResult]:
        future: Future[TaskResult] = self.pool.schedule(_run_task, args=(task,), timeout=self.timeout_s)
        return future

    def check(self) -> None:
        """A worker that dies is replaced by another: there is always one."""


class _ClusterPool:
    def __init__(self, client: Any, job: Job, address: str):
        self._executor = client.get_executor(pure=False, retries=RETRIES)
        self._client, self._address = client, address
        self._gone_since: float | None = None
        self._job = job
        self.size = max(sum(client.nthreads().values()), 1)

    def submit(self, task: Task) -> Future[TaskResult]:
        try:
            future: Future[TaskResult] = self._executor.submit(process_file, self._job, task)
        except Exception:  # its kind differs from one version of Dask to another
            if self._client.status == "running":
                raise
            raise self._scheduler_lost_error() from None
        return future

    def check(self) -> None:
        """A scheduler that does not come back for a while has taken everything with it."""
        now = time.monotonic()
        if self._client.status == "running":
            self._gone_since = None
            return
        self._gone_since = self._gone_since or now
        if now - self._gone_since > MAX_SCHEDULER_OUTAGE_S:
            raise self._scheduler_lost_error()

    def _scheduler_lost_error(self) -> RetropaceError:
        return RetropaceError(SCHEDULER_LOST_MESSAGE, path=self._address)


_worker_job = Job()
"""The job of this worker process."""


def _init_worker(job: Job) -> None:
    """What a worker process does first: take its job, and leave Ctrl-C to the process that hands out the work."""
    global _worker_job
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker_job = job


def _run_task(task: Task) -> TaskResult:
    return process_file(_worker_job, task)
