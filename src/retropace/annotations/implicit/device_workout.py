"""The workout that was loaded on the watch, as a plan: what its steps are named says the direction."""

from __future__ import annotations

import numpy as np

from retropace.annotations.language.interpret import meaning_of
from retropace.annotations.language.labels import Label
from retropace.annotations.model.plan import MOST_STEPS, Item, Plan, Repeat, Step, count_steps
from retropace.core.activity import WorkoutStep
from retropace.core.errors import AnnotationError


def plan_of(steps: tuple[WorkoutStep, ...]) -> Plan:
    """The steps with their repeats unfolded into sets.

    Raises :class:`AnnotationError` if there are none, or more than anybody could carry out.
    """
    items: list[tuple[int, Item]] = []
    for step in steps:
        if step.duration_kind == "repeat":
            begin = next((at for at, (index, _) in enumerate(items) if index >= (step.repeat_from or 0)), len(items))
            body = tuple(item for _, item in items[begin:])
            times = int(step.duration) if np.isfinite(step.duration) else 0
            if body and times > 0:
                items[begin:] = [(items[begin][0], Repeat(times, body))]
        else:
            items.append((step.index, _step(step)))
    plan = tuple(item for _, item in items)
    if not plan:
        raise AnnotationError("the file holds no workout: write one as a sentence")
    if count_steps(plan) > MOST_STEPS:
        raise AnnotationError(f"the workout in the file has {count_steps(plan)} steps, more than {MOST_STEPS}")
    return Plan(plan, "the workout in the file", "file")


def says_backward(steps: tuple[WorkoutStep, ...]) -> bool:
    """Whether a step is named after running backward."""
    return any(_label(step).direction == "backward" for step in steps)


def _step(step: WorkoutStep) -> Step:
    known = np.isfinite(step.duration) and step.duration > 0.0
    return Step(
        label=_label(step),
        seconds=float(step.duration) if step.duration_kind == "time" and known else None,
        metres=float(step.duration) if step.duration_kind == "distance" and known else None,
        until_lap=step.duration_kind == "open",
        recovers=step.intensity in ("rest", "recovery"),
    )


def _label(step: WorkoutStep) -> Label:
    for name in (step.name, step.note):
        meaning = meaning_of(name, title=False) if name else None
        if meaning is not None and meaning.label is not None:
            return meaning.label
    return Label("forward")
