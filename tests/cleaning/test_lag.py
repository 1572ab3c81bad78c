import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.cleaning.clean import clean_activity
from retropace.cleaning.lag import estimate_lags, shift_distance_earlier, shift_earlier
from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray, as_spans
from retropace.simulate import PlannedStretch, SimulatedPlace, backward, forward, simulate
from tests.support.strategies import activity_of

NO_PAUSES = as_spans([])
T_S = np.arange(1800.0)


def square_wave(period_s: float, low: float, high: float, late_s: float) -> FloatArray:
    """A square wave that arrives late."""
    return np.where(((T_S - late_s) // period_s) % 2 == 1, high, low)


@pytest.mark.parametrize(("speed_s", "cadence_s"), [(7.0, 4.0), (3.0, 8.0), (5.0, 5.0), (9.0, 1.0)])
def test_how_far_speed_and_cadence_lie_apart_is_measured(speed_s: float, cadence_s: float) -> None:
    rng = np.random.default_rng(1)
    speed = square_wave(90.0, 2.4, 3.6, speed_s) + rng.normal(0.0, 0.1, len(T_S))
    cadence = square_wave(90.0, 160.0, 176.0, cadence_s) + rng.normal(0.0, 1.5, len(T_S))
    lags = estimate_lags(T_S, speed, cadence, CleanParameters())
    assert lags.speed_s - lags.cadence_s == pytest.approx(speed_s - cadence_s, abs=1.0)
    assert lags.speed_s + lags.cadence_s == 2.0 * CleanParameters().lag_s


def test_without_cadence_or_changes_the_usual_is_taken() -> None:
    rng = np.random.default_rng(2)
    usual = (5.5, 2.5)
    blank = np.full(len(T_S), np.nan)
    for cadence in (blank, rng.normal(165.0, 2.0, len(T_S))):
        lags = estimate_lags(T_S, rng.normal(3.0, 0.1, len(T_S)), cadence, CleanParameters())
        assert (lags.speed_s, lags.cadence_s) == usual


def test_a_column_arrives_earlier_and_stays_missing_where_it_was() -> None:
    column = square_wave(90.0, 1.0, 2.0, 5.0)
    column[500:520] = np.nan
    moved = shift_earlier(T_S, column, 5.0, NO_PAUSES)
    expected = square_wave(90.0, 1.0, 2.0, 0.0)
    known = np.isfinite(moved)
    np.testing.assert_array_equal(moved[known][:-5], expected[known][:-5])
    assert np.flatnonzero(~known).tolist() == list(range(495, 515))


@given(
    st.lists(st.floats(0.0, 5.0), min_size=3, max_size=120),
    st.floats(-4.0, 9.0),
    st.floats(0.0, 100.0),
    st.floats(0.0, 30.0),
)
@settings(deadline=None)
def test_distance_keeps_its_total_and_never_falls(
    speeds: list[float], lag_s: float, start: float, length: float
) -> None:
    distance = np.concatenate(([0.0], np.cumsum(speeds)))
    t_s = np.arange(float(len(distance)))
    moved = shift_distance_earlier(t_s, distance, lag_s, as_spans([(start, start + length)]))
    assert moved[0] == 0.0
    assert moved[-1] == pytest.approx(distance[-1])
    assert np.all(np.diff(moved) >= -1e-9)


def test_a_rep_from_a_stop_has_its_metres() -> None:
    """A watch that counts late loses the last metres of a rep to the rest behind it; they belong to the rep."""
    plan: list[PlannedStretch] = [forward(seconds=300)]
    for _ in range(4):
        plan += [backward(metres=400), forward(seconds=100, effort=0.8)]
    made = simulate(plan, place=SimulatedPlace("path", 52.5, 13.3), seed=2)
    edges = made.truth.edges_s
    late = clean_activity(made.activity, CleanParameters(lag_s=0.0, relative_lag_s=0.0))
    moved = clean_activity(made.activity)
    reps = slice(1, None, 2)
    off_late = np.abs(late.increments("distance_m", edges)[reps] - 401.0)
    off = np.abs(moved.increments("distance_m", edges)[reps] - 401.0)
    assert float(np.mean(off)) < 2.5
    assert float(np.mean(off)) < float(np.mean(off_late))


def test_what_was_moved_is_said() -> None:
    cleaned = clean_activity(
        activity_of(T_S, speed_mps=np.full(len(T_S), 3.0), cadence_recorded=np.full(len(T_S), 84.0))
    )
    assert "speed by 5.5 s and cadence by 2.5 s moved back to when it happened: watches show it late" in cleaned.notes
