"""Tables as data: built once, shown on a console or as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retropace.cli.failures import harmless
from retropace.cli.layout import columns

if TYPE_CHECKING:
    from retropace.cli.console import Page


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, a table, and lines below it; each of them may be empty."""

    title: str = ""
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    left: tuple[int, ...] = (0,)
    """The columns that are flush left."""
    below: tuple[str, ...] = field(default=())

    def without_empty_columns(self) -> Sheet:
        """The same without the columns in which no row says anything."""
        kept = [at for at in range(len(self.names)) if any(row[at] for row in self.rows)]
        return Sheet(
            self.title,
            tuple(self.names[at] for at in kept),
            tuple(tuple(row[at] for at in kept) for row in self.rows),
            tuple(number for number, at in enumerate(kept) if at in self.left),
            self.below,
        )


def print_sheets(page: Page, sheets: Sequence[Sheet], gap: int) -> None:
    """Print them one after the other, a blank line between."""
    for number, sheet in enumerate(sheets):
        if number:
            page.print()
        if sheet.title:
            page.print(harmless(sheet.title), style="bold", soft_wrap=True)
        if sheet.rows:
            table = columns(*sheet.names, left=sheet.left, gap=gap)
            for row in sheet.rows:
                table.add_row(*(harmless(cell) for cell in row))
            page.table(table)
        for line in sheet.below:
            page.print(harmless(line), soft_wrap=True)


def markdown(sheets: Sequence[Sheet], level: int = 3) -> str:
    """The same as Markdown, with headings of this level."""
    parts = []
    for sheet in sheets:
        if sheet.title:
            parts.append(f"{'#' * level} {_plain(sheet.title)}")
        if sheet.rows:
            align = ["---" if at in sheet.left else "---:" for at in range(len(sheet.names))]
            table = [_row(sheet.names), _row(align), *(_row(row) for row in sheet.rows)]
            parts.append("\n".join(table))
        parts += [_plain(line) for line in sheet.below]
    return "\n\n".join(parts) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    """The text without what Markdown would take for its own."""
    escaped = harmless(text)
    for letter in "\\|*_<>`":
        escaped = escaped.replace(letter, f"\\{letter}")
    return escaped
