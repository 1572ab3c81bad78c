"""Columns of text without lines, as every table of the command line has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text


def columns(*names: str, left: tuple[int, ...] = (0,), gap: int = 2) -> Table:
    """An empty table; the columns in ``left`` are flush left, the others flush right, ``gap`` blanks apart."""
    from rich.table import Table

    table = Table(box=None, padding=(0, gap, 0, 0), header_style="dim", show_edge=False)
    for number, name in enumerate(names):
        table.add_column(name, justify="left" if number in left else "right", no_wrap=True)
    return table


def lines(console: Console, table: Table) -> Text:
    """The table as text without the blanks that rich leaves at the ends of lines."""
    from rich.text import Text

    with console.capture() as captured:
        console.print(table)
    text = Text.from_ansi(captured.get())
    bare = []
    for line in text.split("\n"):
        line.rstrip()
        bare.append(line)
    return Text("\n").join(bare[:-1] if bare and not bare[-1].plain else bare)
