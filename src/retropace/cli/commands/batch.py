"""``retropace batch PATH...``: analyses folders, archives and watch exports into the library and into tables."""

import os
import sys
from collections.abc import Callable

import click
from click.core import ParameterSource

from retropace.cli.options import common as options
from retropace.cli.options.analysis_options import athlete_profile, parameters, parse_annotation_inputs
from retropace.cli.options.common import BYTE_SIZE
from retropace.cli.sessions.requests import AnnotationInputs, BatchRequest, BatchView
from retropace.cli.terminal.errors import run_or_exit
from retropace.library.batch.forkserver import start_forkserver


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@options.library
@options.option("--jobs -j N", "How many processes work at once.  [default: one per core]")
@options.option(
    "--timeout SECONDS", "Give up a file that takes longer.  [default: 300]", type=click.FloatRange(min=0.1)
)
@options.option(
    "--max-size", "Do not read a file that holds more than this, unpacked.", type=BYTE_SIZE, shown_default="512MB"
)
@options.since
@options.sports
@options.option("--dry-run", "List the files that would be read; read and keep nothing.")
@options.option("--strict", "Stop at the first file that fails.")
@options.option("--retry", "Read again what failed before, though it has not changed.")
@options.tables
@options.option("--json as_json", "Print the summary as JSON, with a row for each activity.")
@options.units
@parameters
@options.zones
@options.home_zones
@options.fields
@options.ignore_names
@options.exact
@athlete_profile("Who ran: what is known of them from 'analyze --athlete' is used.")
@options.option(
    "--scheduler ADDRESS",
    "Let the workers of this Dask cluster do it, for example tcp://host:8786; needs retropace[cluster].",
)
@options.gather("read_inputs", parse_annotation_inputs, deferred=True)
@options.gather("request", BatchRequest)
@options.gather("view", BatchView)
def batch(
    request: BatchRequest,
    read_inputs: Callable[[], AnnotationInputs],
    athlete: str | None,
    dry_run: bool,
    view: BatchView,
) -> None:
    """Analyse everything in folders, archives and watch exports, and remember it.

    PATH is a folder (with everything below it), a recording, a zip archive (with archives in it), an export as Garmin,
    Strava, Apple Health, Polar, Suunto, COROS or OpenTracks give it out, or an address (s3://, gs://, https://). What
    was analysed is kept in a library: the next time only what is new or has changed is read. Annotations are read
    from NAME.annotations.csv beside each recording. Ctrl-C stops after what is in hand; the same command goes on.
    """
    if request.scheduler is None and not dry_run:
        start_forkserver()
    # Imported after that, because both processes load NumPy and most of retropace, at the same time.
    from retropace.cli.sessions.batch_run import build_plan, read_athlete_by_name, start_worker_pool
    from retropace.cli.terminal.batch_view import print_pending_files, print_run
    from retropace.library import Library, library_path

    if request.scheduler is not None and (request.jobs is not None or request.timeout is not None):
        raise click.UsageError("--jobs and --timeout are for this machine: a cluster has its own workers and limits.")
    # An athlete named by the config need not have a file yet.
    must_exist = click.get_current_context().get_parameter_source("athlete") is ParameterSource.COMMANDLINE
    profile = None if athlete is None else run_or_exit(athlete, read_athlete_by_name, athlete, must_exist=must_exist)
    plan, description = build_plan(request, read_inputs().inputs, profile)
    library_file = request.library or str(library_path())

    def run() -> int:
        is_new = dry_run and not os.path.exists(library_file)  # noqa: PTH110  # Path.exists raises for a long name
        with Library(":memory:" if is_new else library_file) as library:
            if dry_run:
                return print_pending_files(plan, library)
            library.describe_settings(plan.settings_digest, description)
            return print_run(plan, library, start_worker_pool(request, plan), view)

    sys.exit(run_or_exit(library_file, run))
