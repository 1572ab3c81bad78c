"""A plan as it was carried out: its steps where they lie, how well each fitted, and whether it fits at all."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.annotations.model.plan import Plan, PlanStep


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step as planned and as carried out; ``kind`` is its place in the text."""

    step: PlanStep
    plan_index: int
    start_s: float
    end_s: float
    actual: float
    """Seconds or metres, whichever were planned; seconds for a step of open length."""
    ratio: float
    """Done over planned; NaN for a step of open length."""
    fit_score: float
    """0..1: 1 for the length planned, 0.6 for one standard deviation off; half of that for a step that does not stand
    out from those beside it."""


@dataclass(frozen=True, slots=True)
class Workout:
    """A plan held against an activity. If it does not fit, ``why_not`` says so and no step is a label."""

    plan: Plan
    steps: tuple[StepResult, ...]
    missing_count: int
    extra_count: int
    rejection_reason: str = ""

    @property
    def fits(self) -> bool:
        """Whether the plan fits the activity."""
        return not self.rejection_reason


def build_workout_annotations(workout: Workout) -> list[Annotation]:
    """The labels of a workout that fits, none otherwise."""
    plan = workout.plan
    name = f'--workout "{plan.text}"' if plan.source == "workout" else plan.display_name
    return [
        Annotation(one.start_s, one.end_s, one.step.label, str(one.step), Origin("workout", name), BUTTON_TOLERANCE_S)
        for one in (workout.steps if workout.fits else ())
    ]
