"""``retropace analyze FILE...``: analyses recordings and prints distance and time per direction."""

import json

import click

from retropace.analysis.pipeline import Analysis
from retropace.cli.options import common as options
from retropace.cli.options.analysis_options import annotation_options, athlete_profile, gather_analysis, parameters
from retropace.cli.sessions.analyze_file import analyze_file, build_document, format_segments
from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.sessions.requests import AnalysisRequest
from retropace.cli.terminal.analysis_view import AnalysisView, print_analyses
from retropace.cli.terminal.console import print_json_documents, print_text
from retropace.cli.terminal.errors import exit_with_status, run_or_exit, run_or_report


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@annotation_options
@options.output_format(
    *("table", "json", "jsonl", "csv"),
    help_text="A table to read, JSON (an object, or an array for several files), JSON lines, or CSV with a row per "
    "segment.",
)
@options.units
@parameters
@athlete_profile(
    "Who ran: know them from what they annotated in other sessions, and learn from what is annotated in these. "
    "What was learned is kept in your data folder, or in FILE; see 'retropace athlete'."
)
@options.option("--no-learn", "With --athlete: learn nothing from these sessions.")
@options.option("--brief", "In the table, leave the single segments out.")
@options.option(
    "--graphs/--no-graphs",
    "In the table, show pace and cadence as small graphs above the strip, with --brief too.  [default: on a terminal,"
    " not when piped]",
    default=None,
)
@options.session
@options.weight
@gather_analysis
@options.gather("view", AnalysisView)
def analyze(files: tuple[str, ...], analysis: AnalysisRequest, no_learn: bool, form: str, view: AnalysisView) -> None:
    """How far and how long each recording was run forward and backward.

    FILE is a FIT, GPX or TCX recording, plain or gzipped. Annotations are read from NAME.annotations.csv beside it;
    what is marked counts, what looks like backward running is suspected, and everything else is taken as forward.
    """
    if no_learn and analysis.athlete is None:
        raise click.UsageError("--no-learn goes with --athlete.")
    learner = None if analysis.athlete is None else run_or_exit(analysis.athlete, AthleteLearner, analysis.athlete)
    results: list[object | None] = []
    analyses: list[Analysis] = []
    learned_lines: list[str] = []
    for path in files:
        athlete = None if learner is None else learner.athlete
        result = run_or_report(path, analyze_file, path, analysis, athlete)
        results.append(result)
        if learner is not None and not no_learn:
            learned_lines += [line for item in result or () for line in learner.learn(item)]
        if form == "table":
            print_analyses(result or [], view, is_first=not analyses)
        elif form == "jsonl":
            for item in result or ():
                print_text(json.dumps(build_document(item, view.weight_kg), ensure_ascii=False))
        analyses += result or ()
    if form == "json":
        print_json_documents([build_document(item, view.weight_kg) for item in analyses], file_count=len(files))
    elif form == "csv":
        print_text(format_segments(analyses), nl=False)
    if learner is not None and learned_lines:
        results.append(run_or_report(str(learner.path), learner.save))
        if results[-1] and form == "table":
            print_text("\n".join(["", *learned_lines]))
    exit_with_status(results)
