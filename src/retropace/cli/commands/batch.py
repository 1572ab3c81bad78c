"""``retropace batch PATH...``: folders, archives and watch exports into the library and into tables."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.options.common import Size
from retropace.cli.terminal.errors import FAILED, attempt, complain

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from retropace.labelling.athlete import Athlete
    from retropace.library import Library, Only
    from retropace.library.batch import Job, Plan, Run
    from retropace.library.batch.workers import Crew

DEFAULT_TIMEOUT_S = 300.0
"""The longest recordings take seconds: what takes minutes was made to."""


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
    type=Size(),
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
@options.who_ran("Who ran: what is known of them from 'analyze --athlete' is used.")
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
    **how: Any,
) -> None:
    """Analyse everything in folders, archives and watch exports, and remember it.

    PATH is a folder (with everything below it), a recording, a zip archive (with archives in it), an export as Garmin,
    Strava, Apple Health, Polar, Suunto, COROS or OpenTracks give it out, or an address (s3://, gs://, https://). What
    was analysed is kept in a library: the next time only what is new or has changed is read. Annotations are read
    from NAME.annotations.csv beside each recording. Ctrl-C stops after what is in hand; the same command goes on.
    """
    if scheduler is None and not dry_run:
        from retropace.library.batch.forkserver import start_early

        start_early()
    from retropace.library import Library, Only, library_path
    from retropace.library.batch import Plan
    from retropace.sources import Limits

    if scheduler is not None and (jobs is not None or timeout is not None):
        raise click.UsageError("--jobs and --timeout are for this machine: a cluster has its own workers and limits.")
    only = Only(since, sports)
    athlete = how.pop("athlete")
    # Whom the settings name may not be known yet: their runs are theirs nevertheless.
    is_setting = (
        click.get_current_context().get_parameter_source("athlete") is not click.core.ParameterSource.COMMANDLINE
    )
    known = None if athlete is None else attempt(athlete, lambda: _athlete(athlete, is_setting=is_setting))
    if athlete is not None and known is None:
        sys.exit(FAILED)
    job, settings, described = _job(only=only, most_bytes=max_size, athlete=known, **how)
    limit = None if scheduler is not None else timeout or DEFAULT_TIMEOUT_S
    plan = Plan(paths, job, Limits(most_bytes=max_size), settings, limit, retry, strict)
    where = library or str(library_path())

    def work() -> int:
        with Library(":memory:" if dry_run and not os.path.exists(where) else where) as opened:  # noqa: PTH110
            if dry_run:
                return _listed(plan, opened)
            opened.describe(settings, described)
            crew = _crew(plan, jobs, scheduler)
            return _carried_out(plan, opened, crew, only, csv, parquet, as_json, units)

    status = attempt(where, work)
    sys.exit(FAILED if status is None else status)


def _carried_out(
    plan: Plan,
    library: Library,
    crew: AbstractContextManager[Crew],
    only: Only,
    csv: str | None,
    parquet: str | None,
    as_json: bool,
    units: str,
) -> int:
    from retropace.cli.sessions.batch_output import check_tables, write_tables
    from retropace.cli.terminal.batch_summary import failure_groups, print_summary, summary_of
    from retropace.cli.terminal.progress_bar import ProgressLine
    from retropace.library.batch import Run
    from retropace.library.queries import find_duplicates, link_duplicates

    check_tables(csv, parquet)
    with ProgressLine() as line:
        run = Run(plan, library, line.show)
        with _stopping(run):
            run.go(crew)
    progress = run.progress
    for place, failure in progress.unkept[:3]:
        complain(f"{place}: {failure.message}")
    if progress.stopped:
        behind = progress.done + progress.unchanged
        why = "stopped at the first failure (--strict)" if plan.strict and progress.failed else "stopped"
        complain(
            f"{why}: {behind} of {progress.total} files done and kept in {library.path}; the same command goes on there"
        )
        for group in failure_groups(library, progress.unkept)[:3]:
            complain(group.example)
        return FAILED
    if not progress.unkept:
        link_duplicates(library)
    find_duplicates(library, only)
    write_tables(library, only, csv, parquet, progress.unkept)
    summary = summary_of(library, only, progress)
    if as_json:
        from retropace.cli.sessions.batch_output import print_document

        print_document(library, only, summary)
    else:
        print_summary(summary, units)
    if not summary.outcomes:
        complain(
            f"{', '.join(plan.paths)}: holds no recordings: FIT, GPX, TCX and KML files are looked for, and exports"
        )
        return FAILED
    return FAILED if summary.failed else 0


def _listed(plan: Plan, library: Library) -> int:
    """Print what would be read, a line each."""
    from retropace.cli.terminal.short_paths import shown_place
    from retropace.core.sanitize import harmless
    from retropace.library.batch import Run

    count = 0
    run = Run(plan, library)
    for place in run.would_read():
        click.echo(harmless(shown_place(place)))
        count += 1
    rest = run.progress.total - count
    click.echo(f"retropace: {count} files would be read, {rest} others not: unchanged, or no recordings", err=True)
    return 0


def _job(
    *,
    only: Only,
    most_bytes: int,
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
    """The job that the options mean, the digest of all that decides its results, and that in words."""
    import hashlib
    from importlib.metadata import version

    from retropace.cli.options.annotation_options import said_of
    from retropace.core.parameters import settings_of
    from retropace.library.batch import Job
    from retropace.library.rows import KEPT

    said = said_of(marks=(), sidecar=None, workout=None, zones=zones, home_zones=home_zones, fields=fields)
    settings = settings_of(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, exact=exact, names=not ignore_names
    )
    job = Job(settings, said.given, athlete, only, most_bytes)
    described = f"retropace {version('retropace')}, {KEPT}: {job.describe()}"
    return job, hashlib.sha256(described.encode("utf-8", "surrogatepass")).hexdigest()[:16], described


def _athlete(name: str, *, is_setting: bool) -> Athlete:
    from retropace.core.errors import RetropaceError
    from retropace.labelling.athlete_file import athlete_path, read_athlete

    athlete, data = read_athlete(athlete_path(name))
    if data is None and not is_setting:
        raise RetropaceError("no such athlete is known: 'retropace analyze --athlete' learns one")
    return athlete


def _crew(plan: Plan, jobs: int | None, scheduler: str | None) -> AbstractContextManager[Crew]:
    from retropace.library.batch.workers import cluster, processes

    if scheduler is not None:
        return cluster(plan.job, scheduler)
    return processes(plan.job, jobs or _cores(), plan.timeout_s)


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _stopping(run: Run) -> Iterator[None]:
    """Let Ctrl-C and an order to end stop the run after what is in hand; a second Ctrl-C ends it at once."""

    def stop(*_: object) -> None:
        run.stop()
        complain("stopping after what is in hand; press Ctrl-C again to stop at once")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
