"""What the runner says about stretches of an activity: where (still in their words) or from when to when."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.annotations.language.labels import Label
from retropace.annotations.model.attributes import NO_ATTRIBUTES, Attributes

TYPED_TOLERANCE_S = 10.0
"""People type times they remember or read off a watch: four seconds off as a rule (one standard deviation)."""
WHOLE_MINUTE_TOLERANCE_S = 30.0
"""Times to the minute are up to half a minute off."""
BUTTON_TOLERANCE_S = 1.0
"""A lap button is pressed within a second or so of the turn, closer than change points can be found."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an annotation came from, for messages and for the record."""

    kind: str
    """One of the kinds in :mod:`retropace.annotations.model.origin_priority`."""
    text: str = ""
    """What stood there, as written."""
    path: str = ""
    line: int | None = None

    def __str__(self) -> str:
        if self.path:
            return f"{self.path}:{self.line}" if self.line is not None else self.path
        return f'--mark "{self.text}"' if self.kind == "mark" else self.text or "the annotation given"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A stretch ``[start_s, end_s)`` of elapsed seconds and what the runner says it was."""

    start_s: float
    end_s: float
    label: Label
    note: str = ""
    origin: Origin = Origin("library")
    edge_tolerance_s: float = TYPED_TOLERANCE_S
    """How many seconds its edges may be off at most; up to one they stay where they are."""
    attributes: Attributes = NO_ATTRIBUTES


@dataclass(frozen=True, slots=True)
class UnresolvedAnnotation:
    """A label for a place that is still in the runner's words; :func:`retropace.annotations.place` finds the spans."""

    where: str
    label: Label
    note: str = ""
    origin: Origin = Origin("library")
    attributes: Attributes = NO_ATTRIBUTES
