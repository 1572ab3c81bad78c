"""The resolved annotations of an activity as columns, in which they travel from their resolution to the labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.language.labels import Label
from retropace.annotations.model.annotation import Annotation
from retropace.annotations.model.attributes import Attributes
from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray, Spans, as_spans


@dataclass(frozen=True, slots=True, eq=False)
class AnnotationTable(Sequence[Annotation]):
    """Sorted, disjoint annotations as columns of ``n`` rows; as a sequence it yields :class:`Annotation` values.

    An index gives one annotation; a slice, a mask or an array of indices gives a table.
    """

    spans: Spans
    direction: StrArray
    gait: StrArray
    """``run``, ``walk``, or empty."""
    edge_tolerance_s: FloatArray
    """The most seconds by which each edge may be off."""
    distance_m: FloatArray
    """The distance that the runner states, NaN for none."""
    speed_mps: FloatArray
    """The speed while moving that the runner states, NaN for none."""
    note: NDArray[np.object_]
    origin: NDArray[np.object_]
    """An :class:`~retropace.annotations.model.annotation.Origin` for each."""

    @classmethod
    def from_annotations(cls, annotations: Iterable[Annotation]) -> AnnotationTable:
        """Return the table of annotations in their order."""
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
        """Whether a distance or a speed is stated, ``(n,)``."""
        return np.isfinite(self.distance_m) | np.isfinite(self.speed_mps)
