"""An interval session as plain dicts and lists, schema ``retropace.intervals/1``.

Fields may be added; none is renamed or removed without a new schema number. A missing value is ``None``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from retropace.analysis.json_document import activity_document, source_document
from retropace.intervals.compare import Comparison, DirectionRatios
from retropace.intervals.efforts import Effort
from retropace.intervals.nominal import NominalLength
from retropace.intervals.quarter_mile import QuarterMileTest
from retropace.intervals.reps import Rep
from retropace.intervals.session import Intervals
from retropace.intervals.sets import IntervalSet

SCHEMA = "retropace.intervals/1"


def intervals_document(found: Intervals) -> dict[str, Any]:
    """The document of ``intervals --format json``, ready for :func:`json.dumps`; numbers are not rounded."""
    activity = found.analysis.activity
    places = {id(rep): (number, rep.number) for number, one in enumerate(found.sets, 1) for rep in one.reps}
    return {
        "schema": SCHEMA,
        "source": source_document(activity),
        "activity": activity_document(activity, found.cleaned),
        "track": None if found.running_track is None else _to_json_values(asdict(found.running_track)),
        "structured": bool(found.sets),
        "parts": [_to_json_values(asdict(part)) for part in found.parts],
        "sets": [_set_to_dict(number, one) for number, one in enumerate(found.sets, 1)],
        "forward_against_backward": [_comparison_to_dict(one, places) for one in found.comparisons],
        "quarter_miles": [_quarter_mile_to_dict(one) for one in found.quarter_miles],
        "pace_curve": [_to_json_values(asdict(best) | {"speed_mps": best.speed_mps}) for best in found.mean_max_curve],
        "planned": [
            {
                "step": str(one.step),
                "status": one.status,
                "planned_s": one.step.seconds,
                "planned_m": one.step.metres,
                "start_s": None if one.result is None else one.result.start_s,
                "end_s": None if one.result is None else one.result.end_s,
                "done": None if one.result is None else one.result.actual,
            }
            for one in found.step_outcomes
        ],
        "warnings": list(found.warnings),
    }


def rep_to_dict(rep: Rep) -> dict[str, Any]:
    """One rep, flat: a row of a table. Its number counts in its set."""
    recovery = rep.recovery
    return _to_json_values(
        {
            "rep": rep.number,
            "direction": rep.direction,
            "gait": rep.gait,
            "basis": rep.basis,
            "nominal_m": rep.nominal.size if rep.nominal is not None and rep.nominal.unit == "m" else None,
            "nominal_s": rep.nominal.size if rep.nominal is not None and rep.nominal.unit == "s" else None,
            "start_s": rep.start_s,
            "end_s": rep.end_s,
            "time_s": rep.seconds,
            "distance_m": rep.metres,
            "speed_mps": rep.speed_mps,
            "cadence_spm": rep.cadence_spm,
            "step_length_m": rep.step_length_m,
            "steps": rep.steps,
            "heart_rate_bpm": rep.heart_rate_bpm,
            "heart_rate_max_bpm": rep.heart_rate_max_bpm,
            "dropped_bpm": rep.heart_rate_recovery_bpm,
            "from_median_s": rep.from_median_s,
            "from_median_m": rep.from_median_m,
            "recovery_s": None if recovery is None else recovery.seconds,
            "recovery_m": None if recovery is None else recovery.metres,
            "recovery_kind": None if recovery is None else recovery.kind or None,
        }
    )


def _set_to_dict(number: int, interval_set: IntervalSet) -> dict[str, Any]:
    return {
        "set": number,
        "kind": interval_set.kind,
        "line": interval_set.line,
        "count": interval_set.count,
        **_nominal_to_dict(interval_set.nominal),
        "start_s": interval_set.start_s,
        "end_s": interval_set.end_s,
        "work_s": interval_set.work_s,
        "work_m": _finite_or_none(interval_set.work_m),
        "recovery_s": interval_set.recovery_s,
        "recovery_m": _finite_or_none(interval_set.recovery_m),
        "statistics": [_to_json_values(asdict(each)) for each in interval_set.statistics],
        "reps": [rep_to_dict(rep) for rep in interval_set.reps],
    }


def _nominal_to_dict(nominal: NominalLength | None) -> dict[str, float | None]:
    unit, size = ("", None) if nominal is None else (nominal.unit, nominal.size)
    return {"nominal_m": size if unit == "m" else None, "nominal_s": size if unit == "s" else None}


def _comparison_to_dict(comparison: Comparison, rep_positions: dict[int, tuple[int, int]]) -> dict[str, Any]:
    def place(rep: Rep) -> dict[str, int]:
        number, rep_number = rep_positions[id(rep)]
        return {"set": number, "rep": rep_number}

    return {
        "length": comparison.length,
        "forward": [place(rep) for rep in comparison.forward],
        "backward": [place(rep) for rep in comparison.backward],
        "pairs": [
            {"forward": place(forward), "backward": place(backward), **_ratios_to_dict(each)}
            for forward, backward, each in comparison.pairs
        ],
        "together": _ratios_to_dict(comparison.overall),
    }


def _ratios_to_dict(ratios: DirectionRatios) -> dict[str, float | None]:
    return {
        "time_ratio": _finite_or_none(ratios.seconds),
        "speed_ratio": _finite_or_none(ratios.speed_mps),
        "cadence_ratio": _finite_or_none(ratios.cadence_spm),
        "step_length_ratio": _finite_or_none(ratios.step_length_m),
        "steps_ratio": _finite_or_none(ratios.steps),
        "heart_rate_difference_bpm": _finite_or_none(ratios.heart_rate_bpm),
    }


def _quarter_mile_to_dict(test: QuarterMileTest) -> dict[str, Any]:
    def half(work: Effort) -> dict[str, float]:
        return {"start_s": work.start_s, "end_s": work.end_s, "time_s": work.seconds, "distance_m": work.metres}

    return {
        "forward": half(test.forward),
        "rest_s": test.rest_s,
        "backward": half(test.backward),
        "ratio": test.ratio,
        "ratio_error": test.ratio_error,
        "under_twice": test.is_passed,
        "too_close_to_call": test.is_close,
    }


def _to_json_values(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _finite_or_none(value) if isinstance(value, float) else value for name, value in values.items()}


def _finite_or_none(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None
