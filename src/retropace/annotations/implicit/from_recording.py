"""What a file itself says of the direction: names of laps and tracks, waypoints, its title, its workout."""

from __future__ import annotations

from retropace.annotations.implicit.device_workout import plan_of, says_backward
from retropace.annotations.implicit.from_description import hint_in_description
from retropace.annotations.implicit.from_names import from_names, from_title
from retropace.annotations.implicit.waypoints import from_waypoints
from retropace.annotations.model.annotation import Annotation
from retropace.annotations.model.plan import Plan
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import Track


def own_words(activity: Activity, track: Track, *, is_silent: bool) -> tuple[list[Annotation], list[str]]:
    """What names and waypoints say, and what there is to say about it.

    ``is_silent``: nothing was said from elsewhere. Only then the title, which speaks of the whole, is asked, and the
    description for a hint.
    """
    spoken: list[Annotation] = []
    warnings: list[str] = []
    for found, said in (from_names(track), from_waypoints(track)):
        spoken += found
        warnings += said
    if is_silent and not spoken:
        found, said = from_title(activity, track.elapsed_s)
        spoken += found
        warnings += said or hint_in_description(activity)
    return spoken, warnings


def plan_in_steps(track: Track) -> Plan | None:
    """The workout in the file, if its steps speak of backward and no lap says which of them it carried out."""
    if not says_backward(track.steps) or any(lap.step_index is not None for lap in track.laps):
        return None
    return plan_of(track.steps)
