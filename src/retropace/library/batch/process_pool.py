"""Workers that are processes on this machine."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from retropace.library.batch.forkserver import get_worker_context
from retropace.library.batch.process_file import Job, Task, TaskResult, process_file
from retropace.library.batch.workers import WorkerPool

_worker_job = Job()
"""In a worker process, the job of the batch run that started it; set once when the process starts."""


@contextmanager
def open_process_pool(job: Job, jobs: int, timeout_s: float | None) -> Iterator[WorkerPool]:
    """Start ``jobs`` worker processes for a run, yield them as a pool, and stop them at the end.

    A process that dies, or takes longer than ``timeout_s`` over a file, is replaced by a new one.
    """
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


@dataclass(frozen=True, slots=True)
class _LocalPool:
    """A :class:`WorkerPool` that hands tasks to a process pool of the library pebble."""

    pool: Any
    size: int
    timeout_s: float | None

    def submit(self, task: Task) -> Future[TaskResult]:
        """Hand a task to a worker process, which has ``timeout_s`` seconds for it."""
        future: Future[TaskResult] = self.pool.schedule(_run_task, args=(task,), timeout=self.timeout_s)
        return future

    def check(self) -> None:
        """Do nothing. A worker that dies is replaced, so every task gets a result and no check is needed."""


def _init_worker(job: Job) -> None:
    """Set up a worker process: keep the job for its tasks, and ignore Ctrl-C, which the parent process handles."""
    global _worker_job
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker_job = job


def _run_task(task: Task) -> TaskResult:
    return process_file(_worker_job, task)
