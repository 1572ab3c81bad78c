"""Milestones of a season of backward running, such as the first run or 100 km in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from retropace.season.runs import BACKWARD, Season

CUMULATIVE_DISTANCES_M = (1_000.0, 5_000.0, 10_000.0, 21_097.5, 42_195.0, 100_000.0, 250_000.0, 500_000.0, 1_000_000.0)
"""Total backward distances (m) since the start of the season that count as milestones."""
UNBROKEN_DISTANCES_M = (100.0, 400.0, 1_000.0, 1_609.344, 5_000.0, 10_000.0, 21_097.5, 42_195.0)
"""Distances (m) that count as milestones if run backward in one uninterrupted stretch."""
QUARTER_MILE_LAP_M = 400.0
"""Distance (m) run in each direction for the quarter-mile milestone: one lap of a running track."""
MAX_PASS_RATIO = 2.0
"""Ratio of backward to forward time over 400 m; the quarter-mile milestone needs a smaller one."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone, with the day and the activity in which it was reached."""

    kind: str
    """Kind of milestone: ``first`` (first backward run), ``in all`` (total distance), ``at once`` (distance in one
    stretch), ``quarter mile`` or ``longest`` (longest stretch)."""
    metres: float
    """Distance reached (m); NaN for ``first``."""
    value: float
    """For a quarter mile the ratio of backward to forward time, for ``longest`` the seconds of the stretch; otherwise
    NaN."""
    day: date
    row: int
    """Index of the activity in the season."""


def find_milestones(season: Season, days: Sequence[date]) -> list[Milestone]:
    """Return the milestones of a season in order of time; ``days`` holds the local day of each activity."""
    backward_m = np.nan_to_num(season.distance_m[:, BACKWARD])
    backward_rows = np.flatnonzero(season.moving_s[:, BACKWARD] > 0.0)
    milestones = []
    if len(backward_rows):
        milestones.append(_build_milestone("first", np.nan, np.nan, days, int(backward_rows[0])))
    cumulative_m = np.cumsum(backward_m)
    for metres in CUMULATIVE_DISTANCES_M:
        milestones += [
            _build_milestone("in all", metres, np.nan, days, row)
            for row in np.flatnonzero(cumulative_m >= metres)[:1].tolist()
        ]
    for metres in UNBROKEN_DISTANCES_M:
        rows = np.flatnonzero(season.longest_backward[:, 1] >= metres)[:1].tolist()
        milestones += [_build_milestone("at once", metres, np.nan, days, row) for row in rows]
    passed = [(row, ratio) for row, ratio in season.quarter_mile_ratios if ratio < MAX_PASS_RATIO]
    milestones += [_build_milestone("quarter mile", QUARTER_MILE_LAP_M, ratio, days, row) for row, ratio in passed[:1]]
    if len(backward_rows) and np.max(season.longest_backward[:, 0]) > 0.0:
        row = int(np.argmax(season.longest_backward[:, 0]))
        milestones.append(
            _build_milestone(
                "longest", float(season.longest_backward[row, 1]), float(season.longest_backward[row, 0]), days, row
            )
        )
    return sorted(milestones, key=lambda milestone: (milestone.day, milestone.row))


def _build_milestone(kind: str, metres: float, value: float, days: Sequence[date], row: int) -> Milestone:
    return Milestone(kind, metres, value, days[row], row)
