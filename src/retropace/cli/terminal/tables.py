"""Printing of :class:`~retropace.output.tables.text_table.TextTable`, on a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retropace.cli.terminal.console import TextOutput, measure_columns
from retropace.cli.terminal.direction_strip import DIRECTION_COLOURS
from retropace.core.sanitize import strip_control_chars
from retropace.output.tables.text_table import TextTable


def print_tables(output: TextOutput, tables: Sequence[TextTable], gap: int = 2) -> None:
    """Print each table with its title and footer, separated by blank lines; ``gap`` blanks separate the columns."""
    for number, table in enumerate(tables):
        if number:
            output.print()
        if table.title:
            output.print(table.title, style="bold", soft_wrap=True)
        if table.rows:
            print_table(output, table, gap)
        for line in table.footer:
            output.print(line, soft_wrap=True)


def print_table(output: TextOutput, table: TextTable, gap: int = 2) -> None:
    """Print the header and the rows, coloured by direction, without optional columns that do not fit the output."""
    table = replace(table, rows=tuple(tuple(map(strip_control_chars, row)) for row in table.rows))
    for name in table.optional_columns:
        if sum(measure_columns(table)) + gap * len(table.names) <= output.width:  # rich adds a gap after the last too
            break
        table = table.drop_column(name)
    names = table.row_styles or [""] * len(table.rows)
    styles = ["bold" if name == "whole" else DIRECTION_COLOURS.get(name, "") for name in names]
    output.print_table(table, styles, gap)


def format_markdown(tables: Sequence[TextTable], level: int = 3) -> str:
    """Return the tables as Markdown text, their titles as headings of the given level (1 to 6)."""
    parts = []
    for table in tables:
        if table.title:
            parts.append(f"{'#' * level} {_escape(table.title)}")
        if table.rows:
            align = ["---" if column in table.left_aligned else "---:" for column in range(len(table.names))]
            parts.append("\n".join(_format_row(row) for row in (table.names, align, *table.rows)))
        parts += [_escape(line) for line in table.footer]
    return "\n\n".join(parts) + "\n"


def _format_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |"


def _escape(text: str) -> str:
    """Return the text with the characters escaped that are markup in Markdown."""
    escaped = strip_control_chars(text)
    for character in "\\|*_<>`":
        escaped = escaped.replace(character, f"\\{character}")
    return escaped
