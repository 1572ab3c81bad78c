"""Many recordings at once: found, read and analysed by several processes, kept in the library, written as tables.

``work.py`` is what a worker does with one file, ``crew.py`` the workers (processes here, or a cluster), ``queue.py``
what waits for them; ``tasks.py`` decides what needs work, ``run.py`` is the run itself; ``tables.py`` says what the
tables hold, ``results.py`` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.core._lazy import lazy_getattr

if TYPE_CHECKING:
    from retropace.library.batch.process_file import Job
    from retropace.library.batch.run import BatchPlan, BatchProgress, BatchRun

_LAZY_EXPORTS = {"BatchPlan": "run", "BatchProgress": "run", "BatchRun": "run", "Job": "process_file"}
"""Loaded when first used: the server of the workers is started before."""

__all__ = ["BatchPlan", "BatchProgress", "BatchRun", "Job"]

__getattr__ = lazy_getattr(__name__, _LAZY_EXPORTS)
