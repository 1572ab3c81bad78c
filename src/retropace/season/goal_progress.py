"""How far goals are: this week or month, and in how many of them in a row they were met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from retropace.config.goals import Goal
from retropace.core.segments import DIRECTIONS
from retropace.season.periods import Period, build_periods
from retropace.season.runs import Season


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """A goal as of a day."""

    goal: Goal
    first: date
    end: date
    """The period that the day lies in: its first day, and the day after its last."""
    sessions: int
    """Of this period that count: long enough, where the goal says how long."""
    minutes: float
    km: float
    """Of this period in the goal's direction, all sessions together."""
    is_met: bool
    streak: int
    """Periods in a row, up to now, in which it was met. The present one counts if it is met, else it breaks nothing."""
    best_streak: int


def compute_goal_progress(goal: Goal, season: Season, days: Sequence[date], today: date) -> GoalProgress:
    """How far a goal is on a day; ``days`` is when each activity began."""
    periods = build_periods(days, goal.per, today)
    counts = [_count_toward_goal(goal, season, period.rows) for period in periods]
    met = [_is_met(goal, *count) for count in counts]
    streak = best = run = 0
    for number, one in enumerate(met):
        is_present = number == len(met) - 1
        if one:
            run += 1
        elif not is_present:
            run = 0
        best, streak = max(best, run), run
    present = periods[-1] if periods else _build_empty_period(goal, today)
    sessions, minutes, km = counts[-1] if counts else (0, 0.0, 0.0)
    return GoalProgress(goal, present.first, present.end, sessions, minutes, km, bool(met and met[-1]), streak, best)


def _build_empty_period(goal: Goal, today: date) -> Period:
    (period,) = build_periods([today], goal.per, today)
    return period


def _count_toward_goal(goal: Goal, season: Season, rows: NDArray[np.intp]) -> tuple[int, float, float]:
    """Sessions that count, and minutes and kilometres of all."""
    at = DIRECTIONS.index(goal.direction)
    seconds, metres = season.moving_s[rows, at], np.nan_to_num(season.distance_m[rows, at])
    enough = (seconds > 0.0) & (seconds >= 60.0 * (goal.minutes or 0.0)) & (metres >= 1000.0 * (goal.km or 0.0))
    return int(enough.sum()), float(seconds.sum()) / 60.0, float(metres.sum()) / 1000.0


def _is_met(goal: Goal, sessions: int, minutes: float, km: float) -> bool:
    if goal.sessions is not None:
        return bool(sessions >= goal.sessions)
    return minutes >= (goal.minutes or 0.0) and km >= (goal.km or 0.0)
