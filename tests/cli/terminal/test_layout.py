"""Tables are the same whether a terminal shows them or a file holds them, but for colours."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from retropace.cli.terminal.console import PIPED_WIDTH, TextOutput, _TerminalOutput
from retropace.cli.terminal.layout import StyledLine, TerminalTable, create_table
from retropace.cli.terminal.tables import print_table
from retropace.output.tables.text_table import TextTable

WORDS = st.text(alphabet="abcXYZ 0123456789-:%ÄÖüß→跑步한국é", max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> TerminalTable:
    names = draw(st.lists(WORDS, min_size=1, max_size=6))
    left = draw(st.sets(st.integers(0, 5)))
    table = create_table(*names, left=tuple(left), gap=draw(st.integers(1, 3)))
    for cells in draw(st.lists(st.lists(WORDS, max_size=len(names)), max_size=6)):
        table.add_row(*cells, style=draw(st.sampled_from(["", "bold", "#e69f00"])))
    return table


@given(tables())
def test_a_terminal_shows_what_a_file_holds(table: TerminalTable) -> None:
    shown = io.StringIO()
    terminal = Console(file=shown, width=PIPED_WIDTH, highlight=False, markup=False, emoji=False)
    _TerminalOutput(terminal).print_table(table)
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    expected = table.to_text().splitlines()
    while lines and not lines[-1]:
        lines.pop()
    while expected and not expected[-1]:
        expected.pop()
    assert lines == expected


def test_cells_that_are_left_out_are_empty() -> None:
    table = create_table("name", "a", "b")
    table.add_row("one", "1")
    table.add_row("three", "10", "2")
    assert table.to_text() == "name    a  b\none     1\nthree  10  2"


class Narrow(TextOutput):
    """A page of so many columns that keeps the table it is given."""

    is_terminal = True
    is_coloured = False

    def __init__(self, width: int):
        self.width = width
        self.tables: list[TerminalTable] = []

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        raise AssertionError(text, style, soft_wrap)

    def print_line(self, styled_line: StyledLine) -> None:
        raise AssertionError(styled_line)

    def print_table(self, table: TerminalTable) -> None:
        self.tables.append(table)


@given(st.integers(1, 60))
def test_spare_columns_go_where_there_is_no_room(width: int) -> None:
    sheet = TextTable(
        "",
        ("day", "way", "steps", "pace"),
        (("2025-05-03", "1.20 km", "1605", "7:41 /km"),),
        optional_columns=("steps", "way"),
    )
    page = Narrow(width)
    print_table(page, sheet, gap=2)
    (table,) = page.tables
    assert table.names in (("day", "way", "steps", "pace"), ("day", "way", "pace"), ("day", "pace"))
    fits = table.width + 2 <= width
    assert fits or table.names == ("day", "pace")
    longer = {("day", "pace"): 10 + 7 + 8 + 2 * 3, ("day", "way", "pace"): 10 + 7 + 5 + 8 + 2 * 4}
    assert width < longer.get(table.names, 0) or table.names == sheet.names  # none went without need
    assert [len(cells) for cells, _ in table.rows] == [len(table.names)]
