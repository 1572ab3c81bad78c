"""Many activities as a table: sorted by quantities, not by how they are written; sums that add up."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.core.units import KILOMETRES, MILES, format_duration
from retropace.output.report.activity_section import ActivitySection
from retropace.output.report.overview import Cell, build_overview
from tests.support.activity_sections import activity_sections, make_section


def column(of: list[ActivitySection], name: str) -> list[Cell]:
    overview = build_overview(of, KILOMETRES)
    return [row[overview.names.index(name)] for row in overview.rows]


def whole(of: list[ActivitySection], name: str) -> str:
    overview = build_overview(of, KILOMETRES)
    return overview.totals[overview.names.index(name)]


@given(st.lists(activity_sections(), max_size=6))
def test_a_row_for_each_part_and_a_cell_for_each_name(of: list[ActivitySection]) -> None:
    overview = build_overview(of, KILOMETRES)
    assert len(overview.rows) == len(of)
    assert {len(row) for row in overview.rows} | {len(overview.totals)} == {len(overview.names)}
    for row in overview.rows:
        for cell in row:
            assert not (isinstance(cell.value, float) and math.isnan(cell.value))
            assert (cell.value is None) == (cell.text == "")


@given(st.lists(activity_sections(), max_size=6))
def test_cells_sort_as_what_they_stand_for(of: list[ActivitySection]) -> None:
    for cells, quantities in (
        (column(of, "distance"), [sum(part.distance_m.values()) if part.distance_m else None for part in of]),
        (column(of, "backward"), [part.distance_m.get("backward") for part in of]),
        (column(of, "time"), [part.elapsed_s for part in of]),
        (column(of, "backward time"), [part.time_s["backward"] for part in of]),
        (column(of, "date"), [None if part.start_time is None else part.start_time.timestamp() for part in of]),
        (
            column(of, "of it marked"),
            [part.distance_m["backward"] - part.suspected_m if part.distance_m else None for part in of],
        ),
        (column(of, "activity"), [part.title.casefold() for part in of]),
        (column(of, "sets"), [part.structure or None for part in of]),
    ):
        assert [cell.value for cell in cells] == quantities


@given(st.lists(activity_sections(), max_size=6))
def test_sums_are_those_of_the_parts(of: list[ActivitySection]) -> None:
    total_m = sum(sum(part.distance_m.values()) for part in of)
    backward_m = sum(part.distance_m.get("backward", 0.0) for part in of)
    assert whole(of, "activity") == f"{len(of)} activities"
    assert whole(of, "distance") == KILOMETRES.format_distance(total_m)
    assert whole(of, "backward") == KILOMETRES.format_distance(backward_m)
    assert whole(of, "share") == (f"{100 * backward_m / total_m:.0f} %" if total_m else "")
    assert whole(of, "time") == format_duration(sum(part.elapsed_s for part in of))
    assert not whole(of, "of it marked").startswith("-")


def test_speed_ratio_is_backward_over_forward() -> None:
    nothing = float("nan")
    some = make_section(speed_mps={"forward": 4.0, "backward": 2.0, "rest": nothing, "unknown": nothing})
    none = make_section(speed_mps={"forward": 4.0, "backward": nothing, "rest": nothing, "unknown": nothing})
    assert column([some, none], "speed ratio") == [Cell("0.50", 0.5), Cell("", None)]
    assert [cell.text for cell in column([some, none], "forward pace")] == ["4:10 /km", "4:10 /km"]


def test_nothing_backward_is_a_dash_and_the_least() -> None:
    metres = {"forward": 1000.0, "backward": 0.0, "rest": 0.0, "unknown": 0.0}
    cell = column([make_section(distance_m=metres, suspected_m=0.0)], "backward")[0]
    assert cell == Cell("–", 0.0)
    assert column([make_section(distance_m={})], "backward") == [Cell("", None)]


def test_long_distances_sort_after_short_ones() -> None:
    """As texts they would not: 10.00 km before 9.00 km."""
    metres = [{"forward": far, "backward": 0.0, "rest": 0.0, "unknown": 0.0} for far in (9000.0, 10_000.0, 950.0)]
    cells = column([make_section(distance_m=one) for one in metres], "distance")
    assert [cell.text for cell in sorted(cells, key=lambda cell: float(cell.value or 0.0))] == [
        "0.95 km",
        "9.00 km",
        "10.00 km",
    ]


@pytest.mark.parametrize(("units", "text"), [(KILOMETRES, "16.09 km"), (MILES, "10.00 mi")])
def test_units(units: object, text: str) -> None:
    assert units in (KILOMETRES, MILES)
    chosen = MILES if units is MILES else KILOMETRES
    metres = {"forward": 16_093.44, "backward": 0.0, "rest": 0.0, "unknown": 0.0}
    overview = build_overview([make_section(distance_m=metres)], chosen)
    assert text in [cell.text for cell in overview.rows[0]]
    assert text in overview.totals


def test_dates_are_written_so_that_they_can_be_searched() -> None:
    (cell,) = column([make_section(start_time=datetime(2025, 5, 3, 7, 30, tzinfo=UTC))], "date")
    assert cell.text == "2025-05-03 07:30"
