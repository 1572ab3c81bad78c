import numpy as np
import pytest

from retropace.cleaning.clean import clean_activity
from retropace.core.errors import ReadError
from retropace.core.parameters import CleanParameters
from retropace.core.spans import total_s
from tests.support.strategies import activity_of


def test_standing_between_two_runs_is_measured_to_the_second() -> None:
    t_s = np.arange(300.0)
    speed = np.where((t_s >= 100) & (t_s < 160), 0.0, 3.0)
    prompt = CleanParameters(lag_s=0.0, relative_lag_s=0.0)
    cleaned = clean_activity(activity_of(t_s, speed_mps=speed, cadence_recorded=speed * 28.0), prompt)
    assert cleaned.standing.tolist() == [[100.0, 160.0]]
    assert cleaned.curves["moving_s"][-1] == 239.0


def test_a_treadmill_that_says_no_speed_is_not_standing() -> None:
    t_s = np.arange(300.0)
    cleaned = clean_activity(activity_of(t_s, speed_mps=np.zeros(300), cadence_recorded=np.full(300, 56.0)))
    assert len(cleaned.standing) == 0
    assert cleaned.curves["moving_s"][-1] == 299.0


def test_a_pause_of_the_watch_takes_no_moving_time_even_between_records() -> None:
    t_s = np.array([0.0, 10.0, 20.0, 60.0, 70.0])
    cleaned = clean_activity(activity_of(t_s, [(22.5, 57.0)], distance_m=np.array([0.0, 30.0, 60.0, 68.0, 98.0])))
    assert cleaned.pauses.tolist() == [[22.5, 57.0]]
    assert cleaned.curves["moving_s"][-1] == 70.0 - 34.5
    assert cleaned.elapsed_s == 70.0


def test_a_gap_without_movement_is_taken_as_a_pause_and_said() -> None:
    t_s = np.concatenate((np.arange(100.0), 400.0 + np.arange(100.0)))
    distance = np.concatenate((np.arange(100.0) * 3.0, 297.0 + np.arange(100.0) * 3.0))
    cleaned = clean_activity(activity_of(t_s, distance_m=distance))
    assert cleaned.pauses.tolist() == [[99.0, 400.0]]
    assert any("without movement (301 s) taken as paused" in said for said in cleaned.notes)


def test_a_gap_run_through_is_a_dropout_not_a_pause() -> None:
    t_s = np.concatenate((np.arange(100.0), 160.0 + np.arange(100.0)))
    cleaned = clean_activity(activity_of(t_s, distance_m=t_s * 3.0))
    assert len(cleaned.pauses) == 0
    assert cleaned.curves["moving_s"][-1] == 259.0


def test_a_stretch_without_speed_and_cadence_is_unknown() -> None:
    t_s = np.arange(200.0)
    speed = np.full(200, 3.0)
    speed[50:120] = np.nan
    cleaned = clean_activity(activity_of(t_s, speed_mps=speed))
    assert total_s(cleaned.unknown) == 71.0
    assert any("direction unknown" in said for said in cleaned.warnings)


def test_impossible_speeds_and_pulses_are_dropped() -> None:
    t_s = np.arange(100.0)
    speed, pulse = np.full(100, 3.0), np.full(100, 150.0)
    speed[40], pulse[60] = 80.0, 0.0
    cleaned = clean_activity(activity_of(t_s, speed_mps=speed, heart_rate_bpm=pulse))
    assert cleaned.speed_mps[40] == 3.0
    assert cleaned.heart_rate_bpm[60] == 150.0
    assert any("1 impossible speed dropped" in said for said in cleaned.notes)


def test_one_record_is_nothing_to_analyse() -> None:
    with pytest.raises(ReadError, match="fewer than two records"):
        clean_activity(activity_of(np.zeros(1)))


def test_standing_told_from_positions_does_not_flicker() -> None:
    rng = np.random.default_rng(4)
    t_s = np.arange(600.0)
    moving = (t_s < 200) | (t_s >= 320)
    north = np.cumsum(np.where(moving, 1.4, 0.0))
    drift = np.cumsum(rng.normal(0.0, 0.15, 600)) * 0.5
    cleaned = clean_activity(activity_of(t_s, lat_deg=48.0 + (north + drift) / 111_200.0, lon_deg=np.full(600, 11.0)))
    assert len(cleaned.standing) <= 2
    assert total_s(cleaned.standing) == pytest.approx(120.0, abs=15.0)


def test_a_pause_on_the_date_line_lies_between_its_neighbours() -> None:
    t_s = np.concatenate((np.arange(0.0, 101.0), np.arange(141.0, 301.0)))
    ran_s = t_s - 39.5 * (t_s > 100.0)
    along = 180.0 + 1e-5 * (ran_s - 100.5)  # crosses between the records before and after the pause
    lon_deg = (along + 180.0) % 360.0 - 180.0
    columns = {"distance_m": 0.7 * ran_s, "lat_deg": np.full(len(t_s), -16.8), "lon_deg": lon_deg}
    cleaned = clean_activity(activity_of(t_s, [(100.3, 140.2)], **columns))
    assert {100.3, 140.2} <= set(cleaned.t_s.tolist())
    assert np.all(np.abs(cleaned.lon_deg) > 179.99)
