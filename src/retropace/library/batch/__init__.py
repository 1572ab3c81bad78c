"""Analysis of many recordings by several workers; results go to the library and to tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.library.batch.process_file import Job
    from retropace.library.batch.run import BatchPlan, BatchProgress, BatchRun

_LAZY_EXPORTS = {"BatchPlan": "run", "BatchProgress": "run", "BatchRun": "run", "Job": "process_file"}
"""Module of each exported name, imported on first use so that the fork server can be started before."""

__all__ = ["BatchPlan", "BatchProgress", "BatchRun", "Job"]

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
