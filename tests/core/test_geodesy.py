import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from retropace.core.geodesy import compute_distances_m, project_along_path_m

GEOD = Geod(ellps="WGS84")


@given(st.floats(-85.0, 85.0), st.floats(-180.0, 180.0), st.floats(-180.0, 180.0), st.floats(0.01, 50.0))
def test_steps_are_those_of_the_geodesic(lat: float, lon: float, azimuth: float, metres: float) -> None:
    lon2, lat2, _ = GEOD.fwd(lon, lat, azimuth, metres)
    found = compute_distances_m(np.array([lat, lat2]), np.array([lon, lon2]))
    true = GEOD.inv(lon, lat, lon2, lat2)[2]  # the positions as rounded to doubles
    assert abs(found[0] - true) < 1e-6


def test_a_missing_position_makes_its_steps_missing_and_no_others() -> None:
    lat = np.array([48.0, 48.0001, np.nan, 48.0003, 48.0004])
    found = compute_distances_m(lat, np.full(5, 11.0))
    assert np.isnan(found).tolist() == [False, True, True, False]


def test_the_plane_keeps_step_lengths_across_the_date_line() -> None:
    lat, lon = np.array([10.0, 10.0, 10.0]), np.array([179.9999, -179.9999, -179.9997])
    east, north = project_along_path_m(lat, lon)
    np.testing.assert_allclose(np.hypot(np.diff(east), np.diff(north)), compute_distances_m(lat, lon))
    assert np.all(compute_distances_m(lat, lon) < 50.0)
