"""A workout as planned: steps and repeats, whether typed as a sentence or loaded on the watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retropace.annotations.language.labels import Label
from retropace.core.units import format_duration

MAX_STEPS = 500
"""More steps than anybody does in a session: 10 km of 50 m stretches are 200."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """What to do and for how long. Without seconds and metres it is as long as it takes."""

    label: Label
    seconds: float | None = None
    metres: float | None = None
    until_lap: bool = False
    speed_mps: float | None = None
    """The pace to run at; None if it is left to the runner."""
    is_recovery: bool = False
    """Whether it is a recovery, in which standing is as good as moving."""

    def __str__(self) -> str:
        return f"{self.length} {self.label}".strip()

    @property
    def length(self) -> str:
        """``400 m``, ``2:00`` or nothing."""
        if self.metres is not None:
            return f"{self.metres:.10g} m"
        if self.seconds is not None:
            return format_duration(self.seconds)
        return "until lap" if self.until_lap else ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same again, so many times."""

    count: int
    body: tuple[Item, ...]


Item = PlanStep | Repeat


@dataclass(frozen=True, slots=True)
class Plan:
    """The items in order and how the runner wrote them."""

    items: tuple[Item, ...]
    text: str = ""
    source: str = "workout"
    """``workout`` for a sentence, ``file`` for what was loaded on the watch, ``description`` or ``title`` for a
    sentence that was found there."""

    @property
    def display_name(self) -> str:
        """``the workout``, and where it was found if nobody gave it."""
        return "the workout" if self.source == "workout" else f"the workout in the {self.source}"


FROM_FILE = Plan((), "", "file")
"""Stands for the workout in the file, whatever that is."""


def count_steps(items: tuple[Item, ...]) -> int:
    """How many steps these are when carried out, without carrying them out."""
    return sum(1 if isinstance(item, PlanStep) else item.count * count_steps(item.body) for item in items)


def iter_steps(items: tuple[Item, ...]) -> Iterator[PlanStep]:
    """Every step once, in the order of the text."""
    for item in items:
        if isinstance(item, PlanStep):
            yield item
        else:
            yield from iter_steps(item.body)
