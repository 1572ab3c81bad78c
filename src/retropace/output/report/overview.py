"""Many activities as a table, a row each: what is sorted by, and what is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.core.units import Units, clock

if TYPE_CHECKING:
    from retropace.output.report.activity_section import Part


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
    whole: tuple[str, ...]
    """The sums, a text for each column."""


NAMES = ("date", "activity", "sport", "time", "distance", "backward", "share", "backward time", "of it marked")
MORE_NAMES = ("forward pace", "backward pace", "speed ratio", "sets")


def overview_of(parts: Sequence[Part], units: Units) -> Overview:
    """The overview of activities in the order in which they are given."""
    total_m = sum(sum(part.distance_m.values()) for part in parts)
    backward_m = sum(part.distance_m.get("backward", 0.0) for part in parts)
    share = f"{100.0 * backward_m / total_m:.0f} %" if total_m > 0.0 else ""
    whole = (
        "",
        f"{len(parts)} activities",
        "",
        clock(sum(part.elapsed_s for part in parts)),
        units.distance(total_m),
        units.distance(backward_m),
        share,
        clock(sum(part.time_s["backward"] for part in parts)),
        units.distance(backward_m - sum(part.suspected_m for part in parts if part.distance_m)),
    )
    names = (*NAMES, *MORE_NAMES)
    return Overview(names, tuple(_row(part, units) for part in parts), whole + ("",) * len(MORE_NAMES))


def _row(part: Part, units: Units) -> tuple[Cell, ...]:
    start = part.start_time
    day = Cell("", None) if start is None else Cell(f"{start:%Y-%m-%d %H:%M}", start.timestamp())
    total_m = sum(part.distance_m.values())
    backward_m = part.distance_m.get("backward", math.nan)
    marked_m = backward_m - part.suspected_m
    backward_cells: tuple[tuple[float, Callable[[float], str]], ...] = (
        (backward_m, units.distance),
        (backward_m / total_m if total_m > 0.0 else math.nan, lambda share: f"{100.0 * share:.0f} %"),
        (part.time_s["backward"], clock),
        (marked_m, units.distance),
    )
    forward, backward = part.speed_mps["forward"], part.speed_mps["backward"]
    return (
        day,
        Cell(part.title, part.title.casefold()),
        Cell(part.sport.replace("_", " "), part.sport),
        Cell(clock(part.elapsed_s), part.elapsed_s),
        _number(total_m if part.distance_m else math.nan, units.distance),
        *(_number(value, text) if value != 0.0 else Cell("–", 0.0) for value, text in backward_cells),
        _number(forward, units.pace),
        _number(backward, units.pace),
        _number(backward / forward, "{:.2f}".format),
        Cell(part.structure, part.structure or None),
    )


def _number(value: float, text: Callable[[float], str]) -> Cell:
    return Cell(text(value), value) if math.isfinite(value) else Cell("", None)
