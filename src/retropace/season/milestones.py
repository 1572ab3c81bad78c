"""What was done for the first time, and the longest: told from the activities each time, never kept as a truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from retropace.season.runs import BACKWARD, Season

CUMULATIVE_DISTANCES_M = (1_000.0, 5_000.0, 10_000.0, 21_097.5, 42_195.0, 100_000.0, 250_000.0, 500_000.0, 1_000_000.0)
"""Backward metres in all, over every session."""
UNBROKEN_DISTANCES_M = (100.0, 400.0, 1_000.0, 1_609.344, 5_000.0, 10_000.0, 21_097.5, 42_195.0)
"""Backward metres without a break."""
QUARTER_MILE_LAP_M = 400.0
"""The quarter mile, as a lap of a track."""
MAX_PASS_RATIO = 2.0


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something reached on a day."""

    kind: str
    """``first``, ``in all``, ``at once``, ``quarter mile`` or ``longest``."""
    metres: float
    """What was reached; NaN where it is not a distance."""
    value: float
    """Of a quarter mile its time over the forward one of that day; of the longest stretch its seconds; else NaN."""
    day: date
    row: int
    """Which activity of the season."""


def find_milestones(season: Season, days: Sequence[date]) -> list[Milestone]:
    """What was reached, in order of time; ``days`` is when each activity began."""
    backward_m = np.nan_to_num(season.distance_m[:, BACKWARD])
    ran = np.flatnonzero(season.moving_s[:, BACKWARD] > 0.0)
    found = []
    if len(ran):
        found.append(_build_milestone("first", np.nan, np.nan, days, int(ran[0])))
    sums = np.cumsum(backward_m)
    for metres in CUMULATIVE_DISTANCES_M:
        found += [
            _build_milestone("in all", metres, np.nan, days, row) for row in np.flatnonzero(sums >= metres)[:1].tolist()
        ]
    for metres in UNBROKEN_DISTANCES_M:
        rows = np.flatnonzero(season.longest_backward[:, 1] >= metres)[:1].tolist()
        found += [_build_milestone("at once", metres, np.nan, days, row) for row in rows]
    under = [(row, ratio) for row, ratio in season.quarter_mile_ratios if ratio < MAX_PASS_RATIO]
    found += [_build_milestone("quarter mile", QUARTER_MILE_LAP_M, ratio, days, row) for row, ratio in under[:1]]
    if len(ran) and np.max(season.longest_backward[:, 0]) > 0.0:
        row = int(np.argmax(season.longest_backward[:, 0]))
        found.append(
            _build_milestone(
                "longest", float(season.longest_backward[row, 1]), float(season.longest_backward[row, 0]), days, row
            )
        )
    return sorted(found, key=lambda one: (one.day, one.row))


def _build_milestone(kind: str, metres: float, value: float, days: Sequence[date], row: int) -> Milestone:
    return Milestone(kind, metres, value, days[row], row)
