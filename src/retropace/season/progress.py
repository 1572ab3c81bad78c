"""Progress of a runner: all statistics of a season as of one day, which the command line, JSON and reports show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np

from retropace.config.goals import Goal
from retropace.season.goal_progress import GoalProgress, compute_goal_progress
from retropace.season.milestones import Milestone, find_milestones
from retropace.season.outliers import Outlier, find_outliers
from retropace.season.periods import Period, PeriodStats, build_periods, compute_period_stats, find_local_days
from retropace.season.runs import Season
from retropace.season.training_load import LoadIncrease, compute_load_increase
from retropace.season.transition import GaitTransition, fit_gait_transition
from retropace.season.trend import SpeedRatios, Trend, compute_speed_ratios, fit_trend


@dataclass(frozen=True, slots=True)
class Progress:
    """All statistics of a season as of one day."""

    season: Season
    days: tuple[date, ...]  # local day on which each activity started
    today: date
    per: str  # what each period is: a ``week`` or a ``month``
    periods: tuple[Period, ...]
    period_stats: tuple[dict[str, PeriodStats], ...]  # statistics of each period, by direction and for ``all`` of them
    season_stats: dict[str, PeriodStats]  # statistics of the whole season, by direction and for ``all`` of them
    speed_ratios: SpeedRatios
    trend: Trend | None
    milestones: tuple[Milestone, ...]
    transitions: tuple[GaitTransition, ...]
    load_increase: LoadIncrease
    goal_progress: tuple[GoalProgress, ...]
    outliers: tuple[Outlier, ...]


def build_progress(
    season: Season, *, per: str, today: date, zone: tzinfo | None = None, goals: Sequence[Goal] = ()
) -> Progress:
    """Return the statistics of a season by ``week`` or ``month`` as of ``today`` in the runner's time zone."""
    days = find_local_days(season.start_times, zone)
    periods = build_periods(days, per, today)
    ratios = compute_speed_ratios(season)
    transitions = [fit_gait_transition(direction, season.stretches) for direction in ("forward", "backward")]
    return Progress(
        season=season,
        days=tuple(days),
        today=today,
        per=per,
        periods=tuple(periods),
        period_stats=tuple(compute_period_stats(season, period.rows) for period in periods),
        season_stats=compute_period_stats(season, np.arange(len(season))),
        speed_ratios=ratios,
        trend=fit_trend(ratios),
        milestones=tuple(find_milestones(season, days)),
        transitions=tuple(transition for transition in transitions if transition is not None),
        load_increase=compute_load_increase(season, days, today),
        goal_progress=tuple(compute_goal_progress(goal, season, days, today) for goal in goals),
        outliers=tuple(find_outliers(season)),
    )
