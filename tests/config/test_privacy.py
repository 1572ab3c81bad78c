"""What is hidden stays hidden: held against the geodesic, across the date line and beside the pole."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely.geometry import LineString, Point

from retropace.analysis.pipeline import analyze
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter, PrivacyZone, parse_metres, parse_privacy_zone
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import RetropaceError
from retropace.core.spans import FloatArray
from retropace.output.charts.route import Route, extract_route
from tests.support.strategies import activities, activity_of

WGS84 = Geod(ellps="WGS84")
DISTORTION_SHARE = 1e-3
"""How far within its circle a zone may be seen, as a share of the radius: what maps of a town distort."""


def away_m(zone: PrivacyZone, lat_deg: FloatArray, lon_deg: FloatArray) -> FloatArray:
    """Metres from the zone, by the geodesic."""
    count = len(lat_deg)
    _, _, metres = WGS84.inv(np.full(count, zone.lon_deg), np.full(count, zone.lat_deg), lon_deg, lat_deg)
    return np.asarray(metres, dtype=np.float64)


def nearest_line_m(zone: PrivacyZone, route: Route) -> float:
    """How near the lines of a route come to a zone, on a map around it that keeps distances from its middle."""
    around = CRS.from_proj4(f"+proj=aeqd +lat_0={zone.lat_deg} +lon_0={zone.lon_deg} +ellps=WGS84 +units=m")
    east, north = Transformer.from_crs("EPSG:4326", around, always_xy=True).transform(route.lon_deg, route.lat_deg)
    points = list(zip(east, north, strict=True))
    steps = [LineString(points[at : at + 2]) for at in np.flatnonzero(route.is_joined).tolist()]
    return min((step.distance(Point(0.0, 0.0)) for step in steps), default=math.inf)


def activity_along(lat_deg: np.ndarray, lon_deg: np.ndarray, step_s: float = 1.0) -> CleanedActivity:
    """The cleaned activity of a runner who was at these places, one after the other."""
    t_s = step_s * np.arange(len(lat_deg), dtype=np.float64)
    speed = np.full(len(t_s), 3.0)
    return analyze(activity_of(t_s, lat_deg=lat_deg, lon_deg=lon_deg, speed_mps=speed, distance_m=3.0 * t_s)).cleaned


def walk(seed: int, lat_deg: float, lon_deg: float, step_m: float, count: int = 120) -> tuple[FloatArray, FloatArray]:
    """A wandering route over ground from a zone, each step by the geodesic."""
    rng = np.random.default_rng(seed)
    bearing = np.cumsum(rng.normal(0.0, 40.0, count))
    lats, lons = [lat_deg], [lon_deg]
    for towards, length in zip(bearing.tolist(), rng.uniform(0.2, 1.8, count).tolist(), strict=True):
        lon, lat, _ = WGS84.fwd(lons[-1], lats[-1], towards, step_m * length)
        lats.append(lat)
        lons.append(lon)
    return np.array(lats), np.array(lons)


PLACES = st.sampled_from(
    [(48.137, 11.575), (0.0, 0.0), (-16.8, 179.9995), (67.0, -179.999), (89.99, 30.0), (-89.9995, -120.0), (90.0, 0.0)]
)


@given(PLACES, st.integers(0, 2**32 - 1), st.sampled_from([20.0, 300.0, 5000.0]))
def test_a_place_holds_what_the_geodesic_says_lies_within(
    middle: tuple[float, float], seed: int, radius_m: float
) -> None:
    zone = PrivacyZone(*middle, radius_m)
    rng = np.random.default_rng(seed)
    meant = radius_m * rng.uniform(0.0, 2.0, 200)
    lon, lat, _ = WGS84.fwd(np.full(200, middle[1]), np.full(200, middle[0]), rng.uniform(0.0, 360.0, 200), meant)
    away = away_m(zone, np.array(lat), np.array(lon))
    clear = np.abs(away - radius_m) > 1e-5 * radius_m
    np.testing.assert_array_equal(zone.contains(np.array(lat), np.array(lon))[clear], (away <= radius_m)[clear])


def test_nothing_far_away_is_held() -> None:
    zone = PrivacyZone(48.0, 11.0, 300.0)
    lat = np.array([48.0, -48.0, -48.0, np.nan, 48.0])
    lon = np.array([-169.0, -169.0, 11.0, 11.0, np.nan])
    assert not zone.contains(lat, lon).any()
    # Back and forth over the meridian opposite to it, and the same on the other half of the globe.
    for far in (48.0, -48.0):
        assert not zone.intersects_lines(np.array([far, far, far]), np.array([-169.001, -168.999, -169.001])).any()


@given(PLACES, st.integers(0, 2**32 - 1), st.sampled_from([3.0, 30.0, 150.0]), st.sampled_from([15.0, 100.0]))
@settings(deadline=None)
def test_neither_a_position_nor_a_line_is_shown_within_a_hidden_place(
    middle: tuple[float, float], seed: int, step_m: float, radius_m: float
) -> None:
    lat, lon = walk(seed, *middle, step_m)
    at = seed % len(lat)
    zone = PrivacyZone(float(lat[at]), float(lon[at]), radius_m)
    # The runner's own records: cleaning takes some of such wild ways for errors of the watch.
    cleaned = activity_along(np.linspace(48.0, 48.003, len(lat)), np.full(len(lat), 11.0))
    cleaned = with_positions(cleaned, lat, lon)
    shown = extract_route(cleaned, PrivacyFilter((zone,)))
    assert len(shown) < len(extract_route(cleaned))
    assert np.all(away_m(zone, shown.lat_deg, shown.lon_deg) > radius_m * (1.0 - 1e-5))
    assert nearest_line_m(zone, shown) > radius_m * (1.0 - DISTORTION_SHARE)


def with_positions(cleaned: CleanedActivity, lat_deg: FloatArray, lon_deg: FloatArray) -> CleanedActivity:
    assert len(cleaned.t_s) == len(lat_deg)
    return replace(cleaned, lat_deg=lat_deg, lon_deg=lon_deg)


@given(activities(), st.floats(0.0, 1.0), st.sampled_from([2.0, 20.0, 80.0]))
@settings(max_examples=40, deadline=None)
def test_dropouts_and_pauses_show_nothing_hidden(activity: Activity, share: float, radius_m: float) -> None:
    try:
        cleaned = analyze(activity).cleaned
    except RetropaceError:
        return
    known = np.flatnonzero(np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg))
    if len(known) == 0:
        return
    row = known[int(share * (len(known) - 1))]
    zone = PrivacyZone(float(cleaned.lat_deg[row]), float(cleaned.lon_deg[row]), radius_m)
    route = extract_route(cleaned, PrivacyFilter((zone,)))
    if len(route):
        assert np.all(away_m(zone, route.lat_deg, route.lon_deg) > radius_m * (1.0 - 1e-5))
    assert nearest_line_m(zone, route) > radius_m * (1.0 - DISTORTION_SHARE)


def test_what_is_hidden_lies_within_or_beside_a_line_that_goes_through() -> None:
    """Hiding takes no more than it has to."""
    lat, lon = walk(5, 48.0, 11.0, 3.0)
    zone = PrivacyZone(float(lat[60]), float(lon[60]), 10.0)
    cleaned = activity_along(lat, lon)
    hidden = PrivacyFilter((zone,)).hidden_mask(cleaned)
    within = away_m(zone, cleaned.lat_deg, cleaned.lon_deg) <= 10.0
    assert within[hidden.nonzero()[0][1:-1]].mean() > 0.8
    assert not hidden[away_m(zone, cleaned.lat_deg, cleaned.lon_deg) > 20.0].any()


def test_a_line_through_a_hidden_place_hides_both_its_ends() -> None:
    """Nobody was recorded within, but whoever sees the two positions sees where the route led."""
    lat = np.linspace(48.0, 48.035, 40)
    cleaned = activity_along(lat, np.full(len(lat), 11.0), step_s=30.0)
    between = float((cleaned.lat_deg[10] + cleaned.lat_deg[11]) / 2.0)
    hidden = PrivacyFilter((PrivacyZone(between, 11.0, 20.0),)).hidden_mask(cleaned)
    assert np.flatnonzero(hidden).tolist() == [10, 11]


def test_straight_on_a_map_is_not_straight_over_ground() -> None:
    """Eleven kilometres from the pole a line along a circle of latitude leads past it, over ground nearer to it."""
    lat, lon = np.array([89.9, 89.9]), np.array([-40.0, 40.0])
    on_map, over_ground, neither = (PrivacyZone(at, 0.0, 300.0) for at in (89.9, 89.9234, 89.91))
    assert on_map.intersects_lines(lat, lon).tolist() == [True]
    assert over_ground.intersects_lines(lat, lon).tolist() == [True]
    assert neither.intersects_lines(lat, lon).tolist() == [False]


def test_several_places_add_up_and_order_is_nothing() -> None:
    lat, lon = walk(2, 48.0, 11.0, 5.0)
    cleaned = activity_along(lat, lon)
    places = tuple(PrivacyZone(float(lat[at]), float(lon[at]), 25.0) for at in (5, 60, 110))
    each = [PrivacyFilter((zone,)).hidden_mask(cleaned) for zone in places]
    np.testing.assert_array_equal(PrivacyFilter(places).hidden_mask(cleaned), np.any(each, axis=0))
    np.testing.assert_array_equal(PrivacyFilter(places[::-1]).hidden_mask(cleaned), np.any(each, axis=0))
    assert not NO_PRIVACY_FILTER.hidden_mask(cleaned).any()


@given(st.floats(0.0, 2000.0), st.sampled_from([1.0, 7.0]))
@settings(max_examples=40, deadline=None)
def test_both_ends_are_hidden_by_the_metres_that_were_run(ends_m: float, step_s: float) -> None:
    t_s = np.arange(0.0, 700.0, step_s)
    lat = 48.0 + 3.0 * t_s / 111_200.0
    cleaned = analyze(activity_of(t_s, lat_deg=lat, lon_deg=np.full(len(t_s), 11.0), distance_m=3.0 * t_s)).cleaned
    hidden = PrivacyFilter(ends_m=ends_m).hidden_mask(cleaned)
    way_m = cleaned.curves["distance_m"]
    meant = (way_m < ends_m) | (way_m > way_m[-1] - ends_m)
    unsure = np.minimum(np.abs(way_m - ends_m), np.abs(way_m[-1] - ends_m - way_m)) < 1e-6
    np.testing.assert_array_equal(hidden[~unsure], meant[~unsure])


@pytest.mark.parametrize("ends_m", [1050.0, 1e6, math.inf])
def test_ends_longer_than_the_way_hide_all_of_it(ends_m: float) -> None:
    lat = 48.0 + np.arange(700) * 3.0 / 111_200.0
    cleaned = activity_along(lat, np.full(700, 11.0))
    hiding = PrivacyFilter(ends_m=ends_m)
    assert hiding.hidden_mask(cleaned).all()
    start_s, end_s = hiding.visible_range_s(cleaned)
    assert start_s > end_s
    assert len(extract_route(cleaned, hiding)) == 0


def test_a_place_that_the_whole_way_lies_in_hides_all_of_it() -> None:
    lat, lon = walk(1, 48.0, 11.0, 3.0)
    assert PrivacyFilter((PrivacyZone(48.0, 11.0, 5000.0),)).hidden_mask(activity_along(lat, lon)).all()


def test_whether_anything_is_hidden_at_all() -> None:
    assert not NO_PRIVACY_FILTER
    assert not PrivacyFilter(ends_m=0.0)
    assert PrivacyFilter(ends_m=0.5)
    assert PrivacyFilter((PrivacyZone(0.0, 0.0, 1.0),))


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        *(("300", 300.0), ("300m", 300.0), (" 300 m ", 300.0), ("300 ", 300.0), ("0.3km", 300.0), (".3KM", 300.0)),
        *(("0", 0.0), ("0.5mi", 804.672)),
    ],
)
def test_metres_as_people_write_them(text: str, metres: float) -> None:
    assert parse_metres(text) == pytest.approx(metres, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["", " ", "-5", "-5m", "nan", "inf", "-inf", "1e400", "1e3", "9" * 400, "300 s", "m", "3,5km", "300m300m"]
)
def test_what_is_no_distance_is_refused(text: str) -> None:
    with pytest.raises(RetropaceError, match="is no distance: give metres"):
        parse_metres(text)


def test_places_as_people_write_them() -> None:
    assert parse_privacy_zone("48.137, 11.575 ,0.3km") == PrivacyZone(48.137, 11.575, 300.0)
    assert parse_privacy_zone("-90,180,1m") == PrivacyZone(-90.0, 180.0, 1.0)
    assert parse_privacy_zone("0,0,5") == PrivacyZone(0.0, 0.0, 5.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "give LAT,LON,RADIUS"),
        ("48.1,11.5", "give LAT,LON,RADIUS"),
        ("48,1,11,5,300m", "give LAT,LON,RADIUS"),
        ("home,11.5,300m", "latitude and longitude are degrees"),
        ("nan,11.5,300m", "no place on earth"),
        ("48.1,nan,300m", "no place on earth"),
        ("inf,11.5,300m", "no place on earth"),
        ("90.1,11.5,300m", "no place on earth"),
        ("48.1,180.1,300m", "no place on earth"),
        ("48.1,11.5,-300m", "is no distance"),
        ("48.1,11.5,nan", "is no distance"),
        ("48.1,11.5,", "is no distance"),
        ("48.1,11.5,0", "would hide nothing"),
    ],
)
def test_what_is_no_place_is_refused(text: str, said: str) -> None:
    with pytest.raises(RetropaceError, match=said):
        parse_privacy_zone(text)
