"""Distance per direction by week, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.core.spans import FloatArray
from retropace.core.units import Units
from retropace.output.charts.bokeh_figures import build_weekly_bars
from retropace.output.tables.text_table import TextTable

if TYPE_CHECKING:
    from retropace.output.report.activity_section import ActivitySection

CHART_DIRECTIONS = ("forward", "backward")
PLAUSIBLE_YEARS = range(2000, 2100)
"""A date of another year is that of a watch whose clock was never set; its weeks would leave no room for the others."""


@dataclass(frozen=True, slots=True)
class WeeklyDistances:
    """``n`` weeks one after the other, each from its Monday (UTC), those without a run among them."""

    mondays: tuple[date, ...]
    distance_m: dict[str, FloatArray]
    """For each direction of ``SHOWN`` ``(n,)`` metres."""
    undated_count: int
    """Activities with a distance but without a date of ``YEARS``, which are in none of the weeks."""


def sum_by_week(sections: Sequence[ActivitySection]) -> WeeklyDistances:
    """The weeks from the first activity to the last."""
    measured = [part for part in sections if part.distance_m]
    dated = [
        (_find_monday(part), part)
        for part in measured
        if part.start_time is not None and part.start_time.year in PLAUSIBLE_YEARS
    ]
    without = len(measured) - len(dated)
    if not dated:
        return WeeklyDistances((), {name: np.empty(0) for name in CHART_DIRECTIONS}, without)
    first, last = min(day for day, _ in dated), max(day for day, _ in dated)
    mondays = tuple(first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1))
    metres = {name: np.zeros(len(mondays)) for name in CHART_DIRECTIONS}
    for day, part in dated:
        for name in CHART_DIRECTIONS:
            metres[name][(day - first).days // 7] += part.distance_m[name]
    return WeeklyDistances(mondays, metres, without)


def _find_monday(section: ActivitySection) -> date:
    assert section.start_time is not None
    day = section.start_time.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def build_weeks_table(weeks: WeeklyDistances, units: Units) -> TextTable:
    """The same as a table, without the weeks in which nothing was run."""
    rows = [
        (f"{monday:%Y-%m-%d}", *(units.format_distance(float(weeks.distance_m[name][at])) for name in CHART_DIRECTIONS))
        for at, monday in enumerate(weeks.mondays)
        if any(weeks.distance_m[name][at] > 0.0 for name in CHART_DIRECTIONS)
    ]
    left_out = (
        f"{weeks.undated_count} without a date, or before {PLAUSIBLE_YEARS[0]}, are in no week"
        if weeks.undated_count
        else ""
    )
    return TextTable("", ("week from", *CHART_DIRECTIONS), tuple(rows), footer=tuple(filter(None, (left_out,))))


def build_weeks_chart(weeks: WeeklyDistances, units: Units) -> dict[str, Any]:
    """The bars as Bokeh's document."""
    return build_weekly_bars(
        [f"{monday:%Y-%m-%d}" for monday in weeks.mondays],
        {name: (metres / units.metres).round(3).tolist() for name, metres in weeks.distance_m.items()},
    )
