"""The result of fitting a planned workout to an activity."""

from dataclasses import dataclass

from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.annotations.model.plan import Plan, PlanStep


@dataclass(frozen=True, slots=True)
class StepResult:
    """One planned step with the stretch ``[start_s, end_s)`` in which it was carried out."""

    step: PlanStep
    plan_index: int
    """Index of the step among the steps of the plan as written, in which a repeated step appears once."""
    start_s: float
    end_s: float
    actual: float
    """Actual length in metres or seconds, as in the plan; in seconds for a step of open length."""
    ratio: float
    """Actual over planned length; NaN for a step of open length."""
    fit_score: float
    """Score in 0..1: 1 at the planned length, 0.6 at one standard deviation from it, halved for an indistinct step."""


@dataclass(frozen=True, slots=True)
class Workout:
    """A plan fitted to an activity, with what was done of each step; one that does not fit labels nothing."""

    plan: Plan
    steps: tuple[StepResult, ...]
    missing_count: int
    """Number of planned reps that were not carried out, plus the number of steps missing at the end of the plan."""
    extra_count: int
    """Number of reps carried out beyond the planned number of their set."""
    rejection_reason: str = ""
    """Reason in words why the plan does not fit; empty if it does."""

    @property
    def fits(self) -> bool:
        """Whether the plan fits the activity."""
        return not self.rejection_reason


def build_workout_annotations(workout: Workout) -> list[Annotation]:
    """Return one annotation for each step of a workout that fits; empty if it does not fit."""
    plan = workout.plan
    name = f'--workout "{plan.text}"' if plan.source == "workout" else plan.display_name
    origin, steps = Origin("workout", name), workout.steps if workout.fits else ()
    return [
        Annotation(result.start_s, result.end_s, result.step.label, str(result.step), origin, BUTTON_TOLERANCE_S)
        for result in steps
    ]
