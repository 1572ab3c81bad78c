from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retropace.readers.iso_times import parse_time

ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=5, minutes=30))])
FORMS = st.sampled_from(["seconds", "milliseconds", "microseconds", "minutes", "hours"])


@st.composite
def written(draw: st.DrawFn) -> str:
    """A time in one of the forms that are in use, mostly that which watches write."""
    moment = draw(st.datetimes(timezones=ZONES))
    form = draw(st.one_of(st.just("seconds"), FORMS))
    text = moment.isoformat(draw(st.sampled_from(["T", "T", "T", " "])), form).replace("+00:00", "Z")
    return text + draw(st.sampled_from(["", "", "", " ", "Z"]))


@st.composite
def malformed_times(draw: st.DrawFn) -> str:
    """A time with a character or two changed."""
    text = list(draw(written()))
    for _ in range(draw(st.integers(1, 2))):
        text[draw(st.integers(0, len(text) - 1))] = draw(st.sampled_from([*"0123456789-:.,TZ+ W", "٣", ""]))
    return "".join(text)


ODD = [
    "",
    "yesterday",
    "2025-02-29T00:00:00Z",
    "2024-02-29T00:00:00Z",
    "2025-00-10T00:00:00Z",
    "2025-13-10T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "2025-04-30T24:00:00Z",
    "2025-04-30T00:60:00Z",
    "2025-04-30T00:00:60Z",
    "1899-12-31T23:59:59Z",
    "2200-12-31T23:59:59.999999Z",
    "2201-01-01T00:00:00.000001Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "2025-05-01T08:00:00.1Z",
    "2025-05-01T08:00:00.123456789Z",
    "2025-05-01T08:00:00.",
    "2025-05-01T08:00:00,5Z",
    "20250501T080000Z",
    "２025-05-01T08:00:00Z",
]


@given(st.one_of(written(), malformed_times(), st.sampled_from(ODD), st.text()))
@example(ODD[0])
def test_a_time_is_what_the_standard_library_says_or_none(text: str) -> None:
    try:
        expected = datetime.fromisoformat(text.strip())
    except ValueError:
        assert parse_time(text) is None
        return
    if 1 < expected.year < 9999:
        has_zone = expected.tzinfo is not None
        assert parse_time(text) == ((expected if has_zone else expected.replace(tzinfo=UTC)).timestamp(), has_zone)


@pytest.mark.parametrize("text", ["0001-06-01T00:00:00Z", "9999-06-01T00:00:00Z"])
def test_what_a_recorder_without_a_clock_writes_is_no_time(text: str) -> None:
    assert parse_time(text) is None
