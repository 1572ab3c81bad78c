"""``retropace intervals FILE...``: shows sets and reps of interval sessions, forward against backward."""

from __future__ import annotations

from functools import partial

import click

from retropace.cli.options import common as options
from retropace.cli.options.analysis_options import gather_analysis, gather_settings, known_athlete
from retropace.cli.options.annotation_options import annotation_options
from retropace.cli.options.athlete_selection import read_athlete_or_exit
from retropace.cli.options.expand_paths import expand_paths
from retropace.cli.sessions.analysis_request import AnalysisRequest
from retropace.cli.sessions.interval_sessions import IntervalsRequest, find_intervals
from retropace.cli.terminal.console import print_json_documents, print_text
from retropace.cli.terminal.errors import exit_with_status, run_each
from retropace.cli.terminal.intervals_view import print_intervals, print_intervals_markdown
from retropace.core.units import Units, parse_distance_m
from retropace.intervals import intervals_document
from retropace.output.export.reps_csv import format_reps_csv


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
@options.output_format(
    *("table", "json", "csv", "markdown"),
    help_text="Tables to read, JSON (an object, or an array for several sessions), CSV with a row per rep, or "
    "Markdown.",
)
@click.option(
    "--details/--brief",
    "details",
    default=None,
    help="Everything about each session, or a line for each.  [default: everything about a single one]",
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
    request = IntervalsRequest(analysis, _parse_lap_length_m(track), finds_track=track.lower() != "off")
    athlete = read_athlete_or_exit(analysis.athlete)
    paths, failed_count = expand_paths(files, analysis.annotation_inputs.sidecar)
    results = list(run_each(paths, partial(find_intervals, request=request, athlete=athlete), "sessions"))
    sessions = [session for result in results for session in result or ()]
    if form == "json":
        print_json_documents([intervals_document(session) for session in sessions], file_count=len(paths))
    elif form == "csv":
        print_text(format_reps_csv(sessions), nl=False)
    elif sessions:
        print_sessions = print_intervals_markdown if form == "markdown" else print_intervals
        print_sessions(sessions, units, len(paths) == len(sessions) == 1 if details is None else details)
    exit_with_status([*results, *[None] * failed_count])


def _parse_lap_length_m(text: str) -> float | None:
    """Return the lap length in metres that ``--track`` gives; None for ``off`` and ``auto``."""
    if text.lower() in ("off", "auto"):
        return None
    length_m = parse_distance_m(text if text[-1:].isalpha() else f"{text}m")
    if length_m is None or not 100.0 <= length_m <= 1000.0:
        raise click.BadParameter(
            f"{text} is no lap of a track: write off, auto, or a length of 100 m to 1000 m, as 200m",
            param_hint="--track",
        )
    return length_m
