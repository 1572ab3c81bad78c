"""Tables on a console, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from retropace.cli.terminal.direction_strip import DIRECTION_COLOURS
from retropace.cli.terminal.layout import create_table
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.cli.terminal.console import TextOutput
    from retropace.cli.terminal.layout import TerminalTable
    from retropace.output.tables.text_table import TextTable


def print_tables(output: TextOutput, tables: Sequence[TextTable], gap: int) -> None:
    """Print them one after the other, a blank line between."""
    for number, sheet in enumerate(tables):
        if number:
            output.print()
        if sheet.title:
            output.print(strip_control_chars(sheet.title), style="bold", soft_wrap=True)
        if sheet.rows:
            print_table(output, sheet, gap)
        for line in sheet.footer:
            output.print(strip_control_chars(line), soft_wrap=True)


def print_table(output: TextOutput, text_table: TextTable, gap: int) -> None:
    """Print the table of a sheet, its rows in the colours of their directions; spare columns go if it is too wide."""
    table = _layout_table(text_table, gap)
    for name in text_table.optional_columns:
        if table.width + gap <= output.width:  # a terminal keeps the gap behind the last column too
            break
        text_table = text_table.drop_column(name)
        table = _layout_table(text_table, gap)
    output.print_table(table)


def _layout_table(text_table: TextTable, gap: int) -> TerminalTable:
    table = create_table(*text_table.names, left=text_table.left_aligned, gap=gap)
    for row, tone in zip_longest(text_table.rows, text_table.row_styles, fillvalue=""):
        style = "bold" if tone == "whole" else DIRECTION_COLOURS.get(tone, "")
        table.add_row(*(strip_control_chars(cell) for cell in row), style=style)
    return table


def format_markdown(tables: Sequence[TextTable], level: int = 3) -> str:
    """The same as Markdown, with headings of this level."""
    parts = []
    for sheet in tables:
        if sheet.title:
            parts.append(f"{'#' * level} {_escape(sheet.title)}")
        if sheet.rows:
            align = ["---" if at in sheet.left_aligned else "---:" for at in range(len(sheet.names))]
            table = [_format_row(sheet.names), _format_row(align), *(_format_row(row) for row in sheet.rows)]
            parts.append("\n".join(table))
        parts += [_escape(line) for line in sheet.footer]
    return "\n\n".join(parts) + "\n"


def _format_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |"


def _escape(text: str) -> str:
    """The text without what Markdown would take for its own."""
    escaped = strip_control_chars(text)
    for letter in "\\|*_<>`":
        escaped = escaped.replace(letter, f"\\{letter}")
    return escaped
