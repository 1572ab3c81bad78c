"""JSON document of an analysis, schema ``retropace.analysis/1``: fields may be added, a missing value is ``None``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from retropace.analysis.energy import Energy
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import findings_document
from retropace.core.json_values import finite_column, finite_or_none
from retropace.core.segments import DIRECTIONS
from retropace.core.spans import total_s

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.annotations import Annotation
    from retropace.annotations.model.plan import Workout
    from retropace.core.activity import Activity

SCHEMA = "retropace.analysis/1"
"""Name and version of the document format."""
FieldType = type[str] | type[int] | type[float]
"""Python type of the values of a field."""
ACTIVITY_FIELDS: Mapping[str, FieldType] = {
    **dict.fromkeys(("name", "sport", "sub_sport", "start_time"), str),
    **dict.fromkeys(("elapsed_s", "timer_s", "moving_s", "distance_m"), float),
    "distance_source": str,
}
"""Fields of ``activity`` in the document, with their types."""
STAT_FIELDS: Mapping[str, FieldType] = dict.fromkeys(
    ("distance_m", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps"), float
)
"""Statistics of a segment and of a direction, with their types."""
SEGMENT_FIELDS: Mapping[str, FieldType] = {
    **dict.fromkeys(("start_s", "end_s"), float),
    **dict.fromkeys(("direction", "gait", "basis"), str),
    "confidence": float,
    **STAT_FIELDS,
}
"""Fields of each of the ``segments`` in the document, with their types."""
ENERGY_FIELDS: Mapping[str, FieldType] = dict.fromkeys(("energy_low_kcal_per_kg", "energy_high_kcal_per_kg"), float)
"""Low and high end of the energy of a direction (kcal per kg of body weight), with their types."""
DIRECTION_FIELDS: Mapping[str, FieldType] = {
    "elapsed_s": float,
    **STAT_FIELDS,
    "segments": int,
    **dict.fromkeys(("annotated_m", "suspected_m"), float),
    **ENERGY_FIELDS,
}
"""Fields of each of the ``directions`` in the document, with their types."""


def analysis_document(analysis: Analysis) -> dict[str, Any]:
    """Return the document of an analysis; numbers are not rounded, so that parts add up to the total."""
    activity, athlete, summary, energy = analysis.activity, analysis.athlete, analysis.summary, analysis.energy
    sessions = () if athlete is None else athlete.sessions
    other_count = sum(not session.is_same_recording(activity) for session in sessions)
    directions = {
        "segments": summary.segment_counts,
        "annotated_m": summary.annotated_m,
        "suspected_m": summary.suspected_m,
        "energy_low_kcal_per_kg": energy.direction_low_kcal_per_kg,
        "energy_high_kcal_per_kg": energy.direction_high_kcal_per_kg,
    }
    direction_rows = _to_rows(DIRECTION_FIELDS, directions, summary.directions)
    return {
        "schema": SCHEMA,
        "source": source_document(activity),
        "activity": activity_document(activity, analysis.cleaned),
        "segments": _to_rows(SEGMENT_FIELDS, {}, analysis.segments, summary.segments),
        "directions": dict(zip(DIRECTIONS, direction_rows, strict=True)),
        "annotations": [_annotation_document(annotation) for annotation in analysis.annotations],
        "workout": None if analysis.workout is None else _workout_document(analysis.workout),
        "athlete": None if athlete is None else {"name": athlete.name, "sessions": other_count},
        "worth_a_look": [asdict(segment) for segment in analysis.borderline],
        **findings_document(analysis.findings),
    }


def pick_fields(record: object, *names: str) -> dict[str, Any]:
    """Return the named attributes of a record, by name."""
    return {name: getattr(record, name) for name in names}


def energy_document(energy: Energy, weight_kg: float) -> dict[str, Any]:
    """Return the kilocalories above rest of each direction and of the activity, for a runner of ``weight_kg``."""

    def ends(low: float, high: float) -> dict[str, float | None]:
        return {"low_kcal": finite_or_none(weight_kg * low), "high_kcal": finite_or_none(weight_kg * high)}

    lows, highs = energy.direction_low_kcal_per_kg, energy.direction_high_kcal_per_kg
    return {
        "weight_kg": weight_kg,
        "level": energy.assumes_level_ground,
        **{direction: ends(low, high) for direction, low, high in zip(DIRECTIONS, lows, highs, strict=True)},
        "all": ends(energy.low_kcal_per_kg, energy.high_kcal_per_kg),
    }


def _annotation_document(annotation: Annotation) -> dict[str, Any]:
    return {
        **pick_fields(annotation, "start_s", "end_s"),
        "label": str(annotation.label),
        "note": annotation.note,
        "origin": str(annotation.origin),
        "kind": annotation.origin.kind,
        **pick_fields(annotation.attributes, "distance_m", "speed_mps"),
    }


def _workout_document(workout: Workout) -> dict[str, Any]:
    return {
        "text": workout.plan.text,
        "source": workout.plan.source,
        "fits": workout.fits,
        "why_not": workout.rejection_reason or None,
        "missing": workout.missing_count,
        "extra": workout.extra_count,
        "steps": [
            {
                "step": str(aligned.step),
                "label": str(aligned.step.label),
                "planned_s": aligned.step.seconds,
                "planned_m": aligned.step.metres,
                **pick_fields(aligned, "start_s", "end_s"),
                "done": aligned.actual,
                "ratio": finite_or_none(aligned.ratio),
                "fit": aligned.fit_score,
            }
            for aligned in workout.steps
        ],
    }


def source_document(activity: Activity) -> dict[str, Any]:
    """Return the file that an activity was read from and the device that recorded it."""
    source = activity.source
    return {
        **pick_fields(source, "path", "format"),
        "sha256": source.sha256 or None,
        "session": source.session,
        "device": str(activity.device) or None,
    }


def activity_document(activity: Activity, cleaned: CleanedActivity) -> dict[str, Any]:
    """Return the :data:`ACTIVITY_FIELDS`; totals are those that retropace computes, not those of the device."""
    return {
        **{name: text or None for name, text in pick_fields(activity, "name", "sport", "sub_sport").items()},
        "start_time": format_time(cleaned.start_time),
        "elapsed_s": cleaned.elapsed_s,
        "timer_s": cleaned.elapsed_s - total_s(cleaned.pauses),
        "moving_s": float(cleaned.curves["moving_s"][-1]),
        "distance_m": float(cleaned.curves["distance_m"][-1]),
        "distance_source": cleaned.distance_source,
    }


def format_time(time: datetime | None) -> str | None:
    """Return a UTC time as ISO 8601, with a fraction of a second only if it has one; None stays None."""
    return None if time is None else time.isoformat().replace("+00:00", "Z")


def _to_rows(fields: Mapping[str, FieldType], columns: Mapping[str, Any], *sources: Any) -> list[dict[str, Any]]:
    """Return a dict of ``fields`` per row, from ``columns`` or from the first source that has such an attribute."""

    def values(name: str, field_type: FieldType) -> Sequence[Any]:
        column = columns[name] if name in columns else next(getattr(s, name) for s in sources if hasattr(s, name))
        if field_type is float:
            return finite_column(column)
        return [None if value == "" else value for value in column.tolist()]

    table = [values(name, field_type) for name, field_type in fields.items()]
    return [dict(zip(fields, row, strict=True)) for row in zip(*table, strict=True)]
