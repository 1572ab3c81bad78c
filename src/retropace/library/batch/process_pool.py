"""Worker processes on this machine, each with a pipe of its own: a killed one leaves no lock or half message behind."""

import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock
from typing import Any

from retropace.library import Input
from retropace.library.batch.forkserver import get_worker_context
from retropace.library.batch.process_file import Job, Task, process_file
from retropace.library.batch.workers import WorkerLostError, WorkerPool

EXIT_TIMEOUT_S = 5.0
"""Longest time in seconds to wait for the end of a process; a later end is not waited for."""


@contextmanager
def open_process_pool(job: Job, jobs: int, timeout_s: float | None) -> Iterator[WorkerPool]:
    """Yield a pool of ``jobs`` processes; one that dies or takes longer than ``timeout_s`` over a file is replaced."""
    pool = _LocalPool(job, jobs, timeout_s)
    try:
        yield pool
    except BaseException:
        pool.kill()
        raise
    finally:
        pool.close()


class _LocalPool:
    """A :class:`WorkerPool` of processes; a thread for each hands over its tasks and waits for their results."""

    def __init__(self, job: Job, size: int, timeout_s: float | None):
        self.size, self._timeout_s = size, timeout_s
        self._workers = [_WorkerProcess(job) for _ in range(size)]
        self._idle: SimpleQueue[_WorkerProcess] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(size)

    def submit(self, task: Task) -> Future[Input]:
        """Hand a task to the next idle worker process."""
        return self._threads.submit(self._process, task)

    def check(self) -> None:
        """Do nothing: a worker that dies is replaced, so that every task gets a result."""

    def kill(self) -> None:
        """Kill the workers and drop the tasks that wait."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.kill()

    def close(self) -> None:
        """Wait until all tasks are done, and stop the workers."""
        self._threads.shutdown()
        for worker in self._workers:
            worker.close()

    def _process(self, task: Task) -> Input:
        worker = self._idle.get()
        try:
            return worker.process(task, self._timeout_s)
        finally:
            self._idle.put(worker)


class _WorkerProcess:
    """A worker process for one task at a time, started with its first task and again after it was lost."""

    _lock = Lock()
    """Held while any process is started or its exit status read; multiprocessing allows one thread at a time."""

    def __init__(self, job: Job):
        self._job, self._is_killed = job, False
        self._process: Any = None
        self._connection: Connection | None = None

    def process(self, task: Task, timeout_s: float | None) -> Input:
        """Return the result of a task; raises ``TimeoutError``, or :class:`WorkerLostError` if the process died."""
        try:
            connection = self._connection or self._start()
            connection.send(task)
            if connection.poll(timeout_s):
                result: Input = connection.recv()
                return result
        except (EOFError, OSError):
            raise WorkerLostError(self._drop()) from None
        except BaseException:  # What is left of the message must not be taken for the next one.
            self._drop()
            raise
        self._process.kill()
        self._drop()
        raise TimeoutError

    def kill(self) -> None:
        """Kill the process and start no other."""
        with self._lock:
            self._is_killed = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Let the process end, which must be idle or killed."""
        if self._connection is not None:
            self._connection.close()
            self._process.join()

    def _start(self) -> Connection:
        """Start the process and wait until it is ready, so that a task's time does not include the start."""
        context = get_worker_context()
        self._connection, worker_end = context.Pipe()
        with self._lock:
            if self._is_killed:
                raise EOFError
            self._process = context.Process(target=_work, args=(worker_end, self._job), daemon=True)
            self._process.start()
        worker_end.close()  # The pipe ends when the process does only if nobody else holds this end.
        self._connection.recv()
        return self._connection

    def _drop(self) -> int | None:
        """Give up the process, which ends when its pipe is closed; returns its exit status, None if there is none."""
        connection, process = self._connection, self._process
        self._connection = self._process = None
        if connection is not None:
            connection.close()
        if process is None:
            return None
        with self._lock:
            process.join(EXIT_TIMEOUT_S)
            exit_code: int | None = process.exitcode
            return exit_code


def _work(connection: Connection, job: Job) -> None:
    """Do tasks in a worker process until the pipe is closed. Ctrl-C is for the parent process, which handles it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection.send(None)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(process_file(job, task))
