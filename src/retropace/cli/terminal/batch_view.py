"""A batch run as printed: its progress on stderr, then a summary as tables or JSON with a row for each activity."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import click

from retropace.cli.sessions.library_queries import check_folders, read_tables, write_tables
from retropace.cli.sessions.output_paths import shorten_path
from retropace.cli.sessions.requests import BatchView
from retropace.cli.terminal.console import open_text_output, print_line, print_tables, print_text, print_written
from retropace.cli.terminal.errors import EXIT_FAILURE, print_error
from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units, format_count, format_duration
from retropace.library import Library
from retropace.library.batch import BatchPlan, BatchProgress, BatchRun
from retropace.library.batch import summary as summaries
from retropace.library.batch.summary import BatchSummary, FailureGroup
from retropace.library.batch.workers import WorkerPool
from retropace.library.queries import link_duplicates, mark_visible_duplicates
from retropace.output.tables.text_table import TextTable

PIPED_INTERVAL_S = 10.0
"""Seconds between two lines where stderr is not a terminal."""
TERMINAL_INTERVAL_S = 0.2
"""Seconds between two updates of the line on a terminal."""


def print_run(plan: BatchPlan, library: Library, pool: AbstractContextManager[WorkerPool], view: BatchView) -> int:
    """Run the plan, write tables, print the summary, and return the exit status; raises ``RetropaceError``."""
    activity_filter = plan.job.activity_filter
    check_folders(view.folders)
    with ProgressBar() as bar:
        run = BatchRun(plan, library, bar.show)
        with _stop_on_signal(run):
            run.execute(pool)
    progress = run.progress
    for path, failure in progress.save_failures[:3]:
        print_error(f"{path}: {failure.message}")
    if progress.is_stopped:
        finished = progress.processed + progress.unchanged
        reason = "stopped at the first failure (--strict)" if plan.strict and progress.failed else "stopped"
        kept = f"{finished} of {progress.total} files done and kept in {library.path}"
        print_error(f"{reason}: {kept}; the same command goes on there")
        for group in summaries.group_failures(library, progress.save_failures)[:3]:
            print_error(_format_example(group))
        return EXIT_FAILURE
    if not progress.save_failures:
        link_duplicates(library)
    mark_visible_duplicates(library, activity_filter)
    print_written(write_tables(view.folders, library, activity_filter, progress.save_failures))
    summary = summaries.summarize_library(library, activity_filter, progress)
    if view.as_json:
        _print_json_document(summary, read_tables(library, activity_filter)[0].rows())
    else:
        _print_summary(summary, view.units)
    if not summary.outcomes:
        paths = ", ".join(plan.paths)
        print_error(f"{paths}: holds no recordings: FIT, GPX, TCX and KML files are looked for, and exports")
    return EXIT_FAILURE if summary.failed_files or not summary.outcomes else 0


def print_pending_files(plan: BatchPlan, library: Library) -> int:
    """Print the path of each file that would be read, and return the exit status."""
    count = 0
    run = BatchRun(plan, library)
    for count, path in enumerate(run.find_pending(), 1):  # noqa: B007
        print_line(shorten_path(path))
    other_count = run.progress.total - count
    print_error(f"{count} files would be read, {other_count} others not: unchanged, or no recordings")
    return 0


@contextmanager
def _stop_on_signal(run: BatchRun) -> Iterator[None]:
    """Stop the run at SIGINT or SIGTERM once the files in progress are done; a second SIGINT ends it at once."""

    def stop(*_: object) -> None:
        run.stop()
        print_error("stopping after what is in hand; press Ctrl-C again to stop at once")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    previous_handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)


def _print_summary(summary: BatchSummary, units: Units) -> None:
    tables = [_build_headline(summary)]
    if summary.activities:
        tables.append(_build_directions_table(summary, units))
        if len(summary.months) > 1:
            tables.append(_build_months_table(summary, units))
    if summary.failures:
        tables.append(_build_failures_table(summary))
    print_tables(open_text_output(), tables)


def _print_json_document(summary: BatchSummary, activity_rows: Iterable[dict[str, Any]]) -> None:
    """Print the summary and a row for each activity as one JSON object, each row as soon as it is read."""
    text = json.dumps(summaries.build_summary_document(summary, shorten_path), ensure_ascii=False, indent=2)
    print_text(text.removesuffix("\n}") + ',\n  "activities": [', nl=False)
    separator = "\n"
    for row in activity_rows:
        print_text(f"{separator}    {json.dumps(row, ensure_ascii=False)}", nl=False)
        separator = ",\n"
    print_text("\n  ]\n}")


def _format_example(group: FailureGroup) -> str:
    return f"{shorten_path(group.example_paths[0])}: {group.message}"


def _build_headline(summary: BatchSummary) -> TextTable:
    parts = [format_count(summary.activities, "activity", "activities")]
    if summary.duplicates:
        parts.append(f"{summary.duplicates} of them there several times, counted once")
    if summary.implausible:
        parts.append(f"{summary.implausible} left out of the totals, as its figures cannot be right")
    lines = [", ".join(parts)]
    files = sum(summary.outcomes.values())
    names = {"analysed": "analysed", "other sport": "of other sports", "no activity": "without an activity"}
    outcomes = [(summary.outcomes.get(key, 0), name) for key, name in (names | {"left out": "left out"}).items()]
    counts = ", ".join(f"{count} {name}" for count, name in [*outcomes, (summary.failed_files, "failed")] if count)
    unchanged = f"; {summary.unchanged} unchanged since the last run" if summary.unchanged else ""
    lines.append(f"{format_count(files, 'file')}: {counts}{unchanged}" if files else "no recordings found")
    for name, outcome in (("other sports", "other sport"), ("no activity", "no activity")):
        if contents := summary.other_contents[outcome]:
            listed = ", ".join(f"{count} × {content}" for content, count in contents[:8])
            lines.append(f"{name}: {listed}" + (" …" if len(contents) > 8 else ""))
    return TextTable(footer=tuple(lines))


def _build_directions_table(summary: BatchSummary, units: Units) -> TextTable:
    totals = summary.totals
    metres = sum(values["distance_m"] for values in totals.values())
    rows = []
    for direction in DIRECTIONS:
        values = totals[direction]
        if not values["elapsed_s"]:
            continue
        is_rest = direction == "rest"
        share = f"{100.0 * values['distance_m'] / metres:.1f} %" if metres and not is_rest else ""
        pace = "" if is_rest or not values["moving_s"] else units.format_pace(values["distance_m"] / values["moving_s"])
        time = format_duration(values["elapsed_s"] if is_rest else values["moving_s"])
        distance = units.format_distance(values["distance_m"])
        rows.append((direction, f"{values['activities']:.0f}", distance, share, time, pace))
        for column, label in (("annotated_m", "  marked"), ("suspected_m", "  suspected")):
            if direction == "backward" and values[column] > 0.0:
                rows.append((label, "", units.format_distance(values[column]), "", "", ""))
    rows.append(("all", f"{summary.counted}", units.format_distance(metres), "", "", ""))
    return TextTable(names=("", "activities", "distance", "share", "time", "pace"), rows=tuple(rows))


def _build_months_table(summary: BatchSummary, units: Units) -> TextTable:
    rows = []
    for month, sums in summary.months.items():
        backward, backward_columns = sums["backward"], ("", "")
        metres = sum(values["distance_m"] for values in sums.values())
        count = f"{max(values['activities'] for values in sums.values()):.0f}"
        suspected = units.format_distance(backward["suspected_m"]) if backward["suspected_m"] else ""
        time = format_duration(backward["moving_s"]) if backward["moving_s"] > 0.0 else ""
        if time:
            share = f"{100.0 * backward['distance_m'] / metres:.1f} %" if metres else ""
            backward_columns = (units.format_distance(backward["distance_m"]), share)
        forward = units.format_distance(sums["forward"]["distance_m"])
        rows.append((month or "no date", count, forward, *backward_columns, suspected, time))
    names = ("month", "activities", "forward", "backward", "share", "suspected", "time backward")
    return TextTable(names=names, rows=tuple(rows))


def _build_failures_table(summary: BatchSummary) -> TextTable:
    lines = []
    for group in summary.failures:
        if group.count == 1:
            lines.append(f"! {_format_example(group)}")
            continue
        lines.append(f"! {group.count} times: {group.message}")
        lines += [f"    {shorten_path(path)}" for path in group.example_paths]
        if group.count > len(group.example_paths):
            lines.append(f"    and {group.count - len(group.example_paths)} more")
    return TextTable(title=f"{format_count(summary.failed_files, 'file')} failed", footer=tuple(lines))


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
