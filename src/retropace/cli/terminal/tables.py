"""Tables on a console, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from retropace.cli.terminal.direction_strip import COLOURS
from retropace.cli.terminal.layout import columns
from retropace.core.sanitize import harmless

if TYPE_CHECKING:
    from retropace.cli.terminal.console import Page
    from retropace.cli.terminal.layout import Columns
    from retropace.output.tables.text_table import Sheet


def print_sheets(page: Page, sheets: Sequence[Sheet], gap: int) -> None:
    """Print them one after the other, a blank line between."""
    for number, sheet in enumerate(sheets):
        if number:
            page.print()
        if sheet.title:
            page.print(harmless(sheet.title), style="bold", soft_wrap=True)
        if sheet.rows:
            print_rows(page, sheet, gap)
        for line in sheet.below:
            page.print(harmless(line), soft_wrap=True)


def print_rows(page: Page, sheet: Sheet, gap: int) -> None:
    """Print the table of a sheet, its rows in the colours of their directions; spare columns go if it is too wide."""
    table = _table(sheet, gap)
    for name in sheet.spare:
        if table.width + gap <= page.width:  # a terminal keeps the gap behind the last column too
            break
        sheet = sheet.without_column(name)
        table = _table(sheet, gap)
    page.table(table)


def _table(sheet: Sheet, gap: int) -> Columns:
    table = columns(*sheet.names, left=sheet.left, gap=gap)
    for row, tone in zip_longest(sheet.rows, sheet.tones, fillvalue=""):
        style = "bold" if tone == "whole" else COLOURS.get(tone, "")
        table.add_row(*(harmless(cell) for cell in row), style=style)
    return table


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
