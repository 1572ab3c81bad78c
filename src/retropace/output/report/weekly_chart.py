"""Distance per direction and week over the activities of a report, as a bar chart and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

import numpy as np

from retropace.core.spans import FloatArray
from retropace.core.units import Units
from retropace.output.charts.bokeh_figures import build_weekly_bars
from retropace.output.report.activity_section import ActivitySection
from retropace.output.tables.text_table import TextTable
from retropace.season.periods import build_periods

CHART_DIRECTIONS = ("forward", "backward")
"""The directions whose weekly distances are shown."""
PLAUSIBLE_YEARS = range(2000, 2100)
"""The years in which the date of an activity is believed; others come from watches whose clock was never set."""


@dataclass(frozen=True, slots=True)
class WeeklyDistances:
    """The distances of ``n`` consecutive weeks, which begin on Monday (UTC), including weeks without activities."""

    mondays: tuple[date, ...]
    distance_m: dict[str, FloatArray]
    """The distance (m) of each week, shape ``(n,)``, by direction of ``CHART_DIRECTIONS``."""
    undated_count: int
    """The number of activities with a distance but without a plausible date, which are in no week."""


def sum_by_week(sections: Sequence[ActivitySection]) -> WeeklyDistances:
    """Sum the distances of activities by direction and week, from the first activity's week to the last one's."""
    measured_sections = [section for section in sections if section.distance_m]
    dated = [
        (section.start_time.astimezone(UTC).date(), section.distance_m)
        for section in measured_sections
        if section.start_time is not None and section.start_time.year in PLAUSIBLE_YEARS
    ]
    days = sorted(day for day, _ in dated)
    mondays = tuple(week.first for week in build_periods(days, "week", max(days, default=date.min)))
    distance_m = {name: np.zeros(len(mondays)) for name in CHART_DIRECTIONS}
    for day, section_distance_m in dated:
        for name in CHART_DIRECTIONS:
            distance_m[name][(day - mondays[0]).days // 7] += section_distance_m[name]
    return WeeklyDistances(mondays, distance_m, len(measured_sections) - len(dated))


def build_weeks_table(weeks: WeeklyDistances, units: Units) -> TextTable:
    """The weekly distances as a table, without weeks in which nothing was run."""
    rows = []
    for index, monday in enumerate(weeks.mondays):
        distances_m = [float(weeks.distance_m[name][index]) for name in CHART_DIRECTIONS]
        if any(distances_m):
            rows.append((f"{monday:%Y-%m-%d}", *(units.format_distance(distance_m) for distance_m in distances_m)))
    note = f"{weeks.undated_count} without a date, or before {PLAUSIBLE_YEARS[0]}, are in no week"
    footer = (note,) if weeks.undated_count else ()
    return TextTable("", ("week from", *CHART_DIRECTIONS), tuple(rows), footer=footer)


def build_weeks_chart(weeks: WeeklyDistances, units: Units) -> dict[str, Any]:
    """The weekly distances as the Bokeh JSON document of a stacked bar chart."""
    return build_weekly_bars(
        [f"{monday:%Y-%m-%d}" for monday in weeks.mondays],
        {name: (distance_m / units.metres).round(3).tolist() for name, distance_m in weeks.distance_m.items()},
    )
