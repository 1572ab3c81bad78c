"""The table of a planned workout: time, distance and fit of each step (how well the recording agrees, 0 to 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cli.terminal.layout import create_table
from retropace.core.sanitize import strip_control_chars
from retropace.core.units import format_duration

if TYPE_CHECKING:
    from retropace.annotations.model.workout import StepResult, Workout
    from retropace.cli.terminal.console import TextOutput


def print_workout(output: TextOutput, workout: Workout, *, steps: bool) -> None:
    """Print how well the recording fits the plan and, with ``steps``, one row for each step of the plan.

    If the recording does not follow the plan at all, nothing is printed.
    """
    if not workout.fits:
        return
    fits = [step.fit_score for step in workout.steps]
    counts = [f"{len(fits)} steps", f"fit {np.mean(fits):.2f} (0 to 1)"]
    counts += [f"{workout.missing_count} missing"] if workout.missing_count else []
    counts += [f"{workout.extra_count} more than planned"] if workout.extra_count else []
    output.print(f"workout  {strip_control_chars(workout.plan.text)}", soft_wrap=True)
    output.print(f"         {', '.join(counts)}", soft_wrap=True)
    if not steps:
        return
    table = create_table("#", "planned", "from", "to", "done", "of plan", "fit", left=(0, 1))
    for number, step in enumerate(workout.steps, 1):
        share = f"{100.0 * step.ratio:.0f} %" if np.isfinite(step.ratio) else ""
        row = (
            str(step.step),
            format_duration(step.start_s),
            format_duration(step.end_s),
            _format_actual(step),
            share,
            f"{step.fit_score:.2f}",
        )
        table.add_row(str(number), *row)
    output.print()
    output.print_table(table)


def _format_actual(step: StepResult) -> str:
    return f"{step.actual:.0f} m" if step.step.metres is not None else format_duration(step.actual)
