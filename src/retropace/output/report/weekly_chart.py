"""Distance per direction by week, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.core.spans import Column
from retropace.core.units import Units
from retropace.output.charts.bokeh_figures import weeks_document
from retropace.output.tables.text_table import Sheet

if TYPE_CHECKING:
    from retropace.output.report.activity_section import Part

SHOWN = ("forward", "backward")
YEARS = range(2000, 2100)
"""A date of another year is that of a watch whose clock was never set; its weeks would leave no room for the others."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """``n`` weeks one after the other, each from its Monday (UTC), those without a run among them."""

    mondays: tuple[date, ...]
    metres: dict[str, Column]
    """For each direction of ``SHOWN`` ``(n,)`` metres."""
    without_time: int
    """Activities with a distance but without a date of ``YEARS``, which are in none of the weeks."""


def weeks_of(parts: Sequence[Part]) -> Weeks:
    """The weeks from the first activity to the last."""
    measured = [part for part in parts if part.distance_m]
    dated = [
        (_monday(part), part) for part in measured if part.start_time is not None and part.start_time.year in YEARS
    ]
    without = len(measured) - len(dated)
    if not dated:
        return Weeks((), {name: np.empty(0) for name in SHOWN}, without)
    first, last = min(day for day, _ in dated), max(day for day, _ in dated)
    mondays = tuple(first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1))
    metres = {name: np.zeros(len(mondays)) for name in SHOWN}
    for day, part in dated:
        for name in SHOWN:
            metres[name][(day - first).days // 7] += part.distance_m[name]
    return Weeks(mondays, metres, without)


def _monday(part: Part) -> date:
    assert part.start_time is not None
    day = part.start_time.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def weeks_sheet(weeks: Weeks, units: Units) -> Sheet:
    """The same as a table, without the weeks in which nothing was run."""
    rows = [
        (f"{monday:%Y-%m-%d}", *(units.distance(float(weeks.metres[name][at])) for name in SHOWN))
        for at, monday in enumerate(weeks.mondays)
        if any(weeks.metres[name][at] > 0.0 for name in SHOWN)
    ]
    left_out = (
        f"{weeks.without_time} without a date, or before {YEARS[0]}, are in no week" if weeks.without_time else ""
    )
    return Sheet("", ("week from", *SHOWN), tuple(rows), below=tuple(filter(None, (left_out,))))


def weeks_chart(weeks: Weeks, units: Units) -> dict[str, Any]:
    """The bars as Bokeh's document."""
    return weeks_document(
        [f"{monday:%Y-%m-%d}" for monday in weeks.mondays],
        {name: (metres / units.metres).round(3).tolist() for name, metres in weeks.metres.items()},
    )
