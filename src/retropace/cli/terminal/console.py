"""Output on stdout: coloured on a terminal, plain text when piped.

Piped output does not import rich, whose import takes longer than the analysis of an hour's run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from rich.console import Console

    from retropace.cli.terminal.layout import StyledLine, TerminalTable

PIPED_WIDTH = 1000
"""Width in characters that is assumed for piped output; it is so large that no table cell is cut off."""


class TextOutput(Protocol):
    """An output to which commands print lines and tables."""

    @property
    def width(self) -> int:
        """Width in columns."""
        ...

    @property
    def is_terminal(self) -> bool:
        """Whether the output is a terminal."""
        ...

    @property
    def is_coloured(self) -> bool:
        """Whether colours are shown."""
        ...

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        """Print text; long lines are broken between words, or, with ``soft_wrap``, by the terminal itself."""
        ...

    def print_line(self, styled_line: StyledLine) -> None:
        """Print a line of several texts, each in its own style."""
        ...

    def print_table(self, table: TerminalTable) -> None:
        """Print a table."""
        ...


def print_json(documents: Sequence[dict[str, Any]], *, file_count: int) -> None:
    """Print documents as a JSON array.

    For a single input file (``file_count`` 1), one document is printed without the array around it, and nothing is
    printed if there is no document.
    """
    if documents or file_count > 1:
        is_single = file_count == 1 and len(documents) == 1
        click.echo(json.dumps(documents[0] if is_single else documents, ensure_ascii=False, indent=2))


def open_text_output() -> TextOutput:
    """Return an output on stdout: plain text if piped, else a terminal, without colours if ``NO_COLOR`` is set."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # characters that the encoding lacks become question marks
    if not sys.stdout.isatty():
        return _PlainOutput()
    from rich.console import Console

    no_color = True if os.environ.get("NO_COLOR") else None
    return _TerminalOutput(Console(highlight=False, markup=False, emoji=False, no_color=no_color))


class _PlainOutput:
    """Plain text without styles, for pipes and files."""

    width = PIPED_WIDTH
    is_terminal = False
    is_coloured = False

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:  # noqa: ARG002
        """Print text unchanged."""
        click.echo(text)

    def print_line(self, styled_line: StyledLine) -> None:
        """Print the texts of a line without their styles and without trailing blanks."""
        click.echo("".join(text for text, _ in styled_line).rstrip())

    def print_table(self, table: TerminalTable) -> None:
        """Print a table as plain text."""
        click.echo(table.to_text())


@dataclass(frozen=True, slots=True)
class _TerminalOutput:
    """A terminal, written to through rich."""

    console: Console

    @property
    def width(self) -> int:
        """Width of the terminal in columns."""
        return self.console.width

    @property
    def is_terminal(self) -> bool:
        """Whether the output is a terminal."""
        return self.console.is_terminal

    @property
    def is_coloured(self) -> bool:
        """Whether the terminal shows colours and ``NO_COLOR`` is not set."""
        return self.console.is_terminal and self.console.color_system is not None and not self.console.no_color

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        """Print text, broken between words unless ``soft_wrap``."""
        self.console.print(text, style=style or None, soft_wrap=soft_wrap)

    def print_line(self, styled_line: StyledLine) -> None:
        """Print the texts of a line in their styles."""
        from rich.text import Text

        self.console.print(Text.assemble(*styled_line))

    def print_table(self, table: TerminalTable) -> None:
        """Print a table without the trailing blanks that rich leaves."""
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
