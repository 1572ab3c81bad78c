"""What a file itself says of the direction: names of laps and tracks, waypoints, its title, its workout."""

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
    activity: Activity, track: CleanedActivity, *, is_unannotated: bool
) -> tuple[list[Annotation], list[str]]:
    """What names and waypoints say, and what there is to say about it.

    ``is_silent``: nothing was said from elsewhere. Only then the title, which speaks of the whole, is asked, and the
    description for a hint.
    """
    spoken: list[Annotation] = []
    warnings: list[str] = []
    for found, said in (find_name_annotations(track), find_waypoint_annotations(track)):
        spoken += found
        warnings += said
    if is_unannotated and not spoken:
        found, said = find_title_annotations(activity, track.elapsed_s)
        spoken += found
        warnings += said or find_description_hint(activity)
    return spoken, warnings


def find_device_plan(track: CleanedActivity) -> Plan | None:
    """The workout in the file, if its steps speak of backward and no lap says which of them it carried out."""
    if not has_backward_step(track.workout_steps) or any(lap.step_index is not None for lap in track.laps):
        return None
    return build_plan(track.workout_steps)
