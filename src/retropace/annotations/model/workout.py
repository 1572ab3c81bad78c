"""The result of fitting a plan to an activity."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.annotations.model.plan import Plan, PlanStep


@dataclass(frozen=True, slots=True)
class StepResult:
    """One planned step with the stretch ``[start_s, end_s)`` in which it was carried out."""

    step: PlanStep
    plan_index: int
    """The index of the step among the distinct steps of the plan, in the order of the text."""
    start_s: float
    end_s: float
    actual: float
    """The actual length in the unit of the plan, metres or seconds; seconds for a step of open length."""
    ratio: float
    """The actual length divided by the planned one; NaN for a step of open length."""
    fit_score: float
    """How well the step fits, in 0..1: 1 at the planned length, 0.6 at one standard deviation from it, and half of that
    for a step that is not distinct from its neighbours."""


@dataclass(frozen=True, slots=True)
class Workout:
    """A plan fitted to an activity; a rejected plan labels nothing."""

    plan: Plan
    steps: tuple[StepResult, ...]
    missing_count: int
    """The number of planned reps and steps that were not carried out."""
    extra_count: int
    """The number of reps beyond the plan."""
    rejection_reason: str = ""
    """Why the plan does not fit, in words; empty if it does."""

    @property
    def fits(self) -> bool:
        """Whether the plan fits the activity."""
        return not self.rejection_reason


def build_workout_annotations(workout: Workout) -> list[Annotation]:
    """Build one annotation for each step of a workout that fits, none for one that does not."""
    plan = workout.plan
    name = f'--workout "{plan.text}"' if plan.source == "workout" else plan.display_name
    return [
        Annotation(
            result.start_s,
            result.end_s,
            result.step.label,
            str(result.step),
            Origin("workout", name),
            BUTTON_TOLERANCE_S,
        )
        for result in (workout.steps if workout.fits else ())
    ]
