"""Tables are the same whether a terminal shows them or a file holds them, but for colours."""

import io
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from retropace.cli.terminal.console import (
    PIPED_WIDTH,
    StyledLine,
    TextOutput,
    _TerminalOutput,
    format_table,
    measure_columns,
    print_table,
)
from retropace.output.tables.text_table import TextTable

WORDS = st.text(alphabet="abcXYZ 0123456789-:%ÄÖüß→跑步한국é", max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> TextTable:
    names = draw(st.lists(WORDS, min_size=1, max_size=6))
    rows = draw(st.lists(st.tuples(*[WORDS] * len(names)), max_size=6))
    return TextTable("", tuple(names), tuple(rows), tuple(draw(st.sets(st.integers(0, 5)))))


@given(tables(), st.integers(1, 3), st.data())
def test_a_terminal_shows_what_a_file_holds(table: TextTable, gap: int, data: st.DataObject) -> None:
    styles = [data.draw(st.sampled_from(["", "bold", "#e69f00"])) for _ in table.rows]
    shown = io.StringIO()
    terminal = Console(file=shown, width=PIPED_WIDTH, highlight=False, markup=False, emoji=False)
    _TerminalOutput(terminal).print_table(table, styles, gap)
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    expected = format_table(table, gap).splitlines()
    while lines and not lines[-1]:
        lines.pop()
    while expected and not expected[-1]:
        expected.pop()
    assert lines == expected


class Narrow(TextOutput):
    """A page of so many columns that keeps the table it is given."""

    is_terminal = True
    is_coloured = False

    def __init__(self, width: int):
        self.width = width
        self.tables: list[TextTable] = []

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        raise AssertionError(text, style, soft_wrap)

    def print_line(self, styled_line: StyledLine) -> None:
        raise AssertionError(styled_line)

    def print_table(self, table: TextTable, row_styles: Sequence[str], gap: int) -> None:
        assert (len(row_styles), gap) == (len(table.rows), 2)
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
    fits = sum(measure_columns(table)) + 2 * len(table.names) <= width
    assert fits or table.names == ("day", "pace")
    longer = {("day", "pace"): 10 + 7 + 8 + 2 * 3, ("day", "way", "pace"): 10 + 7 + 5 + 8 + 2 * 4}
    assert width < longer.get(table.names, 0) or table.names == sheet.names  # none went without need
    assert [len(cells) for cells in table.rows] == [len(table.names)]
