"""Sessions whose sport has no known name are judged by their movement."""

import numpy as np
import pytest

from retropace.core.activity import Activity, DeviceTotals, Samples, Source
from retropace.readers.on_foot import judge_sport


def session(sport: str, speed_mps: float, cadence: float = np.nan, sub_sport: str = "") -> Activity:
    """Ten minutes with a record every second at a steady speed, by positions and counter."""
    t_s = np.arange(600.0)
    samples = Samples.from_columns(
        t_s,
        distance_m=speed_mps * t_s,
        lat_deg=45.0 + speed_mps * t_s / 111_130.0,
        lon_deg=np.full(600, 7.0),
        cadence_recorded=np.full(600, cadence),
    )
    return Activity(Source("x", "gpx"), samples, sport=sport, sub_sport=sub_sport)


@pytest.mark.parametrize(
    ("sport", "speed_mps", "cadence"),
    [("Wheeling", 7.0, np.nan), ("", 8.0, np.nan), ("workout", 5.0, 62.0), ("sport", 5.0, 124.0)],
)
def test_what_is_too_fast_is_not_on_foot(sport: str, speed_mps: float, cadence: float) -> None:
    verdict = judge_sport(session(sport, speed_mps, cadence))
    assert not verdict.is_on_foot
    assert "too fast for running" in verdict.name


@pytest.mark.parametrize(("speed_mps", "cadence"), [(3.0, 84.0), (5.2, 90.0), (5.2, 180.0), (1.4, np.nan)])
def test_what_can_be_running_is_read_and_said(speed_mps: float, cadence: float) -> None:
    verdict = judge_sport(session("Kantering", speed_mps, cadence))
    assert verdict.is_on_foot
    assert verdict.notes == ('"kantering" is not known as a sport: its movement can be that of running or walking',)
    assert not judge_sport(session("", speed_mps, cadence)).findings


def test_a_known_name_is_believed_whatever_the_movement() -> None:
    assert judge_sport(session("Lauf", 8.0)).is_on_foot
    assert not judge_sport(session("Radfahrt", 2.5)).is_on_foot


def test_the_sub_sport_names_what_it_was() -> None:
    verdict = judge_sport(session("training", 2.5, sub_sport="indoor_rowing"))
    assert (verdict.is_on_foot, verdict.name) == (False, "indoor rowing")


def test_a_frozen_counter_does_not_hide_a_ride() -> None:
    activity = session("", 8.0)
    frozen = Samples.from_columns(
        activity.samples.t_s,
        distance_m=np.zeros(600),
        lat_deg=activity.samples.lat_deg,
        lon_deg=activity.samples.lon_deg,
    )
    assert not judge_sport(Activity(Source("x", "gpx"), frozen)).is_on_foot


def test_an_unknown_sport_without_movement_is_left_out() -> None:
    still = Samples.from_columns(np.arange(600.0), heart_rate_bpm=np.full(600, 120.0))
    assert not judge_sport(Activity(Source("x", "fit"), still, sport="training")).is_on_foot
    assert judge_sport(Activity(Source("x", "fit"), still)).is_on_foot
    totals = DeviceTotals(distance_m=1500.0, timer_s=600.0)
    assert judge_sport(Activity(Source("x", "fit"), still, sport="training", device_totals=totals)).is_on_foot


def test_a_session_of_seconds_is_not_judged() -> None:
    samples = Samples.from_columns(np.array([0.0, 1.0]), distance_m=np.array([0.0, 300.0]))
    assert judge_sport(Activity(Source("x", "gpx"), samples, sport="nothing known")).is_on_foot
