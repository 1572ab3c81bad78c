"""The way on a plane, held against the geodesic and EPSG 3857; and the same way with fewer positions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely import LineString, hausdorff_distance

from retropace.core.spans import FloatArray
from retropace.output.charts.route import MIN_TOLERANCE_M, Projection, Route, project_locally, project_mercator

WGS84 = Geod(ellps="WGS84")
MIDDLES = st.tuples(st.floats(-70.0, 70.0), st.floats(-180.0, 180.0)) | st.just((-16.8, 180.0))
NO_EDGES: FloatArray = np.array([0.0, 1e9])


def make_route(lat_deg: np.ndarray, lon_deg: np.ndarray, joined: np.ndarray | None = None) -> Route:
    whole = np.ones(max(len(lat_deg) - 1, 0), dtype=bool)
    return Route(np.arange(len(lat_deg), dtype=np.float64), lat_deg, lon_deg, whole if joined is None else joined)


def random_route(seed: int, middle: tuple[float, float], reach_m: float = 1000.0) -> Route:
    """Positions within so many metres of a place."""
    rng = np.random.default_rng(seed)
    towards, metres = rng.uniform(0.0, 360.0, 40), rng.uniform(0.0, reach_m, 40)
    lon, lat, _ = WGS84.fwd(np.full(40, middle[1]), np.full(40, middle[0]), towards, metres)
    return make_route(np.asarray(lat), np.asarray(lon))


@given(MIDDLES, st.integers(0, 2**32 - 1))
def test_distances_in_the_local_plane_are_those_over_ground(middle: tuple[float, float], seed: int) -> None:
    way = random_route(seed, middle)
    plane = project_locally(way)
    _, _, over_ground = WGS84.inv(way.lon_deg[1:], way.lat_deg[1:], way.lon_deg[:-1], way.lat_deg[:-1])
    on_plane = np.hypot(np.diff(plane.x_m), np.diff(plane.y_m))
    np.testing.assert_allclose(on_plane, over_ground, rtol=1e-3)


@given(MIDDLES, st.integers(0, 2**32 - 1))
def test_the_local_plane_tells_nothing_of_where_it_lies(middle: tuple[float, float], seed: int) -> None:
    plane = project_locally(random_route(seed, middle))
    assert (plane.origin_x_m, plane.origin_y_m) == (0.0, 0.0)
    assert np.max(np.abs(plane.x_m)) == pytest.approx(np.ptp(plane.x_m) / 2.0, abs=0.01)
    assert np.max(np.abs(plane.y_m)) == pytest.approx(np.ptp(plane.y_m) / 2.0, abs=0.01)


def test_east_is_right_and_north_is_up() -> None:
    for plane in (project_locally, project_mercator):
        drawn = plane(make_route(np.array([48.0, 48.001]), np.array([11.0, 11.002])))
        assert drawn.x_m[1] > drawn.x_m[0]
        assert drawn.y_m[1] > drawn.y_m[0]


@given(MIDDLES, st.integers(0, 2**32 - 1))
def test_web_mercator_is_that_of_everybody_else(middle: tuple[float, float], seed: int) -> None:
    way = random_route(seed, middle)
    plane = project_mercator(way)
    x_m, y_m = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(way.lon_deg, way.lat_deg)
    around_m = 2.0 * math.pi * 6_378_137.0
    off_x = (plane.x_m + plane.origin_x_m - x_m + around_m / 2.0) % around_m - around_m / 2.0
    np.testing.assert_allclose(off_x, 0.0, atol=1e-3)
    np.testing.assert_allclose(plane.y_m + plane.origin_y_m, y_m, atol=1e-3)
    assert np.ptp(plane.x_m) < 10_000.0  # across the date line too
    rounded = plane.x_m.astype(np.float32)
    assert np.max(np.abs(rounded - plane.x_m)) < 0.001


def test_a_way_of_nothing() -> None:
    nowhere = make_route(np.empty(0), np.empty(0))
    for plane in (project_locally(nowhere), project_mercator(nowhere)):
        assert (len(plane.x_m), plane.origin_x_m, plane.origin_y_m) == (0, 0.0, 0.0)
        assert plane.simplify(nowhere, 10, NO_EDGES)[0] is nowhere


def test_web_mercator_ends_before_the_poles() -> None:
    drawn = project_mercator(make_route(np.array([84.0, 90.0, -90.0]), np.zeros(3)))
    assert np.all(np.isfinite(drawn.y_m))


def random_walk(seed: int, count: int, step_m: float) -> tuple[Route, Projection]:
    """A way on a plane that turns a little at each step, with some breaks."""
    rng = np.random.default_rng(seed)
    heading = np.cumsum(rng.normal(0.0, 0.3, count))
    plane = Projection(np.cumsum(step_m * np.cos(heading)), np.cumsum(step_m * np.sin(heading)), 0.0, 0.0)
    degrees = 1e-5 * np.arange(count)
    return make_route(degrees, degrees, rng.random(count - 1) < rng.choice([0.97, 1.0])), plane


def split_pieces(way: Route, plane: Projection) -> list[np.ndarray]:
    points = np.column_stack((plane.x_m, plane.y_m))
    return np.split(points, np.flatnonzero(~way.is_joined) + 1)


@given(st.integers(0, 2**32 - 1), st.integers(2, 400), st.integers(2, 300), st.sampled_from([0.1, 3.0]))
@settings(deadline=None)
def test_a_thinned_way_is_a_part_of_it_with_the_same_breaks(seed: int, count: int, most: int, step_m: float) -> None:
    way, plane = random_walk(seed, count, step_m)
    edges_s = np.array([0.0, 0.31, 0.77, 1.0]) * (count - 1)
    fewer, drawn = plane.simplify(way, most, edges_s)
    assert len(fewer) == len(drawn.x_m) == len(drawn.y_m)
    pieces = int(np.sum(~way.is_joined)) + 1
    assert len(fewer) <= max(most, 2 * (pieces + 3))
    rows = np.searchsorted(way.t_s, fewer.t_s)
    np.testing.assert_array_equal(way.t_s[rows], fewer.t_s)
    np.testing.assert_array_equal(plane.x_m[rows], drawn.x_m)
    np.testing.assert_array_equal(way.lat_deg[rows], fewer.lat_deg)
    ends = np.flatnonzero(~way.is_joined)
    kept = {0, count - 1, *ends.tolist(), *(ends + 1).tolist()}
    assert kept <= set(rows.tolist())
    assert int(np.sum(~fewer.is_joined)) == len(ends)
    np.testing.assert_array_equal(rows[:-1][~fewer.is_joined], ends)


@given(st.integers(0, 2**32 - 1), st.integers(20, 300))
@settings(deadline=None)
def test_it_stays_within_the_tolerance_that_was_needed(seed: int, most: int) -> None:
    way, plane = random_walk(seed, 400, 3.0)
    fewer, drawn = plane.simplify(way, most, NO_EDGES)
    before, after = split_pieces(way, plane), split_pieces(fewer, drawn)
    enough = max(most, 2 * len(before))
    tolerance_m = MIN_TOLERANCE_M
    while sum(_simplified(piece, tolerance_m) for piece in before) > enough:
        tolerance_m *= 2.0
    for whole, thin in zip(before, after, strict=True):
        if len(whole) > 1:
            assert hausdorff_distance(LineString(whole), LineString(thin), densify=0.05) <= tolerance_m + 1e-9


def _simplified(piece: np.ndarray, tolerance_m: float) -> int:
    """How many positions another implementation leaves, or would if there were any to leave out."""
    return (
        len(piece) if len(piece) < 3 else len(LineString(piece).simplify(tolerance_m, preserve_topology=False).coords)
    )


def test_few_positions_stay_as_they_are() -> None:
    way, plane = random_walk(1, 50, 3.0)
    assert plane.simplify(way, 50, NO_EDGES) == (way, plane)


@pytest.mark.parametrize("shape", ["standing", "ring", "there and back"])
def test_ways_without_an_extent_or_an_end(shape: str) -> None:
    turn = np.linspace(0.0, 2.0 * math.pi, 1001)
    x_m, y_m = {
        "standing": (np.zeros(1001), np.zeros(1001)),
        "ring": (60.0 * np.cos(turn), 60.0 * np.sin(turn)),
        "there and back": (100.0 * np.abs(turn - math.pi), np.zeros(1001)),
    }[shape]
    way = make_route(np.zeros(1001), np.zeros(1001))
    fewer, drawn = Projection(x_m, y_m, 0.0, 0.0).simplify(way, 200, NO_EDGES)
    assert (fewer.t_s[0], fewer.t_s[-1]) == (0.0, 1000.0)
    assert 2 <= len(fewer) <= 200
    whole, thin = (LineString(np.column_stack(pair)) for pair in ((x_m, y_m), (drawn.x_m, drawn.y_m)))
    assert whole.hausdorff_distance(thin) <= 2.0 * MIN_TOLERANCE_M


def test_a_change_of_pace_on_a_straight_stays_where_it_was() -> None:
    """The map colours by time: without the position at the change the colour would begin 167 m too early."""
    metres = np.concatenate((4.0 * np.arange(126.0), 500.0 + 2.0 * np.arange(1.0, 251.0)))
    way = make_route(np.zeros(len(metres)), np.zeros(len(metres)))
    fewer, drawn = Projection(metres, np.zeros(len(metres)), 0.0, 0.0).simplify(way, 20, np.array([0.0, 125.5, 375.0]))
    assert len(fewer) <= 20
    assert np.interp(125.5, fewer.t_s, drawn.x_m) == pytest.approx(501.0, abs=0.1)
