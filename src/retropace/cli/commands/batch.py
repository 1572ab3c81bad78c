"""``retropace batch PATH...``: analyses folders, archives and watch exports into the library and into tables.

Modules that load NumPy are imported only after the forkserver has been started, so that both processes load it at the
same time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import parse_annotation_inputs
from retropace.cli.options.param_types import ByteSizeParam
from retropace.cli.terminal.errors import EXIT_FAILURE, print_error, run_or_report
from retropace.cli.terminal.short_paths import shorten_path
from retropace.core.errors import RetropaceError
from retropace.core.parameters import parameters_from_options
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from retropace.labelling.athlete import Athlete
    from retropace.library import ActivityFilter, Library
    from retropace.library.batch import BatchPlan, BatchRun, Job
    from retropace.library.batch.workers import WorkerPool

DEFAULT_TIMEOUT_S = 300.0
"""Seconds after which a file is given up; the longest real recordings take only seconds."""


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@options.library
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes work at once.  [default: one per core]",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Give up a file that takes longer.  [default: 300]",
)
@click.option(
    "--max-size",
    type=ByteSizeParam(),
    default="512MB",
    show_default=True,
    help="Do not read a file that holds more than this, unpacked.",
)
@options.since
@options.sports
@click.option("--dry-run", is_flag=True, help="List the files that would be read; read and keep nothing.")
@click.option("--strict", is_flag=True, help="Stop at the first file that fails.")
@click.option("--retry", is_flag=True, help="Read again what failed before, though it has not changed.")
@options.tables
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, with a row for each activity.")
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@options.zones
@options.home_zones
@options.fields
@options.ignore_names
@options.exact
@options.athlete_profile("Who ran: what is known of them from 'analyze --athlete' is used.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Let the workers of this Dask cluster do it, for example tcp://host:8786; needs retropace[cluster].",
)
def batch(
    paths: tuple[str, ...],
    library: str | None,
    jobs: int | None,
    timeout: float | None,
    max_size: int,
    since: datetime | None,
    sports: tuple[str, ...],
    dry_run: bool,
    strict: bool,
    retry: bool,
    csv: str | None,
    parquet: str | None,
    as_json: bool,
    units: str,
    scheduler: str | None,
    **analysis_options: Any,
) -> None:
    """Analyse everything in folders, archives and watch exports, and remember it.

    PATH is a folder (with everything below it), a recording, a zip archive (with archives in it), an export as Garmin,
    Strava, Apple Health, Polar, Suunto, COROS or OpenTracks give it out, or an address (s3://, gs://, https://). What
    was analysed is kept in a library: the next time only what is new or has changed is read. Annotations are read
    from NAME.annotations.csv beside each recording. Ctrl-C stops after what is in hand; the same command goes on.
    """
    if scheduler is None and not dry_run:
        from retropace.library.batch.forkserver import start_forkserver

        start_forkserver()
    from retropace.library import ActivityFilter, Library, library_path
    from retropace.library.batch import BatchPlan
    from retropace.sources import Limits

    if scheduler is not None and (jobs is not None or timeout is not None):
        raise click.UsageError("--jobs and --timeout are for this machine: a cluster has its own workers and limits.")
    activity_filter = ActivityFilter(since, sports)
    athlete = analysis_options.pop("athlete")
    # An athlete named by the config need not have a file yet.
    is_from_config = (
        click.get_current_context().get_parameter_source("athlete") is not click.core.ParameterSource.COMMANDLINE
    )
    known_athlete = (
        None
        if athlete is None
        else run_or_report(athlete, lambda: _read_athlete(athlete, is_from_config=is_from_config))
    )
    if athlete is not None and known_athlete is None:
        sys.exit(EXIT_FAILURE)
    job, digest, description = _build_job(
        activity_filter=activity_filter, max_bytes=max_size, athlete=known_athlete, **analysis_options
    )
    timeout_s = None if scheduler is not None else timeout or DEFAULT_TIMEOUT_S
    plan = BatchPlan(paths, job, Limits(max_bytes=max_size), digest, timeout_s, retry, strict)
    library_file = library or str(library_path())

    def run() -> int:
        with Library(":memory:" if dry_run and not os.path.exists(library_file) else library_file) as open_library:  # noqa: PTH110
            if dry_run:
                return _list_files(plan, open_library)
            open_library.describe_settings(digest, description)
            pool = _start_worker_pool(plan, jobs, scheduler)
            return _run_batch(plan, open_library, pool, activity_filter, csv, parquet, as_json, units)

    status = run_or_report(library_file, run)
    sys.exit(EXIT_FAILURE if status is None else status)


def _run_batch(
    plan: BatchPlan,
    library: Library,
    pool: AbstractContextManager[WorkerPool],
    activity_filter: ActivityFilter,
    csv: str | None,
    parquet: str | None,
    as_json: bool,
    units: str,
) -> int:
    """Run the plan, write tables, print the summary, and return the exit status."""
    from retropace.cli.sessions.batch_output import check_table_folders, print_json_document, write_tables
    from retropace.cli.terminal.batch_summary import group_failures, print_summary, summarize_library
    from retropace.cli.terminal.progress_bar import ProgressBar
    from retropace.library.batch import BatchRun
    from retropace.library.queries import link_duplicates, mark_visible_duplicates

    check_table_folders(csv, parquet)
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
        print_error(
            f"{reason}: {finished} of {progress.total} files done and kept in {library.path}; "
            "the same command goes on there"
        )
        for group in group_failures(library, progress.save_failures)[:3]:
            print_error(group.example_line)
        return EXIT_FAILURE
    if not progress.save_failures:
        link_duplicates(library)
    mark_visible_duplicates(library, activity_filter)
    write_tables(library, activity_filter, csv, parquet, progress.save_failures)
    summary = summarize_library(library, activity_filter, progress)
    if as_json:
        print_json_document(library, activity_filter, summary)
    else:
        print_summary(summary, units)
    if not summary.outcomes:
        print_error(
            f"{', '.join(plan.paths)}: holds no recordings: FIT, GPX, TCX and KML files are looked for, and exports"
        )
        return EXIT_FAILURE
    return EXIT_FAILURE if summary.failed_files else 0


def _list_files(plan: BatchPlan, library: Library) -> int:
    """Print the path of each file that would be read, and return the exit status."""
    from retropace.library.batch import BatchRun

    count = 0
    run = BatchRun(plan, library)
    for path in run.find_pending():
        click.echo(strip_control_chars(shorten_path(path)))
        count += 1
    other_count = run.progress.total - count
    click.echo(
        f"retropace: {count} files would be read, {other_count} others not: unchanged, or no recordings", err=True
    )
    return 0


def _build_job(
    *,
    activity_filter: ActivityFilter,
    max_bytes: int,
    athlete: Athlete | None,
    cadence: str,
    sensitivity: float,
    threshold: float,
    zones: str | None,
    home_zones: bool,
    fields: tuple[str, ...],
    ignore_names: bool,
    exact: bool,
) -> tuple[Job, str, str]:
    """Return the job, a digest of the text that describes all that decides its results, and that text."""
    import hashlib
    from importlib.metadata import version

    from retropace.library.batch import Job
    from retropace.library.rows import STORAGE_VERSION

    annotation_inputs = parse_annotation_inputs(
        marks=(), sidecar=None, workout=None, zones=zones, home_zones=home_zones, fields=fields
    )
    settings = parameters_from_options(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, keep_edges=exact, use_file_names=not ignore_names
    )
    job = Job(settings, annotation_inputs.inputs, athlete, activity_filter, max_bytes)
    description = f"retropace {version('retropace')}, {STORAGE_VERSION}: {job.describe()}"
    return job, hashlib.sha256(description.encode("utf-8", "surrogatepass")).hexdigest()[:16], description


def _read_athlete(name: str, *, is_from_config: bool) -> Athlete:
    """Return the athlete; one named by the config may have no file yet and is then returned without sessions.

    Raises ``RetropaceError`` if there is no file for an athlete that the command line names.
    """
    from retropace.labelling.athlete_file import athlete_path, read_athlete

    athlete, data = read_athlete(athlete_path(name))
    if data is None and not is_from_config:
        raise RetropaceError("no such athlete is known: 'retropace analyze --athlete' learns one")
    return athlete


def _start_worker_pool(plan: BatchPlan, jobs: int | None, scheduler: str | None) -> AbstractContextManager[WorkerPool]:
    """Return the worker pool of a Dask cluster if ``scheduler`` is given, else of ``jobs`` local processes."""
    from retropace.library.batch.dask_cluster import open_cluster_pool
    from retropace.library.batch.process_pool import open_process_pool

    if scheduler is not None:
        return open_cluster_pool(plan.job, scheduler)
    return open_process_pool(plan.job, jobs or _count_cores(), plan.timeout_s)


def _count_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
