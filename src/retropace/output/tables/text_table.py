"""A table as data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, a table, and lines below it; each of them may be empty."""

    title: str = ""
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    left: tuple[int, ...] = (0,)
    """The columns that are flush left."""
    below: tuple[str, ...] = field(default=())
    tones: tuple[str, ...] = ()
    """For each row the direction whose colour it has, ``whole`` for a sum, or nothing; empty if no row has any."""

    spare: tuple[str, ...] = ()
    """Columns that may be left out where there is little room, the first to go first."""

    def without_empty_columns(self) -> Sheet:
        """The same without the columns in which no row says anything."""
        return self._with_columns([at for at in range(len(self.names)) if any(row[at] for row in self.rows)])

    def without_column(self, name: str) -> Sheet:
        """The same without the column of that name."""
        return self._with_columns([at for at, one in enumerate(self.names) if one != name])

    def _with_columns(self, kept: list[int]) -> Sheet:
        return replace(
            self,
            names=tuple(self.names[at] for at in kept),
            rows=tuple(tuple(row[at] for at in kept) for row in self.rows),
            left=tuple(number for number, at in enumerate(kept) if at in self.left),
        )
