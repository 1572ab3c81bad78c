from datetime import timedelta

import numpy as np
import pytest

from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.simulate.kinds import draw
from tests.support.clock_faults import FAULTS, every, seen_by, shift_clock, with_fault

SESSIONS = [
    draw("easy", 1).session.activity,
    draw("stop and go", 2).session.activity,
    draw("reps", 2).session.activity,
    draw("run/walk", 2).session.activity,
]
"""A steady run with a watch that loses records, a run with stops, repetitions with pauses, a run with walks."""


def totals(cleaned: CleanedActivity) -> tuple[float, float, float]:
    return cleaned.elapsed_s, float(cleaned.curves["distance_m"][-1]), float(cleaned.curves["moving_s"][-1])


@pytest.mark.parametrize("device", ["watch", "phone", "treadmill"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_clock_changes_no_figure(fault: str, device: str) -> None:
    for session, step in zip(SESSIONS, (1, 5, 1, 5), strict=True):
        sound = every(seen_by(session, device), step)
        expected, cleaned = clean_activity(sound), clean_activity(with_fault(sound, FAULTS[fault]))
        np.testing.assert_allclose(totals(cleaned)[:2], totals(expected)[:2], rtol=0.005)
        assert expected.start_time is not None
        assert cleaned.start_time is not None
        assert abs(cleaned.start_time - expected.start_time) <= timedelta(seconds=2 * step)
        assert cleaned.findings != expected.findings
        if np.any(np.isfinite(expected.heart_rate_bpm)):
            mean_bpm = np.nanmean(expected.heart_rate_bpm)
            assert np.nanmean(cleaned.heart_rate_bpm) == pytest.approx(mean_bpm, rel=0.01)
        assert len(cleaned.findings) <= len(expected.findings) + 6


@pytest.mark.parametrize("fault", ["told twice", "reversed", "parts in order 0 2 1 3", "1 times off by 3600 s"])
def test_moving_time_stays_too(fault: str) -> None:
    for session in SESSIONS:
        expected, cleaned = clean_activity(session), clean_activity(with_fault(session, FAULTS[fault]))
        np.testing.assert_allclose(totals(cleaned), totals(expected), rtol=0.005)


def with_gap(activity: Activity, size_s: float) -> Activity:
    """The activity with a gap of so many seconds in the middle, over which the runner just went on."""
    return with_fault(activity, lambda samples: shift_clock(samples, size_s, first=0.5))


def test_a_gap_of_hours_that_the_runner_ran_through_is_a_leap_if_the_total_of_the_watch_says_so() -> None:
    sound = SESSIONS[0]
    cleaned = clean_activity(with_gap(sound, 7200.0))
    assert cleaned.elapsed_s == pytest.approx(clean_activity(sound).elapsed_s, rel=0.005)
    assert any("leaps forward by 2.0 h" in warning for warning in cleaned.warnings)


def test_without_a_total_a_gap_of_hours_is_real() -> None:
    phone = seen_by(SESSIONS[0], "phone")
    cleaned = clean_activity(with_gap(phone, 7200.0))
    assert cleaned.elapsed_s == pytest.approx(clean_activity(phone).elapsed_s + 7200.0, rel=0.005)


def test_a_year_of_a_gap_is_a_leap_of_the_clock() -> None:
    phone = seen_by(SESSIONS[0], "phone")
    assert clean_activity(with_gap(phone, 3.2e7)).elapsed_s == pytest.approx(clean_activity(phone).elapsed_s, rel=0.005)
