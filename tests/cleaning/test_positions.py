import numpy as np

from retropace.cleaning.positions import Positions, drop_stray_positions, smooth_gaussian, steps_from_positions
from retropace.core.spans import FloatArray, Spans, as_spans, cumulate

NO_PAUSE = as_spans([])


def straight(count: int, speed_mps: float) -> tuple[FloatArray, FloatArray]:
    lat: FloatArray = 48.0 + np.arange(count, dtype=np.float64) * (speed_mps / 111_200.0)
    return lat, np.full(count, 11.0)


def path_m(t_s: FloatArray, positions: Positions, pauses: Spans) -> FloatArray:
    return cumulate(steps_from_positions(t_s, positions, pauses))


def test_jitter_of_positions_does_not_lengthen_the_way() -> None:
    rng = np.random.default_rng(7)
    lat, lon = straight(1800, 3.0)
    # A watch's filter leaves jitter of some decimetres from second to second.
    noisy = lat + rng.normal(0.0, 0.4, 1800) / 111_200.0, lon + rng.normal(0.0, 0.4, 1800) / 74_500.0
    t_s = np.arange(1800.0)
    true = path_m(t_s, Positions(lat, lon), NO_PAUSE)
    found = path_m(t_s, Positions(*noisy), NO_PAUSE)
    assert abs(found[-1] / true[-1] - 1.0) < 0.002


def test_a_bend_of_a_track_is_hardly_cut() -> None:
    angle = np.arange(0.0, 20 * np.pi, 3.0 / 36.5)  # 3 m/s round a circle as wide as a running track's bend
    lat, lon = 48.0 + 36.5 * np.sin(angle) / 111_200.0, 11.0 + 36.5 * np.cos(angle) / 74_500.0
    found = path_m(np.arange(float(len(angle))), Positions(lat, lon), NO_PAUSE)
    chords = 3.0 * (len(angle) - 1)
    assert abs(found[-1] / chords - 1.0) < 0.02


def test_what_lies_between_the_ends_of_a_pause_is_no_way() -> None:
    lat, lon = straight(101, 3.0)
    t_s = np.arange(101.0)
    lat[51:] += 500.0 / 111_200.0
    found = path_m(t_s, Positions(lat, lon), as_spans([(50.0, 51.0)]))
    assert abs(found[-1] - 297.0) < 1.0


def test_smoothing_keeps_a_straight_line_and_both_ends() -> None:
    t_s = np.arange(60.0)
    np.testing.assert_allclose(smooth_gaussian(t_s, 5.0 + 2.0 * t_s, 2.0), 5.0 + 2.0 * t_s)


def test_one_position_on_another_continent_is_dropped() -> None:
    lat, lon = straight(50, 3.0)
    lat[20], lon[20] = -33.0, 151.0
    positions = drop_stray_positions(np.arange(50.0), lat, lon)
    assert np.isnan(positions.lat_deg).nonzero()[0].tolist() == [20]
    assert positions.warnings == ("1 stray position dropped",)


def test_null_island_is_no_place_but_zero_degrees_is() -> None:
    lat, lon = np.array([0.0, 0.0, 1e-5]), np.array([0.0, 2e-5, 2e-5])
    positions = drop_stray_positions(np.arange(3.0), lat, lon)
    assert np.isnan(positions.lat_deg).tolist() == [True, False, False]
