"""A table of text as data, independent of where it is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class TextTable:
    """A title, a table, and lines below it; each of them may be empty.

    >>> table = TextTable("sets", ("rep", "note", "time"), (("1", "", "0:50"), ("2", "", "0:52")))
    >>> table.drop_empty_columns().names
    ('rep', 'time')
    """

    title: str = ""
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()  # one cell per column in each row
    left_aligned: tuple[int, ...] = (0,)  # indices of the columns that are aligned left; the others are aligned right
    footer: tuple[str, ...] = ()  # lines of text below the table
    row_styles: tuple[str, ...] = ()  # of each row, the direction that colours it, ``whole`` for totals, or ``""``
    optional_columns: tuple[str, ...] = ()  # headers of columns that may be dropped, in this order, to fit the output

    def drop_empty_columns(self) -> TextTable:
        """Return the table without the columns that are empty in every row."""
        return self._select_columns([index for index in range(len(self.names)) if any(row[index] for row in self.rows)])

    def drop_column(self, name: str) -> TextTable:
        """Return the table without the column that has this header."""
        return self._select_columns([index for index, column in enumerate(self.names) if column != name])

    def _select_columns(self, indices: list[int]) -> TextTable:
        return replace(
            self,
            names=tuple(self.names[index] for index in indices),
            rows=tuple(tuple(row[index] for index in indices) for row in self.rows),
            left_aligned=tuple(position for position, index in enumerate(indices) if index in self.left_aligned),
        )
