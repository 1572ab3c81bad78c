"""``retropace progress``: shows weeks and months, trends, goals and bests of the activities in the library."""

from __future__ import annotations

import csv
import io
from typing import Any

import click

from retropace.cli.options import common as options
from retropace.cli.options.gathering import gather
from retropace.cli.options.param_types import DateParam
from retropace.cli.sessions.athlete_progress import ProgressRequest, read_progress
from retropace.cli.sessions.short_paths import shorten_path
from retropace.cli.terminal.console import print_json, print_text
from retropace.cli.terminal.errors import print_error, run_or_exit
from retropace.cli.terminal.progress_view import print_progress
from retropace.core.units import Units, pluralize
from retropace.season.json_document import progress_document

DEFAULT_PERIODS = 12
"""Number of weeks or months in the table, unless ``--all`` is given."""


@click.command()
@options.library
@options.library_athlete
@options.since
@click.option("--until", type=DateParam(), metavar="DATE", help="As of this day instead of today.")
@click.option(
    "--by", "per", type=click.Choice(["week", "month"]), default="week", show_default=True, help="What to sum up by."
)
@click.option(
    "--all", "shows_all", is_flag=True, help=f"Show every week or month, not only the latest {DEFAULT_PERIODS}."
)
@options.output_format(
    "table", "json", "csv", help_text="Tables to read, JSON, or CSV with a row per period and direction."
)
@options.weight
@options.timezone
@options.units
@gather("request", ProgressRequest)
def progress(request: ProgressRequest, shows_all: bool, form: str, weight_kg: float | None, units: Units) -> None:
    """Weeks and months, how backward gets on beside forward, bests, goals.

    Everything comes from the library that 'retropace batch' fills. A session belongs to the week in which it began
    where you live; weeks begin on Monday.
    """
    if request.since is not None and request.until is not None and request.until < request.since:
        raise click.UsageError("--until lies before --since.")
    result = run_or_exit(request.library_file, read_progress, request)
    if result.undated_count:
        print_error(f"{result.undated_count} without a date {pluralize(result.undated_count, 'is', 'are')} in no week")
    if form == "table":
        print_progress(result, units, weight_kg, None if shows_all else DEFAULT_PERIODS)
        return
    document = progress_document(result.progress, result.athlete, shorten_path, weight_kg)
    if form == "csv":
        print_text(_format_csv(document), nl=False)
    else:
        print_json(document)


def _format_csv(document: dict[str, Any]) -> str:
    """Return CSV with a row for each period and direction of the JSON document."""
    text = io.StringIO()
    names = list(document["whole"]["forward"])
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["first", "last", "direction", *names])
    for period in document["periods"]:
        for direction in ("forward", "backward", "rest", "unknown", "all"):
            writer.writerow([period["first"], period["last"], direction, *period[direction].values()])
    return text.getvalue()
