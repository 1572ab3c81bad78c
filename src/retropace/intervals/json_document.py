"""An interval session as plain dicts and lists, schema ``retropace.intervals/1``.

Fields may be added; none is renamed or removed without a new schema number. A missing value is ``None``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from retropace.analysis.json_document import activity_document, source_document
from retropace.intervals.compare import Comparison, Ratios
from retropace.intervals.efforts import Work
from retropace.intervals.nominal import Nominal
from retropace.intervals.quarter_mile import QuarterMile
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
        "activity": activity_document(activity, found.track),
        "track": None if found.stadium is None else _plain(asdict(found.stadium)),
        "structured": bool(found.sets),
        "parts": [_plain(asdict(part)) for part in found.parts],
        "sets": [_set(number, one) for number, one in enumerate(found.sets, 1)],
        "forward_against_backward": [_comparison(one, places) for one in found.comparisons],
        "quarter_miles": [_quarter_mile(one) for one in found.quarter_miles],
        "pace_curve": [_plain(asdict(best) | {"speed_mps": best.speed_mps}) for best in found.curve],
        "planned": [
            {
                "step": str(one.step),
                "status": one.status,
                "planned_s": one.step.seconds,
                "planned_m": one.step.metres,
                "start_s": None if one.done is None else one.done.start_s,
                "end_s": None if one.done is None else one.done.end_s,
                "done": None if one.done is None else one.done.done,
            }
            for one in found.planned
        ],
        "warnings": list(found.warnings),
    }


def rep_document(rep: Rep) -> dict[str, Any]:
    """One rep, flat: a row of a table. Its number counts in its set."""
    recovery = rep.recovery
    return _plain(
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
            "dropped_bpm": rep.beats_dropped,
            "from_median_s": rep.from_median_s,
            "from_median_m": rep.from_median_m,
            "recovery_s": None if recovery is None else recovery.seconds,
            "recovery_m": None if recovery is None else recovery.metres,
            "recovery_kind": None if recovery is None else recovery.kind or None,
        }
    )


def _set(number: int, one: IntervalSet) -> dict[str, Any]:
    return {
        "set": number,
        "kind": one.kind,
        "line": one.line,
        "count": one.count,
        **_nominal(one.nominal),
        "start_s": one.start_s,
        "end_s": one.end_s,
        "work_s": one.work_s,
        "work_m": _number(one.work_m),
        "recovery_s": one.recovery_s,
        "recovery_m": _number(one.recovery_m),
        "statistics": [_plain(asdict(each)) for each in one.statistics],
        "reps": [rep_document(rep) for rep in one.reps],
    }


def _nominal(nominal: Nominal | None) -> dict[str, float | None]:
    unit, size = ("", None) if nominal is None else (nominal.unit, nominal.size)
    return {"nominal_m": size if unit == "m" else None, "nominal_s": size if unit == "s" else None}


def _comparison(one: Comparison, places: dict[int, tuple[int, int]]) -> dict[str, Any]:
    def place(rep: Rep) -> dict[str, int]:
        number, rep_number = places[id(rep)]
        return {"set": number, "rep": rep_number}

    return {
        "length": one.length,
        "forward": [place(rep) for rep in one.forward],
        "backward": [place(rep) for rep in one.backward],
        "pairs": [
            {"forward": place(forward), "backward": place(backward), **_ratios(each)}
            for forward, backward, each in one.pairs
        ],
        "together": _ratios(one.together),
    }


def _ratios(ratios: Ratios) -> dict[str, float | None]:
    return {
        "time_ratio": _number(ratios.seconds),
        "speed_ratio": _number(ratios.speed_mps),
        "cadence_ratio": _number(ratios.cadence_spm),
        "step_length_ratio": _number(ratios.step_length_m),
        "steps_ratio": _number(ratios.steps),
        "heart_rate_difference_bpm": _number(ratios.heart_rate_bpm),
    }


def _quarter_mile(test: QuarterMile) -> dict[str, Any]:
    def half(work: Work) -> dict[str, float]:
        return {"start_s": work.start_s, "end_s": work.end_s, "time_s": work.seconds, "distance_m": work.metres}

    return {
        "forward": half(test.forward),
        "rest_s": test.rest_s,
        "backward": half(test.backward),
        "ratio": test.ratio,
        "ratio_error": test.error,
        "under_twice": test.passed,
        "too_close_to_call": test.is_close,
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _number(value) if isinstance(value, float) else value for name, value in values.items()}


def _number(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None
