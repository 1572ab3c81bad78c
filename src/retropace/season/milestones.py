"""Milestones of a season of backward running, such as the first run or 100 km in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from retropace.season.runs import BACKWARD, Season

CUMULATIVE_DISTANCES_M = (1_000.0, 5_000.0, 10_000.0, 21_097.5, 42_195.0, 100_000.0, 250_000.0, 500_000.0, 1_000_000.0)
"""Total backward distances (m) that count as milestones."""
UNBROKEN_DISTANCES_M = (100.0, 400.0, 1_000.0, 1_609.344, 5_000.0, 10_000.0, 21_097.5, 42_195.0)
"""Distances (m) that count as milestones if run backward in one uninterrupted stretch."""
QUARTER_MILE_LAP_M = 400.0
"""Distance (m) run in each direction for the quarter-mile milestone, a lap of a running track."""
MAX_PASS_RATIO = 2.0
"""Ratio of backward to forward time over 400 m below which the quarter-mile milestone is reached."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone, with the day and the activity in which it was reached."""

    kind: str  # ``first`` run, distance ``in all`` or ``at once`` (in one stretch), ``quarter mile`` or ``longest``
    metres: float  # distance reached (m); NaN for ``first``
    value: float  # ratio of backward to forward time for ``quarter mile``, seconds for ``longest``; otherwise NaN
    day: date
    row: int  # index of the activity in the season


def find_milestones(season: Season, days: Sequence[date]) -> list[Milestone]:
    """Return the milestones of a season in order of time; ``days`` holds the local day of each activity."""
    has_backward = season.moving_s[:, BACKWARD] > 0.0
    cumulative_m = np.cumsum(np.nan_to_num(season.distance_m[:, BACKWARD]))
    longest_s, longest_m = season.longest_backward[:, 0], season.longest_backward[:, 1]
    # Each milestone is reached in the first activity for which the mask is True.
    masks = [
        ("first", np.nan, has_backward),
        *(("in all", metres, cumulative_m >= metres) for metres in CUMULATIVE_DISTANCES_M),
        *(("at once", metres, longest_m >= metres) for metres in UNBROKEN_DISTANCES_M),
    ]
    milestones = [
        Milestone(kind, metres, np.nan, days[row], row)
        for kind, metres, mask in masks
        for row in np.flatnonzero(mask)[:1].tolist()
    ]
    passed = [(row, ratio) for row, ratio in season.quarter_mile_ratios if ratio < MAX_PASS_RATIO]
    milestones += [Milestone("quarter mile", QUARTER_MILE_LAP_M, ratio, days[row], row) for row, ratio in passed[:1]]
    if np.any(has_backward) and np.max(longest_s) > 0.0:
        row = int(np.argmax(longest_s))
        milestones.append(Milestone("longest", float(longest_m[row]), float(longest_s[row]), days[row], row))
    return sorted(milestones, key=lambda milestone: (milestone.day, milestone.row))
