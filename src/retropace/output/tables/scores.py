"""The tables of scores: how well estimated labels agree with the true ones."""

from math import isnan

from retropace.analysis.metrics import Reliability, Scores
from retropace.core.units import Units, format_duration, format_known
from retropace.output.tables.text_table import TextTable


def build_scores_tables(scores: Scores, units: Units) -> list[TextTable]:
    """Return tables of the share of time labelled rightly, scores per direction and of boundaries, and calibration."""
    right = f"right: {100.0 * scores.accuracy:.2f} % of {format_duration(scores.judged_s)}"
    tables = [TextTable(footer=(right,)), _build_directions_table(scores, units), _build_boundaries_table(scores)]
    covering = f"covering {scores.covering:.3f}"
    if scores.reliability is None:
        return [*tables, TextTable(footer=(covering,))]
    brier = f"Brier score {scores.brier:.4f}"
    return [*tables, TextTable(footer=(covering, brier)), _build_reliability_table(scores.reliability)]


def _build_directions_table(scores: Scores, units: Units) -> TextTable:
    rows = tuple(
        (
            result.direction,
            *(format_duration(seconds) for seconds in (result.reference_s, result.estimated_s)),
            *(format_known(share, "{:.3f}") for share in (result.precision, result.recall)),
            *(
                "" if isnan(length) else units.format_distance(length)
                for length in (result.reference_m, result.estimated_m)
            ),
            format_known(100.0 * result.distance_error, "{:+.1f} %"),
        )
        for result in scores.directions
        if result.reference_s or result.estimated_s
    )
    return TextTable("", ("", "true", "found", "precision", "recall", "true", "found", "error"), rows)


def _build_boundaries_table(scores: Scores) -> TextTable:
    rows = tuple(
        (
            f"within {window_s:.0f} s",
            *(str(number) for number in (counts.reference, counts.estimated, counts.matched)),
            *(format_known(value, "{:.3f}") for value in (counts.precision, counts.recall, counts.f1)),
        )
        for window_s, counts in scores.boundaries.items()
    )
    return TextTable("", ("changes of direction", "true", "found", "matched", "precision", "recall", "F1"), rows)


def _build_reliability_table(reliability: Reliability) -> TextTable:
    rows = tuple(
        (
            f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}",
            str(count),
            format_duration(float(reliability.duration_s[tenth])),
            *(format_known(float(share[tenth]), "{:.3f}") for share in (reliability.confidence, reliability.accuracy)),
        )
        for tenth, count in enumerate(reliability.stretch_count)
        if count
    )
    return TextTable("", ("confidence", "stretches", "time", "said", "right"), rows)
