"""``retropace analyze FILE...``: how far and how long each recording was run forward and backward."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import AnnotationInputs, annotation_options
from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.terminal.console import print_json
from retropace.cli.terminal.errors import EXIT_FAILURE, exit_status, run_or_report

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.annotations import AnnotationInput
    from retropace.core.parameters import Settings
    from retropace.labelling.athlete import Athlete


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
    from retropace.core.parameters import parameters_from_options

    settings = parameters_from_options(
        cadence=cadence, sensitivity=sensitivity, threshold=threshold, keep_edges=exact, use_file_names=not ignore_names
    )
    if no_learn and athlete is None:
        raise click.UsageError("--no-learn goes with --athlete.")
    learning = None if athlete is None else run_or_report(athlete, lambda: AthleteLearner(athlete))
    if athlete is not None and learning is None:
        sys.exit(EXIT_FAILURE)
    results: list[list[Analysis] | None] = []
    learned: list[str] = []
    for path in files:
        known = None if learning is None else learning.athlete
        result = run_or_report(
            path,
            lambda path=path, known=known: analyze_file(path, annotation_inputs, settings, session, known),  # type: ignore[misc]  # bound per file
        )
        results.append(result)
        if learning is not None and not no_learn:
            learned += [line for analysis in result or () for line in learning.learn(analysis)]
        if form == "table" and result is not None:
            first = len([done for done in results if done]) == 1
            _print_table(result, units, weight_kg, brief, graphs, first)
        elif form == "jsonl":
            for analysis in result or ():
                click.echo(json.dumps(_build_document(analysis, weight_kg), ensure_ascii=False))
    done = [analysis for result in results for analysis in result or ()]
    if form == "json":
        print_json([_build_document(analysis, weight_kg) for analysis in done], file_count=len(files))
    elif form == "csv":
        from retropace.output.export.to_csv import format_segments_csv

        click.echo(format_segments_csv(done), nl=False)
    kept: list[object | None] = []
    if learning is not None and learned:
        kept.append(run_or_report(str(learning.path), learning.save))
        if kept[0] and form == "table":
            click.echo()
            for line in learned:
                click.echo(line)
    sys.exit(exit_status([*results, *kept]))


def analyze_file(
    path: str,
    annotation_inputs: AnnotationInputs,
    settings: Settings,
    session: int | None,
    athlete: Athlete | None = None,
) -> list[Analysis]:
    """Every session of one file, analysed with what was said about it; raises ``RetropaceError``."""
    from retropace.analysis.pipeline import analyze as analyze_activity
    from retropace.core.errors import AnnotationError
    from retropace.readers import choose, read_all

    activities = choose(read_all(path), session)
    annotations = annotation_inputs.collect_for_recording(path)
    if len(activities) > 1 and (annotation_inputs.is_session_specific or _is_session_specific(annotations)):
        raise AnnotationError(
            f"holds {len(activities)} sessions: say which one the annotations are about with --session N", path=path
        )
    return [analyze_activity(activity, annotations, settings, athlete) for activity in activities]


def _is_session_specific(annotations: list[AnnotationInput]) -> bool:
    """Whether something is about a single session, not about the runner's places or fields."""
    from retropace.annotations import UnresolvedAnnotation

    return any(isinstance(item, UnresolvedAnnotation) for item in annotations)


def _build_document(analysis: Analysis, weight_kg: float | None) -> dict[str, Any]:
    """The document of an analysis with what it cost somebody of this weight."""
    from retropace.analysis.json_document import energy_document

    energy = None if weight_kg is None else energy_document(analysis.energy, weight_kg)
    return {**analysis.to_dict(), "energy": energy}


def _print_table(
    analyses: list[Analysis], units: str, weight_kg: float | None, brief: bool, graphs: bool | None, is_first: bool
) -> None:
    from retropace.cli.terminal.analysis_view import print_analysis
    from retropace.cli.terminal.console import open_text_output
    from retropace.core.units import KILOMETRES, MILES

    page = open_text_output()
    for number, analysis in enumerate(analyses):
        if number or not is_first:
            page.print()
        shown = page.is_terminal if graphs is None else graphs
        shown_in = MILES if units == "mi" else KILOMETRES
        print_analysis(page, analysis, shown_in, weight_kg, segments=not brief, graphs=shown)
