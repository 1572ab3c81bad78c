"""Weeks and months in the runner's time zone, with statistics of what was run in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from retropace.core.segments import DIRECTIONS
from retropace.season.runs import DIRECTION_METRICS, Season

ADDITIVE_METRICS = (
    *("elapsed_s", "distance_m", "moving_s", "steps", "annotated_m", "suspected_m"),
    *("energy_low_kcal_per_kg", "energy_high_kcal_per_kg"),
)
"""Names of the metrics of a period that are sums over its activities."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday, or a calendar month, and the activities that started in it."""

    first: date
    """First day of the period."""
    end: date
    """Day after the last day of the period."""
    rows: NDArray[np.intp]
    """Indices, in the season, of the activities that started in the period."""


@dataclass(frozen=True, slots=True)
class PeriodStats:
    """Totals and means of one direction over a period. Missing values are NaN.

    Each mean is weighted by the time in which its metric was known.
    """

    sessions: int
    """Number of activities of the period in which any time was spent in this direction."""
    elapsed_s: float
    distance_m: float
    moving_s: float
    share: float
    """Share of this direction in the distance of all directions, or in their moving time if distance is unknown."""
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


def find_next_period_start(first: date, per: str) -> date:
    """Return the first day of the following week or month; ``first`` is the first day of the current one."""
    return first + timedelta(days=7) if per == "week" else (first + timedelta(days=31)).replace(day=1)


def find_local_days(start_times: Sequence[datetime], zone: tzinfo | None) -> list[date]:
    """Return the local day on which each activity started; ``zone`` None is the time zone of the system."""
    return [start.astimezone(zone).date() for start in start_times]


def build_periods(days: Sequence[date], per: str, last_day: date) -> list[Period]:
    """Return every week or month from the first activity to ``last_day``, including empty ones.

    ``days`` must be sorted. Activities after ``last_day`` are in no period.
    """
    if not days or days[0] > last_day:
        return []
    rows_by_start: dict[date, list[int]] = {}
    for row, day in enumerate(days):
        if day <= last_day:
            rows_by_start.setdefault(find_period_start(day, per), []).append(row)
    periods = []
    first = find_period_start(days[0], per)
    while first <= last_day:
        end = find_next_period_start(first, per)
        periods.append(Period(first, end, np.array(rows_by_start.get(first, ()), dtype=np.intp)))
        first = end
    return periods


def compute_period_stats(season: Season, rows: NDArray[np.intp]) -> dict[str, PeriodStats]:
    """Return the statistics of the activities ``rows`` for each direction, and for ``all`` directions together.

    Sums use :func:`math.fsum`, so that the result does not depend on the order of the activities.
    """
    tables = {name: getattr(season, name)[rows] for name in DIRECTION_METRICS}
    total_m, total_s = _finite_sum(tables["distance_m"]), _finite_sum(tables["moving_s"])
    stats = {}
    for name, columns in (
        *((direction, [column]) for column, direction in enumerate(DIRECTIONS)),
        ("all", list(range(len(DIRECTIONS)))),
    ):
        values = {metric: table[:, columns] for metric, table in tables.items()}
        sums = {metric: _finite_sum(values[metric]) for metric in ADDITIVE_METRICS}
        moving_s, distance_m = sums["moving_s"], sums["distance_m"]
        # Steps divided by cadence are the minutes in which steps were counted.
        has_steps = np.isfinite(values["steps"]) & (values["cadence_spm"] > 0.0)
        counted_min = _finite_sum(
            np.where(has_steps, values["steps"], 0.0) / np.where(has_steps, values["cadence_spm"], 1.0)
        )
        has_step_length = has_steps & np.isfinite(values["step_length_m"])
        stepped_m = _finite_sum(np.where(has_step_length, values["steps"] * values["step_length_m"], 0.0))
        has_heart_rate = np.isfinite(values["heart_rate_bpm"]) & (values["moving_s"] > 0.0)
        stats[name] = PeriodStats(
            sessions=int((values["elapsed_s"] > 0.0).any(axis=1).sum()),
            share=_safe_ratio(distance_m, total_m) if total_m > 0.0 else _safe_ratio(moving_s, total_s),
            speed_mps=_safe_ratio(_finite_sum(values["distance_m"]), moving_s) if distance_m > 0.0 else math.nan,
            cadence_spm=_safe_ratio(_finite_sum(np.where(has_steps, values["steps"], 0.0)), counted_min),
            step_length_m=_safe_ratio(stepped_m, _finite_sum(np.where(has_step_length, values["steps"], 0.0))),
            heart_rate_bpm=_safe_ratio(
                _finite_sum(np.where(has_heart_rate, values["heart_rate_bpm"] * values["moving_s"], 0.0)),
                _finite_sum(np.where(has_heart_rate, values["moving_s"], 0.0)),
            ),
            **sums,
        )
    return stats


def _finite_sum(values: NDArray[np.float64]) -> float:
    """Return the exact sum of the finite values."""
    return math.fsum(values[np.isfinite(values)].tolist())


def _safe_ratio(numerator: float, denominator: float) -> float:
    """Return ``numerator / denominator``; NaN if the denominator is zero or negative."""
    return numerator / denominator if denominator > 0.0 else math.nan
