"""``retropace intervals FILE...``: shows sets and reps of interval sessions, forward against backward."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import annotation_options
from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.learning import read_athlete_or_exit
from retropace.cli.sessions.recordings import expand_paths
from retropace.cli.terminal.console import open_text_output, print_json
from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.core.parameters import parameters_from_options
from retropace.core.sanitize import strip_control_chars
from retropace.output.tables.text_table import TextTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retropace.cli.sessions.annotation_inputs import AnnotationInputs
    from retropace.core.units import Units
    from retropace.intervals import Intervals


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@annotation_options
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
@options.athlete_profile("Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here.")
@options.session
def intervals(
    files: tuple[str, ...],
    annotation_inputs: AnnotationInputs,
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
    from retropace.core.units import UNITS_BY_NAME

    lap_m = _parse_lap_length_m(track)
    settings = parameters_from_options(cadence=cadence, keep_edges=exact, use_file_names=not ignore_names)
    known_athlete = read_athlete_or_exit(athlete)

    def find_intervals(path: str) -> list[Intervals]:
        from retropace.intervals import intervals_of

        analyses = analyze_file(path, annotation_inputs, settings, session, known_athlete)
        return [intervals_of(analysis, lap_m, stadium=track.lower() != "off", exact=exact) for analysis in analyses]

    paths, failed_count = expand_paths(files, annotation_inputs.sidecar)
    results: list[list[Intervals] | None] = [None] * failed_count
    with click.progressbar(
        paths, file=sys.stderr, label="sessions", hidden=len(paths) < 2 or not sys.stderr.isatty()
    ) as shown_paths:
        results += [run_or_report(path, lambda path=path: find_intervals(path)) for path in shown_paths]  # type: ignore[misc]  # bound per file
    sessions = [intervals for result in results for intervals in result or ()]
    is_single = len(paths) == 1 and len(sessions) == 1
    if form == "json":
        from retropace.intervals import intervals_document

        print_json([intervals_document(intervals) for intervals in sessions], file_count=len(paths))
    elif form == "csv":
        from retropace.cli.sessions.reps_csv import format_reps_csv

        click.echo(format_reps_csv(sessions), nl=False)
    elif sessions:
        print_sessions = _print_markdown if form == "markdown" else _print_tables
        print_sessions(sessions, UNITS_BY_NAME[units], is_single if details is None else details)
    sys.exit(exit_status(results))


def _parse_lap_length_m(text: str) -> float | None:
    """Return the lap length in metres that ``--track`` gives; None for ``off`` and ``auto``."""
    from retropace.core.units import parse_distance_m

    if text.lower() in ("off", "auto"):
        return None
    length_m = parse_distance_m(text if text[-1:].isalpha() else f"{text}m")
    if length_m is None or not 100.0 <= length_m <= 1000.0:
        raise click.BadParameter(
            f"{text} is no lap of a track: write off, auto, or a length of 100 m to 1000 m, as 200m",
            param_hint="--track",
        )
    return length_m


def _print_tables(interval_sessions: Sequence[Intervals], units: Units, details: bool) -> None:
    from retropace.cli.terminal.analysis_view import MIN_WIDE_GAP_COLUMNS, print_headline
    from retropace.cli.terminal.tables import print_tables
    from retropace.output.tables.intervals import SESSION_COLUMNS, build_interval_tables, format_session_row

    output = open_text_output()
    if len(interval_sessions) > 1 or not details:
        rows = tuple(format_session_row(session, units) for session in interval_sessions)
        table = TextTable(names=SESSION_COLUMNS, rows=rows, left_aligned=(0, 1, 2)).drop_empty_columns()
        print_tables(output, [table], gap=2)
    if not details:
        return
    for number, session in enumerate(interval_sessions):
        if number or len(interval_sessions) > 1:
            output.print()
        print_headline(output, session.analysis.activity, session.cleaned, units)
        output.print()
        print_tables(
            output, build_interval_tables(session, units), gap=2 if output.width >= MIN_WIDE_GAP_COLUMNS else 1
        )
        if session.warnings:
            output.print()
        for warning in session.warnings:
            output.print(f"! {strip_control_chars(warning)}", style="yellow", soft_wrap=True)


def _print_markdown(interval_sessions: Sequence[Intervals], units: Units, details: bool) -> None:
    from retropace.cli.terminal.tables import format_markdown
    from retropace.output.tables.intervals import SESSION_COLUMNS, build_interval_tables, format_session_row

    texts = []
    if len(interval_sessions) > 1 or not details:
        rows = tuple(format_session_row(session, units) for session in interval_sessions)
        texts.append(
            format_markdown([TextTable(names=SESSION_COLUMNS, rows=rows, left_aligned=(0, 1, 2)).drop_empty_columns()])
        )
    for session in interval_sessions if details else ():
        notes = TextTable("warnings", footer=tuple(f"- {warning}" for warning in session.warnings))
        tables = [*build_interval_tables(session, units), *([notes] if session.warnings else [])]
        title = format_markdown([TextTable(session.analysis.activity.source.path)], level=2)
        texts.append(f"{title}\n{format_markdown(tables)}")
    click.echo("\n".join(texts), nl=False)
