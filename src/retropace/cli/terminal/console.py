"""Output on stdout: coloured on a terminal, plain text when piped.

Piped output does not import rich, whose import takes longer than the analysis of an hour's run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from rich.console import Console

    from retropace.cli.terminal.layout import StyledLine, TerminalTable

PIPED_WIDTH = 1000
"""Width in characters that is assumed for piped output; it is so large that no table cell is cut off."""


class TextOutput:
    """An output to which commands print lines and tables: plain text without styles, for pipes and files."""

    width = PIPED_WIDTH
    """Width of the output in characters."""
    is_terminal = False
    """Whether the output is a terminal."""
    is_coloured = False
    """Whether colours are shown."""

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:  # noqa: ARG002
        """Print text; a terminal breaks long lines between words, or, with ``soft_wrap``, at its edge."""
        click.echo(text)

    def print_line(self, styled_line: StyledLine) -> None:
        """Print a line of several texts, each in its own style, without trailing blanks."""
        click.echo("".join(text for text, _ in styled_line).rstrip())

    def print_table(self, table: TerminalTable) -> None:
        """Print a table."""
        click.echo(table.to_text())


def print_json(documents: Sequence[dict[str, Any]], *, file_count: int) -> None:
    """Print documents as a JSON array.

    For a single input file (``file_count`` 1), one document is printed without the array around it, and nothing is
    printed if there is no document.
    """
    if documents or file_count > 1:
        is_single = file_count == 1 and len(documents) == 1
        click.echo(json.dumps(documents[0] if is_single else documents, ensure_ascii=False, indent=2))


def print_line(message: str, *, err: bool = False) -> None:
    """Print a message on stdout, or on stderr, without the control characters of file names and contents."""
    click.echo(strip_control_chars(message), err=err)


def print_written(paths: Iterable[Path]) -> None:
    """Print the path of each file on stderr, as soon as it is written."""
    for path in paths:
        click.echo(f"retropace: wrote {path}", err=True)


def print_bytes(data: bytes) -> bool:
    """Write the bytes of a file to stdout, and return True."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return True


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
        self.console.print(text, style=style or None, soft_wrap=soft_wrap)

    def print_line(self, styled_line: StyledLine) -> None:
        """Print a line of pieces, each in its own style."""
        from rich.text import Text

        self.console.print(Text.assemble(*styled_line))

    def print_table(self, table: TerminalTable) -> None:  # rich leaves blanks at the end of lines
        """Print a table with styled columns."""
        from rich.table import Table
        from rich.text import Text

        rich_table = Table(box=None, padding=(0, table.gap, 0, 0), header_style="dim", show_edge=False)
        for number, name in enumerate(table.names):
            rich_table.add_column(name, justify="left" if number in table.left else "right", no_wrap=True)
        for cells, style in table.rows:
            rich_table.add_row(*cells, style=style or None)
        with self.console.capture() as captured:
            self.console.print(rich_table)
        lines = []
        for line in Text.from_ansi(captured.get()).split("\n"):
            line.rstrip()
            lines.append(line)
        self.console.print(Text("\n").join(lines[:-1] if lines and not lines[-1].plain else lines))
