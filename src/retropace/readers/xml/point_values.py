"""What the values in points say: gathered as text while a document is read, then turned into columns all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import Column
from retropace.readers.xml.repeated_elements import Rows, Stretch, Way

Row = NDArray[np.intp]


@dataclass(slots=True)
class Leaves:
    """The values of points in order, as text."""

    count: int = 0
    """How many points there are."""
    _rows: dict[tuple[Way, ...], Rows] = field(default_factory=dict)

    def add(self, ways: Sequence[Way], texts: Sequence[str]) -> None:
        """One more point, as a parser reported it."""
        shape = tuple(ways)
        rows = self._rows.setdefault(shape, Rows(shape))
        rows.numbers.append(self.count)
        rows.values.append(tuple(text.encode("utf-8") for text in texts))
        self.count += 1

    def add_stretch(self, stretch: Stretch) -> None:
        """More points, as they were taken out of the document."""
        for one in stretch.rows:
            rows = self._rows.setdefault(one.ways, Rows(one.ways))
            rows.numbers.extend(number + self.count for number in one.numbers)
            rows.values.extend(one.values)
        self.count += stretch.count

    def each(self) -> Iterator[tuple[Way, Row, Sequence[bytes]]]:
        """Every kind of value: the way to it, which points hold it, and what it says there.

        A kind may come several times. Of one point, values come in the order in which they stand in it.
        """
        for rows in self._rows.values():
            numbers = np.array(rows.numbers, dtype=np.intp)
            for way, texts in zip(rows.ways, zip(*rows.values, strict=True), strict=True):
                yield way, numbers, texts


def fill(column: Column, rows: Row, values: Column) -> None:
    """Put values where the column has none yet: of two values for the same, the first that is a number counts."""
    held = column[rows]
    column[rows] = np.where(np.isnan(held), values, held)
