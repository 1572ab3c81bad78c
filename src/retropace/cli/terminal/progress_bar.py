"""The progress of a batch run on stderr: one updated line on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from retropace.core.units import format_duration
from retropace.library.batch import BatchProgress

PIPED_INTERVAL_S = 10.0
"""Seconds between two lines where stderr is not a terminal."""
TERMINAL_INTERVAL_S = 0.2
"""Seconds between two updates of the line on a terminal."""


class ProgressBar:
    """A context manager that prints the progress it is given, at most once per interval."""

    def __init__(self) -> None:
        self._start_time_s = self._last_shown_s = time.monotonic()
        self._status: Any = None

    def __enter__(self) -> ProgressBar:
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True, highlight=False, markup=False).status("looking for recordings")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, progress: BatchProgress) -> None:
        """Print the progress, unless the last line was printed so recently that the next is not due yet."""
        now = time.monotonic()
        if progress.is_listing:
            self._start_time_s = now
        if now - self._last_shown_s < (TERMINAL_INTERVAL_S if self._status is not None else PIPED_INTERVAL_S):
            return
        self._last_shown_s = now
        text = format_progress(progress, now - self._start_time_s)
        if self._status is not None:
            self._status.update(text)
        else:
            click.echo(f"retropace: {text}", err=True)


def format_progress(progress: BatchProgress, elapsed_s: float) -> str:
    """Return a line such as ``120 of 2000 files, 34.0 a second, 0:55 left; 110 analysed, 8 other, 2 failed``."""
    if progress.is_listing:
        return f"{progress.total} files found so far"
    finished = progress.processed + progress.unchanged
    parts = [f"{finished} of {progress.total} files"]
    if progress.processed and elapsed_s > 0.0:
        rate = progress.processed / elapsed_s
        parts.append(f"{rate:.1f} a second")
        if progress.total > finished:
            parts.append(f"{format_duration((progress.total - finished) / rate)} left")
    counts = [("unchanged", progress.unchanged), ("analysed", progress.analysed)]
    counts += [("other", progress.skipped), ("failed", progress.failed)]
    return ", ".join(parts) + "; " + ", ".join(f"{count} {name}" for name, count in counts if count)
