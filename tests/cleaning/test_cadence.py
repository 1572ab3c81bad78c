import numpy as np
import pytest

from retropace.cleaning.cadence import bridge_gaps, clean_cadence, counts_both_feet

T_S = np.arange(300.0)


@pytest.mark.parametrize(
    ("recorded", "speed_mps", "both"),
    [
        (84.0, 3.0, False),  # a run, one foot
        (168.0, 3.0, True),
        (56.0, 1.4, False),  # a walk
        (112.0, 1.4, True),
        (82.0, 1.8, False),  # backward running: runs' cadence at a walk's speed
        (166.0, 1.8, True),
        (95.0, 5.5, False),  # a fast rep
        (190.0, 5.5, True),
        (46.0, 0.7, False),  # backward walking of a beginner
        (92.0, 0.7, True),
        (84.0, np.nan, False),  # a treadmill that says no speed
        (168.0, np.nan, True),
    ],
)
def test_one_foot_or_both_is_told_from_cadence_and_speed(recorded: float, speed_mps: float, both: bool) -> None:
    rng = np.random.default_rng(3)
    noisy = np.round(recorded + rng.normal(0.0, recorded / 60.0, 300))
    assert counts_both_feet(noisy, np.full(300, speed_mps)) is both


def test_what_was_decided_is_said_and_can_be_overruled() -> None:
    recorded, speed = np.full(300, 84.0), np.full(300, 3.0)
    doubled = clean_cadence(T_S, recorded, speed, "auto")
    assert doubled.cadence_spm[0] == 168.0
    assert not doubled.counts_both_feet
    assert "doubled" in doubled.notes[0]
    kept = clean_cadence(T_S, recorded, speed, "spm")
    assert kept.cadence_spm[0] == 84.0
    assert kept.counts_both_feet
    assert kept.findings == ()


def test_a_silent_sensor_is_missing_not_standing() -> None:
    recorded, speed = np.full(300, 84.0), np.full(300, 3.0)
    recorded[100:105] = 0.0
    recorded[200:240] = 0.0
    cadence = clean_cadence(T_S, recorded, speed, "rpm")
    assert np.all(cadence.cadence_spm[100:105] == 168.0)
    assert np.all(np.isnan(cadence.cadence_spm[200:240]))
    assert "for 45 s while moving" in cadence.warnings[0]


def test_standing_keeps_its_zero() -> None:
    recorded, speed = np.full(300, 84.0), np.full(300, 3.0)
    recorded[100:140], speed[100:140] = 0.0, 0.0
    assert np.all(clean_cadence(T_S, recorded, speed, "rpm").cadence_spm[100:140] == 0.0)


def test_bridging_goes_straight_and_not_past_the_ends() -> None:
    values = np.array([np.nan, 1.0, np.nan, 3.0, np.nan])
    filled, seconds = bridge_gaps(np.arange(5.0), values, 10.0)
    np.testing.assert_array_equal(filled, [np.nan, 1.0, 2.0, 3.0, np.nan])
    assert seconds == 2.0


def test_only_short_gaps_are_bridged_each_from_its_own_sides() -> None:
    values = np.array([2.0, np.nan, 4.0, np.nan, np.nan, 1.0, np.nan, 0.0])
    t_s = np.array([0.0, 1.0, 2.0, 10.0, 20.0, 30.0, 31.0, 34.0])
    filled, seconds = bridge_gaps(t_s, values, 10.0)
    np.testing.assert_array_equal(filled, [2.0, 3.0, 4.0, np.nan, np.nan, 1.0, 0.75, 0.0])
    assert seconds == 6.0
