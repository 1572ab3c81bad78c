"""``retropace evaluate TRUTH LABELS``: how good labels are against the truth."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.errors import attempt, exit_status

if TYPE_CHECKING:
    from retropace.analysis.metrics import Scores
    from retropace.cli.terminal.console import Page
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
    result = attempt(truth, lambda: _scores(truth, labels, recording, skip_unlabelled, session))
    if result is not None and form == "json":
        click.echo(json.dumps(_document(result), indent=2))
    elif result is not None:
        from retropace.cli.terminal.console import open_page
        from retropace.core.units import KILOMETRES, MILES

        _print(open_page(), result, MILES if units == "mi" else KILOMETRES)
    sys.exit(exit_status([result]))


def _scores(truth: str, labels: str, recording: str | None, skip: bool, session: int | None) -> Scores:
    from retropace.analysis.labelling_io import read_labelling
    from retropace.analysis.metrics import score, with_others
    from retropace.core.errors import RetropaceError
    from retropace.readers import choose, read_all

    activity = None
    if recording is not None:
        activities = choose(read_all(recording), session)
        if len(activities) > 1:
            raise RetropaceError(
                f"holds {len(activities)} sessions: say which one is meant with --session N", path=recording
            )
        activity = activities[0]
    true, found = (read_labelling(path, activity) for path in (truth, labels))
    scores = score(true if skip else with_others(true, found, "forward"), found)
    if not scores.judged_s > 0.0:
        raise RetropaceError("labels nothing that the other file labels too: are both about one session?", path=truth)
    return scores


def _print(page: Page, scores: Scores, units: Units) -> None:
    from retropace.cli.terminal.layout import columns
    from retropace.core.units import clock

    page.print(f"right: {100.0 * scores.right:.2f} % of {clock(scores.judged_s)}")
    page.print()
    table = columns("", "true", "found", "precision", "recall", "true", "found", "error")
    for one in scores.directions:
        if one.true_s or one.found_s:
            table.add_row(
                one.direction,
                clock(one.true_s),
                clock(one.found_s),
                _share(one.precision),
                _share(one.recall),
                *(units.distance(metres) if metres == metres else "" for metres in (one.true_m, one.found_m)),
                f"{100.0 * one.distance_error:+.1f} %" if one.distance_error == one.distance_error else "",
            )
    page.table(table)
    page.print()
    table = columns("changes of direction", "true", "found", "matched", "precision", "recall", "F1")
    for window, counted in scores.boundaries.items():
        table.add_row(
            f"within {window:.0f} s",
            *(str(number) for number in (counted.true, counted.found, counted.matched)),
            *(_share(value) for value in (counted.precision, counted.recall, counted.f1)),
        )
    page.table(table)
    page.print()
    page.print(f"covering {scores.covering:.3f}")
    if scores.reliability is None:
        return
    page.print(f"Brier score {scores.brier:.4f}")
    page.print()
    table = columns("confidence", "stretches", "time", "said", "right")
    tenths = scores.reliability
    for at in range(10):
        if tenths.count[at]:
            table.add_row(
                f"{at / 10:.1f} to {(at + 1) / 10:.1f}",
                str(tenths.count[at]),
                clock(float(tenths.seconds[at])),
                _share(float(tenths.confidence[at])),
                _share(float(tenths.right[at])),
            )
    page.table(table)


def _share(value: float) -> str:
    return f"{value:.3f}" if value == value else ""


def _document(scores: Scores) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return float(value) if value == value else None

    reliability = scores.reliability
    return {
        "schema": "retropace.evaluation/1",
        "judged_s": scores.judged_s,
        "right_s": scores.right_s,
        "right": number(scores.right),
        "directions": {
            one.direction: {
                "true_s": one.true_s,
                "found_s": one.found_s,
                "both_s": one.both_s,
                "precision": number(one.precision),
                "recall": number(one.recall),
                "true_m": number(one.true_m),
                "found_m": number(one.found_m),
                "distance_error": number(one.distance_error),
            }
            for one in scores.directions
        },
        "boundaries": {
            f"{window:.0f}_s": {
                "true": counted.true,
                "found": counted.found,
                "matched": counted.matched,
                "precision": number(counted.precision),
                "recall": number(counted.recall),
                "f1": counted.f1,
            }
            for window, counted in scores.boundaries.items()
        },
        "covering": number(scores.covering),
        "brier": number(scores.brier),
        "reliability": None
        if reliability is None
        else [
            {
                "from": tenth / 10,
                "to": (tenth + 1) / 10,
                "stretches": int(reliability.count[tenth]),
                "seconds": float(reliability.seconds[tenth]),
                "confidence": number(float(reliability.confidence[tenth])),
                "right": number(float(reliability.right[tenth])),
            }
            for tenth in range(10)
        ],
    }
