import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retropace.cleaning.clock import clean_time_axis
from retropace.core.activity import Activity, Samples, Source
from retropace.core.cleaned_activity import TimeAxis


def axis_of(t_s: np.ndarray) -> TimeAxis:
    return clean_time_axis(Activity(Source("made", "gpx"), Samples.from_columns(t_s)))


@given(st.lists(st.one_of(st.floats(0.0, 1e9), st.just(float("nan"))), min_size=1, max_size=60))
def test_the_axis_rises_strictly_from_zero_whatever_was_recorded(times: list[float]) -> None:
    clock = axis_of(np.array(times))
    assert np.all(np.diff(clock.t_s) > 0.0)
    if len(clock.t_s):
        assert clock.t_s[0] == 0.0


def test_a_clean_axis_is_left_alone() -> None:
    clock = axis_of(np.array([0.0, 1.0, 2.0, 7.0, 8.0]))
    assert clock.t_s.tolist() == [0.0, 1.0, 2.0, 7.0, 8.0]
    assert clock.findings == ()


def test_a_leap_of_485_hours_is_taken_out_and_laps_follow() -> None:
    t_s = np.concatenate((np.arange(100.0), np.arange(100.0, 200.0) + 485 * 3600.0))
    clock = axis_of(t_s)
    assert clock.t_s[-1] == 199.0
    assert clock.remap(np.array([50.0, 150.0 + 485 * 3600.0])).tolist() == [50.0, 150.0]
    assert any("485.0 h" in said for said in clock.warnings)


def test_a_record_from_another_century_does_not_move_the_rest() -> None:
    t_s = np.arange(200.0)
    t_s[80] += 64 * 365.25 * 86400.0
    clock = axis_of(t_s)
    assert clock.t_s.tolist() == np.arange(200.0).tolist()
    assert clock.notes == ("1 wrong time corrected by the place in the file",)


def test_a_clock_set_back_an_hour_goes_on() -> None:
    t_s = np.concatenate((np.arange(3600.0, 3700.0), np.arange(100.0, 200.0)))
    clock = axis_of(t_s)
    assert clock.t_s[-1] == 199.0
    assert any("set back by 60 min" in said for said in clock.warnings)


def test_records_out_of_order_are_put_back() -> None:
    clock = axis_of(np.array([0.0, 1.0, 3.0, 2.0, 4.0]))
    assert clock.t_s.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert clock.align(np.array([10.0, 11.0, 13.0, 12.0, 14.0])).tolist() == [10.0, 11.0, 12.0, 13.0, 14.0]


def test_records_at_one_moment_are_merged_column_by_column() -> None:
    clock = axis_of(np.array([0.0, 1.0, 1.0, 2.0]))
    merged = clock.align(np.array([1.0, np.nan, 5.0, np.nan]))
    np.testing.assert_array_equal(merged, [1.0, 5.0, np.nan])
    other = clock.align(np.array([1.0, 4.0, np.nan, 2.0]))
    assert other.tolist() == [1.0, 4.0, 2.0]


def test_records_without_a_time_are_dropped_and_counted() -> None:
    clock = axis_of(np.array([np.nan, 5.0, np.nan, 6.0]))
    assert clock.t_s.tolist() == [0.0, 1.0]
    assert "2 of 4 records without a time" in clock.warnings[0]
