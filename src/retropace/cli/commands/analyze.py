"""``retropace analyze FILE...``: analyses recordings and prints distance and time per direction."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import annotation_options
from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.terminal.console import open_text_output, print_json
from retropace.cli.terminal.errors import EXIT_FAILURE, exit_status, run_or_report
from retropace.core.parameters import parameters_from_options

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.cli.sessions.annotation_inputs import AnnotationInputs


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@annotation_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "csv"]),
    default="table",
    show_default=True,
    help="A table to read, JSON (an object, or an array for several files), JSON lines, or CSV with a row per segment.",
)
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@options.athlete_profile(
    "Who ran: know them from what they annotated in other sessions, and learn from what is annotated in these. "
    "What was learned is kept in your data folder, or in FILE; see 'retropace athlete'."
)
@click.option("--no-learn", is_flag=True, help="With --athlete: learn nothing from these sessions.")
@click.option("--brief", is_flag=True, help="In the table, leave the single segments out.")
@click.option(
    "--graphs/--no-graphs",
    default=None,
    help="In the table, show pace and cadence as small graphs above the strip, with --brief too.  "
    "[default: on a terminal, not when piped]",
)
@options.session
@options.weight
def analyze(
    files: tuple[str, ...],
    annotation_inputs: AnnotationInputs,
    ignore_names: bool,
    exact: bool,
    form: str,
    units: str,
    cadence: str,
    sensitivity: float,
    threshold: float,
    athlete: str | None,
    no_learn: bool,
    brief: bool,
    graphs: bool | None,
    session: int | None,
    weight_kg: float | None,
) -> None:
    """How far and how long each recording was run forward and backward.

    FILE is a FIT, GPX or TCX recording, plain or gzipped. Annotations are read from NAME.annotations.csv beside it;
    what is marked counts, what looks like backward running is suspected, and everything else is taken as forward.
    """
    settings = parameters_from_options(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, keep_edges=exact, use_file_names=not ignore_names
    )
    if no_learn and athlete is None:
        raise click.UsageError("--no-learn goes with --athlete.")
    learner = None if athlete is None else run_or_report(athlete, lambda: AthleteLearner(athlete))
    if athlete is not None and learner is None:
        sys.exit(EXIT_FAILURE)
    results: list[list[Analysis] | None] = []
    learned_lines: list[str] = []
    for path in files:
        known_athlete = None if learner is None else learner.athlete
        result = run_or_report(
            path,
            lambda path=path, known_athlete=known_athlete: analyze_file(  # type: ignore[misc]  # bound per file
                path, annotation_inputs, settings, session, known_athlete
            ),
        )
        results.append(result)
        if learner is not None and not no_learn:
            learned_lines += [line for analysis in result or () for line in learner.learn(analysis)]
        if form == "table" and result is not None:
            is_first = sum(1 for analyses in results if analyses) == 1
            _print_table(result, units, weight_kg, brief, graphs, is_first)
        elif form == "jsonl":
            for analysis in result or ():
                click.echo(json.dumps(_build_document(analysis, weight_kg), ensure_ascii=False))
    analyses = [analysis for result in results for analysis in result or ()]
    if form == "json":
        print_json([_build_document(analysis, weight_kg) for analysis in analyses], file_count=len(files))
    elif form == "csv":
        from retropace.output.export.to_csv import format_segments_csv

        click.echo(format_segments_csv(analyses), nl=False)
    save_results: list[object | None] = []
    if learner is not None and learned_lines:
        save_results.append(run_or_report(str(learner.path), learner.save))
        if save_results[0] and form == "table":
            click.echo()
            for line in learned_lines:
                click.echo(line)
    sys.exit(exit_status([*results, *save_results]))


def _build_document(analysis: Analysis, weight_kg: float | None) -> dict[str, Any]:
    """Return the JSON document of an analysis, with the energy cost for a runner of this body mass."""
    from retropace.analysis.json_document import energy_document

    energy = None if weight_kg is None else energy_document(analysis.energy, weight_kg)
    return {**analysis.to_dict(), "energy": energy}


def _print_table(
    analyses: list[Analysis], units: str, weight_kg: float | None, brief: bool, graphs: bool | None, is_first: bool
) -> None:
    from retropace.cli.terminal.analysis_view import print_analysis
    from retropace.core.units import UNITS_BY_NAME

    output = open_text_output()
    show_graphs = output.is_terminal if graphs is None else graphs
    for number, analysis in enumerate(analyses):
        if number or not is_first:
            output.print()
        print_analysis(output, analysis, UNITS_BY_NAME[units], weight_kg, segments=not brief, graphs=show_graphs)
