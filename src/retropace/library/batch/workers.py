"""The interface of a pool of workers, and the failure of a file whose worker was lost."""

from concurrent.futures import Future
from typing import Protocol

from retropace.library import Input
from retropace.library.batch.process_file import OUT_OF_MEMORY, Task, describe_exception
from retropace.library.store import Failure


class WorkerPool(Protocol):
    """A pool of workers that process tasks. If a worker dies, its current file fails, and the run goes on."""

    size: int  # number of tasks that the pool processes at the same time

    def submit(self, task: Task) -> Future[Input]:
        """Hand over a task. The future gives its result, or raises if the worker failed or was lost."""

    def check(self) -> None:
        """Raise :class:`retropace.core.errors.RetropaceError` if no worker is left that could finish a pending task."""


class WorkerLostError(Exception):
    """The process that worked on a task died with this ``exit_code``; None if the code is unknown."""

    def __init__(self, exit_code: int | None):
        super().__init__(exit_code)
        self.exit_code = exit_code


def failure_from_exception(exception: BaseException, timeout_s: float | None) -> Failure:
    """Translate the exception with which a task ended into the failure of its file."""
    if isinstance(exception, TimeoutError):
        return Failure("timed out", f"took longer than --timeout {timeout_s:g} s", is_transient=True)
    if isinstance(exception, MemoryError):
        return OUT_OF_MEMORY
    if isinstance(exception, WorkerLostError) or type(exception).__name__ == "KilledWorker":
        exit_code = getattr(exception, "exit_code", None)
        status = f" (exit status {exit_code})" if exit_code is not None else ""
        message = f"its worker was killed{status}, for want of memory or by somebody: run again to try it again"
        return Failure("worker lost", message, is_transient=True)
    return Failure("worker failed", f"its worker failed ({describe_exception(exception)})", is_transient=True)
