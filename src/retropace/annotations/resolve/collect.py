"""Everything that is said of an activity, from all origins, found on its time axis and held against each other.

Most recordings come without a word: what understands words is loaded where there are some.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.core.activity import Activity
from retropace.core.cleaned_activity import Track
from retropace.core.errors import AnnotationError
from retropace.core.spans import Column
from retropace.segmentation.signals import Signals

if TYPE_CHECKING:
    from retropace.annotations.model.annotation import Annotation, Marking
    from retropace.annotations.model.annotation_input import Given
    from retropace.annotations.model.plan import Plan
    from retropace.annotations.model.workout import Workout


@dataclass(frozen=True, slots=True)
class Gathered:
    """The annotations in order and disjoint, what came of a plan, and what there is to say about it."""

    annotations: tuple[Annotation, ...] = ()
    workout: Workout | None = None
    warnings: tuple[str, ...] = ()


def gather(
    given: Iterable[Given], activity: Activity, track: Track, signals: Signals, edges_s: Column, *, names: bool = True
) -> Gathered:
    """Find and reconcile everything: what is ``given``, and, with ``names``, what the file itself says.

    Raises :class:`AnnotationError` for what cannot be found in the activity and for contradictions.
    """
    items = list(given)
    names = names and _has_words(activity, track)
    if not items and not names:
        return Gathered()
    from retropace.annotations.resolve.locate import place

    spoken, plans, warnings = _sorted(items, track)
    if len(plans) > 1:
        raise AnnotationError("an activity has one workout: give one")
    plan = plans[0] if plans else _own_plan(activity, track, is_silent=not spoken) if names else None
    workout = None
    if plan is not None:
        from retropace.annotations.model.workout import workout_annotations

        workout = _fitted(plan, track, signals, edges_s)
        spoken += workout_annotations(workout)
        if not workout.fits:
            warnings.append(f"{workout.plan.called} does not fit, nothing was labelled by it: {workout.why_not}")
        elif workout.plan.source in ("description", "title"):
            how = f'labelled by the {workout.plan.source}: "{workout.plan.text}"; --ignore-names to do without'
            warnings.append(how)
    if names:
        from retropace.annotations.implicit.from_recording import own_words

        found, said = own_words(activity, track, is_silent=not spoken and workout is None)
        spoken += found
        warnings += said
    spoken = _with_steps(spoken, workout, track, signals, edges_s)
    annotations, told = place(spoken, track)
    return Gathered(annotations, workout, (*warnings, *told))


def _has_words(activity: Activity, track: Track) -> bool:
    """Whether anything in the file has a name or a text."""
    texts = [activity.name, activity.description]
    texts += [lap.name for lap in track.laps] + [split.name for split in track.splits]
    return any(texts) or bool(track.marks) or bool(track.steps)


def _sorted(items: Sequence[Given], track: Track) -> tuple[list[Annotation | Marking], list[Plan], list[str]]:
    """What is given as annotations and markings, the plans among it, and what is to be said of fields and zones."""
    from retropace.annotations.model.annotation import Annotation, Marking

    spoken: list[Annotation | Marking] = [item for item in items if isinstance(item, (Annotation, Marking))]
    plans: list[Plan] = []
    warnings: list[str] = []
    if len(spoken) < len(items):
        from retropace.annotations.inputs.direction_field import DirectionField, from_field
        from retropace.annotations.inputs.geojson import Zones
        from retropace.annotations.model.plan import Plan
        from retropace.annotations.resolve.zones import from_zones

        plans = [item for item in items if isinstance(item, Plan)]
        for item in items:
            if isinstance(item, DirectionField):
                found, said = from_field(item, track)
            elif isinstance(item, Zones):
                found, said = from_zones(item, track)
            else:
                continue
            spoken += found
            warnings += said
    return spoken, plans, warnings


def _own_plan(activity: Activity, track: Track, *, is_silent: bool) -> Plan | None:
    """The workout that the file holds or, if nothing else was said, spells out."""
    from retropace.annotations.implicit.from_recording import plan_in_steps

    plan = plan_in_steps(track)
    if plan is None and is_silent and (activity.name or activity.description):
        from retropace.annotations.implicit.from_description import plan_in_words

        plan = plan_in_words(activity)
    return plan


def _fitted(plan: Plan, track: Track, signals: Signals, edges_s: Column) -> Workout:
    """The plan laid along the track."""
    from retropace.annotations.implicit.device_workout import plan_of
    from retropace.annotations.model.plan import FROM_FILE
    from retropace.annotations.workout_fit.fit import fit_workout

    return fit_workout(plan_of(track.steps) if plan is FROM_FILE else plan, track, signals, edges_s)


def _with_steps(
    spoken: list[Annotation | Marking], known: Workout | None, track: Track, signals: Signals, edges_s: Column
) -> list[Annotation | Marking]:
    """The same with ``step "NAME"`` found by aligning the workout in the file, where no lap says which step it was."""
    if not track.steps or any(lap.step_index is not None for lap in track.laps):
        return spoken
    from retropace.annotations.implicit.device_workout import plan_of
    from retropace.annotations.inputs.location import step_name
    from retropace.annotations.model.annotation import PRESSED_SURE_S, Annotation, Marking

    wanted = [(item, step_name(item.where)) for item in spoken if isinstance(item, Marking)]
    if not any(name for _, name in wanted):
        return spoken
    kinds = [step for step in track.steps if step.duration_kind != "repeat"]
    is_known = known is not None and known.plan.source == "file"
    workout = known if known is not None and is_known else _fitted(plan_of(track.steps), track, signals, edges_s)
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
