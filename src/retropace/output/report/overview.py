"""Many activities as a table, a row each: what is sorted by, and what is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.core.units import Units, format_duration

if TYPE_CHECKING:
    from retropace.output.report.activity_section import ActivitySection


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows and what it is sorted by; cells without a value come last."""

    text: str
    value: float | str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Columns and rows; each row belongs to the part of the same number."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[str, ...]
    """The sums, a text for each column."""


COLUMN_NAMES = ("date", "activity", "sport", "time", "distance", "backward", "share", "backward time", "of it marked")
UNTOTALLED_COLUMN_NAMES = ("forward pace", "backward pace", "speed ratio", "sets")


def build_overview(sections: Sequence[ActivitySection], units: Units) -> Overview:
    """The overview of activities in the order in which they are given."""
    total_m = sum(sum(part.distance_m.values()) for part in sections)
    backward_m = sum(part.distance_m.get("backward", 0.0) for part in sections)
    share = f"{100.0 * backward_m / total_m:.0f} %" if total_m > 0.0 else ""
    whole = (
        "",
        f"{len(sections)} activities",
        "",
        format_duration(sum(part.elapsed_s for part in sections)),
        units.format_distance(total_m),
        units.format_distance(backward_m),
        share,
        format_duration(sum(part.time_s["backward"] for part in sections)),
        units.format_distance(backward_m - sum(part.suspected_m for part in sections if part.distance_m)),
    )
    names = (*COLUMN_NAMES, *UNTOTALLED_COLUMN_NAMES)
    return Overview(
        names, tuple(_build_row(part, units) for part in sections), whole + ("",) * len(UNTOTALLED_COLUMN_NAMES)
    )


def _build_row(section: ActivitySection, units: Units) -> tuple[Cell, ...]:
    start = section.start_time
    day = Cell("", None) if start is None else Cell(f"{start:%Y-%m-%d %H:%M}", start.timestamp())
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
        day,
        Cell(section.title, section.title.casefold()),
        Cell(section.sport.replace("_", " "), section.sport),
        Cell(format_duration(section.elapsed_s), section.elapsed_s),
        _build_number_cell(total_m if section.distance_m else math.nan, units.format_distance),
        *(_build_number_cell(value, text) if value != 0.0 else Cell("–", 0.0) for value, text in backward_cells),
        _build_number_cell(forward, units.format_pace),
        _build_number_cell(backward, units.format_pace),
        _build_number_cell(backward / forward, "{:.2f}".format),
        Cell(section.structure, section.structure or None),
    )


def _build_number_cell(value: float, format_value: Callable[[float], str]) -> Cell:
    return Cell(format_value(value), value) if math.isfinite(value) else Cell("", None)
