"""Collection of the values of track points as text while a document is read; they become columns afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.readers.xml.repeated_elements import ElementPath, PointBlock, ShapeRows

RowIndices = NDArray[np.intp]
"""Array of indices of points, ``(n,)``."""


@dataclass(slots=True)
class PointValues:
    """The values of all points of a document, in file order, as text."""

    count: int = 0
    """Number of points added so far."""
    _groups: dict[tuple[ElementPath, ...], ShapeRows] = field(default_factory=dict)
    """Points and their values in groups; all points of a group have values at the same paths, by which it is found."""

    def add(self, paths: Sequence[ElementPath], texts: Sequence[str]) -> None:
        """Add one point that a parser reported: the paths of its values, and the values."""
        shape = tuple(paths)
        rows = self._groups.setdefault(shape, ShapeRows(shape))
        rows.numbers.append(self.count)
        rows.values.append(tuple(text.encode("utf-8") for text in texts))
        self.count += 1

    def add_block(self, block: PointBlock) -> None:
        """Add the points of a block that was extracted from the document before parsing."""
        for group in block.groups:
            rows = self._groups.setdefault(group.paths, ShapeRows(group.paths))
            rows.numbers.extend(number + self.count for number in group.numbers)
            rows.values.extend(group.values)
        self.count += block.count

    def iter_values(self) -> Iterator[tuple[ElementPath, RowIndices, Sequence[bytes]]]:
        """Yield, for each path, the indices of the points that have a value at it, and these values.

        A path may come several times. The values of one point come in their order within it.
        """
        for rows in self._groups.values():
            numbers = np.array(rows.numbers, dtype=np.intp)
            for path, texts in zip(rows.paths, zip(*rows.values, strict=True), strict=True):
                yield path, numbers, texts


def fill_missing(column: FloatArray, rows: RowIndices, values: FloatArray) -> None:
    """Write values to those rows of a column that are still NaN, so that of several values the first counts."""
    present = column[rows]
    column[rows] = np.where(np.isnan(present), values, present)
