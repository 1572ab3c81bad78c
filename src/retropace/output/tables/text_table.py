"""A table as data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class TextTable:
    """A title, a table, and lines below it; each of them may be empty."""

    title: str = ""
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    left_aligned: tuple[int, ...] = (0,)
    """The columns that are flush left."""
    footer: tuple[str, ...] = field(default=())
    row_styles: tuple[str, ...] = ()
    """For each row the direction whose colour it has, ``whole`` for a sum, or nothing; empty if no row has any."""

    optional_columns: tuple[str, ...] = ()
    """Columns that may be left out where there is little room, the first to go first."""

    def drop_empty_columns(self) -> TextTable:
        """The same without the columns in which no row says anything."""
        return self._select_columns([at for at in range(len(self.names)) if any(row[at] for row in self.rows)])

    def drop_column(self, name: str) -> TextTable:
        """The same without the column of that name."""
        return self._select_columns([at for at, one in enumerate(self.names) if one != name])

    def _select_columns(self, indices: list[int]) -> TextTable:
        return replace(
            self,
            names=tuple(self.names[at] for at in indices),
            rows=tuple(tuple(row[at] for at in indices) for row in self.rows),
            left_aligned=tuple(number for number, at in enumerate(indices) if at in self.left_aligned),
        )
