"""Weeks: from Monday, without a gap, and not a metre lost."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retropace.core.units import KILOMETRES, MILES
from retropace.output.report.activity_section import ActivitySection
from retropace.output.report.overview import CHART_DIRECTIONS, build_weeks_chart, build_weeks_table, sum_by_week
from tests.support.activity_sections import activity_sections, make_section


def ran(start: datetime | None, forward_m: float = 1000.0, backward_m: float = 250.0) -> ActivitySection:
    metres = {"forward": forward_m, "backward": backward_m, "rest": 3.0, "unknown": 0.0}
    return make_section(start_time=start, distance_m=metres)


@given(st.lists(activity_sections(), max_size=8))
def test_the_weeks_hold_exactly_what_the_parts_do(of: list[ActivitySection]) -> None:
    weeks = sum_by_week(of)
    for name in CHART_DIRECTIONS:
        dated = [part.distance_m[name] for part in of if part.distance_m and part.start_time is not None]
        assert float(np.sum(weeks.distance_m[name])) == sum(dated)
        assert len(weeks.distance_m[name]) == len(weeks.mondays)
    assert weeks.undated_count == sum(part.start_time is None and bool(part.distance_m) for part in of)


@given(st.lists(activity_sections(), max_size=8))
def test_weeks_follow_each_other_and_begin_on_mondays(of: list[ActivitySection]) -> None:
    mondays = sum_by_week(of).mondays
    assert all(monday.weekday() == 0 for monday in mondays)
    assert all(after - before == timedelta(weeks=1) for before, after in pairwise(mondays))
    days = [part.start_time.date() for part in of if part.start_time is not None and part.distance_m]
    if days:
        assert mondays[0] <= min(days) < mondays[0] + timedelta(weeks=1)
        assert mondays[-1] <= max(days) < mondays[-1] + timedelta(weeks=1)


def test_a_week_ends_with_sunday_in_utc() -> None:
    sunday = datetime(2025, 5, 4, 23, 59, tzinfo=UTC)
    monday_there = datetime(2025, 5, 4, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    weeks = sum_by_week([ran(sunday, 1000.0), ran(monday_there, 500.0)])
    assert weeks.mondays == (date(2025, 4, 28), date(2025, 5, 5))
    assert weeks.distance_m["forward"].tolist() == [1000.0, 500.0]


def test_nothing_with_a_date_gives_no_weeks() -> None:
    weeks = sum_by_week([ran(None)])
    assert (weeks.mondays, weeks.undated_count) == ((), 1)
    assert build_weeks_table(weeks, KILOMETRES).rows == ()


def test_the_table_leaves_out_weeks_without_a_run_and_says_what_has_no_date() -> None:
    first = datetime(2025, 5, 5, 8, tzinfo=UTC)
    weeks = sum_by_week([ran(first), ran(first + timedelta(weeks=3), 1609.344, 0.0), ran(None)])
    assert len(weeks.mondays) == 4
    sheet = build_weeks_table(weeks, MILES)
    assert sheet.rows == (("2025-05-05", "0.62 mi", "0.16 mi"), ("2025-05-26", "1.00 mi", "0.00 mi"))
    assert sheet.footer == ("1 without a date, or before 2000, are in no week",)


def test_a_watch_whose_clock_was_never_set_does_not_make_a_thousand_weeks() -> None:
    now = datetime(2025, 5, 5, 8, tzinfo=UTC)
    weeks = sum_by_week([ran(now), *(ran(now.replace(year=year)) for year in (1, 1970, 1989, 9999))])
    assert weeks.mondays == (date(2025, 5, 5),)
    assert weeks.undated_count == 4


def test_the_bars_stand_on_each_other_and_reach_the_sum() -> None:
    first = datetime(2025, 5, 5, 8, tzinfo=UTC)
    document = build_weeks_chart(
        sum_by_week([ran(first, 3000.0, 1000.0), ran(first + timedelta(weeks=1), 2000.0, 0.0)]), KILOMETRES
    )
    json.dumps(document, allow_nan=False)
    bars = {one["attributes"]["name"]: one["attributes"] for one in _renderers(document)}
    assert list(bars) == list(CHART_DIRECTIONS)
    held = {name: dict(one["data_source"]["attributes"]["data"]["entries"]) for name, one in bars.items()}
    assert held["forward"]["top"] == [3.0, 2.0]
    assert held["forward"]["bottom"] == [0.0, 0.0]
    assert held["backward"]["bottom"] == [3.0, 2.0]
    assert held["backward"]["top"][0] == 4.0
    assert held["backward"]["top"][1] == {"type": "number", "value": "nan"}  # nothing is to have no outline


def _renderers(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Bokeh's renderers, as they are written."""
    found = json.loads(json.dumps(document))["doc"]["roots"][0]["attributes"]["renderers"]
    return [one for one in found if one["name"] == "GlyphRenderer"]
