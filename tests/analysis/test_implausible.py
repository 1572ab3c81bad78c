import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.core.activity import Activity
from tests.support.strategies import activity_of


def run_at(speed_mps: float, seconds: int, cadence: float = 84.0) -> Activity:
    t_s = np.arange(float(seconds))
    return activity_of(
        t_s,
        None,
        distance_m=speed_mps * t_s,
        speed_mps=np.full(seconds, speed_mps),
        cadence_recorded=np.full(seconds, cadence),
    )


def implausible_texts(activity: Activity) -> list[str]:
    return [finding.text for finding in analyze(activity).findings if finding.code == "implausible-figure"]


def test_a_recording_faster_than_anyone_runs_is_marked() -> None:
    (text,) = implausible_texts(run_at(8.0, 1800))
    assert "14.39 km in 1799 s on foot" in text


def test_steps_longer_than_legs_are_marked() -> None:
    (text,) = implausible_texts(run_at(6.0, 600, cadence=30.0))
    assert "steps of 6.0 m" in text


def test_what_the_best_have_run_is_not_marked() -> None:
    assert implausible_texts(run_at(5.8, 3600)) == []
    assert implausible_texts(run_at(10.3, 11, cadence=125.0)) == []
