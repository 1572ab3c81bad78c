"""An analysis as plain dicts and lists, schema ``retropace.analysis/1``: what other tools rely on.

Fields may be added; none is renamed or removed without a new schema number. A missing value is ``None``.
"""

from __future__ import annotations

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


def analysis_document(
    activity: Activity, cleaned: CleanedActivity, segments: Segments, summary: Summary, energy: Energy
) -> dict[str, Any]:
    """What was measured, ready for :func:`json.dumps`; numbers are not rounded, so that parts add up to the whole."""
    return {
        "schema": SCHEMA,
        "source": source_document(activity),
        "activity": activity_document(activity, cleaned),
        "segments": [
            {
                "start_s": _finite_or_none(segments.start_s[at]),
                "end_s": _finite_or_none(segments.end_s[at]),
                "direction": str(segments.direction[at]),
                "gait": str(segments.gait[at]) or None,
                "basis": str(segments.basis[at]),
                "confidence": _finite_or_none(segments.confidence[at]),
                **_stats_to_dict(summary.segments, at),
            }
            for at in range(len(segments))
        ],
        "directions": {
            direction: {
                "elapsed_s": _finite_or_none(summary.directions.elapsed_s[at]),
                **_stats_to_dict(summary.directions, at),
                "segments": int(summary.segment_counts[at]),
                "annotated_m": _finite_or_none(summary.annotated_m[at]),
                "suspected_m": _finite_or_none(summary.suspected_m[at]),
                "energy_low_kcal_per_kg": _finite_or_none(energy.direction_low_kcal_per_kg[at]),
                "energy_high_kcal_per_kg": _finite_or_none(energy.direction_high_kcal_per_kg[at]),
            }
            for at, direction in enumerate(DIRECTIONS)
        },
    }


def energy_document(energy: Energy, weight_kg: float) -> dict[str, Any]:
    """What an activity cost somebody of this weight above rest, kilocalories per direction and of the whole."""

    def ends(low: float, high: float) -> dict[str, float | None]:
        return {"low_kcal": _finite_or_none(weight_kg * low), "high_kcal": _finite_or_none(weight_kg * high)}

    return {
        "weight_kg": weight_kg,
        "level": energy.assumes_level_ground,
        **{
            direction: ends(energy.direction_low_kcal_per_kg[at], energy.direction_high_kcal_per_kg[at])
            for at, direction in enumerate(DIRECTIONS)
        },
        "all": ends(energy.low_kcal_per_kg, energy.high_kcal_per_kg),
    }


def annotation_documents(annotations: tuple[Annotation, ...]) -> list[dict[str, Any]]:
    """What was said, where it came to lie, and who said it."""
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
    """Who ran, and from how many other sessions they are known."""
    others = sum(not session.is_same_recording(activity) for session in athlete.sessions)
    return {"name": athlete.name, "sessions": others}


def workout_document(workout: Workout) -> dict[str, Any]:
    """A planned workout, what came of each of its steps and, if it does not fit, why not."""
    return {
        "text": workout.plan.text,
        "source": workout.plan.source,
        "fits": workout.fits,
        "why_not": workout.rejection_reason or None,
        "missing": workout.missing_count,
        "extra": workout.extra_count,
        "steps": [
            {
                "step": str(one.step),
                "label": str(one.step.label),
                "planned_s": one.step.seconds,
                "planned_m": one.step.metres,
                "start_s": one.start_s,
                "end_s": one.end_s,
                "done": one.actual,
                "ratio": _finite_or_none(one.ratio),
                "fit": one.fit_score,
            }
            for one in workout.steps
        ],
    }


def source_document(activity: Activity) -> dict[str, Any]:
    """Where an activity came from and what recorded it."""
    source = activity.source
    return {
        "path": source.path,
        "format": source.format,
        "sha256": source.sha256 or None,
        "session": source.session,
        "device": str(activity.device) or None,
    }


def activity_document(activity: Activity, cleaned: CleanedActivity) -> dict[str, Any]:
    """What was recorded: sport, time, and the totals as retropace counts them."""
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


def format_time(moment: datetime | None) -> str | None:
    """``2025-05-01T08:01:10Z``, with a fraction of a second only where there is one; None stays None."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _stats_to_dict(stats: SegmentStats, index: int) -> dict[str, float | None]:
    names = ("distance_m", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps")
    return {name: _finite_or_none(getattr(stats, name)[index]) for name in names}


def _finite_or_none(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
