"""``retropace intervals FILE...``: sets and reps of interval sessions, forward against backward."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from retropace.cli.commands.analyze import analyze_file
from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import said_options
from retropace.cli.sessions.learning import Learning
from retropace.cli.sessions.recordings import recordings_in
from retropace.cli.terminal.console import print_json
from retropace.cli.terminal.errors import FAILED, attempt, exit_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retropace.cli.options.annotation_options import Said
    from retropace.core.units import Units
    from retropace.intervals import Intervals


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@said_options
@click.option(
    "--track",
    metavar="off|auto|LENGTH",
    default="auto",
    show_default=True,
    help="Take distances on a running track from its laps: where a track of 400 m is recognised by its shape (auto), "
    "with laps of this length, as 200m for a hall, or not at all.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "markdown"]),
    default="table",
    show_default=True,
    help="Tables to read, JSON (an object, or an array for several sessions), CSV with a row per rep, or Markdown.",
)
@click.option(
    "--details/--brief",
    "details",
    default=None,
    help="Everything about each session, or a line for each.  [default: everything about a single one]",
)
@options.units
@options.cadence
@options.who_ran("Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here.")
@options.session
def intervals(
    files: tuple[str, ...],
    spoken: Said,
    ignore_names: bool,
    exact: bool,
    track: str,
    form: str,
    details: bool | None,
    units: str,
    cadence: str,
    athlete: str | None,
    session: int | None,
) -> None:
    """Sets and reps of an interval session, forward against backward.

    FILE is a recording, or a folder of them. Shows warm-up, sets with their reps and recoveries, how even they were,
    backward against forward, the quarter-mile test (backward in under twice the time), bests per direction, and with
    --workout what was planned against what was done.
    """
    from retropace.core.parameters import settings_of
    from retropace.core.units import KILOMETRES, MILES

    lap_m = _lap_m(track)
    settings = settings_of(cadence=cadence, exact=exact, names=not ignore_names)
    known = None if athlete is None else attempt(athlete, lambda: Learning(athlete).athlete)
    if athlete is not None and known is None:
        sys.exit(FAILED)

    def work(path: str) -> list[Intervals]:
        from retropace.intervals import intervals_of

        analyses = analyze_file(path, spoken, settings, session, known)
        return [intervals_of(analysis, lap_m, stadium=track.lower() != "off", exact=exact) for analysis in analyses]

    listed = [(path, attempt(path, lambda path=path: recordings_in(path))) for path in files]  # type: ignore[misc]  # bound per file
    paths = [one for _, found in listed for one in found or ()]
    if spoken.sidecar is not None and len(paths) > 1:
        raise click.UsageError("--annotations goes with one recording, not with a folder of them.")
    results: list[list[Intervals] | None] = [None for _, found in listed if found is None]
    with click.progressbar(
        paths, file=sys.stderr, label="sessions", hidden=len(paths) < 2 or not sys.stderr.isatty()
    ) as all_of_them:
        results += [attempt(path, lambda path=path: work(path)) for path in all_of_them]  # type: ignore[misc]  # bound per file
    found = [one for result in results for one in result or ()]
    alone = len(paths) == 1 and len(found) == 1
    if form == "json":
        from retropace.intervals import intervals_document

        print_json([intervals_document(one) for one in found], of=len(paths))
    elif form == "csv":
        from retropace.cli.sessions.reps_csv import rep_rows

        click.echo(rep_rows(found), nl=False)
    elif found:
        show = _print_markdown if form == "markdown" else _print_tables
        show(found, MILES if units == "mi" else KILOMETRES, alone if details is None else details)
    sys.exit(exit_status(results))


def _lap_m(text: str) -> float | None:
    """The length of a lap that ``--track`` gives, if it gives one."""
    from retropace.core.units import parse_distance_m

    if text.lower() in ("off", "auto"):
        return None
    length = parse_distance_m(text if text[-1:].isalpha() else f"{text}m")
    if length is None or not 100.0 <= length <= 1000.0:
        raise click.BadParameter(
            f"{text} is no lap of a track: write off, auto, or a length of 100 m to 1000 m, as 200m",
            param_hint="--track",
        )
    return length


def _print_tables(found: Sequence[Intervals], units: Units, details: bool) -> None:
    from retropace.cli.terminal.analysis_view import ROOMY, print_headline
    from retropace.cli.terminal.console import open_page
    from retropace.cli.terminal.tables import print_sheets
    from retropace.core.sanitize import harmless
    from retropace.output.tables.intervals import SESSION_NAMES, session_row, sheets_of
    from retropace.output.tables.text_table import Sheet

    page = open_page()
    if len(found) > 1 or not details:
        rows = tuple(session_row(one, units) for one in found)
        sheet = Sheet(names=SESSION_NAMES, rows=rows, left=(0, 1, 2)).without_empty_columns()
        print_sheets(page, [sheet], gap=2)
    if not details:
        return
    for number, one in enumerate(found):
        if number or len(found) > 1:
            page.print()
        print_headline(page, one.analysis.activity, one.track, units)
        page.print()
        print_sheets(page, sheets_of(one, units), gap=2 if page.width >= ROOMY else 1)
        if one.warnings:
            page.print()
        for warning in one.warnings:
            page.print(f"! {harmless(warning)}", style="yellow", soft_wrap=True)


def _print_markdown(found: Sequence[Intervals], units: Units, details: bool) -> None:
    from retropace.cli.terminal.tables import markdown
    from retropace.output.tables.intervals import SESSION_NAMES, session_row, sheets_of
    from retropace.output.tables.text_table import Sheet

    texts = []
    if len(found) > 1 or not details:
        rows = tuple(session_row(one, units) for one in found)
        texts.append(markdown([Sheet(names=SESSION_NAMES, rows=rows, left=(0, 1, 2)).without_empty_columns()]))
    for one in found if details else ():
        notes = Sheet("warnings", below=tuple(f"- {warning}" for warning in one.warnings))
        sheets = [*sheets_of(one, units), *([notes] if one.warnings else [])]
        title = markdown([Sheet(one.analysis.activity.source.path)], level=2)
        texts.append(f"{title}\n{markdown(sheets)}")
    click.echo("\n".join(texts), nl=False)
