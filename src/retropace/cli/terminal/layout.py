"""Columns of text without lines, as every table of the command line has them; lines of differently coloured pieces."""

from __future__ import annotations

from dataclasses import dataclass, field

StyledLine = tuple[tuple[str, str], ...]
"""A line as pieces of text, each with its style."""


@dataclass(frozen=True, slots=True)
class TerminalTable:
    """A table: names above columns, cells a row at a time with the row's style.

    The columns in ``left`` are flush left, the others flush right, all of them ``gap`` blanks apart.
    """

    names: tuple[str, ...]
    left: tuple[int, ...] = (0,)
    gap: int = 2
    rows: list[tuple[tuple[str, ...], str]] = field(default_factory=list)

    def add_row(self, *cells: str, style: str = "") -> None:
        """A further row; cells that are left out at its end are empty."""
        self.rows.append((cells + ("",) * (len(self.names) - len(cells)), style))

    @property
    def width(self) -> int:
        """How many columns of a terminal the widest line takes."""
        return sum(self._column_widths()) + self.gap * (len(self.names) - 1)

    def to_text(self) -> str:
        """The table as text, without blanks at the ends of lines."""
        widths = self._column_widths()
        table = [self.names, *(cells for cells, _ in self.rows)]
        return "\n".join((" " * self.gap).join(self._pad_row(row, widths)).rstrip() for row in table)

    def _column_widths(self) -> list[int]:
        table = [self.names, *(cells for cells, _ in self.rows)]
        return [max(measure_width(row[at]) for row in table) for at in range(len(self.names))]

    def _pad_row(self, row: tuple[str, ...], widths: list[int]) -> list[str]:
        padded = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            flush = cell if at in self.left else cell.rstrip()
            blank = " " * (width - measure_width(flush))
            padded.append(flush + blank if at in self.left else blank + flush)
        return padded


def create_table(*names: str, left: tuple[int, ...] = (0,), gap: int = 2) -> TerminalTable:
    """An empty table with these names above its columns."""
    return TerminalTable(names, left, gap)


def measure_width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
