"""Everything that is said of a season, put together: what the command, its JSON and a report are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np

from retropace.config.goals import Goal
from retropace.season.goal_progress import Reached, reached
from retropace.season.milestones import Milestone, milestones_of
from retropace.season.outliers import Odd, odd_ones
from retropace.season.periods import Figures, Period, days_of, figures_of, periods_of
from retropace.season.runs import Season
from retropace.season.training_load import Ramp, ramp_of
from retropace.season.transition import Transition, transition_of
from retropace.season.trend import Ratios, Trend, ratios_of, trend_of


@dataclass(frozen=True, slots=True)
class Progress:
    """A season as of a day."""

    season: Season
    days: tuple[date, ...]
    """On which day each activity began, where the runner lives."""
    today: date
    per: str
    periods: tuple[Period, ...]
    figures: tuple[dict[str, Figures], ...]
    """Of each period, per direction and ``all``."""
    whole: dict[str, Figures]
    ratios: Ratios
    trend: Trend | None
    milestones: tuple[Milestone, ...]
    transitions: tuple[Transition, ...]
    ramp: Ramp
    goals: tuple[Reached, ...]
    odd: tuple[Odd, ...]


def progress_of(
    season: Season, *, per: str, today: date, zone: tzinfo | None = None, goals: Sequence[Goal] = ()
) -> Progress:
    """What there is to say of a season by ``week`` or ``month``, as of ``today`` in the runner's time zone."""
    days = days_of(season.start_times, zone)
    periods = periods_of(days, per, today)
    ratios = ratios_of(season)
    moved = [transition_of(direction, season.stretches) for direction in ("forward", "backward")]
    return Progress(
        season=season,
        days=tuple(days),
        today=today,
        per=per,
        periods=tuple(periods),
        figures=tuple(figures_of(season, period.rows) for period in periods),
        whole=figures_of(season, np.arange(len(season))),
        ratios=ratios,
        trend=trend_of(ratios),
        milestones=tuple(milestones_of(season, days)),
        transitions=tuple(one for one in moved if one is not None),
        ramp=ramp_of(season, days, today),
        goals=tuple(reached(goal, season, days, today) for goal in goals),
        odd=tuple(odd_ones(season)),
    )
