"""``retropace evaluate TRUTH LABELS``: compares estimated labels with reference labels."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.console import open_text_output
from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.cli.terminal.layout import create_table
from retropace.core.errors import RetropaceError

if TYPE_CHECKING:
    from retropace.analysis.metrics import Scores
    from retropace.cli.terminal.console import TextOutput
    from retropace.core.units import Units


@click.command()
@click.argument("truth", type=click.Path())
@click.argument("labels", type=click.Path())
@click.option(
    "--recording",
    metavar="FILE",
    type=click.Path(),
    help="The recording that annotations are about, where they name laps, distances or times of day.",
)
@click.option(
    "--skip-unlabelled",
    is_flag=True,
    help="Do not judge what TRUTH leaves unlabelled. Without this it counts as forward, and as rest where LABELS rest.",
)
@options.table_or_json
@options.units
@options.session
def evaluate(
    truth: str, labels: str, recording: str | None, skip_unlabelled: bool, form: str, units: str, session: int | None
) -> None:
    """How good labels are against the truth.

    TRUTH and LABELS are each what 'retropace analyze --format json' prints for one session, a truth as in samples/, a
    sidecar, or a label track. Shows the seconds that are right, distance per direction, precision and recall,
    boundaries, covering and, where LABELS say how sure they are, the Brier score and confidence against frequency.
    """
    result = run_or_report(truth, lambda: _compute_scores(truth, labels, recording, skip_unlabelled, session))
    if result is not None and form == "json":
        click.echo(json.dumps(_build_document(result), indent=2))
    elif result is not None:
        from retropace.core.units import UNITS_BY_NAME

        _print_scores(open_text_output(), result, UNITS_BY_NAME[units])
    sys.exit(exit_status([result]))


def _compute_scores(
    truth: str, labels: str, recording: str | None, skip_unlabelled: bool, session: int | None
) -> Scores:
    """Read both labellings and score them; raises ``RetropaceError`` if they label no common time."""
    from retropace.analysis.labelling_io import read_labellings
    from retropace.analysis.metrics import fill_unlabelled, score
    from retropace.readers import choose, read_all

    activity = None
    if recording is not None:
        activities = choose(read_all(recording), session)
        if len(activities) > 1:
            raise RetropaceError(
                f"holds {len(activities)} sessions: say which one is meant with --session N", path=recording
            )
        activity = activities[0]
    reference, estimated = read_labellings((truth, labels), activity)
    if not skip_unlabelled:
        reference = fill_unlabelled(reference, estimated, "forward")
    scores = score(reference, estimated)
    if not scores.judged_s > 0.0:
        raise RetropaceError("labels nothing that the other file labels too: are both about one session?", path=truth)
    return scores


def _print_scores(output: TextOutput, scores: Scores, units: Units) -> None:
    from retropace.core.units import format_duration

    output.print(f"right: {100.0 * scores.accuracy:.2f} % of {format_duration(scores.judged_s)}")
    output.print()
    table = create_table("", "true", "found", "precision", "recall", "true", "found", "error")
    for result in scores.directions:
        if result.reference_s or result.estimated_s:
            table.add_row(
                result.direction,
                format_duration(result.reference_s),
                format_duration(result.estimated_s),
                _format_share(result.precision),
                _format_share(result.recall),
                *(
                    units.format_distance(metres) if metres == metres else ""
                    for metres in (result.reference_m, result.estimated_m)
                ),
                f"{100.0 * result.distance_error:+.1f} %" if result.distance_error == result.distance_error else "",
            )
    output.print_table(table)
    output.print()
    table = create_table("changes of direction", "true", "found", "matched", "precision", "recall", "F1")
    for window_s, counts in scores.boundaries.items():
        table.add_row(
            f"within {window_s:.0f} s",
            *(str(number) for number in (counts.reference, counts.estimated, counts.matched)),
            *(_format_share(value) for value in (counts.precision, counts.recall, counts.f1)),
        )
    output.print_table(table)
    output.print()
    output.print(f"covering {scores.covering:.3f}")
    if scores.reliability is None:
        return
    output.print(f"Brier score {scores.brier:.4f}")
    output.print()
    table = create_table("confidence", "stretches", "time", "said", "right")
    reliability = scores.reliability
    for tenth in range(10):
        if reliability.stretch_count[tenth]:
            table.add_row(
                f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}",
                str(reliability.stretch_count[tenth]),
                format_duration(float(reliability.duration_s[tenth])),
                _format_share(float(reliability.confidence[tenth])),
                _format_share(float(reliability.accuracy[tenth])),
            )
    output.print_table(table)


def _format_share(value: float) -> str:
    return f"{value:.3f}" if value == value else ""


def _build_document(scores: Scores) -> dict[str, Any]:
    """Return the scores as a JSON document; undefined scores are None."""

    def nan_to_none(value: float) -> float | None:
        return float(value) if value == value else None

    reliability = scores.reliability
    return {
        "schema": "retropace.evaluation/1",
        "judged_s": scores.judged_s,
        "right_s": scores.correct_s,
        "right": nan_to_none(scores.accuracy),
        "directions": {
            result.direction: {
                "true_s": result.reference_s,
                "found_s": result.estimated_s,
                "both_s": result.correct_s,
                "precision": nan_to_none(result.precision),
                "recall": nan_to_none(result.recall),
                "true_m": nan_to_none(result.reference_m),
                "found_m": nan_to_none(result.estimated_m),
                "distance_error": nan_to_none(result.distance_error),
            }
            for result in scores.directions
        },
        "boundaries": {
            f"{window_s:.0f}_s": {
                "true": counts.reference,
                "found": counts.estimated,
                "matched": counts.matched,
                "precision": nan_to_none(counts.precision),
                "recall": nan_to_none(counts.recall),
                "f1": counts.f1,
            }
            for window_s, counts in scores.boundaries.items()
        },
        "covering": nan_to_none(scores.covering),
        "brier": nan_to_none(scores.brier),
        "reliability": None
        if reliability is None
        else [
            {
                "from": tenth / 10,
                "to": (tenth + 1) / 10,
                "stretches": int(reliability.stretch_count[tenth]),
                "seconds": float(reliability.duration_s[tenth]),
                "confidence": nan_to_none(float(reliability.confidence[tenth])),
                "right": nan_to_none(float(reliability.accuracy[tenth])),
            }
            for tenth in range(10)
        ],
    }
