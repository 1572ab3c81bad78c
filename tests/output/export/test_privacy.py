"""What is to stay hidden has no coordinate in any format, and no line leads through it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, shape

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import parse_mark
from retropace.config.privacy import PrivacyFilter, PrivacyZone
from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.core.geodesy import project_to_tangent_plane_m
from retropace.output.export.line_segments import build_line_segments
from retropace.output.export.sample_rows import build_sample_rows
from retropace.output.export.to_csv import format_samples_csv
from retropace.output.export.to_fit import encode_fit
from retropace.output.export.to_geojson import format_geojson
from retropace.output.export.to_gpx import format_gpx
from retropace.output.export.to_json import format_samples_json
from retropace.output.export.to_png import render_png
from tests.support.export_files import (
    assert_same_metres,
    fit_messages,
    fit_metres,
    fit_positions,
    geojson_metres,
    geojson_positions,
    gpx_metres,
    gpx_positions,
    samples_csv_metres,
    samples_positions,
)
from tests.support.strategies import activities, activity_of

ROUNDING_M = 0.02
"""Seven decimals of a degree, or a semicircle."""


def json_positions(text: str) -> np.ndarray:
    columns = json.loads(text)["samples"]
    pairs = zip(columns["lat_deg"], columns["lon_deg"], strict=True)
    return np.array([pair for pair in pairs if pair[0] is not None]).reshape(-1, 2)


def find_all_positions(analysis: Analysis, hiding: PrivacyFilter) -> dict[str, np.ndarray]:
    """The coordinates in every format; no GPX if nothing may be shown."""
    pieces = build_line_segments(analysis, hiding)
    found = {
        "geojson": geojson_positions(format_geojson(analysis, pieces)),
        "simplified": geojson_positions(format_geojson(analysis, pieces, 10.0)),
        "csv": samples_positions(format_samples_csv(analysis, hiding)),
        "json": json_positions(format_samples_json(analysis, hiding)),
        "fit": fit_positions(encode_fit(analysis, hiding, b"never looked at").data),
    }
    if pieces.has_lines:
        found["gpx"] = gpx_positions(format_gpx(analysis, pieces, build_sample_rows(analysis, hiding)))
    return found


def min_distance_m(places: np.ndarray, place: PrivacyZone) -> float:
    if len(places) == 0:
        return np.inf
    return float(
        np.min(np.hypot(*project_to_tangent_plane_m(places[:, 0], places[:, 1], place.lat_deg, place.lon_deg)))
    )


def zone_at(analysis: Analysis, share: float, radius_m: float) -> PrivacyZone:
    """A circle around where the runner was after this share of the positions."""
    known = np.flatnonzero(np.isfinite(analysis.cleaned.lat_deg) & np.isfinite(analysis.cleaned.lon_deg))
    row = known[int(share * (len(known) - 1))]
    return PrivacyZone(float(analysis.cleaned.lat_deg[row]), float(analysis.cleaned.lon_deg[row]), radius_m)


@pytest.mark.parametrize("name", ["quarter-mile.fit", "track-6x400.gpx", "long-backward.fit"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_no_coordinate_in_a_hidden_place(sample_analyses: dict[str, Analysis], name: str, share: float) -> None:
    analysis = sample_analyses[name]
    place = zone_at(analysis, share, 35.0)
    shown = find_all_positions(analysis, PrivacyFilter())
    assert all(min_distance_m(places, place) < 3.0 for kind, places in shown.items() if kind != "simplified")
    for kind, places in find_all_positions(analysis, PrivacyFilter((place,))).items():
        assert len(places) > 10, kind
        assert min_distance_m(places, place) > place.radius_m - ROUNDING_M, kind


def test_no_line_leads_through_a_hidden_place(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["track-6x400.gpx"]
    place = zone_at(analysis, 0.3, 8.0)
    scale = np.array([np.cos(np.radians(place.lat_deg)), 1.0]) * 111_250.0
    middle = Point(np.array([place.lon_deg, place.lat_deg]) * scale)
    crossed = {}
    for hiding in (PrivacyFilter(), PrivacyFilter((place,))):
        features = json.loads(format_geojson(analysis, build_line_segments(analysis, hiding)))["features"]
        lines = [shape(one["geometry"]) for one in features if one["geometry"] is not None]
        crossed[bool(hiding)] = min(middle.distance(LineString(np.array(line.coords) * scale)) for line in lines)
    assert crossed[False] < 1.0
    assert crossed[True] > 0.99 * place.radius_m


def test_ends_are_hidden() -> None:
    t_s = np.arange(0.0, 1000.0, 3.0)
    lat = 48.0 + 3.0 * t_s / 111_200.0
    activity = activity_of(t_s, distance_m=3.0 * t_s, lat_deg=lat, lon_deg=np.full(len(t_s), 11.0))
    analysis = analyze(activity, [parse_mark("101s-500s=backward")])
    for kind, places in find_all_positions(analysis, PrivacyFilter(ends_m=400.0)).items():
        assert places[:, 0].min() == pytest.approx(lat[np.searchsorted(3.0 * t_s, 400.0)], abs=1e-6), kind
        assert places[:, 0].max() < lat[np.searchsorted(3.0 * t_s, 3.0 * t_s[-1] - 400.0)] + 1e-6, kind


def test_sums_stay_and_what_is_hidden_says_so(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["quarter-mile.fit"]
    hiding = PrivacyFilter((zone_at(analysis, 0.5, 60.0),))
    pieces = build_line_segments(analysis, hiding)
    assert_same_metres(geojson_metres(format_geojson(analysis, pieces)), analysis)
    assert_same_metres(gpx_metres(format_gpx(analysis, pieces, build_sample_rows(analysis, hiding))), analysis)
    assert_same_metres(samples_csv_metres(format_samples_csv(analysis, hiding)), analysis)
    export = encode_fit(analysis, hiding, b"never looked at")
    assert_same_metres(fit_metres(fit_messages(export.data)), analysis, rounded_m=0.01 * len(analysis.segments))
    assert "positions are hidden" in export.omission_note


def test_where_all_is_hidden_there_is_no_map(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["quarter-mile.fit"]
    hiding = PrivacyFilter((zone_at(analysis, 0.5, 5000.0),))
    assert all(len(places) == 0 for places in find_all_positions(analysis, hiding).values())
    with pytest.raises(RetropaceError, match="no positions to show"):
        format_gpx(analysis, build_line_segments(analysis, hiding), build_sample_rows(analysis, hiding))
    assert render_png(analysis, hiding) != render_png(analysis)


@given(activities(), st.floats(0.0, 1.0), st.sampled_from([3.0, 20.0, 80.0]))
@settings(max_examples=30, deadline=None)
def test_nothing_hidden_ever_shows(activity: Activity, share: float, radius_m: float) -> None:
    try:
        analysis = analyze(activity)
    except RetropaceError:
        return
    if not np.any(np.isfinite(analysis.cleaned.lat_deg) & np.isfinite(analysis.cleaned.lon_deg)):
        return
    place = zone_at(analysis, share, radius_m)
    for kind, places in find_all_positions(analysis, PrivacyFilter((place,))).items():
        assert min_distance_m(places, place) > radius_m - ROUNDING_M, kind
