"""Analysis of many recordings by several workers; results go to the library and to tables."""

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.library.batch.process_file import Job
    from retropace.library.batch.run import BatchPlan, BatchProgress, BatchRun

_LAZY_EXPORTS = {"BatchPlan": "run", "BatchProgress": "run", "BatchRun": "run", "Job": "process_file"}
"""Module of each exported name; it is imported on first use, because the fork server has to start before NumPy."""

__all__ = ["BatchPlan", "BatchProgress", "BatchRun", "Job"]

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
