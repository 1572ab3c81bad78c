"""``retropace progress``: weeks and months, trends, goals and bests, from the library."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.errors import EXIT_FAILURE, print_error, run_or_report
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.cli.terminal.console import TextOutput
    from retropace.config.model import Config
    from retropace.core.units import Units
    from retropace.output.tables.season import RunnerProfile
    from retropace.season.progress import Progress

DEFAULT_PERIODS = 12
"""So many weeks or months stand in the table unless more are asked for."""
MAX_BAR_COLUMNS = 40
"""Columns of the longest bar."""


@click.command()
@options.library
@options.library_athlete
@options.since
@click.option("--until", type=options.DateParam(), metavar="DATE", help="As of this day instead of today.")
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

    def work() -> tuple[Progress, str | None, int, Config]:
        from retropace.cli.options.athlete_selection import compute_progress
        from retropace.config.model import read_config
        from retropace.library.season_query import count_undated

        with Library(path, create=False) as opened:
            found, runner = compute_progress(opened, athlete, per=per, since=since, until=until, timezone=timezone)
            return found, runner, count_undated(opened, runner), read_config()

    told = run_or_report(path, work)
    if told is None:
        sys.exit(EXIT_FAILURE)
    found, runner, undated, config = told
    if undated:
        print_error(f"{undated} without a date {'is' if undated == 1 else 'are'} in no week")
    if form == "table":
        from retropace.core.units import KILOMETRES, MILES
        from retropace.output.tables.season import RunnerProfile

        known = RunnerProfile(weight_kg, config.max_heart_rate_bpm)
        _print_progress(
            found, runner, MILES if units == "mi" else KILOMETRES, known, None if shows_all else DEFAULT_PERIODS
        )
        return
    from retropace.cli.terminal.short_paths import shorten_path
    from retropace.season.json_document import progress_document

    document = progress_document(found, runner, shorten_path, weight_kg)
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
    from retropace.cli.terminal.console import open_text_output
    from retropace.cli.terminal.short_paths import shorten_path
    from retropace.cli.terminal.tables import print_tables
    from retropace.output.tables.energy import ENERGY_NOTE
    from retropace.output.tables.season import build_progress_tables

    page = open_text_output()
    season = season_progress.season
    who = f"{athlete_name}: " if athlete_name else ""
    count = len(season)
    if not count:
        page.print(strip_control_chars(f"{who}no activities"))
        return
    days = f"{season_progress.days[0]:%Y-%m-%d} to {season_progress.days[-1]:%Y-%m-%d}"
    page.print(strip_control_chars(f"{who}{count} activit{'y' if count == 1 else 'ies'}, {days}"), style="bold")
    page.print()
    _print_bars(page, season_progress, units, max_periods)
    page.print()
    print_tables(
        page,
        build_progress_tables(season_progress, units, shorten_path, runner_profile, max_periods=max_periods),
        gap=2,
    )
    if runner_profile.weight_kg is not None:
        page.print()
        page.print(f"energy is {ENERGY_NOTE}")


def _print_bars(output: TextOutput, season_progress: Progress, units: Units, max_periods: int | None) -> None:
    """A bar for each period: forward and backward distance one after the other, or time where there is no distance."""
    from retropace.cli.terminal.direction_strip import DIRECTION_COLOURS, DIRECTION_LETTERS

    by_distance = season_progress.season_stats["all"].distance_m > 0.0
    name = "distance_m" if by_distance else "moving_s"
    rows = list(zip(season_progress.periods, season_progress.period_stats, strict=True))[
        -(max_periods or len(season_progress.periods)) :
    ]
    longest = max((getattr(figures["all"], name) for _, figures in rows), default=0.0)
    for period, figures in rows:
        label = f"{period.first:%Y-%m-%d}" if season_progress.per == "week" else f"{period.first:%Y-%m}"
        line: list[tuple[str, str]] = [(f"{label}  ", "")]
        edge = 0
        total = 0.0
        for direction in ("forward", "backward"):
            total += getattr(figures[direction], name)
            to = round(MAX_BAR_COLUMNS * total / longest) if longest > 0.0 else 0
            sign = "█" if output.is_coloured else DIRECTION_LETTERS[direction]
            line.append((sign * (to - edge), DIRECTION_COLOURS[direction] if output.is_coloured else ""))
            edge = to
        if figures["all"].sessions:
            back = figures["backward"]
            amount = units.format_distance(total) if by_distance else f"{total / 60.0:.0f} min"
            of_it = f", {100.0 * back.share:.0f} % backward" if back.sessions else ""
            line.append((f" {amount}{of_it}", ""))
        output.print_line(tuple(line))


def _format_csv(document: dict[str, Any]) -> str:
    """A row for each period and direction."""
    text = io.StringIO()
    names = list(document["whole"]["forward"])
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["first", "last", "direction", *names])
    for period in document["periods"]:
        for direction in ("forward", "backward", "rest", "unknown", "all"):
            writer.writerow([period["first"], period["last"], direction, *period[direction].values()])
    return text.getvalue()
