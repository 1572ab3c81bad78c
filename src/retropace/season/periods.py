"""Weeks and months, with statistics of what was run in each; nothing else defines where a week begins."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from retropace.config.goals import PERIOD_DAYS
from retropace.core.segments import DIRECTIONS
from retropace.season.runs import DIRECTION_METRICS, Season

ADDITIVE_METRICS = tuple(
    name for name in DIRECTION_METRICS if name not in ("cadence_spm", "step_length_m", "heart_rate_bpm")
)
"""Names of the metrics of a period that are sums over its activities."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday, or a calendar month, and the activities that started in it."""

    first: date
    end: date
    rows: NDArray[np.intp]  # indices in the season of the activities that started in the period


@dataclass(frozen=True, slots=True)
class PeriodStats:
    """Totals of one direction over a period, and means over the time in which each metric was known; NaN is missing."""

    sessions: int  # number of activities with any time in this direction
    elapsed_s: float
    distance_m: float
    moving_s: float
    share: float  # of this direction in the distance of all, or in their moving time if distance is unknown
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    heart_rate_bpm: float
    steps: float
    annotated_m: float
    suspected_m: float
    energy_low_kcal_per_kg: float
    energy_high_kcal_per_kg: float


def find_period_start(day: date, per: str) -> date:
    """Return the first day of the ``week`` (ISO 8601, from Monday) or ``month`` that contains a day."""
    return day - timedelta(days=day.weekday()) if per == "week" else day.replace(day=1)


def find_local_days(start_times: Iterable[datetime], zone: tzinfo | None) -> list[date]:
    """Return the local day on which each activity started; ``zone`` None is the time zone of the system."""
    return [start.astimezone(zone).date() for start in start_times]


def find_period(day: date, per: str, rows: Sequence[int] = ()) -> Period:
    """Return the week or month that contains a day, with the given activities."""
    first = find_period_start(day, per)
    end = find_period_start(first + timedelta(days=PERIOD_DAYS[per]), per)
    return Period(first, end, np.array(rows, dtype=np.intp))


def build_periods(days: Sequence[date], per: str, last_day: date) -> list[Period]:
    """Return every week or month from the first of the sorted ``days`` to ``last_day``, including empty ones."""
    rows_by_start: dict[date, list[int]] = {}
    for row, day in enumerate(days):
        if day <= last_day:
            rows_by_start.setdefault(find_period_start(day, per), []).append(row)
    if not rows_by_start:
        return []
    periods: list[Period] = []
    first = min(rows_by_start)
    while first <= last_day:
        periods.append(find_period(first, per, rows_by_start.get(first, ())))
        first = periods[-1].end
    return periods


def compute_period_stats(season: Season, rows: NDArray[np.intp]) -> dict[str, PeriodStats]:
    """Return the statistics of the activities ``rows``, in any order, for each direction and for ``all`` together."""
    tables = {name: getattr(season, name)[rows] for name in DIRECTION_METRICS}
    columns_by_name = {direction: [column] for column, direction in enumerate(DIRECTIONS)}
    stats = {}
    for name, columns in (columns_by_name | {"all": [*range(len(DIRECTIONS))]}).items():
        values = {metric: table[:, columns] for metric, table in tables.items()}
        sums = {metric: _finite_sum(values[metric]) for metric in ADDITIVE_METRICS}
        share = _ratio_of_sums(values["distance_m"], tables["distance_m"])
        has_steps = np.isfinite(values["steps"]) & (values["cadence_spm"] > 0.0)
        steps, step_length_m = values["steps"][has_steps], values["step_length_m"][has_steps]
        counted_min = steps / values["cadence_spm"][has_steps]
        has_heart_rate = np.isfinite(values["heart_rate_bpm"]) & (values["moving_s"] > 0.0)
        beating_s = values["moving_s"][has_heart_rate]
        stats[name] = PeriodStats(
            sessions=int((values["elapsed_s"] > 0.0).any(axis=1).sum()),
            share=_ratio_of_sums(values["moving_s"], tables["moving_s"]) if math.isnan(share) else share,
            speed_mps=_ratio_of_sums(values["distance_m"], values["moving_s"]) or math.nan,
            cadence_spm=_ratio_of_sums(steps, counted_min),
            step_length_m=_ratio_of_sums(steps * step_length_m, steps[np.isfinite(step_length_m)]),
            heart_rate_bpm=_ratio_of_sums(values["heart_rate_bpm"][has_heart_rate] * beating_s, beating_s),
            **sums,
        )
    return stats


def _finite_sum(values: NDArray[np.float64]) -> float:
    return math.fsum(values[np.isfinite(values)].tolist())


def _ratio_of_sums(numerators: NDArray[np.float64], denominators: NDArray[np.float64]) -> float:
    """Return the ratio of the sums of the finite values; NaN if the sum of the denominators is not positive."""
    denominator = _finite_sum(denominators)
    return _finite_sum(numerators) / denominator if denominator > 0.0 else math.nan
