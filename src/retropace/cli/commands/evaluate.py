"""``retropace evaluate TRUTH LABELS``: compares estimated labels with reference labels."""

from typing import Any

import click

from retropace.analysis.labelling_io import read_labellings
from retropace.analysis.metrics import Scores, fill_unlabelled, score
from retropace.cli.options import common as options
from retropace.cli.sessions.analyze_file import read_activities, require_single
from retropace.cli.terminal.console import open_text_output, print_json, print_tables
from retropace.cli.terminal.errors import run_or_exit
from retropace.core.errors import RetropaceError
from retropace.core.units import Units
from retropace.output.tables.scores import build_scores_tables


@click.command()
@click.argument("truth", type=click.Path())
@click.argument("labels", type=click.Path())
@options.option(
    "--recording FILE", "The recording that annotations are about, where they name laps, distances or times of day."
)
@options.option(
    "--skip-unlabelled",
    "Do not judge what TRUTH leaves unlabelled. Without this it counts as forward, and as rest where LABELS rest.",
)
@options.table_or_json
@options.units
@options.session
def evaluate(form: str, units: Units, **request: Any) -> None:
    """How good labels are against the truth.

    TRUTH and LABELS are each what 'retropace analyze --format json' prints for one session, a truth as in samples/, a
    sidecar, or a label track. Shows the seconds that are right, distance per direction, precision and recall,
    boundaries, covering and, where LABELS say how sure they are, the Brier score and confidence against frequency.
    """
    scores = run_or_exit(request["truth"], _compute_scores, **request)
    if form == "json":
        print_json(scores.to_dict())
    else:
        print_tables(open_text_output(), build_scores_tables(scores, units))


def _compute_scores(
    truth: str, labels: str, recording: str | None, session: int | None, skip_unlabelled: bool
) -> Scores:
    """Read both labellings and score them; raises ``RetropaceError`` if they label no common time."""
    activity = None
    if recording is not None:
        activity = require_single(read_activities(recording, session), recording, "say which one is meant")
    reference, estimated = read_labellings((truth, labels), activity)
    if not skip_unlabelled:
        reference = fill_unlabelled(reference, estimated, "forward")
    scores = score(reference, estimated)
    if not scores.judged_s > 0.0:
        message = "labels nothing that the other file labels too: are both about one session?"
        raise RetropaceError(message, path=truth)
    return scores
