"""How far a long run is: a line that renews itself on a terminal, now and then a line elsewhere. On stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from retropace.core.units import clock

if TYPE_CHECKING:
    from retropace.library.batch import Progress

EVERY_S = 10.0
"""How often a line is written where there is no terminal."""
RENEWED_S = 0.2


class ProgressLine:
    """Shows each state it is given, as often as is useful; a context manager."""

    def __init__(self) -> None:
        self._began = self._shown = time.monotonic()
        self._status: Any = None

    def __enter__(self) -> ProgressLine:
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True, highlight=False, markup=False).status("looking for recordings")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, progress: Progress) -> None:
        """Take note of how far it is."""
        now = time.monotonic()
        if progress.is_listing:
            self._began = now
        if now - self._shown < (RENEWED_S if self._status is not None else EVERY_S):
            return
        self._shown = now
        text = told(progress, now - self._began)
        if self._status is not None:
            self._status.update(text)
        else:
            click.echo(f"retropace: {text}", err=True)


def told(progress: Progress, seconds: float) -> str:
    """``120 of 2000 files, 34 a second, 0:55 left; 110 analysed, 8 other, 2 failed``."""
    if progress.is_listing:
        return f"{progress.total} files found so far"
    behind = progress.done + progress.unchanged
    parts = [f"{behind} of {progress.total} files"]
    if progress.done and seconds > 0.0:
        rate = progress.done / seconds
        parts.append(f"{rate:.1f} a second")
        if progress.total > behind:
            parts.append(f"{clock((progress.total - behind) / rate)} left")
    counts = [("unchanged", progress.unchanged), ("analysed", progress.analysed)]
    counts += [("other", progress.others), ("failed", progress.failed)]
    return ", ".join(parts) + "; " + ", ".join(f"{count} {name}" for name, count in counts if count)
