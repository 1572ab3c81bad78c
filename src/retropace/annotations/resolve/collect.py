"""Collection of an activity's annotations, from what the user gives and from the recording itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from retropace.annotations.implicit import from_texts
from retropace.annotations.implicit.device_workout import build_plan, find_device_plan
from retropace.annotations.inputs.location import parse_step_name
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin, UnresolvedAnnotation
from retropace.annotations.model.plan import FROM_FILE, Plan, Workout
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.findings import Finding, warn

if TYPE_CHECKING:
    from retropace.annotations.model.annotation_input import AnnotationInput


def collect_annotations(
    inputs: Iterable[AnnotationInput],
    activity: Activity,
    cleaned: CleanedActivity,
    fit_plan: Callable[[Plan], Workout],
    *,
    use_file_names: bool,
) -> tuple[list[Annotation | UnresolvedAnnotation], Workout | None, list[Finding]]:
    """Return all annotations of an activity, its workout, if any, as fitted by ``fit_plan``, and findings."""
    annotations, plans, findings = _sort_inputs(inputs, cleaned)
    if len(plans) > 1:
        raise AnnotationError("an activity has one workout: give one")
    plan = plans[0] if plans else None
    if plan is FROM_FILE:
        plan = build_plan(cleaned.workout_steps)
    elif plan is None and use_file_names:
        try:
            plan = find_device_plan(cleaned) or (None if annotations else from_texts.find_plan_in_text(activity))
        except AnnotationError as error:
            findings.append(warn("unusable-plan", f"{error.message}: nothing was labelled by it"))
    workout = None if plan is None else fit_plan(plan)
    if workout is not None:
        found, messages = _build_workout_annotations(workout)
        annotations += found
        findings += messages
    if use_file_names:
        for find in (from_texts.find_name_annotations, from_texts.find_waypoint_annotations):
            implied, hints = find(cleaned)
            annotations += implied
            findings += hints
        if not annotations and workout is None:
            # Title and description are about the whole activity.
            implied, hints = from_texts.find_title_annotations(activity, cleaned.elapsed_s)
            annotations += implied
            findings += hints or from_texts.find_description_hint(activity)
    return _resolve_named_steps(annotations, workout, cleaned, fit_plan), workout, findings


def _sort_inputs(
    inputs: Iterable[AnnotationInput], cleaned: CleanedActivity
) -> tuple[list[Annotation | UnresolvedAnnotation], list[Plan], list[Finding]]:
    annotations: list[Annotation | UnresolvedAnnotation] = []
    plans: list[Plan] = []
    findings: list[Finding] = []
    for item in inputs:
        if isinstance(item, Plan):
            plans.append(item)
        elif isinstance(item, (Annotation, UnresolvedAnnotation)):
            annotations.append(item)
        else:
            # Few activities have zones or a direction field.
            from retropace.annotations.inputs.direction_field import DirectionField, find_field_annotations
            from retropace.annotations.resolve.zones import find_zone_annotations

            if isinstance(item, DirectionField):
                found, messages = find_field_annotations(item, cleaned)
            else:
                found, messages = find_zone_annotations(item, cleaned)
            annotations += found
            findings += messages
    return annotations, plans, findings


def _build_workout_annotations(workout: Workout) -> tuple[list[Annotation], list[Finding]]:
    plan = workout.plan
    if not workout.fits:
        text = f"{plan.display_name} does not fit, nothing was labelled by it: {workout.rejection_reason}"
        return [], [warn("plan-does-not-fit", text)]
    origin = Origin("workout", f'--workout "{plan.text}"' if plan.source == "workout" else plan.display_name)
    annotations = [
        Annotation(result.start_s, result.end_s, result.step.label, str(result.step), origin, BUTTON_TOLERANCE_S)
        for result in workout.steps
    ]
    findings = []
    missing = f"reps or last steps of {plan.display_name} that were not done: {workout.missing_count}"
    extra = f"reps done beyond those of {plan.display_name}: {workout.extra_count}"
    for count, text in ((workout.missing_count, missing), (workout.extra_count, extra)):
        if count:
            findings.append(warn("plan-reps-differ", text, count, "reps"))
    if plan.source not in ("description", "title"):
        return annotations, findings
    text = f'labelled by the {plan.source}: "{plan.text}"; --ignore-names to do without'
    return annotations, [*findings, warn("labelled-by-text", text)]


def _resolve_named_steps(
    annotations: list[Annotation | UnresolvedAnnotation],
    workout: Workout | None,
    cleaned: CleanedActivity,
    fit_plan: Callable[[Plan], Workout],
) -> list[Annotation | UnresolvedAnnotation]:
    """Return the annotations, with ``step "NAME"`` replaced by spans of the fitted workout unless laps state steps."""
    names = [parse_step_name(item.where) if isinstance(item, UnresolvedAnnotation) else None for item in annotations]
    is_stated = any(lap.step_index is not None for lap in cleaned.laps)
    if is_stated or not cleaned.workout_steps or not any(names):
        return annotations
    if workout is None or workout.plan.source != "file":
        workout = fit_plan(build_plan(cleaned.workout_steps))
    steps = [step for step in cleaned.workout_steps if step.duration_kind != "repeat"]
    results = [(result, steps[result.plan_index]) for result in workout.steps if workout.fits]
    resolved: list[Annotation | UnresolvedAnnotation] = []
    for item, name in zip(annotations, names, strict=True):
        stated = item.label, item.note, item.origin, BUTTON_TOLERANCE_S, item.attributes
        resolved += [
            Annotation(result.start_s, result.end_s, *stated)
            for result, step in results
            if name is not None and name in (step.name.casefold(), step.note.casefold())
        ] or [item]
    return resolved
