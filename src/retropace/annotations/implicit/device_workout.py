"""The workout loaded on the watch, read as a plan; its steps get directions from their names."""

import numpy as np

from retropace.annotations.language.labels import interpret_name
from retropace.annotations.model.label import Label
from retropace.annotations.model.plan import MAX_STEPS, Item, Plan, PlanStep, Repeat, count_steps
from retropace.core.activity import WorkoutStep
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError

MAX_DEPTH = 16
"""Largest number of repeats within one another; watches allow one or two."""


def build_plan(steps: tuple[WorkoutStep, ...]) -> Plan:
    """Return the plan of the workout steps in a recording; raises :class:`AnnotationError` for none, or too many."""
    items: list[tuple[int, Item]] = []
    depths: list[int] = []  # of each item, how many repeats lie within one another
    for step in steps:
        if step.duration_kind == "repeat":
            first = next((at for at, (index, _) in enumerate(items) if index >= (step.repeat_from or 0)), len(items))
            body = tuple(item for _, item in items[first:])
            times = int(step.duration) if np.isfinite(step.duration) else 0
            if body and times > 0:
                items[first:] = [(items[first][0], Repeat(times, body))]
                depths[first:] = [1 + max(depths[first:])]
                if depths[-1] > MAX_DEPTH:
                    raise AnnotationError(f"the workout in the file has over {MAX_DEPTH} repeats in one another")
        else:
            items.append((step.index, _build_step(step)))
            depths.append(0)
    plan = tuple(item for _, item in items)
    if not plan:
        raise AnnotationError("the file holds no workout: write one as a sentence")
    if count_steps(plan) > MAX_STEPS:
        raise AnnotationError(f"the workout in the file has {count_steps(plan)} steps, more than {MAX_STEPS}")
    return Plan(plan, "the workout in the file", "file")


def find_device_plan(cleaned: CleanedActivity) -> Plan | None:
    """Return the workout on the watch as a plan; None if no step says backward or the laps refer to its steps."""
    is_backward = any(_find_label(step).direction == "backward" for step in cleaned.workout_steps)
    is_stated = any(lap.step_index is not None for lap in cleaned.laps)
    return build_plan(cleaned.workout_steps) if is_backward and not is_stated else None


def _build_step(step: WorkoutStep) -> PlanStep:
    has_duration = np.isfinite(step.duration) and step.duration > 0.0
    return PlanStep(
        label=_find_label(step),
        seconds=float(step.duration) if step.duration_kind == "time" and has_duration else None,
        metres=float(step.duration) if step.duration_kind == "distance" and has_duration else None,
        until_lap=step.duration_kind == "open",
        is_recovery=step.intensity in ("rest", "recovery"),
    )


def _find_label(step: WorkoutStep) -> Label:
    meanings = [interpret_name(name, is_title=False) for name in (step.name, step.note)]
    return next((meaning.label for meaning in meanings if meaning and meaning.label), Label("forward"))
