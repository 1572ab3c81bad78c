import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retropace.cleaning.clean import clean_activity
from retropace.cleaning.counter import read_counter
from retropace.core.findings import Finding
from retropace.core.spans import FloatArray, cumulate
from tests.support.strategies import activity_of


def counted_curve(t_s: FloatArray, values: FloatArray) -> tuple[FloatArray | None, tuple[Finding, ...]]:
    """Return the counter as a curve, on which steps that it does not know add nothing."""
    counter, said = read_counter(t_s, values)
    return None if counter is None else cumulate(np.nan_to_num(counter.steps_m)), said


@given(st.lists(st.floats(0.0, 1e5), min_size=2, max_size=80))
def test_the_device_count_never_falls(values: list[float]) -> None:
    curve, _ = counted_curve(np.arange(float(len(values))), np.array(values))
    if curve is not None:
        assert curve[0] == 0.0
        assert np.all(np.diff(curve) >= 0.0)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=40), st.integers(0, 3))
def test_the_fewest_possible_values_are_dropped(values: list[int], spread: int) -> None:
    counted = 10_000.0 + np.sort(values) + spread * np.array(values)
    longest = np.ones(len(counted))
    for at in range(1, len(counted)):
        longest[at] += np.max(longest[:at][counted[:at] <= counted[at]], initial=0.0)
    dropped = len(counted) - int(longest.max())
    _, said = counted_curve(60.0 * np.arange(float(len(counted))), counted)  # slow enough for no leap
    assert bool(dropped) == bool(said)
    assert not dropped or f": {dropped} values that do not fit were bridged" in said[0].text


def test_one_wild_value_up_or_down_costs_nothing() -> None:
    counted = np.arange(100.0) * 3.0
    counted[40], counted[60] = 2000.0, 0.0
    curve, said = counted_curve(np.arange(100.0), counted)
    assert curve is not None
    np.testing.assert_allclose(curve, np.arange(100.0) * 3.0)
    assert "2 values that do not fit were bridged" in said[0].text


def test_a_counter_that_starts_again_is_continued() -> None:
    counted = np.concatenate((np.arange(100.0), np.arange(100.0))) * 3.0
    curve, said = counted_curve(np.arange(200.0), counted)
    assert curve is not None
    assert curve[-1] == 597.0  # the second of the restart was run, too
    assert "starts again" in said[0].text


def test_a_leap_is_taken_out_and_told() -> None:
    counted = np.concatenate((np.arange(50.0), 2000.0 + np.arange(50.0))) * 1.0
    curve, said = counted_curve(np.arange(100.0), counted)
    assert curve is not None
    assert curve[-1] == 98.0
    assert "leaps by 1951 m" in said[0].text


def test_distance_comes_from_the_best_there_is_and_says_so() -> None:
    t_s = np.arange(120.0)
    lat, lon = 48.0 + t_s * 3.0 / 111_200.0, np.full(120, 11.0)
    speed = np.full(120, 2.5)
    counted = t_s * 2.8
    both = clean_activity(activity_of(t_s, lat_deg=lat, lon_deg=lon, speed_mps=speed, distance_m=counted))
    positions = clean_activity(activity_of(t_s, lat_deg=lat, lon_deg=lon, speed_mps=speed))
    alone = clean_activity(activity_of(t_s, speed_mps=speed))
    nothing = clean_activity(activity_of(t_s, heart_rate_bpm=np.full(120, 130.0)))
    found = [
        (cleaned.distance_source, round(float(cleaned.curves["distance_m"][-1])))
        for cleaned in (both, positions, alone, nothing)
    ]
    assert found == [("device", 333), ("positions", 357), ("speed", 298), ("none", 0)]
    assert any("along the positions" in said for said in positions.notes)
    assert any("summed from speed" in said for said in alone.notes)
