"""Thinned curves: fewer rows, and nothing that stands out is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.analysis.pipeline import analyze
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import RetropaceError
from retropace.core.spans import FloatArray
from retropace.output.charts.downsample import (
    BREAK_GAP_S,
    CHANNELS,
    MAX_BRIDGED_GAP_S,
    DownsampledColumns,
    compute_step_length_m,
    downsample,
)
from tests.support.strategies import activities, activity_of

EVERYTHING = 10**9


def clean_or_none(activity: Activity) -> CleanedActivity | None:
    try:
        return analyze(activity).cleaned
    except RetropaceError:
        return None


def recorded_column(track: CleanedActivity, name: str) -> FloatArray:
    return compute_step_length_m(track) if name == "step_length_m" else np.asarray(getattr(track, name))


def finite_values(column: FloatArray) -> FloatArray:
    return column[np.isfinite(column)]


def make_cleaned(t_s: FloatArray, **others: FloatArray) -> CleanedActivity:
    """The track of records at 3 m/s with these columns besides."""
    track = clean_or_none(activity_of(t_s, None, speed_mps=np.full(len(t_s), 3.0), distance_m=3.0 * t_s, **others))
    assert track is not None
    return track


@given(activities(), st.integers(1, 500))
@settings(max_examples=80, deadline=None)
def test_first_last_least_and_greatest_stay(activity: Activity, most: int) -> None:
    track = clean_or_none(activity)
    if track is None:
        return
    rows = downsample(track, most)
    assert rows.t_s[0] == track.t_s[0]
    assert rows.t_s[-1] == track.t_s[-1]
    for name in CHANNELS:
        before, after = finite_values(recorded_column(track, name)), finite_values(getattr(rows, name))
        assert (len(after) > 0) == (len(before) > 0)
        if len(before):
            assert (np.min(after), np.max(after)) == (np.min(before), np.max(before))


@given(activities(), st.integers(1, 500))
@settings(max_examples=80, deadline=None)
def test_rows_are_rows_of_the_recording_or_breaks(activity: Activity, most: int) -> None:
    track = clean_or_none(activity)
    if track is None:
        return
    rows = downsample(track, most)
    assert np.all(np.diff(rows.t_s) > 0.0)
    assert np.all(np.diff(rows.distance_m) >= -1e-9)
    own = np.isin(rows.t_s, track.t_s)
    for name in CHANNELS:
        values = getattr(rows, name)
        assert np.all(np.isnan(values[~own]))
        meant = recorded_column(track, name)[np.searchsorted(track.t_s, rows.t_s[own])]
        same = values[own] == meant
        assert np.all(same | np.isnan(meant))
        _assert_bridged_only_where_near(track, name, rows.t_s[own][np.isnan(meant) & np.isfinite(values[own])])


def _assert_bridged_only_where_near(track: CleanedActivity, name: str, moments_s: FloatArray) -> None:
    at = track.t_s[np.isfinite(recorded_column(track, name))]
    after = np.searchsorted(at, moments_s)
    assert np.all(at[after] - at[after - 1] <= MAX_BRIDGED_GAP_S)


@given(activities(), st.integers(1, 500))
@settings(max_examples=80, deadline=None)
def test_about_as_many_as_were_asked_for(activity: Activity, most: int) -> None:
    track = clean_or_none(activity)
    if track is None:
        return
    whole = downsample(track, EVERYTHING)
    breaks = sum(_runs_of_missing(getattr(whole, name)) for name in CHANNELS) + len(whole) - len(track.t_s)
    assert len(downsample(track, most)) <= max(most, 2 + 2 * len(CHANNELS)) + breaks


def _runs_of_missing(column: FloatArray) -> int:
    missing = np.isnan(column)
    return int(np.sum(missing & ~np.concatenate(([False], missing[:-1]))))


@given(activities(), st.integers(1, 500))
@settings(max_examples=80, deadline=None)
def test_no_line_is_drawn_where_something_is_missing(activity: Activity, most: int) -> None:
    track = clean_or_none(activity)
    if track is None:
        return
    whole, rows = downsample(track, EVERYTHING), downsample(track, most)
    for name in CHANNELS:
        lost_s = whole.t_s[np.isnan(getattr(whole, name))]
        drawn = np.isfinite(getattr(rows, name))
        together = drawn[1:] & drawn[:-1]
        missing_between = np.diff(np.searchsorted(lost_s, rows.t_s)) > 0
        assert not np.any(together & missing_between)


def blank_s(rows: DownsampledColumns) -> list[float]:
    """Where all curves break."""
    empty = np.all([np.isnan(getattr(rows, name)) for name in CHANNELS], axis=0)
    return [float(moment) for moment in rows.t_s[empty]]


@pytest.mark.parametrize("most", [30, EVERYTHING])
def test_a_gap_becomes_a_break_in_its_middle(most: int) -> None:
    t_s = np.concatenate((np.arange(0.0, 200.0), np.arange(199.0 + BREAK_GAP_S + 1.0, 500.0)))
    rows = downsample(make_cleaned(t_s), most)
    assert blank_s(rows) == [pytest.approx(199.0 + (BREAK_GAP_S + 1.0) / 2.0)]
    at = int(np.searchsorted(rows.t_s, blank_s(rows)[0]))
    assert rows.distance_m[at] == pytest.approx(3.0 * rows.t_s[at], abs=0.1)
    whole = np.concatenate((np.arange(0.0, 200.0), np.arange(199.0 + BREAK_GAP_S, 500.0)))
    assert blank_s(downsample(make_cleaned(whole), most)) == []


def test_a_watch_that_records_each_minute_still_has_curves() -> None:
    t_s = 60.0 * np.arange(100.0)
    assert blank_s(downsample(make_cleaned(t_s), EVERYTHING)) == []
    t_s = np.concatenate((t_s, t_s[-1] + 301.0 + 60.0 * np.arange(50.0)))
    assert blank_s(downsample(make_cleaned(t_s), EVERYTHING)) == [pytest.approx(99 * 60.0 + 150.5)]


def test_a_sensor_that_speaks_every_few_seconds_has_a_curve_and_one_that_is_silent_for_longer_breaks() -> None:
    t_s = np.arange(200.0)
    heart = np.full(200, np.nan)
    at_s = np.concatenate((np.arange(0.0, 91.0, MAX_BRIDGED_GAP_S), np.arange(91.0 + MAX_BRIDGED_GAP_S, 200.0)))
    heart[at_s.astype(int)] = 100.0 + at_s / 4.0
    rows = downsample(make_cleaned(t_s, heart_rate_bpm=heart), EVERYTHING)
    silent = (rows.t_s > 90.0) & (rows.t_s < 91.0 + MAX_BRIDGED_GAP_S)
    assert np.isnan(rows.heart_rate_bpm[silent]).all()
    np.testing.assert_allclose(rows.heart_rate_bpm[~silent], 100.0 + rows.t_s[~silent] / 4.0)


def test_a_single_spike_is_seen_after_hours() -> None:
    t_s = np.arange(30_000.0)
    heart = np.full(len(t_s), 140.0)
    heart[[12_345, 23_456]] = 189.0, 71.0
    rows = downsample(make_cleaned(t_s, heart_rate_bpm=heart), 500)
    assert len(rows) <= 500
    for at, bpm in ((12_345, 189.0), (23_456, 71.0)):
        assert rows.heart_rate_bpm[rows.t_s == at].tolist() == [bpm]


def test_every_span_of_rows_keeps_its_own_extremes() -> None:
    """A wave whose every crest is to be seen, not the highest alone."""
    t_s = np.arange(6000.0)
    heart = 140.0 + 20.0 * np.sin(2.0 * np.pi * t_s / 300.0)
    rows = downsample(make_cleaned(t_s, heart_rate_bpm=heart), 1000)
    for start in range(0, 6000, 300):
        wave = rows.heart_rate_bpm[(rows.t_s >= start) & (rows.t_s < start + 300)]
        assert (wave.min(), wave.max()) == (pytest.approx(120.0, abs=0.01), pytest.approx(160.0, abs=0.01))


def test_few_rows_stay_as_they_are() -> None:
    track = make_cleaned(np.arange(100.0))
    np.testing.assert_array_equal(downsample(track, len(track.t_s)).t_s, track.t_s)


def test_step_length_is_recorded_or_speed_over_cadence() -> None:
    t_s = np.arange(100.0)
    track = make_cleaned(t_s, cadence_recorded=np.full(100, 90.0))
    np.testing.assert_allclose(compute_step_length_m(track)[5:-5], 1.0, rtol=1e-9)
    track = make_cleaned(t_s, cadence_recorded=np.full(100, 90.0), step_length_m=np.full(100, 1.1))
    np.testing.assert_allclose(compute_step_length_m(track), 1.1)
    assert np.isnan(compute_step_length_m(make_cleaned(t_s))).all()
