"""Annotations, which give a label to a span of elapsed seconds, or to a location that is still text."""

from dataclasses import dataclass

from retropace.annotations.model.label import NO_ATTRIBUTES, Attributes, Label

TYPED_TOLERANCE_S = 10.0
"""Largest number of seconds by which a typed time may be off; the standard deviation is about four seconds."""
WHOLE_MINUTE_TOLERANCE_S = 30.0
"""Largest number of seconds by which a time in whole minutes may be off, owing to rounding."""
BUTTON_TOLERANCE_S = 1.0
"""Largest number of seconds by which a press of the lap button may be off from the turn."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Source of an annotation, such as a mark or a row of a sidecar; named in messages and output."""

    kind: str  # kind of source, a key of :data:`retropace.annotations.resolve.overlaps.ORIGIN_PRIORITY`
    text: str = ""  # annotation as its author wrote it
    path: str = ""  # file that holds the annotation; empty if it came from no file
    line: int | None = None  # line within the file, counted from 1

    def __str__(self) -> str:
        if self.path:
            return f"{self.path}:{self.line}" if self.line is not None else self.path
        return f'--mark "{self.text}"' if self.kind == "mark" else self.text or "the annotation given"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A label for the stretch ``[start_s, end_s)`` of elapsed seconds."""

    start_s: float
    end_s: float
    label: Label
    note: str = ""
    origin: Origin = Origin("library")
    edge_tolerance_s: float = TYPED_TOLERANCE_S  # by which start and end may be off; up to one second they never move
    attributes: Attributes = NO_ATTRIBUTES

    @property
    def span(self) -> tuple[float, float]:
        """Start and end in elapsed seconds."""
        return self.start_s, self.end_s

    @property
    def duration_s(self) -> float:
        """Seconds from start to end."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class UnresolvedAnnotation:
    """A label for a location that is still text; :func:`retropace.annotations.resolve_annotations` finds its times."""

    where: str  # location as written, for :func:`retropace.annotations.inputs.location.parse_location`
    label: Label
    note: str = ""
    origin: Origin = Origin("library")
    attributes: Attributes = NO_ATTRIBUTES
