"""Analysis of many recordings by several workers; results go to the library and to tables. Nothing here prints.

``run.py`` drives a run, ``tasks.py`` decides which entries need work, ``task_queue.py`` orders them,
``process_file.py`` is what a worker does with one file. ``process_pool.py`` and ``dask_cluster.py`` provide workers
(``workers.py`` is their interface). ``tables.py`` defines the result tables, ``results.py`` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.library.batch.process_file import Job
    from retropace.library.batch.run import BatchPlan, BatchProgress, BatchRun

_LAZY_EXPORTS = {"BatchPlan": "run", "BatchProgress": "run", "BatchRun": "run", "Job": "process_file"}
"""Name of the module that defines each exported name. A module is imported when one of its names is first used, so that
the fork server can be started before these imports."""

__all__ = ["BatchPlan", "BatchProgress", "BatchRun", "Job"]

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
