"""Every format, read back by somebody else: distances per direction are those of the analysis."""

import csv
import io
import json
from dataclasses import replace
from itertools import pairwise

import gpxpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import parse_mark
from retropace.core.activity import Activity
from retropace.core.errors import ReadError, RetropaceError
from retropace.core.geodesy import compute_distances_m
from retropace.core.parameters import LabelParameters, Settings
from retropace.output.export.line_segments import build_line_segments
from retropace.output.export.sample_rows import build_sample_rows
from retropace.output.export.to_csv import format_samples_csv, format_segments_csv
from retropace.output.export.to_geojson import format_geojson
from retropace.output.export.to_gpx import format_gpx
from retropace.output.export.to_json import format_analysis_json, format_samples_json
from retropace.readers.xml.gpx import read_gpx
from tests.support.export_files import (
    assert_same_metres,
    geojson_metres,
    geojson_positions,
    gpx_metres,
    gpx_positions,
    gpx_stretches,
    samples_csv_metres,
    samples_json_metres,
    segments_csv_metres,
    true_metres,
)
from tests.support.sample_marks import SAMPLE_MARKS
from tests.support.strategies import activities, activity_of

EXACT = Settings(label=LabelParameters(keep_edges=True))


def export_geojson(analysis: Analysis, simplify_m: float = 0.0) -> str:
    return format_geojson(analysis, build_line_segments(analysis), simplify_m)


def export_gpx(analysis: Analysis) -> str:
    return format_gpx(analysis, build_line_segments(analysis), build_sample_rows(analysis))


def test_tables_add_up(several_analyses: list[Analysis]) -> None:
    for analysis in several_analyses:
        assert_same_metres(segments_csv_metres(format_segments_csv([analysis])), analysis)
        assert_same_metres(samples_csv_metres(format_samples_csv(analysis)), analysis)
        assert_same_metres(samples_json_metres(format_samples_json(analysis)), analysis)
        assert json.loads(format_analysis_json(analysis)) == analysis.to_dict()


def test_ways_add_up(several_analyses: list[Analysis]) -> None:
    refused = 0
    for analysis in several_analyses:
        text = export_geojson(analysis)
        assert_same_metres(geojson_metres(text), analysis)
        if len(geojson_positions(text)) == 0:
            with pytest.raises(RetropaceError, match="GPX holds nothing else"):
                export_gpx(analysis)
            refused += 1
            continue
        text = export_gpx(analysis)
        assert_same_metres(gpx_metres(text), analysis)
        assert len(gpxpy.parse(text).tracks) == 1
    assert 0 < refused < len(several_analyses) / 2


@given(activities(), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_rows_and_pieces_add_up_whatever_was_recorded(activity: Activity, marks: int) -> None:
    try:
        analysis = analyze(activity)
        seconds = analysis.cleaned.elapsed_s / 7.0
        marked = [parse_mark(f"{seconds * at:.3f}s-{seconds * (at + 0.5):.3f}s=backward") for at in range(1, marks + 1)]
        analysis = analyze(activity, marked)
    except RetropaceError:
        return  # nothing to measure between, or marks too near to each other
    assert_same_metres(samples_csv_metres(format_samples_csv(analysis)), analysis)
    pieces = build_line_segments(analysis)
    text = format_geojson(analysis, pieces)
    assert_same_metres(geojson_metres(text), analysis)
    spans = [
        (one["properties"]["start_s"], one["properties"]["end_s"], one["geometry"])
        for one in json.loads(text)["features"]
    ]
    assert spans[0][0] == 0.0
    assert spans[-1][1] == analysis.cleaned.elapsed_s
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    if pieces.has_lines:
        assert_same_metres(gpx_metres(format_gpx(analysis, pieces, build_sample_rows(analysis))), analysis)


def test_rows_of_samples(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["quarter-mile.fit"]
    rows = list(csv.DictReader(io.StringIO(format_samples_csv(analysis))))
    columns = json.loads(format_samples_json(analysis))
    assert columns["schema"] == "retropace.samples/1"
    assert [float(row["t_s"]) for row in rows] == columns["samples"]["t_s"]
    assert rows[1]["time"] == "2025-05-03T07:30:01Z"
    assert {row["recorded"] for row in rows} == {"true"}  # segments of a second each end at records
    numbers = np.array([int(row["segment"]) for row in rows])
    starts = np.searchsorted([float(row["t_s"]) for row in rows], analysis.segments.start_s)
    assert numbers[starts].tolist() == list(range(1, len(analysis.segments) + 1))
    assert np.all(np.diff(numbers) >= 0)
    treadmill = list(csv.DictReader(io.StringIO(format_samples_csv(sample_analyses["treadmill-beginner.fit"]))))
    assert {(row["lat_deg"], row["lon_deg"]) for row in treadmill} == {("", "")}


def test_an_edge_between_two_records_is_a_row_of_its_own() -> None:
    t_s = np.arange(0.0, 600.0, 10.0)
    activity = activity_of(t_s, distance_m=3.0 * t_s, lat_deg=48.0 + t_s / 40_000.0, lon_deg=np.full(len(t_s), 11.0))
    activity = replace(activity, source=replace(activity.source, path="=run.fit"))
    mark = parse_mark("203.5s-304.5s=backward")
    analysis = analyze(activity, [mark], EXACT)
    rows = list(csv.DictReader(io.StringIO(format_samples_csv(analysis))))
    put_in = [row for row in rows if row["recorded"] == "false"]
    assert {"203.5", "304.5"} <= {row["t_s"] for row in put_in}
    (first,) = (row for row in put_in if row["t_s"] == "203.5")
    assert first["direction"] == "backward"
    assert float(first["lat_deg"]) == pytest.approx(48.0 + 203.5 / 40_000.0, abs=1e-7)
    assert len(rows) == len(t_s) + len(put_in)
    assert_same_metres(samples_csv_metres(format_samples_csv(analysis)), analysis)
    # Text that others choose must not be a formula in a spreadsheet.
    assert next(csv.DictReader(io.StringIO(format_segments_csv([analysis]))))["file"] == "./=run.fit"
    text = format_samples_csv(analysis)
    assert not any(cell[:1] in "=+@\t" for row in csv.reader(io.StringIO(text)) for cell in row if cell)


def test_gpx_is_read_back_by_ours(sample_analyses: dict[str, Analysis]) -> None:
    activity = sample_analyses["track-6x400.gpx"].activity
    analysis = analyze(activity, [parse_mark(SAMPLE_MARKS["track-6x400.gpx"])])
    (back,) = read_gpx(export_gpx(analysis).encode(), "back.gpx")
    ours = analysis.activity
    assert len(back.pauses) == 0
    assert (back.sport, back.name, back.start_time) == (ours.sport, ours.name, ours.start_time)
    at = np.searchsorted(back.samples.t_s, ours.samples.t_s)
    for name in ("lat_deg", "lon_deg", "altitude_m", "heart_rate_bpm", "cadence_recorded"):
        np.testing.assert_allclose(getattr(back.samples, name)[at], getattr(ours.samples, name), atol=1e-7)
    stretches = gpx_stretches(export_gpx(analysis))
    assert len(stretches) == len(analysis.segments) == len(gpxpy.parse(export_gpx(analysis)).tracks[0].segments)
    assert [one["direction"] for one in stretches] == analysis.segments.direction.tolist()
    assert {one["basis"] for one in stretches if one["direction"] == "backward"} == {"annotated", "suspected"}


def test_pieces_of_a_gpx_touch(sample_analyses: dict[str, Analysis]) -> None:
    segments = gpxpy.parse(export_gpx(sample_analyses["quarter-mile.fit"])).tracks[0].segments
    for one, two in pairwise(segments):
        last, first = one.points[-1], two.points[0]
        assert (last.latitude, last.longitude, last.time) == (first.latitude, first.longitude, first.time)


def test_positions_themselves_measure_the_distance() -> None:
    """Where distance comes from positions, and they do not jitter, the lines are as long as their figures say."""
    t_s = np.arange(0.0, 1200.0)
    angle = np.cumsum(np.where((t_s // 200) % 2 == 0, 3.0, 1.9)) / 400.0
    activity = activity_of(
        t_s,
        lat_deg=48.0 + 400.0 / 111_190.0 * np.sin(angle),
        lon_deg=11.0 + 400.0 / 74_500.0 * np.cos(angle),
        cadence_recorded=np.full(len(t_s), 82.0),
    )
    analysis = analyze(activity, [parse_mark("200s-400s=backward")])
    assert analysis.cleaned.distance_source == "positions"
    document = gpxpy.parse(export_gpx(analysis))
    found = dict.fromkeys(true_metres(analysis), 0.0)
    for one, segment in zip(gpx_stretches(export_gpx(analysis)), document.tracks[0].segments, strict=True):
        places = np.array([(point.latitude, point.longitude) for point in segment.points])
        found[one["direction"]] += float(np.sum(compute_distances_m(*places.T)))
    assert found["backward"] > 300.0
    assert_same_metres(found, analysis)


def test_simplified_lines_stay_near_and_keep_their_distances(sample_analyses: dict[str, Analysis]) -> None:
    from shapely.geometry import LineString

    analysis = sample_analyses["track-6x400.gpx"]
    whole, few = export_geojson(analysis), export_geojson(analysis, 5.0)
    assert len(geojson_positions(few)) < 0.5 * len(geojson_positions(whole))
    assert geojson_metres(few) == geojson_metres(whole)
    scale = np.array([np.cos(np.radians(geojson_positions(whole)[0, 0])), 1.0]) * 111_320.0
    for one, two in zip(json.loads(whole)["features"], json.loads(few)["features"], strict=True):
        full, thin = (LineString(np.array(item["geometry"]["coordinates"]) * scale) for item in (one, two))
        assert full.hausdorff_distance(thin) <= 5.1
        assert (full.coords[0], full.coords[-1]) == (thin.coords[0], thin.coords[-1])


def test_lines_are_cut_at_the_date_line() -> None:
    t_s = np.arange(0.0, 600.0)
    lon = 179.99 + 3.0 * t_s / 111_320.0
    lon = np.where(lon > 180.0, lon - 360.0, lon)
    activity = activity_of(t_s, distance_m=3.0 * t_s, lat_deg=-0.5 + t_s / 60_000.0, lon_deg=lon)
    analysis = analyze(activity, [parse_mark("300s-420s=backward")])
    text = export_geojson(analysis)
    assert_same_metres(geojson_metres(text), analysis)
    shapes = [one["geometry"] for one in json.loads(text)["features"]]
    assert [one["type"] for one in shapes].count("MultiLineString") == 1
    lines = [line for one in shapes for line in (one["coordinates"] if one["type"][0] == "M" else [one["coordinates"]])]
    assert all(np.ptp(np.array(line)[:, 0]) < 1.0 for line in lines)
    (west,) = (line[-1] for line in lines if line[-1][0] == 180.0)
    (east,) = (line[0] for line in lines if line[0][0] == -180.0)
    assert west[1] == east[1] == pytest.approx(float(np.interp(180.0, lon % 360.0, activity.samples.lat_deg)), abs=1e-7)
    assert np.ptp(np.abs(gpx_positions(export_gpx(analysis))[:, 1])) < 1.0
    rows = csv.DictReader(io.StringIO(format_samples_csv(analysis)))
    assert all(abs(float(row["lon_deg"])) > 179.0 for row in rows)


def test_what_has_no_positions_is_a_feature_without_a_line() -> None:
    t_s = np.arange(0.0, 900.0)
    lat = 48.0 + 3.0 * t_s / 111_200.0
    lat[300:500] = np.nan
    activity = activity_of(t_s, distance_m=3.0 * t_s, lat_deg=lat, lon_deg=np.where(np.isnan(lat), np.nan, 11.0))
    analysis = analyze(activity, [parse_mark("200s-400s=backward")])
    features = json.loads(export_geojson(analysis))["features"]
    bare = [one["properties"] for one in features if one["geometry"] is None]
    assert sum(one["distance_m"] for one in bare) == pytest.approx(3.0 * 201.0, rel=0.01)
    assert {one["direction"] for one in bare} == {"forward", "backward"}
    assert_same_metres(geojson_metres(export_geojson(analysis)), analysis)
    assert_same_metres(gpx_metres(export_gpx(analysis)), analysis)
    (track,) = gpxpy.parse(export_gpx(analysis)).tracks
    assert len(track.extensions) == len(bare)
    assert all(segment.points for segment in track.segments)


def test_without_a_clock_points_have_no_times(sample_analyses: dict[str, Analysis]) -> None:
    activity = replace(sample_analyses["track-6x400.gpx"].activity, start_time=None)
    analysis = analyze(activity)
    assert all(point.time is None for point in gpxpy.parse(export_gpx(analysis)).walk(only_points=True))
    assert {row["time"] for row in csv.DictReader(io.StringIO(format_samples_csv(analysis)))} == {""}
    assert json.loads(export_geojson(analysis))["features"][0]["properties"]["start_time"] is None


def test_one_sample_is_nothing_to_export() -> None:
    with pytest.raises(ReadError, match="fewer than two records"):
        analyze(activity_of(np.zeros(1)))


def test_names_that_are_no_xml_are_made_harmless(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["track-6x400.gpx"]
    name = "a\x00b\x1b[31m<script>&\u202e\ud800"
    told = replace(analysis, activity=replace(analysis.activity, name=name))
    assert gpxpy.parse(export_gpx(told)).tracks[0].name == "a b [31m<script>&  "
