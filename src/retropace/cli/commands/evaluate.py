"""``retropace evaluate TRUTH LABELS``: compares estimated labels with reference labels."""

from __future__ import annotations

import click

from retropace.cli.options import common as options
from retropace.cli.sessions.evaluation import EvaluationRequest, compute_scores
from retropace.cli.terminal.console import open_text_output, print_json
from retropace.cli.terminal.errors import run_or_exit
from retropace.cli.terminal.tables import print_tables
from retropace.core.units import Units
from retropace.output.tables.scores import build_scores_tables


@click.command()
@click.argument("truth", type=click.Path())
@click.argument("labels", type=click.Path())
@options.option(
    "--recording FILE",
    "The recording that annotations are about, where they name laps, distances or times of day.",
    type=click.Path(),
)
@options.option(
    "--skip-unlabelled",
    "Do not judge what TRUTH leaves unlabelled. Without this it counts as forward, and as rest where LABELS rest.",
    is_flag=True,
)
@options.table_or_json
@options.units
@options.session
@options.gather("request", EvaluationRequest)
def evaluate(request: EvaluationRequest, form: str, units: Units) -> None:
    """How good labels are against the truth.

    TRUTH and LABELS are each what 'retropace analyze --format json' prints for one session, a truth as in samples/, a
    sidecar, or a label track. Shows the seconds that are right, distance per direction, precision and recall,
    boundaries, covering and, where LABELS say how sure they are, the Brier score and confidence against frequency.
    """
    scores = run_or_exit(request.truth, compute_scores, request)
    if form == "json":
        print_json(scores.to_dict())
    else:
        print_tables(open_text_output(), build_scores_tables(scores, units))
