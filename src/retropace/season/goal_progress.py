"""Progress towards goals such as two backward sessions a week, and how many weeks or months in a row met them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from retropace.config.goals import Goal
from retropace.core.segments import DIRECTIONS
from retropace.season.periods import build_periods, find_period
from retropace.season.runs import Season


@dataclass(frozen=True, slots=True)
class GoalProgress:
    """How far a goal is reached in the current week or month as of a given day."""

    goal: Goal
    first: date  # first day of the current week or month
    end: date  # day after the last day of the current week or month
    sessions: int  # number of those in the period with at least the minutes and kilometres that the goal states
    minutes: float  # minutes run or walked in the goal's direction during the period
    km: float  # kilometres run or walked in the goal's direction during the period
    is_met: bool
    streak: int  # number of consecutive weeks or months up to now that met the goal, the current one if it does
    best_streak: int  # largest number of consecutive weeks or months that met the goal

    def to_dict(self) -> dict[str, float]:
        """Return the figures as in the JSON documents of goals."""
        done = {f"done_{name}": getattr(self, name) for name in ("sessions", "minutes", "km")}
        return done | {name: getattr(self, name) for name in ("is_met", "streak", "best_streak")}


def compute_goal_progress(goal: Goal, season: Season, days: Sequence[date], today: date) -> GoalProgress:
    """Return the progress towards a goal as of ``today``; ``days`` are the local days of the season's activities."""
    periods = build_periods(days, goal.per, today) or [find_period(today, goal.per)]
    counts = [_count_toward_goal(goal, season, period.rows) for period in periods]
    streak = best_streak = 0
    for number, (*_, is_met) in enumerate(counts, 1):
        if is_met:
            streak += 1
        elif number < len(counts):
            streak = 0
        best_streak = max(best_streak, streak)
    return GoalProgress(goal, periods[-1].first, periods[-1].end, *counts[-1], streak, best_streak)


def _count_toward_goal(goal: Goal, season: Season, rows: NDArray[np.intp]) -> tuple[int, float, float, bool]:
    """Return how many sessions are long enough, the minutes and kilometres of all, and whether the goal is met."""
    column = DIRECTIONS.index(goal.direction)
    seconds, metres = season.moving_s[rows, column], np.nan_to_num(season.distance_m[rows, column])
    is_long_enough = (seconds > 0.0) & (seconds >= 60.0 * (goal.minutes or 0.0)) & (metres >= 1000.0 * (goal.km or 0.0))
    sessions, minutes, km = int(is_long_enough.sum()), float(seconds.sum()) / 60.0, float(metres.sum()) / 1000.0
    if goal.sessions is not None:
        return sessions, minutes, km, sessions >= goal.sessions
    return sessions, minutes, km, minutes >= (goal.minutes or 0.0) and km >= (goal.km or 0.0)
