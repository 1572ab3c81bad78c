"""Works that the watch was told: laps with the role of work and of recovery, from a workout that guided the session.

Here pace says nothing: whatever the workout calls work is work, be it the slower side.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retropace.core.activity import Lap, automatic
from retropace.core.cleaned_activity import Track
from retropace.intervals.bouts import ACCIDENT_S, Bouts
from retropace.intervals.chains import alike, best_chains, parted, unlike
from retropace.intervals.efforts import Work, work_of

WORK, RECOVERY = ("active", "interval"), ("rest", "recovery")
LEAST_REPS = 2


def works_by_laps(track: Track, bouts: Bouts) -> list[list[Work]]:
    """The sets among the laps that are work: lists of works, in order; none unless recoveries are told apart too."""
    roles = [_role(track, lap) for lap in track.laps]
    if sum(role in WORK for role in roles) < LEAST_REPS or not any(role in RECOVERY for role in roles):
        return []
    works: list[Work] = []
    joins = False
    for lap, role, own in zip(track.laps, roles, automatic(track.laps), strict=True):
        end_s = min(lap.end_s, track.elapsed_s)
        if role in WORK and end_s - lap.start_s >= ACCIDENT_S:
            start_s = works.pop().start_s if joins else lap.start_s
            at = int(np.clip(np.searchsorted(bouts.edges_s, (start_s + end_s) / 2.0) - 1, 0, len(bouts) - 1))
            works.append(work_of(track, start_s, end_s, str(bouts.direction[at]), str(bouts.gait[at])))
            joins = own  # the watch ended it by its own count: what follows is the same rep
        else:
            joins = False
    return [works[first:last] for first, last in best_chains(works, _worth, LEAST_REPS)]


def _role(track: Track, lap: Lap) -> str:
    if lap.intensity or lap.step_index is None:
        return lap.intensity
    return next((step.intensity for step in track.steps if step.index == lap.step_index), "")


def _worth(works: Sequence[Work]) -> float:
    if not alike(works) or parted(works):
        return -np.inf
    return len(works) - 1.0 - 2.0 * unlike(works)
