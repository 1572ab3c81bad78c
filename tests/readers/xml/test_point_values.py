"""Values of points as columns: what an odd point gives, and numbers as float reads them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from retropace.readers.xml.point_values import MAX_COLUMNS, PointValues, parse_number


def collected(*points: str) -> PointValues:
    values = PointValues(
        lambda name: {"time": "posix_s", "end": None}.get(name, name), ["lat"], parent_by_column={"in": "box"}
    )
    for text in points:
        point = etree.fromstring(f"<p {text}</p>")
        values.start_point(point)
        values.end_element(point)
    return values


def test_the_first_number_the_last_time_and_the_first_word_of_a_point_are_read() -> None:
    values = collected(
        "lat='1'><v>x</v><v>nan</v><v>2</v><v>3</v>", ">", "lat='a'><v>y</v><v>x</v><end/><v>9</v>", "><v> 5 </v>"
    )
    np.testing.assert_array_equal(values.build_numbers("v"), [2.0, np.nan, np.nan, 5.0])
    codes, words = values.build_words("v")
    np.testing.assert_array_equal(codes, [0.0, np.nan, 1.0, np.nan])
    assert words == ("x", "y")
    np.testing.assert_array_equal(values.build_attribute("lat"), [1.0, np.nan, np.nan, np.nan])
    moment = "<time>1970-01-01T00:00:0"
    values = collected(f">{moment}1Z</time>{moment}2</time>", f">{moment}3Z</time><time>20</time>", "><time>1e9</time>")
    np.testing.assert_array_equal(values.build_numbers("posix_s"), [2.0, 3.0, np.nan])
    assert values.build_zones().tolist() == [False, True, True]


def test_a_value_outside_of_its_element_is_not_read() -> None:
    np.testing.assert_array_equal(collected("><in>1</in>", "><box><in>2</in></box>").build_numbers("in"), [np.nan, 2.0])


def test_points_that_end_in_another_order_than_they_start_keep_their_values() -> None:
    values = PointValues(lambda name: None if name == "p" else name)
    outer = etree.fromstring("<p><v>1</v><p><v>2</v></p><v>3</v></p>")
    for point in (outer, outer[1]):
        values.start_point(point)
    for point in (outer[1], outer):
        values.end_element(point)
    assert values.build_numbers("v").tolist() == [1.0, 2.0]


@given(st.one_of(st.floats().map(repr), st.text("0123456789.-+e_ ", max_size=12), st.text("abc ", max_size=4)))
def test_a_number_is_what_float_says_if_it_is_finite(text: str) -> None:
    try:
        expected = float(text)
    except ValueError:
        expected = np.nan
    np.testing.assert_equal(parse_number(text), expected if np.isfinite(expected) else np.nan)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("3,5", 3.5), ("-7,25", -7.25), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("٣٫٥", 3.5), ("۴۵٫۰۰۰۱", 45.0001)),
        *(("४५.५", 45.5), ("４５,５", 45.5), ("3,5,1", np.nan), (",", np.nan), ("", np.nan), ("−3,5", -3.5)),
    ],
)
def test_numbers_with_a_comma_and_in_other_digits(text: str, number: float) -> None:
    np.testing.assert_equal(parse_number(text), number)


def test_columns_in_excess_are_left_out() -> None:
    values = collected(*(f"><v{index}>1</v{index}><v>2</v>" for index in range(MAX_COLUMNS + 50)))
    assert len(values.numbers) == MAX_COLUMNS
    assert len(values.left_out) == 51
    np.testing.assert_array_equal(values.build_numbers("v"), np.full(MAX_COLUMNS + 50, 2.0))
