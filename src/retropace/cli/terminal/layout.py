"""Layout of printed text: tables of aligned columns without rules, and lines of several styles."""

from __future__ import annotations

from dataclasses import dataclass, field

StyledLine = tuple[tuple[str, str], ...]
"""A line as consecutive pairs of text and style (a colour or another style of rich; empty for none)."""


@dataclass(frozen=True, slots=True)
class TerminalTable:
    """A table with a header row, to which rows are added.

    Example::

        >>> table = create_table("lap", "distance")
        >>> table.add_row("1", "400 m")
        >>> table.add_row("12", "1.2 km")
        >>> print(table.to_text())
        lap  distance
        1       400 m
        12     1.2 km
    """

    names: tuple[str, ...]
    left: tuple[int, ...] = (0,)
    """Indices of the left-aligned columns; the others are right-aligned."""
    gap: int = 2
    """Blanks between two columns."""
    rows: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    """The rows: for each, the texts of its cells, and the style (colour) in which it is printed."""

    def add_row(self, *cells: str, style: str = "") -> None:
        """Append a row; missing cells at its end are empty."""
        self.rows.append((cells + ("",) * (len(self.names) - len(cells)), style))

    @property
    def width(self) -> int:
        """Width of the table in terminal columns."""
        return sum(self._column_widths()) + self.gap * (len(self.names) - 1)

    def to_text(self) -> str:
        """Return the table as text without trailing blanks."""
        widths = self._column_widths()
        table = [self.names, *(cells for cells, _ in self.rows)]
        return "\n".join((" " * self.gap).join(self._pad_row(row, widths)).rstrip() for row in table)

    def _column_widths(self) -> list[int]:
        table = [self.names, *(cells for cells, _ in self.rows)]
        return [max(measure_width(row[column]) for row in table) for column in range(len(self.names))]

    def _pad_row(self, row: tuple[str, ...], widths: list[int]) -> list[str]:
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            text = cell if column in self.left else cell.rstrip()
            blank = " " * (width - measure_width(text))
            cells.append(text + blank if column in self.left else blank + text)
        return cells


def create_table(*names: str, left: tuple[int, ...] = (0,), gap: int = 2) -> TerminalTable:
    """Return a table without rows, with ``names`` as its header."""
    return TerminalTable(names, left, gap)


def measure_width(text: str) -> int:
    """Return how many terminal columns a text fills, two for each wide character."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
