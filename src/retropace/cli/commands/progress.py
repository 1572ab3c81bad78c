"""``retropace progress``: shows weeks and months, trends, goals and bests of the activities in the library."""

import click

from retropace.cli.options import common as options
from retropace.cli.sessions.athlete_progress import ProgressRequest, ProgressResult, read_progress
from retropace.cli.sessions.output_paths import shorten_path
from retropace.cli.terminal import console
from retropace.cli.terminal.errors import print_error, run_or_exit
from retropace.cli.terminal.graphs import DIRECTION_LETTERS
from retropace.core.units import Units, format_count, pluralize
from retropace.output.export.to_csv import format_csv
from retropace.output.tables.energy import ENERGY_NOTE
from retropace.output.tables.season import build_periods_table, build_progress_tables
from retropace.season.json_document import progress_document
from retropace.season.progress import Progress

DEFAULT_PERIODS = 12
"""Number of weeks or months in the table, unless ``--all`` is given."""


@click.command()
@options.library
@options.library_athlete
@options.since
@options.option("--until DATE", "As of this day instead of today.")
@options.option("--by per week|month", "What to sum up by.", shown_default="week")
@options.option("--all shows_all", f"Show every week or month, not only the latest {DEFAULT_PERIODS}.")
@options.output_format(
    "table", "json", "csv", help_text="Tables to read, JSON, or CSV with a row per period and direction."
)
@options.weight
@options.timezone
@options.units
@options.gather("request", ProgressRequest)
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
        _print_progress(result, units, weight_kg, None if shows_all else DEFAULT_PERIODS)
        return
    document = progress_document(result.progress, result.athlete, shorten_path, weight_kg)
    if form == "csv":
        rows = [
            [period["first"], period["last"], direction, *period[direction].values()]
            for period in document["periods"]
            for direction in ("forward", "backward", "rest", "unknown", "all")
        ]
        console.print_text(format_csv(["first", "last", "direction", *document["whole"]["forward"]], rows), nl=False)
    else:
        console.print_json(document)


MAX_BAR_COLUMNS = 40
"""Terminal columns of the longest bar."""


def _print_progress(result: ProgressResult, units: Units, weight_kg: float | None, max_periods: int | None) -> None:
    """Print a bar for each week or month, then tables, of the latest ``max_periods`` or of all for None."""
    season_progress, athlete_name = result.progress, result.athlete
    output = console.open_text_output()
    prefix = f"{athlete_name}: " if athlete_name else ""
    count = len(season_progress.season)
    if not count:
        output.print(f"{prefix}no activities")
        return
    days = f"{season_progress.days[0]:%Y-%m-%d} to {season_progress.days[-1]:%Y-%m-%d}"
    output.print(f"{prefix}{format_count(count, 'activity', 'activities')}, {days}", style="bold")
    output.print()
    _print_bars(output, season_progress, units, max_periods)
    output.print()
    periods = build_periods_table(season_progress, units, weight_kg, result.max_heart_rate_bpm, max_periods)
    tables = build_progress_tables(season_progress, units, shorten_path)
    console.print_tables(output, [periods, *tables] if periods.rows or periods.footer else tables)
    if weight_kg is not None:
        output.print()
        output.print(f"energy is {ENERGY_NOTE}")


def _print_bars(output: console.TextOutput, season_progress: Progress, units: Units, max_periods: int | None) -> None:
    """Print a bar for each period, forward distance followed by backward; moving time where no distance is known."""
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
            line.append((symbol * (end - start), console.DIRECTION_COLOURS[direction] if output.is_coloured else ""))
            start = end
        if stats["all"].sessions:
            backward = stats["backward"]
            amount = units.format_distance(total) if by_distance else f"{total / 60.0:.0f} min"
            share = f", {100.0 * backward.share:.0f} % backward" if backward.sessions else ""
            line.append((f" {amount}{share}", ""))
        output.print_line(tuple(line))
