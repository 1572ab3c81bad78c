"""Output on stdout: coloured on a terminal, plain text when piped, which does not import rich."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retropace.core.sanitize import strip_control_chars
from retropace.output.tables.text_table import TextTable

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 1000
"""Width in characters that is assumed for piped output, so large that no table cell is cut off."""
DIRECTION_COLOURS = {"forward": "#56b4e9", "backward": "#e69f00", "rest": "#999999", "unknown": "#666666"}
"""Colours (RGB) of the directions; they can be told apart with any colour vision (Okabe & Ito 2008)."""
StyledLine = tuple[tuple[str, str], ...]
"""A line as consecutive pairs of text and style (a colour or another style of rich; empty for none)."""


class OutputError(OSError):
    """Raised where stdout cannot be written; :class:`~retropace.cli.Program` reports it."""


class TextOutput:
    """An output to which commands print lines and tables: plain text without styles, for pipes and files."""

    width = PIPED_WIDTH
    is_terminal = False
    is_coloured = False

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:  # noqa: ARG002
        """Print text without control characters; with ``soft_wrap``, a terminal breaks long lines at its edge."""
        print_line(text)

    def print_line(self, styled_line: StyledLine) -> None:
        """Print a line of several texts, each in its own style, without trailing blanks."""
        print_text("".join(text for text, _ in styled_line).rstrip())

    def print_table(self, table: TextTable, row_styles: Sequence[str], gap: int) -> None:  # noqa: ARG002
        """Print header and rows, each row in a style of rich, with ``gap`` blanks between two columns."""
        print_text(format_table(table, gap))


def print_text(content: str | bytes, *, nl: bool = True) -> None:
    """Print text or bytes as they are, with a newline unless ``nl`` is false; raises :class:`OutputError`."""
    try:
        click.echo(content, nl=nl)
    except BrokenPipeError:  # click ends the program quietly
        raise
    except OSError as error:
        raise OutputError(*error.args) from None


def print_line(message: str) -> None:
    """Print a message without the control characters of file names and contents."""
    print_text(strip_control_chars(message))


def print_json(document: Any) -> None:
    """Print a value as indented JSON."""
    print_text(json.dumps(document, ensure_ascii=False, indent=2))


def print_json_documents(documents: Sequence[dict[str, Any]], *, file_count: int) -> None:
    """Print documents as a JSON array; of a single file (``file_count`` 1), a single document without the array."""
    if documents or file_count > 1:
        print_json(documents[0] if file_count == 1 and len(documents) == 1 else documents)


def print_written(paths: Iterable[Path]) -> None:
    """Print the path of each file on stderr, as soon as it is written."""
    for path in paths:
        click.echo(f"retropace: wrote {path}", err=True)


def open_text_output() -> TextOutput:
    """Return an output on stdout: plain text if piped, else a terminal, without colours if ``NO_COLOR`` is set."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # characters that the encoding lacks become question marks
    if not sys.stdout.isatty():
        return TextOutput()
    from rich.console import Console

    no_color = True if os.environ.get("NO_COLOR") else None
    return _TerminalOutput(Console(highlight=False, markup=False, emoji=False, no_color=no_color))


class _TerminalOutput(TextOutput):
    """Output to a terminal by the library Rich."""

    def __init__(self, console: Console):
        self.console = console
        self.width = console.width
        self.is_terminal = console.is_terminal
        self.is_coloured = console.is_terminal and console.color_system is not None and not console.no_color

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        """Print text in a style of Rich."""
        self.console.print(strip_control_chars(text), style=style or None, soft_wrap=soft_wrap)

    def print_line(self, styled_line: StyledLine) -> None:
        """Print a line of pieces, each in its own style."""
        from rich.text import Text

        self.console.print(Text.assemble(*styled_line))

    def print_table(self, table: TextTable, row_styles: Sequence[str], gap: int) -> None:
        """Print a table with styled rows, without the blanks that Rich leaves at the end of lines."""
        from rich.table import Table
        from rich.text import Text

        rich_table = Table(box=None, padding=(0, gap, 0, 0), header_style="dim", show_edge=False)
        for number, name in enumerate(table.names):
            rich_table.add_column(name, justify="left" if number in table.left_aligned else "right", no_wrap=True)
        for cells, style in zip(table.rows, row_styles, strict=True):
            rich_table.add_row(*cells, style=style or None)
        with self.console.capture() as captured:
            self.console.print(rich_table)
        lines = []
        for line in Text.from_ansi(captured.get()).split("\n"):
            line.rstrip()
            lines.append(line)
        self.console.print(Text("\n").join(lines[:-1] if lines and not lines[-1].plain else lines))


def format_table(table: TextTable, gap: int) -> str:
    """Return header and rows as text, with ``gap`` blanks between two columns and none at the end of a line."""
    widths = measure_columns(table)
    lines = []
    for row in (table.names, *table.rows):
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            text = cell if column in table.left_aligned else cell.rstrip()
            blank = " " * (width - _measure_width(text))
            cells.append(text + blank if column in table.left_aligned else blank + text)
        lines.append((" " * gap).join(cells).rstrip())
    return "\n".join(lines)


def measure_columns(table: TextTable) -> list[int]:
    """Return the width of each column in terminal columns."""
    return [max(map(_measure_width, cells)) for cells in zip(table.names, *table.rows, strict=True)]


def _measure_width(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


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
    escaped = strip_control_chars(text)
    for character in "\\|*_<>`":
        escaped = escaped.replace(character, f"\\{character}")
    return escaped
