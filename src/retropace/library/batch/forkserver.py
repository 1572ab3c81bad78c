"""The fork server: a process that has imported what workers need, and from which workers are forked."""

import multiprocessing
import os
from typing import Any

THREAD_ENV_VARS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables that set how many threads NumPy's linear algebra uses."""


def get_worker_context() -> Any:
    """Return the multiprocessing context for workers, which use one thread each: the processes use every core."""
    for name in THREAD_ENV_VARS:
        os.environ.setdefault(name, "1")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["retropace.library.batch.process_file"])
    return context


def start_forkserver() -> None:
    """Start the fork server early, without waiting for it; do nothing on a single processor, which it would slow."""
    if get_worker_context().get_start_method() == "forkserver" and (os.cpu_count() or 1) > 1:
        from multiprocessing.forkserver import ensure_running

        ensure_running()
