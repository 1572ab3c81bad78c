import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.core.units import KILOMETRES, MILES, format_count, format_duration, parse_distance_m, parse_elapsed_s


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.6, "1:00"), (245, "4:05"), (3599.5, "1:00:00"), (3750, "1:02:30"), (np.nan, "–")],
)
def test_clock(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 400_000))
def test_a_clock_reads_back(seconds: int) -> None:
    assert parse_elapsed_s(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12:30", 750), ("90s", 90), ("1.5 min", 90), ("2h", 7200), ("120:00", 7200), ("1:60", None), ("1:75:00", None)],
)
def test_elapsed(text: str, seconds: float | None) -> None:
    assert parse_elapsed_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "metres"),
    [("1.2km", 1200), ("400 m", 400), (".5km", 500), ("1mi", 1609.344), ("2 miles", 3218.688), ("400", None)],
)
def test_distance(text: str, metres: float | None) -> None:
    assert parse_distance_m(text) == (None if metres is None else pytest.approx(metres))


def test_pace_and_distance_as_text() -> None:
    assert KILOMETRES.format_pace(1000 / 312) == "5:12 /km"
    assert MILES.format_pace(1609.344 / 480) == "8:00 /mi"
    assert KILOMETRES.format_pace(0.0) == "–"
    assert KILOMETRES.format_distance(1234.5) == "1.23 km"
    assert MILES.format_distance(1609.344) == "1.00 mi"


@pytest.mark.parametrize(
    ("count", "nouns", "text"),
    [(1, ("lap",), "1 lap"), (0, ("lap",), "0 laps"), (2, ("stretch", "stretches"), "2 stretches")],
)
def test_counts(count: int, nouns: tuple[str, ...], text: str) -> None:
    assert format_count(count, *nouns) == text
