"""All that is drawn of one activity: numbers that a browser can read, scales that fit them."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import parse_mark
from retropace.config.privacy import PrivacyFilter, PrivacyZone
from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.core.spans import FloatArray
from retropace.core.units import KILOMETRES, MILES, parse_elapsed_s
from retropace.output.charts.chart_data import ChartData, build_chart_data, chart_data_to_dict, pack_float32
from retropace.output.charts.downsample import CHANNELS, downsample
from tests.support.strategies import activities, activity_of

AMPLE = {"max_rows": 16_000, "max_positions": 12_000}


def unpack(text: str) -> FloatArray:
    """What a browser makes of a column."""
    return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(np.float64)


def build_document(analysis: Analysis, **options: Any) -> tuple[ChartData, dict[str, Any]]:
    """The picture, and its document after a journey through JSON that has no NaN."""
    picture = build_chart_data(analysis, **(AMPLE | options))
    return picture, json.loads(json.dumps(chart_data_to_dict(picture, analysis), allow_nan=False))


def interval_session(step_s: float = 1.0, **others: FloatArray) -> Analysis:
    """Half of it forward at 3 m/s, half backward at 2 m/s."""
    t_s = np.arange(0.0, 600.0, step_s)
    speed = np.where(t_s < 300.0, 3.0, 2.0)
    metres = np.concatenate(([0.0], np.cumsum(np.diff(t_s) * speed[1:])))
    lat, lon = 48.0 + metres / 111_200.0, np.full(len(t_s), 11.0)
    columns = {"speed_mps": speed, "distance_m": metres, "lat_deg": lat, "lon_deg": lon} | others
    return analyze(activity_of(t_s, None, **columns), [parse_mark("5:00-10:00=backward")])


@given(activities(), st.integers(1, 500), st.booleans())
@settings(max_examples=80, deadline=None)
def test_every_activity_becomes_numbers_that_fit_their_scales(activity: Activity, most: int, mercator: bool) -> None:
    try:
        analysis = analyze(activity)
    except RetropaceError:
        return
    picture, document = build_document(analysis, max_rows=most, max_positions=most, mercator=mercator)
    rows = downsample(analysis.cleaned, most)
    for name in ("t_s", "distance_m", *CHANNELS):
        np.testing.assert_allclose(unpack(document["rows"][name]), getattr(rows, name), rtol=1e-6)
    for name in CHANNELS:
        low, high = document["scales"][name]
        known = getattr(rows, name)[np.isfinite(getattr(rows, name))]
        assert (low < high) if len(known) else (low == high == 0.0)
        assert low >= 0.0
        assert np.quantile(known, 0.99) <= high if len(known) else True
    way = document["way"]
    assert len(unpack(way["t_s"])) == len(unpack(way["x_m"])) == len(unpack(way["y_m"])) == len(picture.route)
    assert np.all(np.isfinite([*unpack(way["x_m"]), *unpack(way["y_m"]), *way["origin"]]))
    assert all(0 <= at < len(picture.route) - 1 for at in way["breaks"])
    for name in ("direction", "basis", "gait", "confidence"):
        assert len(document[name]) == len(analysis.segments)
    for name in ("edges_s", "edges_m"):
        assert len(document[name]) == len(analysis.segments) + 1
        assert document[name] == sorted(document[name])


def test_a_column_is_packed_as_browsers_read_it() -> None:
    assert base64.b64decode(pack_float32(np.array([1.5, np.nan]))) == b"\x00\x00\xc0\x3f\x00\x00\xc0\x7f"
    assert pack_float32(np.empty(0)) == ""


def test_edges_and_words_are_those_of_the_segments() -> None:
    analysis = interval_session()
    _, document = build_document(analysis)
    assert document["direction"] == analysis.segments.direction.tolist()
    assert document["direction"][-1] == "backward"
    assert document["basis"][-1] == "annotated"
    assert document["edges_s"][-1] == 599.0
    assert document["edges_m"][-1] == pytest.approx(analysis.cleaned.curves["distance_m"][-1], abs=0.01)
    assert document["has_distance"]


def test_without_distance_or_positions() -> None:
    t_s = np.arange(100.0)
    _, document = build_document(analyze(activity_of(t_s, heart_rate_bpm=np.full(100, 140.0))))
    assert not document["has_distance"]
    assert document["way"] == {"t_s": "", "x_m": "", "y_m": "", "breaks": [], "origin": [0.0, 0.0]}
    assert document["scales"]["speed_mps"] == [0.0, 0.0]
    assert document["pace_marks"] == []
    low, high = document["scales"]["heart_rate_bpm"]
    assert low < 140.0 < high


def test_only_tiles_need_to_know_where_on_earth_it_was() -> None:
    analysis = interval_session()
    _, document = build_document(analysis)
    assert document["way"]["origin"] == [0.0, 0.0]
    assert np.max(np.abs(unpack(document["way"]["y_m"]))) < 1000.0
    _, document = build_document(analysis, mercator=True)
    origin = document["way"]["origin"]
    place = [unpack(document["way"][name]) + shift for name, shift in zip(("x_m", "y_m"), origin, strict=True)]
    lon, lat = Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True).transform(*place)
    np.testing.assert_allclose(lat, analysis.cleaned.lat_deg, atol=1e-8)
    np.testing.assert_allclose(lon, analysis.cleaned.lon_deg, atol=1e-8)


@pytest.mark.parametrize("mercator", [False, True])
def test_a_way_around_a_hidden_place_is_not_shortened_through_it(mercator: bool) -> None:
    t_s = np.arange(2500.0)
    turn = 3.0 * t_s / 200.0
    metre = Geod(ellps="WGS84")
    lon, lat, _ = metre.fwd(np.full(2500, 11.0), np.full(2500, 48.0), np.degrees(turn), 200.0 + 0.001 * t_s)
    analysis = analyze(activity_of(t_s, None, distance_m=3.0 * t_s, lat_deg=np.array(lat), lon_deg=np.array(lon)))
    hiding = PrivacyFilter((PrivacyZone(48.0, 11.0, 199.9), PrivacyZone(48.0, 11.0, 120.0)))
    picture, _ = build_document(analysis, privacy_filter=hiding, max_positions=400, mercator=mercator)
    way = picture.route
    assert len(way) < 2400
    middle = np.full(101, 48.0), np.full(101, 11.0)
    for at in np.flatnonzero(way.is_joined).tolist():
        lats, lons = (np.linspace(one[at], one[at + 1], 101) for one in (way.lat_deg, way.lon_deg))
        assert min(metre.inv(middle[1], middle[0], lons, lats)[2]) > 199.8
    shorter, _ = build_document(analysis, max_positions=400, mercator=mercator)
    assert len(shorter.route) < len(way)


def test_a_glitch_does_not_flatten_the_curve() -> None:
    speed = np.where(np.arange(600) < 300, 3.0, 2.0)
    speed[100] = 11.0
    picture, _ = build_document(interval_session(speed_mps=speed))
    assert np.nanmax(picture.columns.speed_mps) > 6.0  # the rows keep it
    assert picture.scales["speed_mps"][1] < 4.0
    assert picture.scales["speed_mps"][0] == 0.0


def test_a_heart_that_beats_evenly_has_a_scale() -> None:
    picture, _ = build_document(interval_session(heart_rate_bpm=np.full(600, 140.0)))
    assert picture.scales["heart_rate_bpm"][0] < 140.0 < picture.scales["heart_rate_bpm"][1]
    assert picture.scales["heart_rate_bpm"][1] - picture.scales["heart_rate_bpm"][0] >= 10.0


def test_a_watch_that_stood_nearly_all_the_time_has_a_scale() -> None:
    t_s = np.arange(4000.0)
    moving = t_s >= 3990.0
    lat = 48.0 + np.cumsum(np.where(moving, 3.0, 0.0)) / 111_200.0
    cadence = np.where(moving, 170.0, 0.0)
    activity = activity_of(t_s, None, cadence_recorded=cadence, lat_deg=lat, lon_deg=np.full(len(t_s), 11.0))
    picture, _ = build_document(analyze(activity))
    assert np.quantile(picture.columns.cadence_spm, 0.995) == 0.0 < np.max(picture.columns.cadence_spm)
    assert 0.0 < picture.scales["cadence_spm"][0] < picture.scales["cadence_spm"][1]


@pytest.mark.parametrize("units", [KILOMETRES, MILES], ids=["km", "mi"])
def test_pace_marks_are_round_and_do_not_touch(units: Any) -> None:
    picture, _ = build_document(interval_session(), units=units)
    speeds = [speed for speed, _ in picture.pace_ticks]
    assert picture.pace_ticks[0] == (0.0, "–")
    assert len(speeds) >= 5
    assert np.all(np.diff(speeds) >= 0.09 * picture.scales["speed_mps"][1])
    assert speeds[-1] <= picture.scales["speed_mps"][1]
    for speed, text in picture.pace_ticks[1:]:
        assert units.metres / speed == pytest.approx(parse_elapsed_s(text))
