"""A planned workout beside what was done, as a table: what became of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cli.terminal.layout import columns
from retropace.core.sanitize import harmless
from retropace.core.units import clock

if TYPE_CHECKING:
    from retropace.annotations.model.workout import DoneStep, Workout
    from retropace.cli.terminal.console import Page


def print_workout(page: Page, workout: Workout, *, steps: bool) -> None:
    """Print how well it fitted; with ``steps`` a row for each step as it came to lie. Nothing if it does not fit.

    Why it does not fit stands among the warnings.
    """
    if not workout.fits:
        return
    fits = [one.fit for one in workout.steps]
    counts = [f"{len(fits)} steps", f"fit {np.mean(fits):.2f} (0 to 1)"]
    counts += [f"{workout.missing} missing"] if workout.missing else []
    counts += [f"{workout.extra} more than planned"] if workout.extra else []
    page.print(f"workout  {harmless(workout.plan.text)}", soft_wrap=True)
    page.print(f"         {', '.join(counts)}", soft_wrap=True)
    if not steps:
        return
    table = columns("#", "planned", "from", "to", "done", "of plan", "fit", left=(0, 1))
    for number, one in enumerate(workout.steps, 1):
        share = f"{100.0 * one.ratio:.0f} %" if np.isfinite(one.ratio) else ""
        row = (str(one.step), clock(one.start_s), clock(one.end_s), _done(one), share, f"{one.fit:.2f}")
        table.add_row(str(number), *row)
    page.print()
    page.table(table)


def _done(one: DoneStep) -> str:
    return f"{one.done:.0f} m" if one.step.metres is not None else clock(one.done)
