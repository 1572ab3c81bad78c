"""JSON document of an analysis, schema ``retropace.analysis/1``, as dicts and lists.

Fields may be added; renaming or removing one needs a new schema number. A missing value is ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.analysis.energy import Energy
from retropace.analysis.summary import Summary
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segment_stats import SegmentStats
from retropace.core.segments import DIRECTIONS, Segments
from retropace.core.spans import total_s

if TYPE_CHECKING:
    from retropace.annotations import Annotation
    from retropace.annotations.model.workout import Workout
    from retropace.core.activity import Activity
    from retropace.labelling.athlete import Athlete

SCHEMA = "retropace.analysis/1"
"""Name and version of the document format."""


def analysis_document(
    activity: Activity, cleaned: CleanedActivity, segments: Segments, summary: Summary, energy: Energy
) -> dict[str, Any]:
    """Return the document of an analysis; numbers are not rounded, so that parts add up to the total."""
    return {
        "schema": SCHEMA,
        "source": source_document(activity),
        "activity": activity_document(activity, cleaned),
        "segments": [
            {
                "start_s": finite_or_none(segments.start_s[row]),
                "end_s": finite_or_none(segments.end_s[row]),
                "direction": str(segments.direction[row]),
                "gait": str(segments.gait[row]) or None,
                "basis": str(segments.basis[row]),
                "confidence": finite_or_none(segments.confidence[row]),
                **_stats_to_dict(summary.segments, row),
            }
            for row in range(len(segments))
        ],
        "directions": {
            direction: {
                "elapsed_s": finite_or_none(summary.directions.elapsed_s[row]),
                **_stats_to_dict(summary.directions, row),
                "segments": int(summary.segment_counts[row]),
                "annotated_m": finite_or_none(summary.annotated_m[row]),
                "suspected_m": finite_or_none(summary.suspected_m[row]),
                "energy_low_kcal_per_kg": finite_or_none(energy.direction_low_kcal_per_kg[row]),
                "energy_high_kcal_per_kg": finite_or_none(energy.direction_high_kcal_per_kg[row]),
            }
            for row, direction in enumerate(DIRECTIONS)
        },
    }


def energy_document(energy: Energy, weight_kg: float) -> dict[str, Any]:
    """Return the kilocalories above rest of each direction and of the activity, for a runner of ``weight_kg``."""

    def ends(low: float, high: float) -> dict[str, float | None]:
        return {"low_kcal": finite_or_none(weight_kg * low), "high_kcal": finite_or_none(weight_kg * high)}

    return {
        "weight_kg": weight_kg,
        "level": energy.assumes_level_ground,
        **{
            direction: ends(energy.direction_low_kcal_per_kg[row], energy.direction_high_kcal_per_kg[row])
            for row, direction in enumerate(DIRECTIONS)
        },
        "all": ends(energy.low_kcal_per_kg, energy.high_kcal_per_kg),
    }


def annotation_documents(annotations: Iterable[Annotation]) -> list[dict[str, Any]]:
    """Return one dict for each annotation: its span, label and origin."""
    return [
        {
            "start_s": annotation.start_s,
            "end_s": annotation.end_s,
            "label": str(annotation.label),
            "note": annotation.note,
            "origin": str(annotation.origin),
            "kind": annotation.origin.kind,
            "distance_m": annotation.attributes.distance_m,
            "speed_mps": annotation.attributes.speed_mps,
        }
        for annotation in annotations
    ]


def athlete_document(athlete: Athlete, activity: Activity) -> dict[str, Any]:
    """Return as a dict the athlete's name and how many of their sessions, besides this activity, are remembered."""
    others = sum(not session.is_same_recording(activity) for session in athlete.sessions)
    return {"name": athlete.name, "sessions": others}


def workout_document(workout: Workout) -> dict[str, Any]:
    """Return a planned workout as a dict: each step with its time span, and why the activity does not fit, if so."""
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
                "start_s": aligned.start_s,
                "end_s": aligned.end_s,
                "done": aligned.actual,
                "ratio": finite_or_none(aligned.ratio),
                "fit": aligned.fit_score,
            }
            for aligned in workout.steps
        ],
    }


def source_document(activity: Activity) -> dict[str, Any]:
    """Return the file that an activity was read from and the device that recorded it, as a dict."""
    source = activity.source
    return {
        "path": source.path,
        "format": source.format,
        "sha256": source.sha256 or None,
        "session": source.session,
        "device": str(activity.device) or None,
    }


def activity_document(activity: Activity, cleaned: CleanedActivity) -> dict[str, Any]:
    """Return name, sport and time of an activity, and its totals as retropace computes them, as a dict."""
    return {
        "name": activity.name or None,
        "sport": activity.sport or None,
        "sub_sport": activity.sub_sport or None,
        "start_time": format_time(cleaned.start_time),
        "elapsed_s": cleaned.elapsed_s,
        "timer_s": cleaned.elapsed_s - total_s(cleaned.pauses),
        "moving_s": float(cleaned.curves["moving_s"][-1]),
        "distance_m": float(cleaned.curves["distance_m"][-1]),
        "distance_source": cleaned.distance_source,
    }


def format_time(time: datetime | None) -> str | None:
    """Return a UTC time as ISO 8601, with a fraction of a second only if it has one; None stays None.

    Example:
    >>> from datetime import UTC
    >>> format_time(datetime(2025, 5, 1, 8, 1, 10, tzinfo=UTC))
    '2025-05-01T08:01:10Z'

    """
    return None if time is None else time.isoformat().replace("+00:00", "Z")


def _stats_to_dict(stats: SegmentStats, index: int) -> dict[str, float | None]:
    names = ("distance_m", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps")
    return {name: finite_or_none(getattr(stats, name)[index]) for name in names}


def to_json_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return a dict with every float that is not finite replaced by None."""
    return {name: finite_or_none(value) if isinstance(value, float) else value for name, value in values.items()}


def finite_or_none(value: Any) -> float | None:
    """Return a number as float; None if it is missing or not finite."""
    return float(value) if value is not None and np.isfinite(value) else None
