"""Annotations that a recording itself implies: names of laps and tracks, waypoints, title, description, workout."""

from __future__ import annotations

from retropace.annotations.implicit.device_workout import build_plan, has_backward_step
from retropace.annotations.implicit.from_description import find_description_hint
from retropace.annotations.implicit.from_names import find_name_annotations, find_title_annotations
from retropace.annotations.implicit.waypoints import find_waypoint_annotations
from retropace.annotations.model.annotation import Annotation
from retropace.annotations.model.plan import Plan
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity


def find_recording_annotations(
    activity: Activity, cleaned: CleanedActivity, *, is_unannotated: bool
) -> tuple[list[Annotation], list[str]]:
    """Return the annotations that names and waypoints imply, and warnings.

    Title and description are used only if the user gave no annotation (``is_unannotated``).
    """
    annotations: list[Annotation] = []
    warnings: list[str] = []
    for found, messages in (find_name_annotations(cleaned), find_waypoint_annotations(cleaned)):
        annotations += found
        warnings += messages
    if is_unannotated and not annotations:
        found, messages = find_title_annotations(activity, cleaned.elapsed_s)
        annotations += found
        warnings += messages or find_description_hint(activity)
    return annotations, warnings


def find_device_plan(cleaned: CleanedActivity) -> Plan | None:
    """Return the workout on the watch as a plan; None if no step says backward or laps state their steps already."""
    if not has_backward_step(cleaned.workout_steps) or any(lap.step_index is not None for lap in cleaned.laps):
        return None
    return build_plan(cleaned.workout_steps)
