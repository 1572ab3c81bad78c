"""The process from which workers are forked, with what they need loaded: started while the run itself still loads."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

THREAD_ENV_VARS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
PRELOAD_MODULE = "retropace.library.batch.process_file"


def get_worker_context() -> Any:
    """How worker processes come into being here: forked from a server where there can be one, else started anew."""
    # One thread of linear algebra each: the processes are the parallelism.
    for name in THREAD_ENV_VARS:
        os.environ.setdefault(name, "1")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD_MODULE])
    return context


def start_forkserver() -> None:
    """Start the server and do not wait for it. Where there is but one processor it would only be in the way."""
    if get_worker_context().get_start_method() == "forkserver" and (os.cpu_count() or 1) > 1:
        from multiprocessing.forkserver import ensure_running

        ensure_running()
