import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.season.periods import (
    build_periods,
    compute_period_stats,
    find_local_days,
    find_period,
)
from tests.support.season_rows import MONDAY, run, season

BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["week", "month"]))
def test_every_day_lies_in_exactly_one_period(day: date, per: str) -> None:
    period = find_period(day, per)
    assert period.first <= day < period.end
    assert period.first.weekday() == 0 if per == "week" else period.first.day == 1
    assert find_period(period.end, per).first == period.end


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40), st.integers(0, 420), st.sampled_from(["week", "month"]))
def test_every_activity_up_to_today_is_in_one_period(numbers: list[int], today: int, per: str) -> None:
    days = sorted(MONDAY + timedelta(days=number) for number in numbers)
    until = MONDAY + timedelta(days=today)
    periods = build_periods(days, per, until)
    rows = [row for period in periods for row in period.rows.tolist()]
    assert rows == [row for row, day in enumerate(days) if day <= until]
    assert all(one.end == other.first for one, other in pairwise(periods))
    assert not periods or periods[-1].first <= until < periods[-1].end


def test_a_week_ends_where_the_runner_lives() -> None:
    """Sunday, half an hour before midnight in Berlin, is Sunday in UTC in summer too, and Monday in Auckland."""
    sunday = datetime(2025, 3, 30, 21, 30, tzinfo=UTC)  # the day on which the clocks in Berlin go forward
    assert find_local_days([sunday], BERLIN) == [date(2025, 3, 30)]
    assert find_local_days([sunday], AUCKLAND) == [date(2025, 3, 31)]
    late = datetime(2025, 10, 26, 22, 59, tzinfo=UTC)  # and back: 23:59 on Sunday
    assert find_local_days([late, late + timedelta(minutes=1)], BERLIN) == [date(2025, 10, 26), date(2025, 10, 27)]


def test_sums_and_means_are_those_of_all_that_was_run() -> None:
    made = season(
        run(0, forward_s=600.0, backward_s=0.0, cadence_spm=160.0),
        run(1, forward_s=1200.0, backward_s=300.0, cadence_spm=170.0),
    )
    found = compute_period_stats(made, np.array([0, 1]))
    forward, backward, whole = found["forward"], found["backward"], found["all"]
    assert (forward.sessions, backward.sessions, whole.sessions) == (2, 1, 2)
    assert forward.distance_m == 5400.0
    assert forward.cadence_spm == pytest.approx((600 * 160 + 1200 * 170) / 1800)
    assert forward.steps == pytest.approx((600 * 160 + 1200 * 170) / 60)
    assert forward.step_length_m == pytest.approx(5400.0 / forward.steps)
    assert backward.speed_mps == 2.0
    assert backward.share == pytest.approx(600.0 / 6000.0)
    assert whole.distance_m == math.fsum([forward.distance_m, backward.distance_m])
    assert (whole.energy_low_kcal_per_kg, whole.energy_high_kcal_per_kg) == (35.0, 42.0)
    nothing = compute_period_stats(made, np.array([], dtype=np.intp))
    assert nothing["all"].sessions == 0
    assert math.isnan(nothing["all"].speed_mps)


def test_without_distance_the_share_is_of_the_time() -> None:
    found = compute_period_stats(season(run(0, forward_mps=0.0, backward_mps=0.0)), np.array([0]))
    assert found["backward"].share == pytest.approx(0.2)
    assert math.isnan(found["backward"].speed_mps)
