import re
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
def test_a_time_of_the_standard_is_what_the_standard_library_says(text: str) -> None:
    parsed = parse_time(text)
    try:
        expected = datetime.fromisoformat(text.strip())
    except ValueError:
        assert parsed is None or re.match(r"\s*\w{4}[-/.]\w{1,2}[-/.]\w{1,2}[T ]", text)
        return
    if 1 < expected.year < 9999:
        has_zone = expected.tzinfo is not None
        assert parsed == ((expected if has_zone else expected.replace(tzinfo=UTC)).timestamp(), has_zone)


LOOSE = {
    "2025-05-03T07:30:05.000Z": (
        *(
            "۲۰۲۵-۰۵-۰۳T۰۷:۳۰:۰۵.۰۰۰Z",
            "२०२५-०५-०३T०७:३०:०५Z",
            "２０２５-０５-０３Ｔ０７：３０：０５Ｚ",
            "๒๐๒๕-๐๕-๐๓T๐๗:๓๐:๐๕Z",
        ),
        *("2025-05-03T7:30:5Z", "2025-5-3T7:30:5Z", "2025/5/3 7:30:5 UTC", "2025-05-03T07:30:05 AMZ"),
        *(
            "2025-05-03 上午7:30:05Z",
            "2025-05-03T09:30:05 a.m. +0200",
            "2025-05-03T7:30:5.0+0",
            "\u200e2025-05-03T7:30:5Z",
        ),
    ),
    "2025-05-03T19:30:05.500Z": (
        *("٢٠٢٥-٠٥-٠٣T١٩:٣٠:٠٥٫٥Z", "2025-05-03T7:30:5,5 p.m.Z", "2025-05-03 오후 7:30:05.5 Z"),
        *("2025-05-03 07:30:05,50 م Z", "2025-05-03T21:30:05.5+2", "２０２５-０５-０３T１９:３０:０５,５Z"),
    ),
    "2025-05-03T00:30:00Z": (
        *("2025-05-03T12:30:00 AMZ", "2025-05-03T0:30:0Z", "2025-05-02T24:30:0Z", "2025-05-03T0:29:60Z"),
    ),
}


@pytest.mark.parametrize(("standard", "text"), [(time, text) for time in LOOSE for text in LOOSE[time]])
def test_times_of_other_scripts_and_clocks(standard: str, text: str) -> None:
    assert parse_time(text) == parse_time(standard)


@pytest.mark.parametrize(
    "text",
    ["2025-05-03T13:30:00 PMZ", "2025-05-03T7:30:00 xmZ", "2025-05-03T7:61:00Z", "2025-05-03T7:30:00+25:00", "7:30:00"],
)
def test_what_is_no_time_stays_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize("text", ["0001-06-01T00:00:00Z", "9999-06-01T00:00:00Z"])
def test_what_a_recorder_without_a_clock_writes_is_no_time(text: str) -> None:
    assert parse_time(text) is None
