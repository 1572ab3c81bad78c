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
from retropace.cli.terminal.errors import FAILED, attempt, complain
from retropace.core.sanitize import harmless

if TYPE_CHECKING:
    from retropace.cli.terminal.console import Page
    from retropace.config.model import Config
    from retropace.core.units import Units
    from retropace.output.tables.season import Runner
    from retropace.season.progress import Progress

LATEST = 12
"""So many weeks or months stand in the table unless more are asked for."""
BAR = 40
"""Columns of the longest bar."""


@click.command()
@options.library
@options.athlete
@options.since
@click.option("--until", type=options.Day(), metavar="DATE", help="As of this day instead of today.")
@click.option(
    "--by", "per", type=click.Choice(["week", "month"]), default="week", show_default=True, help="What to sum up by."
)
@click.option("--all", "shows_all", is_flag=True, help=f"Show every week or month, not only the latest {LATEST}.")
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
        from retropace.cli.options.athlete_selection import progress_in
        from retropace.config.model import read_config
        from retropace.library.season_query import without_date

        with Library(path, create=False) as opened:
            found, runner = progress_in(opened, athlete, per=per, since=since, until=until, timezone=timezone)
            return found, runner, without_date(opened, runner), read_config()

    told = attempt(path, work)
    if told is None:
        sys.exit(FAILED)
    found, runner, undated, config = told
    if undated:
        complain(f"{undated} without a date {'is' if undated == 1 else 'are'} in no week")
    if form == "table":
        from retropace.core.units import KILOMETRES, MILES
        from retropace.output.tables.season import Runner

        known = Runner(weight_kg, config.max_heart_rate_bpm)
        _print(found, runner, MILES if units == "mi" else KILOMETRES, known, None if shows_all else LATEST)
        return
    from retropace.cli.terminal.short_paths import shown_place
    from retropace.season.json_document import progress_document

    document = progress_document(found, runner, shown_place, weight_kg)
    click.echo(_csv(document) if form == "csv" else json.dumps(document, ensure_ascii=False, indent=2) + "\n", nl=False)


def _print(found: Progress, runner: str | None, units: Units, known: Runner, most: int | None) -> None:
    from retropace.cli.terminal.console import open_page
    from retropace.cli.terminal.short_paths import shown_place
    from retropace.cli.terminal.tables import print_sheets
    from retropace.output.tables.energy import NOTE
    from retropace.output.tables.season import progress_sheets

    page = open_page()
    season = found.season
    who = f"{runner}: " if runner else ""
    count = len(season)
    if not count:
        page.print(harmless(f"{who}no activities"))
        return
    days = f"{found.days[0]:%Y-%m-%d} to {found.days[-1]:%Y-%m-%d}"
    page.print(harmless(f"{who}{count} activit{'y' if count == 1 else 'ies'}, {days}"), style="bold")
    page.print()
    _print_bars(page, found, units, most)
    page.print()
    print_sheets(page, progress_sheets(found, units, shown_place, known, most=most), gap=2)
    if known.weight_kg is not None:
        page.print()
        page.print(f"energy is {NOTE}")


def _print_bars(page: Page, found: Progress, units: Units, most: int | None) -> None:
    """A bar for each period: forward and backward distance one after the other, or time where there is no distance."""
    from retropace.cli.terminal.direction_strip import COLOURS, LETTERS

    by_distance = found.whole["all"].distance_m > 0.0
    name = "distance_m" if by_distance else "moving_s"
    rows = list(zip(found.periods, found.figures, strict=True))[-(most or len(found.periods)) :]
    longest = max((getattr(figures["all"], name) for _, figures in rows), default=0.0)
    for period, figures in rows:
        label = f"{period.first:%Y-%m-%d}" if found.per == "week" else f"{period.first:%Y-%m}"
        line: list[tuple[str, str]] = [(f"{label}  ", "")]
        edge = 0
        total = 0.0
        for direction in ("forward", "backward"):
            total += getattr(figures[direction], name)
            to = round(BAR * total / longest) if longest > 0.0 else 0
            sign = "█" if page.is_coloured else LETTERS[direction]
            line.append((sign * (to - edge), COLOURS[direction] if page.is_coloured else ""))
            edge = to
        if figures["all"].sessions:
            back = figures["backward"]
            amount = units.distance(total) if by_distance else f"{total / 60.0:.0f} min"
            of_it = f", {100.0 * back.share:.0f} % backward" if back.sessions else ""
            line.append((f" {amount}{of_it}", ""))
        page.line(tuple(line))


def _csv(document: dict[str, Any]) -> str:
    """A row for each period and direction."""
    text = io.StringIO()
    names = list(document["whole"]["forward"])
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["first", "last", "direction", *names])
    for period in document["periods"]:
        for direction in ("forward", "backward", "rest", "unknown", "all"):
            writer.writerow([period["first"], period["last"], direction, *period[direction].values()])
    return text.getvalue()
