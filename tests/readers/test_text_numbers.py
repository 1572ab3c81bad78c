from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from retropace.readers.text_numbers import parse_numbers

ODD = [
    "",
    " ",
    "-",
    ".",
    "-.",
    "--1",
    "1-",
    "1-2",
    "1.2.3",
    ".5",
    "5.",
    "-.5",
    "-0",
    "-0.0",
    "+4",
    "1e3",
    "1_000",
    " 12 ",
    "0012",
    "1,5",
    "1,5,5",
    "nan",
    "-nan",
    "inf",
    "1e400",
    "0x10",
    "٣",
    "999999999999999",
    "9999999999999999",
    ".000000000000001",
    "52.5199989434331655502319335938",
]


def parse_alone(text: str, decimal_comma: bool) -> float:
    try:
        value = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


WRITTEN = st.one_of(
    st.floats(-1e6, 1e6).map(repr),
    st.tuples(st.floats(-1e9, 1e9), st.integers(0, 12)).map(lambda pair: f"{pair[0]:.{pair[1]}f}"),
    st.integers(-(10**17), 10**17).map(str),
    st.text("0123456789.-", max_size=17),
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)


@given(st.lists(WRITTEN, max_size=20), st.booleans())
@example(ODD, True)
@example(ODD, False)
@example([text for text in ODD if len(text) < 15], True)
@example([text for text in ODD if len(text) < 15], False)
def test_many_numbers_are_each_what_float_says(texts: list[str], decimal_comma: bool) -> None:
    found = parse_numbers([text.encode("utf-8") for text in texts], decimal_comma)
    expected = np.array([parse_alone(text, decimal_comma) for text in texts], dtype=np.float64)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))
