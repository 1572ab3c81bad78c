from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retropace.cleaning.clean import clean_activity
from retropace.cleaning.distance import (
    distance_from_device,
    distance_from_positions,
    drop_stray_positions,
    smooth_gaussian,
)
from retropace.core.spans import FloatArray, as_spans
from tests.support.strategies import activity_of

NO_PAUSE = as_spans([])


def straight(count: int, speed_mps: float) -> tuple[FloatArray, FloatArray]:
    lat: FloatArray = 48.0 + np.arange(count, dtype=np.float64) * (speed_mps / 111_200.0)
    return lat, np.full(count, 11.0)


@given(st.lists(st.floats(0.0, 1e5), min_size=2, max_size=80))
def test_the_device_count_never_falls(values: list[float]) -> None:
    curve, _ = distance_from_device(np.arange(float(len(values))), np.array(values))
    if curve is not None:
        assert curve[0] == 0.0
        assert np.all(np.diff(curve) >= 0.0)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=40), st.integers(0, 3))
def test_the_fewest_possible_values_are_dropped(values: list[int], spread: int) -> None:
    counted = 100.0 + np.sort(values) + spread * np.array(values)
    longest = np.ones(len(counted))
    for at in range(1, len(counted)):
        longest[at] += np.max(longest[:at][counted[:at] <= counted[at]], initial=0.0)
    dropped = len(counted) - int(longest.max())
    _, said = distance_from_device(60.0 * np.arange(float(len(counted))), counted)  # slow enough for no leap
    assert bool(dropped) == bool(said)
    assert not dropped or f": {dropped} values that do not fit were bridged" in said[0]


def test_one_wild_value_up_or_down_costs_nothing() -> None:
    counted = np.arange(100.0) * 3.0
    counted[40], counted[60] = 9000.0, 0.0
    curve, said = distance_from_device(np.arange(100.0), counted)
    assert curve is not None
    np.testing.assert_allclose(curve, np.arange(100.0) * 3.0)
    assert "2 values that do not fit were bridged" in said[0]


def test_a_counter_that_starts_again_is_continued() -> None:
    counted = np.concatenate((np.arange(100.0), np.arange(100.0))) * 3.0
    curve, said = distance_from_device(np.arange(200.0), counted)
    assert curve is not None
    assert curve[-1] == 594.0
    assert "starts again" in said[0]


def test_a_leap_is_kept_and_told() -> None:
    counted = np.concatenate((np.arange(50.0), 2000.0 + np.arange(50.0))) * 1.0
    curve, said = distance_from_device(np.arange(100.0), counted)
    assert curve is not None
    assert curve[-1] == 2049.0
    assert "leaps by 1951 m" in said[0]


def test_jitter_of_positions_does_not_lengthen_the_way() -> None:
    rng = np.random.default_rng(7)
    lat, lon = straight(1800, 3.0)
    # A watch's filter leaves jitter of some decimetres from second to second.
    noisy = lat + rng.normal(0.0, 0.4, 1800) / 111_200.0, lon + rng.normal(0.0, 0.4, 1800) / 74_500.0
    t_s = np.arange(1800.0)
    true = distance_from_positions(t_s, lat, lon, NO_PAUSE)
    found = distance_from_positions(t_s, *noisy, NO_PAUSE)
    assert true is not None
    assert found is not None
    assert abs(found[-1] / true[-1] - 1.0) < 0.002


def test_a_bend_of_a_track_is_hardly_cut() -> None:
    angle = np.arange(0.0, 20 * np.pi, 3.0 / 36.5)  # 3 m/s round a circle as wide as a running track's bend
    lat, lon = 48.0 + 36.5 * np.sin(angle) / 111_200.0, 11.0 + 36.5 * np.cos(angle) / 74_500.0
    found = distance_from_positions(np.arange(float(len(angle))), lat, lon, NO_PAUSE)
    chords = 3.0 * (len(angle) - 1)
    assert found is not None
    assert abs(found[-1] / chords - 1.0) < 0.02


def test_what_lies_between_the_ends_of_a_pause_is_no_way() -> None:
    lat, lon = straight(101, 3.0)
    t_s = np.arange(101.0)
    lat[51:] += 500.0 / 111_200.0
    found = distance_from_positions(t_s, lat, lon, as_spans([(50.0, 51.0)]))
    assert found is not None
    assert abs(found[-1] - 297.0) < 1.0


def test_smoothing_keeps_a_straight_line_and_both_ends() -> None:
    t_s = np.arange(60.0)
    np.testing.assert_allclose(smooth_gaussian(t_s, 5.0 + 2.0 * t_s, 2.0), 5.0 + 2.0 * t_s)


def test_one_position_on_another_continent_is_dropped() -> None:
    lat, lon = straight(50, 3.0)
    lat[20], lon[20] = -33.0, 151.0
    cleaned, _, said = drop_stray_positions(np.arange(50.0), lat, lon)
    assert np.isnan(cleaned).nonzero()[0].tolist() == [20]
    assert said == ("1 stray position dropped",)


def test_null_island_is_no_place_but_zero_degrees_is() -> None:
    lat, lon = np.array([0.0, 0.0, 1e-5]), np.array([0.0, 2e-5, 2e-5])
    cleaned, _, _ = drop_stray_positions(np.arange(3.0), lat, lon)
    assert np.isnan(cleaned).tolist() == [True, False, False]


def test_distance_comes_from_the_best_there_is_and_says_so() -> None:
    t_s = np.arange(120.0)
    lat, lon = straight(120, 3.0)
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
    assert any("along the positions" in said for said in positions.warnings)
    assert any("summed from speed" in said for said in alone.warnings)
