"""Search for reps among laps that the watch recorded as work or rest while guiding a workout, whatever their speed."""

from __future__ import annotations

import numpy as np

from retropace.core.activity import Lap, is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.intervals.bouts import MIN_LAP_S, Bouts
from retropace.intervals.chains import find_best_chains, score_chain
from retropace.intervals.efforts import Effort, measure_effort

EFFORT_INTENSITIES = ("active", "interval")
"""Intensities that mark a lap as work in the FIT profile."""
RECOVERY_INTENSITIES = ("rest", "recovery")
"""Intensities that mark a lap as rest between reps in the FIT profile."""
MIN_REPS = 2
"""Minimum number of laps of work that form a set."""


def find_efforts_by_laps(cleaned: CleanedActivity, bouts: Bouts) -> list[list[Effort]]:
    """Return the sets among laps recorded as work, each a list of efforts in order; none if no lap is a recovery."""
    intensities = [_find_intensity(cleaned, lap) for lap in cleaned.laps]
    has_recoveries = any(intensity in RECOVERY_INTENSITIES for intensity in intensities)
    if sum(intensity in EFFORT_INTENSITIES for intensity in intensities) < MIN_REPS or not has_recoveries:
        return []
    efforts: list[Effort] = []
    continues_rep = False
    for lap, intensity, is_auto in zip(cleaned.laps, intensities, is_autolap(cleaned.laps), strict=True):
        end_s = min(lap.end_s, cleaned.elapsed_s)
        if intensity in EFFORT_INTENSITIES and end_s - lap.start_s >= MIN_LAP_S:
            start_s = efforts.pop().start_s if continues_rep else lap.start_s
            bout = int(np.clip(np.searchsorted(bouts.edges_s, (start_s + end_s) / 2.0) - 1, 0, len(bouts) - 1))
            efforts.append(measure_effort(cleaned, start_s, end_s, str(bouts.direction[bout]), str(bouts.gait[bout])))
            continues_rep = is_auto  # an autolap does not end the rep
        else:
            continues_rep = False
    return [efforts[first:last] for first, last in find_best_chains(efforts, score_chain, MIN_REPS)]


def _find_intensity(cleaned: CleanedActivity, lap: Lap) -> str:
    """Return the intensity of a lap or, if it has none, of its workout step; empty if both are unknown."""
    if lap.intensity or lap.step_index is None:
        return lap.intensity
    return next((step.intensity for step in cleaned.workout_steps if step.index == lap.step_index), "")
