"""The page: one file that runs nothing but its own scripts, asks nobody for anything, and gives nothing away."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod, Transformer

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import read_zones
from retropace.config.privacy import PrivacyFilter, PrivacyZone
from retropace.core.units import MILES
from retropace.output.report.activity_section import build_activity_section
from retropace.output.report.html import parse_tile_origin, render_report
from retropace.readers import read
from tests.support.activity_sections import analyze_sample, make_section, sample_section, treadmill_section
from tests.support.paths import ROOT
from tests.support.report_pages import Page, find_columns, read_page, unpack_column

TODAY = date(2025, 6, 1)
TILES = "https://tiles.example.org:8080/{z}/{x}/{y}.png"
POSITIONED = ["quarter-mile.fit", "track-6x400.gpx", "long-backward.fit"]
COLUMNS = {
    *("rows.t_s", "rows.distance_m", "rows.speed_mps", "rows.cadence_spm", "rows.step_length_m", "rows.heart_rate_bpm"),
    *("way.t_s", "way.x_m", "way.y_m"),
}
WGS84 = Geod(ellps="WGS84")


@cache
def render_page(many: bool = False, tiles: str | None = None) -> str:
    names = ["quarter-mile.fit", "track-6x400.gpx"] if many else ["quarter-mile.fit"]
    found = [sample_section(name, max_rows=400, max_positions=400, mercator=tiles is not None) for name in names]
    return render_report(found, report_date=TODAY, tile_url=tiles, failures=["bad.fit: is broken"] if many else [])


KINDS = pytest.mark.parametrize(
    ("many", "tiles"), [(False, None), (True, None), (False, TILES)], ids=["one", "many", "tiles"]
)


@KINDS
def test_the_policy_lets_these_scripts_run_and_no_others(many: bool, tiles: str | None) -> None:
    page = read_page(render_page(many, tiles))
    rules = {rule.split()[0]: rule.split()[1:] for rule in page.policy.split(";") if rule.strip()}
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in page.scripts]
    assert rules["script-src"] == [f"'sha256-{one}'" for one in hashes]
    assert len(hashes) == 3
    assert rules["default-src"] == ["'none'"]
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert not {"connect-src", "frame-src", "object-src", "worker-src", "script-src-elem"} & rules.keys()
    assert rules["img-src"] == ["data:", "blob:", *(["https://tiles.example.org:8080"] if tiles else [])]


@KINDS
def test_nothing_on_it_refers_to_a_server(many: bool, tiles: str | None) -> None:
    page = read_page(render_page(many, tiles))
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "source")
        for name in ("src", "action", "data", "poster", "srcset", "background", "formaction", "ping"):
            assert name not in attributes
        assert attributes.get("href", "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)
    assert not any(re.search(r"url\(|@import", style) for style in page.styles)
    without_programs = render_page(many, tiles)
    for script in page.scripts:
        without_programs = without_programs.replace(script, "")
    found = set(re.findall(r"(?:https?:)?//[\w.:-]+\.\w+(?::\d+)?", without_programs))
    assert found == ({"https://tiles.example.org:8080"} if tiles else set())
    own = page.scripts[1] + page.scripts[2]
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|importScripts|https?://", own)


def test_the_scripts_are_whole_and_the_data_is_json() -> None:
    page = read_page(render_page(many=True))
    assert len(page.pictures) == 2
    assert "Bokeh" in page.scripts[0]
    assert {"page", "data-activity-1", "data-activity-2"} == page.data.keys()
    assert page.data["page"]["unit"] == {"name": "km", "metres": 1000.0}


def test_its_columns_are_these_and_no_others() -> None:
    for drawn in read_page(render_page(many=True)).pictures:
        names = {name for name, _ in find_columns(drawn)}
        assert names <= COLUMNS
        assert {"rows.t_s", "way.x_m", "way.y_m"} <= names


def test_one_has_no_table_of_many_and_many_have() -> None:
    one, many = read_page(render_page()), read_page(render_page(many=True))
    assert "2 activities" in many.words
    assert "2 activities" not in one.words
    assert "Not in this report bad.fit: is broken" in many.words
    assert "Not in this report" not in one.words
    assert one.data["page"]["title"] == "quarter-mile.fit"
    assert many.data["page"]["title"] == "Forward and backward"


def test_weeks_are_drawn_where_there_is_more_than_one() -> None:
    first = datetime(2025, 5, 5, 8, tzinfo=UTC)
    metres = {"forward": 5000.0, "backward": 0.0, "rest": 0.0, "unknown": 0.0}
    runs = [make_section(start_time=first + timedelta(days=days), distance_m=metres) for days in (0, 1, 16)]
    page = read_page(render_report(runs, MILES, report_date=TODAY))
    assert page.data["page"]["week_labels"] == ["2025-05-05", "2025-05-12", "2025-05-19"]
    assert "mi per week" in page.words
    assert "3.11 mi" in page.words
    assert read_page(render_report(runs[:2], report_date=TODAY)).data["page"]["weeks"] is None


def test_words_of_others_stay_words() -> None:
    attack = "</script><script>window.pwned=1</script><!-- \" ' {{ 7*7 }}"
    part = replace(
        treadmill_section(), title=attack, file=attack, facts=(attack,), warnings=(attack,), structure=attack
    )
    page = read_page(render_report([part, part], report_date=TODAY, failures=[attack + "\u202e\x1b"]))
    assert len(page.scripts) == 3
    assert not any("pwned" in script for script in page.scripts)
    assert page.words.count("window.pwned=1") >= 7
    assert "\u202e" not in page.words


def test_nothing_of_the_machine_is_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "anna's own" / "runs"
    folder.mkdir(parents=True)
    samples = Path(analyze_sample("quarter-mile.fit").activity.source.path).parent
    for name in ("quarter-mile.fit", "quarter-mile.annotations.csv"):
        (folder / name).write_bytes((samples / name).read_bytes())
    square = '{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]]]}'
    zones = folder.parent / "zones.geojson"
    zones.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"label":"backward"},'
        f'"geometry":{square}}}]}}'
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    analysis = analyze(read(folder / "quarter-mile.fit"), [read_zones(zones)])
    assert any(str(folder.parent) in note for note in analysis.notes)
    html = render_report([build_activity_section(analysis, max_rows=400, max_positions=400)], report_date=TODAY)
    assert "zones.geojson: the way never went through a zone" in html
    page = read_page(html)
    for script in page.scripts:
        html = html.replace(script, "")
    for word in (str(tmp_path), "anna", "own/runs", Path.home().name, str(ROOT)):
        assert word not in html


def zone_in_the_middle(analysis: Analysis, radius_m: float = 60.0) -> PrivacyZone:
    """A place around where the runner was in the middle of the session."""
    row = int(np.searchsorted(analysis.cleaned.t_s, analysis.cleaned.elapsed_s / 2.0))
    return PrivacyZone(float(analysis.cleaned.lat_deg[row]), float(analysis.cleaned.lon_deg[row]), radius_m)


def distances_m(place: PrivacyZone, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
    count = len(lat_deg)
    _, _, metres = WGS84.inv(np.full(count, place.lon_deg), np.full(count, place.lat_deg), lon_deg, lat_deg)
    return np.asarray(metres)


def read_route(page: Page) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """When and where on its plane the way is drawn."""
    way = page.pictures[0]["way"]
    return (
        unpack_column(way["t_s"]),
        unpack_column(way["x_m"]) + way["origin"][0],
        unpack_column(way["y_m"]) + way["origin"][1],
    )


@pytest.mark.parametrize("name", POSITIONED)
def test_no_position_on_the_page_lies_in_a_hidden_place(name: str) -> None:
    analysis = analyze_sample(name)
    place = zone_in_the_middle(analysis)
    page = read_page(
        render_report([sample_section(name, PrivacyFilter((place,)), max_positions=10**6)], report_date=TODAY)
    )
    t_s, x_m, y_m = read_route(page)
    assert len(t_s) > 100
    lat, lon = (
        np.interp(t_s, analysis.cleaned.t_s, one) for one in (analysis.cleaned.lat_deg, analysis.cleaned.lon_deg)
    )
    # The plane is the runner's own: where it lies follows from the positions that are shown.
    north_m, east_m = 111_200.0, 111_320.0 * np.cos(np.radians(place.lat_deg))
    shift = np.median((lon - place.lon_deg) * east_m - x_m), np.median((lat - place.lat_deg) * north_m - y_m)
    assert np.max(np.abs((lon - place.lon_deg) * east_m - x_m - shift[0])) < 5.0
    assert np.min(np.hypot(x_m + shift[0], y_m + shift[1])) > 0.97 * place.radius_m
    # Its moments too: a position is known by them to whoever has the recording of a companion.
    row = np.searchsorted(analysis.cleaned.t_s, t_s - 0.01)
    assert np.all(distances_m(place, analysis.cleaned.lat_deg[row], analysis.cleaned.lon_deg[row]) > place.radius_m)
    whole = read_page(render_report([sample_section(name, max_positions=10**6)], report_date=TODAY))
    assert len(read_route(whole)[0]) > len(t_s)


@pytest.mark.parametrize("name", POSITIONED)
@pytest.mark.parametrize("max_positions", [300, 10**6])
def test_nor_where_tiles_lie_below(name: str, max_positions: int) -> None:
    place = zone_in_the_middle(analyze_sample(name))
    hiding = PrivacyFilter((place,), ends_m=150.0)
    part = sample_section(name, hiding, max_positions=max_positions, mercator=True)
    html = render_report([part], report_date=TODAY, tile_url=TILES)
    page = read_page(html)
    t_s, x_m, y_m = read_route(page)
    lon, lat = Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True).transform(x_m, y_m)
    assert len(lat) > 50
    assert np.min(distances_m(place, lat, lon)) > place.radius_m * 0.999
    shown_from_s, shown_to_s = hiding.visible_range_s(analyze_sample(name).cleaned)
    assert shown_from_s - 0.01 < t_s.min()
    assert t_s.max() < shown_to_s + 0.01
    visible = html.replace(page.scripts[0], "")
    for degrees in (place.lat_deg, place.lon_deg):
        assert f"{degrees:.4f}" not in visible


def test_where_all_of_the_way_is_hidden_nothing_is_drawn() -> None:
    page = read_page(render_report([sample_section("quarter-mile.fit", PrivacyFilter(ends_m=1e5))], report_date=TODAY))
    assert [len(one) for one in read_route(page)] == [0, 0, 0]
    assert "positions are not shown" in page.words


@pytest.mark.parametrize(
    ("tiles", "host"),
    [
        (TILES, "https://tiles.example.org:8080"),
        ("http://localhost/{z}/{x}/{y}", "http://localhost"),
        ("https://a.b; script-src *//{z}/{x}/{y}", ""),
        ("https://user:secret@a.b/{z}/{x}/{y}", ""),
        ("https://ä.example/{z}/{x}/{y}", ""),
        ("https://tiles.example.org", ""),
        ("ftp://a.b/{z}/{x}/{y}", ""),
        ("//a.b/{z}/{x}/{y}", ""),
        ("javascript:alert(1)//{z}/{x}/{y}", ""),
        ("", ""),
    ],
)
def test_the_host_of_tiles_is_a_host_and_nothing_else(tiles: str, host: str) -> None:
    assert parse_tile_origin(tiles) == host
