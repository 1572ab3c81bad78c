"""Where tables go: colour and lines on a terminal, plain text when piped.

Plain text needs none of what makes up a terminal's, which takes longer to load than an hour's run to analyse.
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
"""Columns of piped output: nothing is cut off that a terminal would have wrapped."""


class TextOutput(Protocol):
    """What commands print on."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        ...

    @property
    def is_terminal(self) -> bool:
        """Whether somebody looks at it as it comes."""
        ...

    @property
    def is_coloured(self) -> bool:
        """Whether colours show."""
        ...

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        """A line, or several; with ``soft_wrap`` it is the terminal that breaks long ones, wherever it does."""
        ...

    def print_line(self, styled_line: StyledLine) -> None:
        """A line of pieces, each in its own style."""
        ...

    def print_table(self, table: TerminalTable) -> None:
        """A table."""
        ...


def print_json(documents: Sequence[dict[str, Any]], *, file_count: int) -> None:
    """Print what came ``of`` so many files: an object if there was one of each, else an array; nothing for nothing."""
    if documents or file_count > 1:
        alone = file_count == 1 and len(documents) == 1
        click.echo(json.dumps(documents[0] if alone else documents, ensure_ascii=False, indent=2))


def open_text_output() -> TextOutput:
    """A page on stdout that honours NO_COLOR and neither wraps nor colours what is piped."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no dash gets a question mark
    if not sys.stdout.isatty():
        return _PlainOutput()
    from rich.console import Console

    no_color = True if os.environ.get("NO_COLOR") else None
    return _TerminalOutput(Console(highlight=False, markup=False, emoji=False, no_color=no_color))


class _PlainOutput:
    """Plain text."""

    width = PIPED_WIDTH
    is_terminal = False
    is_coloured = False

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:  # noqa: ARG002
        """A line, or several, as it is."""
        click.echo(text)

    def print_line(self, styled_line: StyledLine) -> None:
        """A line of pieces, without their styles and without blanks at its end."""
        click.echo("".join(text for text, _ in styled_line).rstrip())

    def print_table(self, table: TerminalTable) -> None:
        """A table as plain text."""
        click.echo(table.to_text())


@dataclass(frozen=True, slots=True)
class _TerminalOutput:
    """A terminal, through rich."""

    console: Console

    @property
    def width(self) -> int:
        """How many columns the terminal has."""
        return self.console.width

    @property
    def is_terminal(self) -> bool:
        """Whether somebody looks at it as it comes."""
        return self.console.is_terminal

    @property
    def is_coloured(self) -> bool:
        """Whether it shows colours, and is wanted to."""
        return self.console.is_terminal and self.console.color_system is not None and not self.console.no_color

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        """A line, or several, broken between words unless ``soft_wrap``."""
        self.console.print(text, style=style or None, soft_wrap=soft_wrap)

    def print_line(self, styled_line: StyledLine) -> None:
        """A line of pieces in their colours."""
        from rich.text import Text

        self.console.print(Text.assemble(*styled_line))

    def print_table(self, table: TerminalTable) -> None:
        """A table without the blanks that rich leaves at the ends of lines."""
        from rich.table import Table
        from rich.text import Text

        made = Table(box=None, padding=(0, table.gap, 0, 0), header_style="dim", show_edge=False)
        for number, name in enumerate(table.names):
            made.add_column(name, justify="left" if number in table.left else "right", no_wrap=True)
        for cells, style in table.rows:
            made.add_row(*cells, style=style or None)
        with self.console.capture() as captured:
            self.console.print(made)
        bare = []
        for line in Text.from_ansi(captured.get()).split("\n"):
            line.rstrip()
            bare.append(line)
        self.console.print(Text("\n").join(bare[:-1] if bare and not bare[-1].plain else bare))
