"""Everything that is said of an activity, from all origins, found on its time axis and held against each other.

Most recordings come without a word: what understands words is loaded where there are some.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.spans import FloatArray
from retropace.segmentation.signals import StandardizedSignals

if TYPE_CHECKING:
    from retropace.annotations.model.annotation import Annotation, UnresolvedAnnotation
    from retropace.annotations.model.annotation_input import AnnotationInput
    from retropace.annotations.model.plan import Plan
    from retropace.annotations.model.workout import Workout


@dataclass(frozen=True, slots=True)
class CollectedAnnotations:
    """The annotations in order and disjoint, what came of a plan, and what there is to say about it."""

    annotations: tuple[Annotation, ...] = ()
    workout: Workout | None = None
    warnings: tuple[str, ...] = ()


def collect_annotations(
    inputs: Iterable[AnnotationInput],
    activity: Activity,
    track: CleanedActivity,
    signals: StandardizedSignals,
    edges_s: FloatArray,
    *,
    use_file_names: bool = True,
) -> CollectedAnnotations:
    """Find and reconcile everything: what is ``given``, and, with ``names``, what the file itself says.

    Raises :class:`AnnotationError` for what cannot be found in the activity and for contradictions.
    """
    items = list(inputs)
    use_file_names = use_file_names and _has_text(activity, track)
    if not items and not use_file_names:
        return CollectedAnnotations()
    from retropace.annotations.resolve.locate import resolve_annotations

    spoken, plans, warnings = _sort_inputs(items, track)
    if len(plans) > 1:
        raise AnnotationError("an activity has one workout: give one")
    plan = (
        plans[0]
        if plans
        else _find_recording_plan(activity, track, is_unannotated=not spoken)
        if use_file_names
        else None
    )
    workout = None
    if plan is not None:
        from retropace.annotations.model.workout import build_workout_annotations

        workout = _fit_plan(plan, track, signals, edges_s)
        spoken += build_workout_annotations(workout)
        if not workout.fits:
            warnings.append(
                f"{workout.plan.display_name} does not fit, nothing was labelled by it: {workout.rejection_reason}"
            )
        elif workout.plan.source in ("description", "title"):
            how = f'labelled by the {workout.plan.source}: "{workout.plan.text}"; --ignore-names to do without'
            warnings.append(how)
    if use_file_names:
        from retropace.annotations.implicit.from_recording import find_recording_annotations

        found, said = find_recording_annotations(activity, track, is_unannotated=not spoken and workout is None)
        spoken += found
        warnings += said
    spoken = _resolve_named_steps(spoken, workout, track, signals, edges_s)
    annotations, told = resolve_annotations(spoken, track)
    return CollectedAnnotations(annotations, workout, (*warnings, *told))


def _has_text(activity: Activity, track: CleanedActivity) -> bool:
    """Whether anything in the file has a name or a text."""
    texts = [activity.name, activity.description]
    texts += [lap.name for lap in track.laps] + [split.name for split in track.splits]
    return any(texts) or bool(track.waypoints) or bool(track.workout_steps)


def _sort_inputs(
    items: Sequence[AnnotationInput], track: CleanedActivity
) -> tuple[list[Annotation | UnresolvedAnnotation], list[Plan], list[str]]:
    """What is given as annotations and markings, the plans among it, and what is to be said of fields and zones."""
    from retropace.annotations.model.annotation import Annotation, UnresolvedAnnotation

    spoken: list[Annotation | UnresolvedAnnotation] = [
        item for item in items if isinstance(item, (Annotation, UnresolvedAnnotation))
    ]
    plans: list[Plan] = []
    warnings: list[str] = []
    if len(spoken) < len(items):
        from retropace.annotations.inputs.direction_field import DirectionField, find_field_annotations
        from retropace.annotations.inputs.geojson import Zones
        from retropace.annotations.model.plan import Plan
        from retropace.annotations.resolve.zones import find_zone_annotations

        plans = [item for item in items if isinstance(item, Plan)]
        for item in items:
            if isinstance(item, DirectionField):
                found, said = find_field_annotations(item, track)
            elif isinstance(item, Zones):
                found, said = find_zone_annotations(item, track)
            else:
                continue
            spoken += found
            warnings += said
    return spoken, plans, warnings


def _find_recording_plan(activity: Activity, track: CleanedActivity, *, is_unannotated: bool) -> Plan | None:
    """The workout that the file holds or, if nothing else was said, spells out."""
    from retropace.annotations.implicit.from_recording import find_device_plan

    plan = find_device_plan(track)
    if plan is None and is_unannotated and (activity.name or activity.description):
        from retropace.annotations.implicit.from_description import find_plan_in_text

        plan = find_plan_in_text(activity)
    return plan


def _fit_plan(plan: Plan, track: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray) -> Workout:
    """The plan laid along the track."""
    from retropace.annotations.implicit.device_workout import build_plan
    from retropace.annotations.model.plan import FROM_FILE
    from retropace.annotations.workout_fit.fit import fit_workout

    return fit_workout(build_plan(track.workout_steps) if plan is FROM_FILE else plan, track, signals, edges_s)


def _resolve_named_steps(
    annotations: list[Annotation | UnresolvedAnnotation],
    fitted_workout: Workout | None,
    track: CleanedActivity,
    signals: StandardizedSignals,
    edges_s: FloatArray,
) -> list[Annotation | UnresolvedAnnotation]:
    """The same with ``step "NAME"`` found by aligning the workout in the file, where no lap says which step it was."""
    if not track.workout_steps or any(lap.step_index is not None for lap in track.laps):
        return annotations
    from retropace.annotations.implicit.device_workout import build_plan
    from retropace.annotations.inputs.location import parse_step_name
    from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, UnresolvedAnnotation

    wanted = [(item, parse_step_name(item.where)) for item in annotations if isinstance(item, UnresolvedAnnotation)]
    if not any(name for _, name in wanted):
        return annotations
    kinds = [step for step in track.workout_steps if step.duration_kind != "repeat"]
    is_known = fitted_workout is not None and fitted_workout.plan.source == "file"
    workout = (
        fitted_workout
        if fitted_workout is not None and is_known
        else _fit_plan(build_plan(track.workout_steps), track, signals, edges_s)
    )
    found: list[Annotation | UnresolvedAnnotation] = []
    for item in annotations:
        name = parse_step_name(item.where) if isinstance(item, UnresolvedAnnotation) else None
        if not isinstance(item, UnresolvedAnnotation) or name is None:
            found.append(item)
            continue
        called = [at for at, step in enumerate(kinds) if name in (step.name.casefold(), step.note.casefold())]
        spans = [(one.start_s, one.end_s) for one in workout.steps if workout.fits and one.plan_index in called]
        found += [
            Annotation(start, end, item.label, item.note, item.origin, BUTTON_TOLERANCE_S, item.attributes)
            for start, end in spans
        ] or [item]
    return found
