"""Works that the watch was told: laps with the role of work and of recovery, from a workout that guided the session.

Here pace says nothing: whatever the workout calls work is work, be it the slower side.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retropace.core.activity import Lap, is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.intervals.bouts import MIN_LAP_S, Bouts
from retropace.intervals.chains import find_best_chains, has_long_recovery, is_consistent, length_spread
from retropace.intervals.efforts import Effort, measure_effort

EFFORT_INTENSITIES, RECOVERY_INTENSITIES = ("active", "interval"), ("rest", "recovery")
MIN_REPS = 2


def find_efforts_by_laps(cleaned: CleanedActivity, bouts: Bouts) -> list[list[Effort]]:
    """The sets among the laps that are work: lists of works, in order; none unless recoveries are told apart too."""
    roles = [_find_intensity(cleaned, lap) for lap in cleaned.laps]
    if sum(role in EFFORT_INTENSITIES for role in roles) < MIN_REPS or not any(
        role in RECOVERY_INTENSITIES for role in roles
    ):
        return []
    works: list[Effort] = []
    joins = False
    for lap, role, own in zip(cleaned.laps, roles, is_autolap(cleaned.laps), strict=True):
        end_s = min(lap.end_s, cleaned.elapsed_s)
        if role in EFFORT_INTENSITIES and end_s - lap.start_s >= MIN_LAP_S:
            start_s = works.pop().start_s if joins else lap.start_s
            at = int(np.clip(np.searchsorted(bouts.edges_s, (start_s + end_s) / 2.0) - 1, 0, len(bouts) - 1))
            works.append(measure_effort(cleaned, start_s, end_s, str(bouts.direction[at]), str(bouts.gait[at])))
            joins = own  # the watch ended it by its own count: what follows is the same rep
        else:
            joins = False
    return [works[first:last] for first, last in find_best_chains(works, _score, MIN_REPS)]


def _find_intensity(cleaned: CleanedActivity, lap: Lap) -> str:
    if lap.intensity or lap.step_index is None:
        return lap.intensity
    return next((step.intensity for step in cleaned.workout_steps if step.index == lap.step_index), "")


def _score(efforts: Sequence[Effort]) -> float:
    if not is_consistent(efforts) or has_long_recovery(efforts):
        return -np.inf
    return len(efforts) - 1.0 - 2.0 * length_spread(efforts)
