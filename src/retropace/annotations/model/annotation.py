"""Annotations, which give a label to a span of elapsed seconds, or to a location that is still text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.label import NO_ATTRIBUTES, Attributes, Label
from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray, Spans, as_spans

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


@dataclass(frozen=True, slots=True, eq=False)
class AnnotationTable(Sequence[Annotation]):
    """Sorted, disjoint annotations as columns; an integer index gives an annotation, any other index a table."""

    spans: Spans
    direction: StrArray
    gait: StrArray  # ``run``, ``walk``, or empty
    edge_tolerance_s: FloatArray  # largest number of seconds by which the start or end of each annotation may be off
    distance_m: FloatArray  # distance (m) of each stretch as stated by the runner; NaN if none is stated
    speed_mps: FloatArray  # speed while moving (m/s) as stated by the runner; NaN if none is stated
    note: NDArray[np.object_]
    origin: NDArray[np.object_]  # of type :class:`Origin`

    @classmethod
    def from_annotations(cls, annotations: Iterable[Annotation]) -> "AnnotationTable":
        """Return a table with one row for each of the annotations, in the given order."""
        rows = list(annotations)
        return cls(
            spans=as_spans((row.start_s, row.end_s) for row in rows),
            direction=np.array([row.label.direction for row in rows], dtype=np.str_),
            gait=np.array([row.label.gait for row in rows], dtype=np.str_),
            edge_tolerance_s=np.array([row.edge_tolerance_s for row in rows], dtype=np.float64),
            distance_m=np.array([row.attributes.distance_m for row in rows], dtype=np.float64),
            speed_mps=np.array([row.attributes.speed_mps for row in rows], dtype=np.float64),
            note=np.array([row.note for row in rows], dtype=np.object_),
            origin=np.array([row.origin for row in rows], dtype=np.object_),
        )

    def __len__(self) -> int:
        return len(self.spans)

    def __getitem__(self, index: Any) -> Any:
        columns = [getattr(self, column.name)[index] for column in fields(self)]
        if not isinstance(index, int):
            return AnnotationTable(*columns)
        (start_s, end_s), direction, gait, tolerance_s, *stated, note, origin = columns
        attributes = Attributes(*(None if np.isnan(value) else float(value) for value in stated))
        label = Label(str(direction), str(gait))
        return Annotation(float(start_s), float(end_s), label, note, origin, float(tolerance_s), attributes)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    @property
    def has_attributes(self) -> NDArray[np.bool_]:
        """Mask of the annotations for which a distance or a speed is stated, ``(n,)``."""
        return np.isfinite(self.distance_m) | np.isfinite(self.speed_mps)
