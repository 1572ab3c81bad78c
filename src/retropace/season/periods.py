"""Weeks and months where the runner lives, and what was run in each."""

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
"""What adds up over activities."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week from its Monday, or a month from its first, up to the next; and which activities began in it."""

    first: date
    end: date
    """The day after its last."""
    rows: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class PeriodStats:
    """What was run in one direction: sums, and means over the time in which each was known. NaN is missing."""

    sessions: int
    elapsed_s: float
    distance_m: float
    moving_s: float
    share: float
    """Of the distance run in all directions; of the moving time where there is no distance."""
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
    """The first day of the ``week`` (Monday, ISO 8601) or ``month`` that holds a day."""
    return day - timedelta(days=day.weekday()) if per == "week" else day.replace(day=1)


def find_next_period_start(first: date, per: str) -> date:
    """The first day of the week or month after the one that begins with ``first``."""
    return first + timedelta(days=7) if per == "week" else (first + timedelta(days=31)).replace(day=1)


def find_local_days(start_times: Sequence[datetime], zone: tzinfo | None) -> list[date]:
    """The day on which each activity began by the clock of the zone; None is the system's own."""
    return [start.astimezone(zone).date() for start in start_times]


def build_periods(days: Sequence[date], per: str, last_day: date) -> list[Period]:
    """Every week or month from the first activity to the day ``until``, those without a run among them.

    ``days`` rise. One that lies beyond ``until`` is in none of them.
    """
    if not days or days[0] > last_day:
        return []
    numbers: dict[date, list[int]] = {}
    for row, day in enumerate(days):
        if day <= last_day:
            numbers.setdefault(find_period_start(day, per), []).append(row)
    found = []
    first = find_period_start(days[0], per)
    while first <= last_day:
        end = find_next_period_start(first, per)
        found.append(Period(first, end, np.array(numbers.get(first, ()), dtype=np.intp)))
        first = end
    return found


def compute_period_stats(season: Season, rows: NDArray[np.intp]) -> dict[str, PeriodStats]:
    """The figures of these activities per direction, and of ``all`` directions together.

    Sums are correctly rounded (:func:`math.fsum`): the same whatever the order in which one adds.
    """
    tables = {name: getattr(season, name)[rows] for name in DIRECTION_METRICS}
    whole_m, whole_s = _finite_sum(tables["distance_m"]), _finite_sum(tables["moving_s"])
    found = {}
    for name, columns in (*((one, [at]) for at, one in enumerate(DIRECTIONS)), ("all", list(range(len(DIRECTIONS))))):
        held = {figure: table[:, columns] for figure, table in tables.items()}
        sums = {figure: _finite_sum(held[figure]) for figure in ADDITIVE_METRICS}
        moving_s, distance_m = sums["moving_s"], sums["distance_m"]
        # Steps over cadence is the time in which they were counted.
        counted = np.isfinite(held["steps"]) & (held["cadence_spm"] > 0.0)
        counted_min = _finite_sum(np.where(counted, held["steps"], 0.0) / np.where(counted, held["cadence_spm"], 1.0))
        stepped = counted & np.isfinite(held["step_length_m"])
        stepped_m = _finite_sum(np.where(stepped, held["steps"] * held["step_length_m"], 0.0))
        beating = np.isfinite(held["heart_rate_bpm"]) & (held["moving_s"] > 0.0)
        found[name] = PeriodStats(
            sessions=int((held["elapsed_s"] > 0.0).any(axis=1).sum()),
            share=_safe_ratio(distance_m, whole_m) if whole_m > 0.0 else _safe_ratio(moving_s, whole_s),
            speed_mps=_safe_ratio(_finite_sum(held["distance_m"]), moving_s) if distance_m > 0.0 else math.nan,
            cadence_spm=_safe_ratio(_finite_sum(np.where(counted, held["steps"], 0.0)), counted_min),
            step_length_m=_safe_ratio(stepped_m, _finite_sum(np.where(stepped, held["steps"], 0.0))),
            heart_rate_bpm=_safe_ratio(
                _finite_sum(np.where(beating, held["heart_rate_bpm"] * held["moving_s"], 0.0)),
                _finite_sum(np.where(beating, held["moving_s"], 0.0)),
            ),
            **sums,
        )
    return found


def _finite_sum(values: NDArray[np.float64]) -> float:
    return math.fsum(values[np.isfinite(values)].tolist())


def _safe_ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0.0 else math.nan
