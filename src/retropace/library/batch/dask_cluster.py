"""Workers that run on an existing Dask cluster."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from retropace.core.errors import RetropaceError
from retropace.library import Input
from retropace.library.batch.process_file import Job, Task, process_file
from retropace.library.batch.workers import WorkerPool

RETRIES = 2
"""Number of times Dask restarts a task whose worker was lost; after that the task fails."""
CONNECT_TIMEOUT_S = 15.0
"""Longest time in seconds to wait for the scheduler's first answer; after it connecting fails with an error."""
MAX_SCHEDULER_OUTAGE_S = 20.0
"""Longest time in seconds without contact to the scheduler; after a longer one the run ends with an error."""
_TRACEBACK_LOGGERS = (
    *("distributed", "distributed.client", "distributed.core", "tornado", "tornado.application", "asyncio"),
)
"""Names of the loggers (of Dask and the libraries below it) that print tracebacks when a connection breaks."""


@contextmanager
def open_cluster_pool(job: Job, address: str) -> Iterator[WorkerPool]:
    """Yield the workers of the Dask scheduler at ``address``; raises an error if Dask or the scheduler is missing."""
    try:
        from distributed import Client
    except ImportError:
        raise RetropaceError("a cluster is reached through Dask: pip install 'retropace[cluster]'") from None
    connect: Any = Client
    with _silence_loggers():
        try:
            client = connect(address, timeout=CONNECT_TIMEOUT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise RetropaceError(f"no scheduler answers: {' '.join(str(error).split())}", path=address) from None
        try:
            yield _ClusterPool(client, job, address)
        finally:
            client.close()


@contextmanager
def _silence_loggers() -> Iterator[None]:
    levels = {logger: logger.level for logger in map(logging.getLogger, _TRACEBACK_LOGGERS)}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


class _ClusterPool:
    """A :class:`WorkerPool` that hands tasks to a Dask client."""

    def __init__(self, client: Any, job: Job, address: str):
        self._executor = client.get_executor(pure=False, retries=RETRIES)
        self._client, self._address = client, address
        self._outage_start_s: float | None = None
        """Monotonic time (s) at which the scheduler was first found unreachable; None while it can be reached."""
        self._job = job
        self.size = max(sum(client.nthreads().values()), 1)

    def submit(self, task: Task) -> Future[Input]:
        """Send a task to the cluster; the future gives its result."""
        try:
            future: Future[Input] = self._executor.submit(process_file, self._job, task)
        except Exception:  # The exception type depends on the version of Dask.
            if self._client.status == "running":
                raise
            raise self._scheduler_lost_error() from None
        return future

    def check(self) -> None:
        """Raise :class:`RetropaceError` if the scheduler is unreachable for over :data:`MAX_SCHEDULER_OUTAGE_S`."""
        if self._client.status == "running":
            self._outage_start_s = None
            return
        self._outage_start_s = self._outage_start_s or time.monotonic()
        if time.monotonic() - self._outage_start_s > MAX_SCHEDULER_OUTAGE_S:
            raise self._scheduler_lost_error()

    def _scheduler_lost_error(self) -> RetropaceError:
        message = "the scheduler has gone: what was done is kept, the same command goes on there"
        return RetropaceError(message, path=self._address)
