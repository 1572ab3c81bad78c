"""A planned workout: steps and repeats, from a workout sentence or from the watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retropace.annotations.language.labels import Label
from retropace.core.units import format_duration

MAX_STEPS = 500
"""The most steps of a plan when carried out: 10 km in stretches of 50 m are 200."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan; without ``seconds`` and ``metres`` its length is open."""

    label: Label
    seconds: float | None = None
    metres: float | None = None
    until_lap: bool = False
    """Whether the step ends when the lap button is pressed."""
    speed_mps: float | None = None
    """The planned speed, or None if it is left to the runner."""
    is_recovery: bool = False
    """Whether the step is a recovery, in which standing is as good as moving."""

    def __str__(self) -> str:
        return f"{self.length} {self.label}".strip()

    @property
    def length(self) -> str:
        """The planned length as text, for example ``400 m`` or ``2:00``; empty if it is open."""
        if self.metres is not None:
            return f"{self.metres:.10g} m"
        if self.seconds is not None:
            return format_duration(self.seconds)
        return "until lap" if self.until_lap else ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A sequence of items that is carried out several times."""

    count: int
    body: tuple[Item, ...]


Item = PlanStep | Repeat
"""An item of a plan."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned workout: its items in order, and the text from which they were read."""

    items: tuple[Item, ...]
    text: str = ""
    source: str = "workout"
    """Where the plan was found: ``workout`` (a sentence), ``file`` (loaded on the watch), ``description`` or ``title``.
    """

    @property
    def display_name(self) -> str:
        """The plan as messages call it, for example ``the workout in the title``."""
        return "the workout" if self.source == "workout" else f"the workout in the {self.source}"


FROM_FILE = Plan((), "", "file")
"""A placeholder for the workout that the recording holds."""


def count_steps(items: tuple[Item, ...]) -> int:
    """Count the steps that are carried out, repeats included."""
    return sum(1 if isinstance(item, PlanStep) else item.count * count_steps(item.body) for item in items)


def iter_steps(items: tuple[Item, ...]) -> Iterator[PlanStep]:
    """Yield every step once, in the order of the text."""
    for item in items:
        if isinstance(item, PlanStep):
            yield item
        else:
            yield from iter_steps(item.body)
