"""JSON document of an interval session, schema ``retropace.intervals/1``; fields may be added, missing is ``None``."""

from dataclasses import asdict, astuple
from typing import Any

from retropace.analysis.json_document import activity_document, pick_fields, source_document
from retropace.core.findings import findings_document
from retropace.core.json_values import to_json_values
from retropace.intervals.compare import Comparison, DirectionRatios
from retropace.intervals.efforts import Effort
from retropace.intervals.nominal import NominalLength
from retropace.intervals.pairs import QuarterMileTest
from retropace.intervals.planned_vs_actual import StepOutcome
from retropace.intervals.reps import Rep
from retropace.intervals.session import Intervals
from retropace.intervals.sets import IntervalSet

SCHEMA = "retropace.intervals/1"
"""Name and version of the document's schema."""


def intervals_document(found: Intervals) -> dict[str, Any]:
    """Return the JSON document of a session as dicts and lists, with unrounded numbers."""
    activity = found.analysis.activity
    positions = {
        id(rep): (number, rep.number) for number, interval_set in enumerate(found.sets, 1) for rep in interval_set.reps
    }
    return {
        "schema": SCHEMA,
        "source": source_document(activity),
        "activity": activity_document(activity, found.cleaned),
        "track": None if found.running_track is None else to_json_values(asdict(found.running_track)),
        "structured": bool(found.sets),
        "parts": [to_json_values(asdict(part)) for part in found.parts],
        "sets": [_set_to_dict(number, interval_set) for number, interval_set in enumerate(found.sets, 1)],
        "forward_against_backward": [_comparison_to_dict(comparison, positions) for comparison in found.comparisons],
        "quarter_miles": [_quarter_mile_to_dict(test) for test in found.quarter_miles],
        "pace_curve": [to_json_values(asdict(best) | {"speed_mps": best.speed_mps}) for best in found.mean_max_curve],
        "planned": [_outcome_to_dict(outcome) for outcome in found.step_outcomes],
        **findings_document(found.findings),
    }


def _rep_to_dict(rep: Rep) -> dict[str, Any]:
    recovery = rep.recovery
    means = ("speed_mps", "cadence_spm", "step_length_m", "steps", "heart_rate_bpm", "heart_rate_max_bpm")
    return to_json_values(
        {
            "rep": rep.number,
            **pick_fields(rep, "direction", "gait", "basis"),
            **_nominal_to_dict(rep.nominal),
            **pick_fields(rep, "start_s", "end_s"),
            "time_s": rep.seconds,
            "distance_m": rep.metres,
            **pick_fields(rep, *means),
            "dropped_bpm": rep.heart_rate_recovery_bpm,
            **pick_fields(rep, "from_median_s", "from_median_m"),
            "recovery_s": recovery and recovery.seconds,
            "recovery_m": recovery and recovery.metres,
            "recovery_kind": (recovery and recovery.kind) or None,
        }
    )


def _set_to_dict(number: int, interval_set: IntervalSet) -> dict[str, Any]:
    return {
        "set": number,
        **pick_fields(interval_set, "kind", "line", "count"),
        **_nominal_to_dict(interval_set.nominal),
        **to_json_values(pick_fields(interval_set, "start_s", "end_s", "work_s", "work_m", "recovery_s", "recovery_m")),
        "statistics": [to_json_values(asdict(statistics)) for statistics in interval_set.statistics],
        "reps": [_rep_to_dict(rep) for rep in interval_set.reps],
    }


def _nominal_to_dict(nominal: NominalLength | None) -> dict[str, float | None]:
    unit, size = ("", None) if nominal is None else (nominal.unit, nominal.size)
    return {"nominal_m": size if unit == "m" else None, "nominal_s": size if unit == "s" else None}


def _comparison_to_dict(comparison: Comparison, rep_positions: dict[int, tuple[int, int]]) -> dict[str, Any]:
    def locate(rep: Rep) -> dict[str, int]:
        number, rep_number = rep_positions[id(rep)]
        return {"set": number, "rep": rep_number}

    return {
        "length": comparison.length,
        "forward": [locate(rep) for rep in comparison.forward],
        "backward": [locate(rep) for rep in comparison.backward],
        "pairs": [
            {"forward": locate(forward), "backward": locate(backward), **_ratios_to_dict(ratios)}
            for forward, backward, ratios in comparison.pairs
        ],
        "together": _ratios_to_dict(comparison.overall),
    }


def _ratios_to_dict(ratios: DirectionRatios) -> dict[str, float | None]:
    names = ("time_ratio", "speed_ratio", "cadence_ratio", "step_length_ratio", "steps_ratio")
    return to_json_values(dict(zip((*names, "heart_rate_difference_bpm"), astuple(ratios), strict=True)))


def _outcome_to_dict(outcome: StepOutcome) -> dict[str, Any]:
    step, result = outcome.step, outcome.result
    return {
        "step": str(step),
        "status": outcome.status,
        "planned_s": step.seconds,
        "planned_m": step.metres,
        "start_s": result and result.start_s,
        "end_s": result and result.end_s,
        "done": result and result.actual,
    }


def _quarter_mile_to_dict(test: QuarterMileTest) -> dict[str, Any]:
    def half(effort: Effort) -> dict[str, float]:
        return {"start_s": effort.start_s, "end_s": effort.end_s, "time_s": effort.seconds, "distance_m": effort.metres}

    return {
        "forward": half(test.forward),
        "rest_s": test.rest_s,
        "backward": half(test.backward),
        **pick_fields(test, "ratio", "ratio_error"),
        "under_twice": test.is_passed,
        "too_close_to_call": test.is_close,
    }
