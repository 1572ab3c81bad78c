"""The table of a planned workout: time, distance and fit of each step (how well the recording agrees, 0 to 1)."""

import numpy as np

from retropace.annotations.model.plan import StepResult, Workout
from retropace.core.units import format_duration, format_known
from retropace.output.tables.text_table import TextTable


def describe_fit(workout: Workout) -> tuple[str, str]:
    """Return two lines: the plan, and how well the recording fits it."""
    fits = [step.fit_score for step in workout.steps]
    counts = [f"{len(fits)} steps", f"fit {np.mean(fits):.2f} (0 to 1)"]
    counts += [f"{workout.missing_count} missing"] if workout.missing_count else []
    counts += [f"{workout.extra_count} more than planned"] if workout.extra_count else []
    return f"workout  {workout.plan.text}", f"         {', '.join(counts)}"


def build_workout_table(workout: Workout) -> TextTable:
    """Return a table with a row for each step of the planned workout that was carried out."""
    rows = tuple(
        (
            str(number),
            str(step.step),
            format_duration(step.start_s),
            format_duration(step.end_s),
            format_done(step),
            format_known(100.0 * step.ratio, "{:.0f} %"),
            f"{step.fit_score:.2f}",
        )
        for number, step in enumerate(workout.steps, 1)
    )
    return TextTable("", ("#", "planned", "from", "to", "done", "of plan", "fit"), rows, (0, 1))


def format_done(step: StepResult) -> str:
    """Return the distance run in a step planned by distance, else its duration."""
    return f"{step.actual:.0f} m" if step.step.metres is not None else format_duration(step.actual)
