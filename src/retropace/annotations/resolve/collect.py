"""Collection of an activity's annotations, from what the user gives and from the recording itself.

Most recordings have no annotation, so the modules that interpret them are imported only when needed.
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
    """All annotations of an activity, sorted and without overlap; its fitted workout if it has one; and warnings."""

    annotations: tuple[Annotation, ...] = ()
    workout: Workout | None = None
    warnings: tuple[str, ...] = ()


def collect_annotations(
    inputs: Iterable[AnnotationInput],
    activity: Activity,
    cleaned: CleanedActivity,
    signals: StandardizedSignals,
    edges_s: FloatArray,
    *,
    use_file_names: bool = True,
) -> CollectedAnnotations:
    """Return all annotations of an activity, with conflicts between them settled.

    ``edges_s`` are the change points of pace and cadence, in elapsed seconds. With ``use_file_names`` the recording's
    own names, waypoints, description and workout are used too. Raises :class:`AnnotationError` for locations that the
    activity lacks and for contradictions.
    """
    items = list(inputs)
    use_file_names = use_file_names and _has_text(activity, cleaned)
    if not items and not use_file_names:
        return CollectedAnnotations()
    from retropace.annotations.resolve.locate import resolve_annotations

    collected, plans, warnings = _sort_inputs(items, cleaned)
    if len(plans) > 1:
        raise AnnotationError("an activity has one workout: give one")
    plan = (
        plans[0]
        if plans
        else _find_recording_plan(activity, cleaned, is_unannotated=not collected)
        if use_file_names
        else None
    )
    workout = None
    if plan is not None:
        from retropace.annotations.model.workout import build_workout_annotations

        workout = _fit_plan(plan, cleaned, signals, edges_s)
        collected += build_workout_annotations(workout)
        if not workout.fits:
            warnings.append(
                f"{workout.plan.display_name} does not fit, nothing was labelled by it: {workout.rejection_reason}"
            )
        elif workout.plan.source in ("description", "title"):
            message = f'labelled by the {workout.plan.source}: "{workout.plan.text}"; --ignore-names to do without'
            warnings.append(message)
    if use_file_names:
        from retropace.annotations.implicit.from_recording import find_recording_annotations

        found, messages = find_recording_annotations(
            activity, cleaned, is_unannotated=not collected and workout is None
        )
        collected += found
        warnings += messages
    collected = _resolve_named_steps(collected, workout, cleaned, signals, edges_s)
    annotations, further = resolve_annotations(collected, cleaned)
    return CollectedAnnotations(annotations, workout, (*warnings, *further))


def _has_text(activity: Activity, cleaned: CleanedActivity) -> bool:
    """Whether anything in the recording has a name or a text that may imply annotations."""
    texts = [activity.name, activity.description]
    texts += [lap.name for lap in cleaned.laps] + [split.name for split in cleaned.splits]
    return any(texts) or bool(cleaned.waypoints) or bool(cleaned.workout_steps)


def _sort_inputs(
    items: Sequence[AnnotationInput], cleaned: CleanedActivity
) -> tuple[list[Annotation | UnresolvedAnnotation], list[Plan], list[str]]:
    """Return inputs separated into annotations and plans, and warnings; fields and zones become annotations."""
    from retropace.annotations.model.annotation import Annotation, UnresolvedAnnotation

    annotations: list[Annotation | UnresolvedAnnotation] = [
        item for item in items if isinstance(item, (Annotation, UnresolvedAnnotation))
    ]
    plans: list[Plan] = []
    warnings: list[str] = []
    if len(annotations) < len(items):
        from retropace.annotations.inputs.direction_field import DirectionField, find_field_annotations
        from retropace.annotations.inputs.geojson import Zones
        from retropace.annotations.model.plan import Plan
        from retropace.annotations.resolve.zones import find_zone_annotations

        plans = [item for item in items if isinstance(item, Plan)]
        for item in items:
            if isinstance(item, DirectionField):
                found, messages = find_field_annotations(item, cleaned)
            elif isinstance(item, Zones):
                found, messages = find_zone_annotations(item, cleaned)
            else:
                continue
            annotations += found
            warnings += messages
    return annotations, plans, warnings


def _find_recording_plan(activity: Activity, cleaned: CleanedActivity, *, is_unannotated: bool) -> Plan | None:
    """Return the workout on the watch or, if there is no other annotation, one written in title or description.

    None if there is neither.
    """
    from retropace.annotations.implicit.from_recording import find_device_plan

    plan = find_device_plan(cleaned)
    if plan is None and is_unannotated and (activity.name or activity.description):
        from retropace.annotations.implicit.from_description import find_plan_in_text

        plan = find_plan_in_text(activity)
    return plan


def _fit_plan(plan: Plan, cleaned: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray) -> Workout:
    from retropace.annotations.implicit.device_workout import build_plan
    from retropace.annotations.model.plan import FROM_FILE
    from retropace.annotations.workout_fit.fit import fit_workout

    return fit_workout(build_plan(cleaned.workout_steps) if plan is FROM_FILE else plan, cleaned, signals, edges_s)


def _resolve_named_steps(
    annotations: list[Annotation | UnresolvedAnnotation],
    fitted_workout: Workout | None,
    cleaned: CleanedActivity,
    signals: StandardizedSignals,
    edges_s: FloatArray,
) -> list[Annotation | UnresolvedAnnotation]:
    """Return the annotations with every ``step "NAME"`` replaced by the spans of that step.

    Where laps do not say which step they were, the workout on the watch is fitted to the activity to find these spans.
    """
    if not cleaned.workout_steps or any(lap.step_index is not None for lap in cleaned.laps):
        return annotations
    from retropace.annotations.implicit.device_workout import build_plan
    from retropace.annotations.inputs.location import parse_step_name
    from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, UnresolvedAnnotation

    names = [(item, parse_step_name(item.where)) for item in annotations if isinstance(item, UnresolvedAnnotation)]
    if not any(wanted_name for _, wanted_name in names):
        return annotations
    steps = [step for step in cleaned.workout_steps if step.duration_kind != "repeat"]
    is_known = fitted_workout is not None and fitted_workout.plan.source == "file"
    workout = (
        fitted_workout
        if fitted_workout is not None and is_known
        else _fit_plan(build_plan(cleaned.workout_steps), cleaned, signals, edges_s)
    )
    resolved: list[Annotation | UnresolvedAnnotation] = []
    for item in annotations:
        wanted_name = parse_step_name(item.where) if isinstance(item, UnresolvedAnnotation) else None
        if not isinstance(item, UnresolvedAnnotation) or wanted_name is None:
            resolved.append(item)
            continue
        plan_indices = [
            index for index, step in enumerate(steps) if wanted_name in (step.name.casefold(), step.note.casefold())
        ]
        spans = [
            (result.start_s, result.end_s)
            for result in workout.steps
            if workout.fits and result.plan_index in plan_indices
        ]
        resolved += [
            Annotation(start, end, item.label, item.note, item.origin, BUTTON_TOLERANCE_S, item.attributes)
            for start, end in spans
        ] or [item]
    return resolved
