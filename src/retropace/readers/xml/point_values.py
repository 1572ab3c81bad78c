"""What the values in points say: gathered as text while a document is read, then turned into columns all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.readers.xml.repeated_elements import ElementPath, PointBlock, ShapeRows

RowIndices = NDArray[np.intp]


@dataclass(slots=True)
class PointValues:
    """The values of points in order, as text."""

    count: int = 0
    """How many points there are."""
    _groups: dict[tuple[ElementPath, ...], ShapeRows] = field(default_factory=dict)

    def add(self, paths: Sequence[ElementPath], texts: Sequence[str]) -> None:
        """One more point, as a parser reported it."""
        shape = tuple(paths)
        rows = self._groups.setdefault(shape, ShapeRows(shape))
        rows.numbers.append(self.count)
        rows.values.append(tuple(text.encode("utf-8") for text in texts))
        self.count += 1

    def add_block(self, block: PointBlock) -> None:
        """More points, as they were taken out of the document."""
        for one in block.groups:
            rows = self._groups.setdefault(one.paths, ShapeRows(one.paths))
            rows.numbers.extend(number + self.count for number in one.numbers)
            rows.values.extend(one.values)
        self.count += block.count

    def iter_values(self) -> Iterator[tuple[ElementPath, RowIndices, Sequence[bytes]]]:
        """Every kind of value: the way to it, which points hold it, and what it says there.

        A kind may come several times. Of one point, values come in the order in which they stand in it.
        """
        for rows in self._groups.values():
            numbers = np.array(rows.numbers, dtype=np.intp)
            for way, texts in zip(rows.paths, zip(*rows.values, strict=True), strict=True):
                yield way, numbers, texts


def fill_missing(column: FloatArray, rows: RowIndices, values: FloatArray) -> None:
    """Put values where the column has none yet: of two values for the same, the first that is a number counts."""
    held = column[rows]
    column[rows] = np.where(np.isnan(held), values, held)
