"""``retropace progress``: shows weeks and months, trends, goals and bests of the activities in the library."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.options.param_types import DateParam
from retropace.cli.terminal.console import open_text_output
from retropace.cli.terminal.errors import EXIT_FAILURE, print_error, run_or_report
from retropace.cli.terminal.short_paths import shorten_path
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.cli.terminal.console import TextOutput
    from retropace.config.model import Config
    from retropace.core.units import Units
    from retropace.output.tables.season import RunnerProfile
    from retropace.season.progress import Progress

DEFAULT_PERIODS = 12
"""Number of weeks or months in the table, unless ``--all`` is given."""
MAX_BAR_COLUMNS = 40
"""Terminal columns of the longest bar."""


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
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="Tables to read, JSON, or CSV with a row per period and direction.",
)
@options.weight
@options.timezone
@options.units
def progress(
    library: str | None,
    athlete: str | None,
    since: datetime | None,
    until: datetime | None,
    per: str,
    shows_all: bool,
    form: str,
    weight_kg: float | None,
    timezone: str | None,
    units: str,
) -> None:
    """Weeks and months, how backward gets on beside forward, bests, goals.

    Everything comes from the library that 'retropace batch' fills. A session belongs to the week in which it began
    where you live; weeks begin on Monday.
    """
    from retropace.library import Library, library_path

    path = library if library is not None else str(library_path())
    if since is not None and until is not None and until < since:
        raise click.UsageError("--until lies before --since.")

    def read() -> tuple[Progress, str | None, int, Config]:
        from retropace.cli.sessions.athlete_progress import compute_progress
        from retropace.config.model import read_config
        from retropace.library.season_query import count_undated

        with Library(path, create=False) as open_library:
            season_progress, athlete_name = compute_progress(
                open_library, athlete, per=per, since=since, until=until, timezone=timezone
            )
            return season_progress, athlete_name, count_undated(open_library, athlete_name), read_config()

    result = run_or_report(path, read)
    if result is None:
        sys.exit(EXIT_FAILURE)
    season_progress, athlete_name, undated_count, config = result
    if undated_count:
        print_error(f"{undated_count} without a date {'is' if undated_count == 1 else 'are'} in no week")
    if form == "table":
        from retropace.core.units import UNITS_BY_NAME
        from retropace.output.tables.season import RunnerProfile

        _print_progress(
            season_progress,
            athlete_name,
            UNITS_BY_NAME[units],
            RunnerProfile(weight_kg, config.max_heart_rate_bpm),
            None if shows_all else DEFAULT_PERIODS,
        )
        return
    from retropace.season.json_document import progress_document

    document = progress_document(season_progress, athlete_name, shorten_path, weight_kg)
    click.echo(
        _format_csv(document) if form == "csv" else json.dumps(document, ensure_ascii=False, indent=2) + "\n", nl=False
    )


def _print_progress(
    season_progress: Progress,
    athlete_name: str | None,
    units: Units,
    runner_profile: RunnerProfile,
    max_periods: int | None,
) -> None:
    from retropace.cli.terminal.tables import print_tables
    from retropace.output.tables.energy import ENERGY_NOTE
    from retropace.output.tables.season import build_progress_tables

    output = open_text_output()
    prefix = f"{athlete_name}: " if athlete_name else ""
    count = len(season_progress.season)
    if not count:
        output.print(strip_control_chars(f"{prefix}no activities"))
        return
    days = f"{season_progress.days[0]:%Y-%m-%d} to {season_progress.days[-1]:%Y-%m-%d}"
    output.print(strip_control_chars(f"{prefix}{count} activit{'y' if count == 1 else 'ies'}, {days}"), style="bold")
    output.print()
    _print_bars(output, season_progress, units, max_periods)
    output.print()
    print_tables(
        output,
        build_progress_tables(season_progress, units, shorten_path, runner_profile, max_periods=max_periods),
        gap=2,
    )
    if runner_profile.weight_kg is not None:
        output.print()
        output.print(f"energy is {ENERGY_NOTE}")


def _print_bars(output: TextOutput, season_progress: Progress, units: Units, max_periods: int | None) -> None:
    """Print a bar for each period, forward distance followed by backward; moving time where no distance is known."""
    from retropace.cli.terminal.direction_strip import DIRECTION_COLOURS, DIRECTION_LETTERS

    by_distance = season_progress.season_stats["all"].distance_m > 0.0
    name = "distance_m" if by_distance else "moving_s"
    rows = list(zip(season_progress.periods, season_progress.period_stats, strict=True))[
        -(max_periods or len(season_progress.periods)) :
    ]
    longest = max((getattr(stats["all"], name) for _, stats in rows), default=0.0)
    for period, stats in rows:
        label = f"{period.first:%Y-%m-%d}" if season_progress.per == "week" else f"{period.first:%Y-%m}"
        line: list[tuple[str, str]] = [(f"{label}  ", "")]
        start = 0
        total = 0.0
        for direction in ("forward", "backward"):
            total += getattr(stats[direction], name)
            end = round(MAX_BAR_COLUMNS * total / longest) if longest > 0.0 else 0
            symbol = "█" if output.is_coloured else DIRECTION_LETTERS[direction]
            line.append((symbol * (end - start), DIRECTION_COLOURS[direction] if output.is_coloured else ""))
            start = end
        if stats["all"].sessions:
            backward = stats["backward"]
            amount = units.format_distance(total) if by_distance else f"{total / 60.0:.0f} min"
            share = f", {100.0 * backward.share:.0f} % backward" if backward.sessions else ""
            line.append((f" {amount}{share}", ""))
        output.print_line(tuple(line))


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
