"""``retropace intervals FILE...``: shows sets and reps of interval sessions, forward against backward."""

from collections.abc import Sequence

import click

from retropace.cli.options import common as options
from retropace.cli.options.analysis_options import annotation_options, gather_analysis, gather_settings, known_athlete
from retropace.cli.options.inputs import expand_paths, read_athlete_or_exit
from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.requests import AnalysisRequest
from retropace.cli.terminal import console
from retropace.cli.terminal.analysis_view import choose_gap, print_headline, print_warnings
from retropace.cli.terminal.errors import exit_with_status, run_each
from retropace.core.units import Units, parse_distance_m
from retropace.intervals import Intervals, intervals_document, intervals_of
from retropace.output.export.reps_csv import format_reps_csv
from retropace.output.tables.intervals import build_interval_tables, build_sessions_table
from retropace.output.tables.text_table import TextTable


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@annotation_options
@options.option(
    "--track off|auto|LENGTH",
    "Take distances on a running track from its laps: where a track of 400 m is recognised by its shape (auto), with "
    "laps of this length, as 200m for a hall, or not at all.",
    shown_default="auto",
)
@options.output_format(
    *("table", "json", "csv", "markdown"),
    help_text="Tables to read, JSON (an object, or an array for several sessions), CSV with a row per rep, or "
    "Markdown.",
)
@options.option(
    "--details/--brief details",
    "Everything about each session, or a line for each.  [default: everything about a single one]",
    default=None,
)
@options.units
@options.cadence
@gather_settings
@known_athlete
@options.session
@gather_analysis
def intervals(
    files: tuple[str, ...], analysis: AnalysisRequest, track: str, form: str, details: bool | None, units: Units
) -> None:
    """Sets and reps of an interval session, forward against backward.

    FILE is a recording, or a folder of them. Shows warm-up, sets with their reps and recoveries, how even they were,
    backward against forward, the quarter-mile test (backward in under twice the time), bests per direction, and with
    --workout what was planned against what was done.
    """
    lap_m = _parse_lap_length_m(track)
    athlete = read_athlete_or_exit(analysis.athlete)

    def find_intervals(path: str) -> list[Intervals]:
        analyses = analyze_file(path, analysis, athlete)
        exact = analysis.settings.label.keep_edges
        return [intervals_of(item, lap_m, stadium=track.lower() != "off", exact=exact) for item in analyses]

    paths, failed_count = expand_paths(files, analysis.annotation_inputs.sidecar)
    results = list(run_each(paths, find_intervals, "sessions"))
    sessions = [session for result in results for session in result or ()]
    if form == "json":
        console.print_json_documents([intervals_document(session) for session in sessions], file_count=len(paths))
    elif form == "csv":
        console.print_text(format_reps_csv(sessions), nl=False)
    elif sessions:
        print_sessions = _print_intervals_markdown if form == "markdown" else _print_intervals
        print_sessions(sessions, units, len(paths) == len(sessions) == 1 if details is None else details)
    exit_with_status([*results, *[None] * failed_count])


def _parse_lap_length_m(text: str) -> float | None:
    """Return the lap length in metres that ``--track`` gives; None for ``off`` and ``auto``."""
    if text.lower() in ("off", "auto"):
        return None
    length_m = parse_distance_m(text if text[-1:].isalpha() else f"{text}m")
    if length_m is None or not 100.0 <= length_m <= 1000.0:
        message = f"{text} is no lap of a track: write off, auto, or a length of 100 m to 1000 m, as 200m"
        raise click.BadParameter(message, param_hint="--track")
    return length_m


def _print_intervals(interval_sessions: Sequence[Intervals], units: Units, details: bool) -> None:
    """Print a row for each of several sessions, and, with ``details``, the tables of each session."""
    output = console.open_text_output()
    if len(interval_sessions) > 1 or not details:
        console.print_tables(output, [build_sessions_table(interval_sessions, units)])
    if not details:
        return
    for number, session in enumerate(interval_sessions):
        if number or len(interval_sessions) > 1:
            output.print()
        print_headline(output, session.analysis.activity, session.cleaned, units)
        output.print()
        console.print_tables(output, build_interval_tables(session, units), choose_gap(output))
        if session.warnings:
            output.print()
            print_warnings(output, session)


def _print_intervals_markdown(interval_sessions: Sequence[Intervals], units: Units, details: bool) -> None:
    texts = []
    if len(interval_sessions) > 1 or not details:
        texts.append(console.format_markdown([build_sessions_table(interval_sessions, units)]))
    for session in interval_sessions if details else ():
        notes = TextTable("warnings", footer=tuple(f"- {warning}" for warning in session.warnings))
        tables = [*build_interval_tables(session, units), *([notes] if session.warnings else [])]
        title = console.format_markdown([TextTable(session.analysis.activity.source.path)], level=2)
        texts.append(f"{title}\n{console.format_markdown(tables)}")
    console.print_text("\n".join(texts), nl=False)
