"""Printing of :class:`~retropace.output.tables.text_table.TextTable`, on a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from retropace.cli.terminal.console import TextOutput
from retropace.cli.terminal.direction_strip import DIRECTION_COLOURS
from retropace.cli.terminal.layout import TerminalTable, create_table
from retropace.core.sanitize import strip_control_chars
from retropace.output.tables.text_table import TextTable


def print_tables(output: TextOutput, tables: Sequence[TextTable], gap: int) -> None:
    """Print each table with its title and footer, separated by blank lines; ``gap`` blanks separate the columns."""
    for number, text_table in enumerate(tables):
        if number:
            output.print()
        if text_table.title:
            output.print(strip_control_chars(text_table.title), style="bold", soft_wrap=True)
        if text_table.rows:
            print_table(output, text_table, gap)
        for line in text_table.footer:
            output.print(strip_control_chars(line), soft_wrap=True)


def print_table(output: TextOutput, text_table: TextTable, gap: int) -> None:
    """Print the header and the rows, coloured by direction, without optional columns that do not fit the output."""
    table = _layout_table(text_table, gap)
    for name in text_table.optional_columns:
        if table.width + gap <= output.width:  # rich adds the gap after the last column too
            break
        text_table = text_table.drop_column(name)
        table = _layout_table(text_table, gap)
    output.print_table(table)


def _layout_table(text_table: TextTable, gap: int) -> TerminalTable:
    table = create_table(*text_table.names, left=text_table.left_aligned, gap=gap)
    for row, row_style in zip_longest(text_table.rows, text_table.row_styles, fillvalue=""):
        style = "bold" if row_style == "whole" else DIRECTION_COLOURS.get(row_style, "")
        table.add_row(*(strip_control_chars(cell) for cell in row), style=style)
    return table


def format_markdown(tables: Sequence[TextTable], level: int = 3) -> str:
    """Return the tables as Markdown text, their titles as headings of the given level (1 to 6)."""
    parts = []
    for text_table in tables:
        if text_table.title:
            parts.append(f"{'#' * level} {_escape(text_table.title)}")
        if text_table.rows:
            align = ["---" if column in text_table.left_aligned else "---:" for column in range(len(text_table.names))]
            table = [_format_row(text_table.names), _format_row(align), *(_format_row(row) for row in text_table.rows)]
            parts.append("\n".join(table))
        parts += [_escape(line) for line in text_table.footer]
    return "\n\n".join(parts) + "\n"


def _format_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |"


def _escape(text: str) -> str:
    """Return the text with the characters escaped that are markup in Markdown."""
    escaped = strip_control_chars(text)
    for character in "\\|*_<>`":
        escaped = escaped.replace(character, f"\\{character}")
    return escaped
