"""Many recordings at once: found, read and analysed by several processes, kept in the library, written as tables.

``work.py`` is what a worker does with one file, ``crew.py`` the workers (processes here, or a cluster), ``queue.py``
what waits for them; ``tasks.py`` decides what needs work, ``run.py`` is the run itself; ``tables.py`` says what the
tables hold, ``results.py`` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.homes import loaded_from

if TYPE_CHECKING:
    from retropace.batch.run import Plan, Progress, Run
    from retropace.batch.work import Job

_HOMES = {"Job": "work", "Plan": "run", "Progress": "run", "Run": "run"}
"""Loaded when first used: the server of the workers is started before."""

__all__ = ["Job", "Plan", "Progress", "Run"]

__getattr__ = loaded_from(__name__, _HOMES)
