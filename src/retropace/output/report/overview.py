"""The overview of a report: a sortable table with one row per activity, and distance per direction and week."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

import numpy as np

from retropace.core.spans import FloatArray
from retropace.core.units import Units, format_duration
from retropace.output.charts.bokeh_figures import build_weekly_bars
from retropace.output.report.activity_section import ActivitySection
from retropace.output.tables.text_table import TextTable
from retropace.season.periods import build_periods


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell of the overview: the text shown, and the value by which the page sorts the column."""

    text: str
    value: float | str | None = None  # sort key; cells with None are sorted last


@dataclass(frozen=True, slots=True)
class Overview:
    """The table of all activities of a report; row ``i`` is about the activity of section ``i``."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[str, ...]  # totals over all activities, one text per column, empty where a total has no meaning


COLUMN_NAMES = ("date", "activity", "sport", "time", "distance", "backward", "share", "backward time", "of it marked")
"""The headers of the first columns of the overview, which show totals over all activities."""
UNTOTALLED_COLUMN_NAMES = ("forward pace", "backward pace", "speed ratio", "sets")
"""The headers of the columns after :data:`COLUMN_NAMES`, without totals."""


def build_overview(sections: Sequence[ActivitySection], units: Units) -> Overview:
    """Return the overview of a report: one row per section, in their order, and totals over all."""
    total_m = sum(sum(section.distance_m.values()) for section in sections)
    backward_m = sum(section.distance_m.get("backward", 0.0) for section in sections)
    share = f"{100.0 * backward_m / total_m:.0f} %" if total_m > 0.0 else ""
    totals = (
        "",
        f"{len(sections)} activities",
        "",
        format_duration(sum(section.elapsed_s for section in sections)),
        units.format_distance(total_m),
        units.format_distance(backward_m),
        share,
        format_duration(sum(section.time_s["backward"] for section in sections)),
        units.format_distance(backward_m - sum(section.suspected_m for section in sections if section.distance_m)),
    )
    rows = tuple(_build_row(section, units) for section in sections)
    return Overview((*COLUMN_NAMES, *UNTOTALLED_COLUMN_NAMES), rows, totals + ("",) * len(UNTOTALLED_COLUMN_NAMES))


def _build_row(section: ActivitySection, units: Units) -> tuple[Cell, ...]:
    start = section.start_time
    date_cell = Cell("", None) if start is None else Cell(f"{start:%Y-%m-%d %H:%M}", start.timestamp())
    total_m = sum(section.distance_m.values())
    backward_m = section.distance_m.get("backward", math.nan)
    marked_m = backward_m - section.suspected_m
    backward_cells: tuple[tuple[float, Callable[[float], str]], ...] = (
        (backward_m, units.format_distance),
        (backward_m / total_m if total_m > 0.0 else math.nan, lambda share: f"{100.0 * share:.0f} %"),
        (section.time_s["backward"], format_duration),
        (marked_m, units.format_distance),
    )
    forward, backward = section.speed_mps["forward"], section.speed_mps["backward"]
    return (
        date_cell,
        Cell(section.title, section.title.casefold()),
        Cell(section.sport.replace("_", " "), section.sport),
        Cell(format_duration(section.elapsed_s), section.elapsed_s),
        _build_number_cell(total_m if section.distance_m else math.nan, units.format_distance),
        *(
            _build_number_cell(value, format_value) if value != 0.0 else Cell("–", 0.0)
            for value, format_value in backward_cells
        ),
        _build_number_cell(forward, units.format_pace),
        _build_number_cell(backward, units.format_pace),
        _build_number_cell(backward / forward, "{:.2f}".format),
        Cell(section.structure, section.structure or None),
    )


def _build_number_cell(value: float, format_value: Callable[[float], str]) -> Cell:
    return Cell(format_value(value), value) if math.isfinite(value) else Cell("", None)


CHART_DIRECTIONS = ("forward", "backward")
"""The directions whose weekly distances are shown."""
PLAUSIBLE_YEARS = range(2000, 2100)
"""The years in which the date of an activity is believed; others come from watches whose clock was never set."""


@dataclass(frozen=True, slots=True)
class WeeklyDistances:
    """The distances of ``n`` consecutive weeks, which begin on Monday (UTC), including weeks without activities."""

    mondays: tuple[date, ...]
    distance_m: dict[str, FloatArray]  # distance (m) of each week, shape ``(n,)``, by direction of ``CHART_DIRECTIONS``
    undated_count: int  # number of activities with a distance but without a plausible date, which are in no week


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
    """Return the weekly distances as a table, without weeks in which nothing was run."""
    rows = []
    for index, monday in enumerate(weeks.mondays):
        distances_m = [float(weeks.distance_m[name][index]) for name in CHART_DIRECTIONS]
        if any(distances_m):
            rows.append((f"{monday:%Y-%m-%d}", *(units.format_distance(distance_m) for distance_m in distances_m)))
    note = f"{weeks.undated_count} without a date, or before {PLAUSIBLE_YEARS[0]}, are in no week"
    footer = (note,) if weeks.undated_count else ()
    return TextTable("", ("week from", *CHART_DIRECTIONS), tuple(rows), footer=footer)


def build_weeks_chart(weeks: WeeklyDistances, units: Units) -> dict[str, Any]:
    """Return the weekly distances as the Bokeh JSON document of a stacked bar chart."""
    return build_weekly_bars(
        [f"{monday:%Y-%m-%d}" for monday in weeks.mondays],
        {name: (distance_m / units.metres).round(3).tolist() for name, distance_m in weeks.distance_m.items()},
    )
