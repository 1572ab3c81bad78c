"""A plan as it was carried out: its steps where they lie, how well each fitted, and whether it fits at all."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.annotations.model.annotation import PRESSED_SURE_S, Annotation, Origin
from retropace.annotations.model.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A step as planned and as carried out; ``kind`` is its place in the text."""

    step: Step
    kind: int
    start_s: float
    end_s: float
    done: float
    """Seconds or metres, whichever were planned; seconds for a step of open length."""
    ratio: float
    """Done over planned; NaN for a step of open length."""
    fit: float
    """0..1: 1 for the length planned, 0.6 for one standard deviation off; half of that for a step that does not stand
    out from those beside it."""


@dataclass(frozen=True, slots=True)
class Workout:
    """A plan held against an activity. If it does not fit, ``why_not`` says so and no step is a label."""

    plan: Plan
    steps: tuple[DoneStep, ...]
    missing: int
    extra: int
    why_not: str = ""

    @property
    def fits(self) -> bool:
        """Whether the plan fits the activity."""
        return not self.why_not


def workout_annotations(workout: Workout) -> list[Annotation]:
    """The labels of a workout that fits, none otherwise."""
    plan = workout.plan
    name = f'--workout "{plan.text}"' if plan.source == "workout" else plan.called
    return [
        Annotation(one.start_s, one.end_s, one.step.label, str(one.step), Origin("workout", name), PRESSED_SURE_S)
        for one in (workout.steps if workout.fits else ())
    ]
