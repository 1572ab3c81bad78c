"""Everything that is said of an activity, from all origins, found on its time axis and held against each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from retropace.activity import Activity
from retropace.annotations.annotation import PRESSED_SURE_S, Annotation, Marking
from retropace.annotations.described import hint_in_description, plan_in_words
from retropace.annotations.field import DirectionField, from_field
from retropace.annotations.file_workout import plan_of, says_backward
from retropace.annotations.fitting import fit_workout
from retropace.annotations.geojson import Zones
from retropace.annotations.named import from_names, from_title
from retropace.annotations.placing import place
from retropace.annotations.plan import Plan
from retropace.annotations.waypoints import from_waypoints
from retropace.annotations.where import step_name
from retropace.annotations.workout import Workout, workout_annotations
from retropace.annotations.zones import from_zones
from retropace.errors import AnnotationError
from retropace.signals import Signals
from retropace.spans import Column
from retropace.track import Track

Given = Annotation | Marking | DirectionField | Zones | Plan
"""What may be said of an activity: every origin has a type of its own."""
FROM_FILE = Plan((), "", "file")
"""Stands for the workout in the file, whatever that is."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The annotations in order and disjoint, what came of a plan, and what there is to say about it."""

    annotations: tuple[Annotation, ...]
    workout: Workout | None
    warnings: tuple[str, ...]


def gather(
    given: Iterable[Given], activity: Activity, track: Track, signals: Signals, edges_s: Column, *, names: bool = True
) -> Gathered:
    """Find and reconcile everything: what is ``given``, and, with ``names``, what the file itself says.

    Raises :class:`AnnotationError` for what cannot be found in the activity and for contradictions.
    """
    items = list(given)
    spoken: list[Annotation | Marking] = [item for item in items if isinstance(item, (Annotation, Marking))]
    warnings: list[str] = []
    for item in items:
        if isinstance(item, DirectionField):
            found, said = from_field(item, track)
        elif isinstance(item, Zones):
            found, said = from_zones(item, track)
        else:
            continue
        spoken += found
        warnings += said
    plans = [item for item in items if isinstance(item, Plan)]
    if len(plans) > 1:
        raise AnnotationError("an activity has one workout: give one")
    plan = plans[0] if plans else _own_plan(track) if names else None
    if plan is None and names and not spoken:
        plan = plan_in_words(activity)
    workout = None
    if plan is not None:
        plan = plan_of(track.steps) if plan is FROM_FILE else plan
        workout = fit_workout(plan, track, signals, edges_s)
        spoken += workout_annotations(workout)
        if not workout.fits:
            warnings.append(f"{plan.called} does not fit, nothing was labelled by it: {workout.why_not}")
        elif plan.source in ("description", "title"):
            warnings.append(f'labelled by the {plan.source}: "{plan.text}"; --ignore-names to do without')
    if names:
        for found, said in (from_names(track), from_waypoints(track)):
            spoken += found
            warnings += said
        # A title speaks of the whole: only if nothing else says more.
        found, said = ([], ()) if spoken or workout is not None else from_title(activity, track.elapsed_s)
        if not spoken and workout is None and not said:
            said = hint_in_description(activity)
        spoken += found
        warnings += said
    spoken = _with_steps(spoken, workout, track, signals, edges_s)
    annotations, told = place(spoken, track)
    return Gathered(annotations, workout, (*warnings, *told))


def _own_plan(track: Track) -> Plan | None:
    """The workout in the file, if its steps speak of backward and no lap says which of them it carried out."""
    if not says_backward(track.steps) or any(lap.step_index is not None for lap in track.laps):
        return None
    return plan_of(track.steps)


def _with_steps(
    spoken: list[Annotation | Marking], known: Workout | None, track: Track, signals: Signals, edges_s: Column
) -> list[Annotation | Marking]:
    """The same with ``step "NAME"`` found by aligning the workout in the file, where no lap says which step it was."""
    if not track.steps or any(lap.step_index is not None for lap in track.laps):
        return spoken
    wanted = [(item, step_name(item.where)) for item in spoken if isinstance(item, Marking)]
    if not any(name for _, name in wanted):
        return spoken
    kinds = [step for step in track.steps if step.duration_kind != "repeat"]
    is_known = known is not None and known.plan.source == "file"
    workout = known if known is not None and is_known else fit_workout(plan_of(track.steps), track, signals, edges_s)
    found: list[Annotation | Marking] = []
    for item in spoken:
        name = step_name(item.where) if isinstance(item, Marking) else None
        if not isinstance(item, Marking) or name is None:
            found.append(item)
            continue
        called = [at for at, step in enumerate(kinds) if name in (step.name.casefold(), step.note.casefold())]
        spans = [(one.start_s, one.end_s) for one in workout.steps if workout.fits and one.kind in called]
        found += [
            Annotation(start, end, item.label, item.note, item.origin, PRESSED_SURE_S, item.attributes)
            for start, end in spans
        ] or [item]
    return found
