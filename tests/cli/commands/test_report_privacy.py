"""What a report keeps to itself: places, both ends of the way, where the recording lies."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from retropace.analysis.pipeline import analyze
from retropace.readers import read
from tests.support.recordings import MadeRun
from tests.support.report_command import PLACE, TILES, error_lines, page, prepare_folder, report
from tests.support.report_pages import Page, read_page, unpack_column

WGS84 = Geod(ellps="WGS84")


@pytest.fixture
def folder(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, with a few recordings."""
    return prepare_folder(tmp_path, samples, monkeypatch)


def shown_degrees(shown_page: Page, recording: Path, at: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The positions that the recording has at the moments whose positions the page shows."""
    t_s = unpack_column(shown_page.pictures[at]["way"]["t_s"])
    track = analyze(read(recording)).cleaned
    return np.interp(t_s, track.t_s, track.lat_deg), np.interp(t_s, track.t_s, track.lon_deg)


def min_distance_m(degrees: tuple[np.ndarray, np.ndarray], lat_deg: float, lon_deg: float) -> float:
    count = len(degrees[0])
    _, _, metres = WGS84.inv(np.full(count, lon_deg), np.full(count, lat_deg), degrees[1], degrees[0])
    return float(np.min(metres))


def test_a_place_and_both_ends_are_hidden(folder: Path) -> None:
    run = folder / "run.fit"
    assert report("run.fit").exit_code == 0
    assert min_distance_m(shown_degrees(page(folder / "report.html"), run), 52.51, 13.4) < 5.0
    assert report("run.fit", "--hide-around", PLACE, "--hide-ends", "200m").exit_code == 0
    made = page(folder / "report.html")
    shown = shown_degrees(made, run)
    assert min_distance_m(shown, 52.51, 13.4) > 149.9
    assert min_distance_m(shown, 52.5, 13.4) == pytest.approx(200.0, abs=4.0)
    assert "positions are not shown" in made.words
    assert "52.51" not in (folder / "report.html").read_text(encoding="utf-8").replace(made.scripts[0], "")


def test_a_waypoint_in_a_hidden_place_is_no_way_round_it(folder: Path) -> None:
    gpx = MadeRun(datetime(2025, 5, 1, 7, tzinfo=UTC)).gpx("Home and back").decode()
    there = '<wpt lat="52.5101234" lon="13.4000567"><time>2025-05-01T07:05:00Z</time><name>backward</name></wpt>'
    (folder / "run.gpx").write_text(gpx.replace("<trk>", f"{there}<trk>"))
    for tiles in ([], ["--tiles", TILES]):
        assert report("run.gpx", "--hide-around", "52.5101,13.4,200m", *tiles).exit_code == 0
        made = page(folder / "report.html")
        assert min_distance_m(shown_degrees(made, folder / "run.gpx"), 52.5101, 13.4) > 199.9
        html = (folder / "report.html").read_text(encoding="utf-8").replace(made.scripts[0], "")
        assert not any(digits in html for digits in ("52.510", "13.4000", "5101234"))


def test_settings_hold_until_told_otherwise(folder: Path) -> None:
    run = folder / "run.fit"
    settings = folder / "config" / "config.toml"
    settings.write_text(f'[privacy]\nhide_around = ["{PLACE}"]\nhide_ends = "200m"\n')

    def nearest(*words: str) -> tuple[float, float]:
        assert report("run.fit", *words).exit_code == 0
        shown = shown_degrees(page(folder / "report.html"), run)
        return min_distance_m(shown, 52.51, 13.4), min_distance_m(shown, 52.5, 13.4)

    assert nearest() == pytest.approx((150.0, 200.0), abs=4.0)
    assert nearest("--hide-ends", "50") == pytest.approx((150.0, 50.0), abs=4.0)
    assert nearest("--hide-around", "52.5,13.4,300m") == pytest.approx((150.0, 300.0), abs=4.0)
    assert nearest("--hide-nothing") == pytest.approx((0.0, 0.0), abs=4.0)


@pytest.mark.parametrize("text", ["[privacy", "[privacy]\nhide_end = 3\n", '[privacy]\nhide_around = ["home"]\n'])
def test_settings_that_nobody_understands_show_nothing(folder: Path, text: str) -> None:
    (folder / "config" / "config.toml").write_text(text)
    ran = report("run.fit")
    assert (ran.exit_code, ran.stdout, len(error_lines(ran))) == (1, "", 1)
    assert "config.toml" in ran.stderr
    assert not (folder / "report.html").exists()
    # Who says everything needs no settings.
    flags = ("--hide-nothing", "--units", "km", "--no-home-zones", "--suspect", "--athlete", "")
    assert report("run.fit", *flags).exit_code == 0


def test_hidden_to_the_last_position(folder: Path) -> None:
    for words in (["--hide-ends", "50km"], ["--hide-around", "52.5,13.4,30km"]):
        assert report("run.fit", *words).exit_code == 0
        made = page(folder / "report.html")
        assert made.pictures[0]["way"]["t_s"] == ""
        assert "1200 positions are not shown" in made.words


def test_where_there_are_no_positions_there_is_no_way(folder: Path) -> None:
    assert report("treadmill-beginner.fit", "--tiles", TILES, "--hide-ends", "100").exit_code == 0
    made = page(folder / "report.html")
    assert made.pictures[0]["way"]["t_s"] == ""
    assert "positions are not shown" not in made.words


def test_where_the_recording_lies_is_nobodys_business(folder: Path) -> None:
    away = folder / "elsewhere"
    away.mkdir()
    assert report(folder, "-o", away / "page.html").exit_code == 1  # of bad.fit
    assert report(folder / "quarter-mile.fit", "-o", away / "one.html").exit_code == 0
    for name in ("page.html", "one.html"):
        html = (away / name).read_text(encoding="utf-8")
        for script in read_page(html).scripts:
            html = html.replace(script, "")
        assert str(folder) not in html
        assert folder.name not in html


def test_tiles_are_named_once_and_only_with_the_option(folder: Path) -> None:
    assert report("run.fit", "--tiles", TILES).exit_code == 0
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert html.count("https://tiles.example.org") == 2  # in the policy, and in the map
    assert report("run.fit").exit_code == 0
    assert "tiles.example.org" not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_name_that_steers_a_terminal_is_made_harmless(folder: Path) -> None:
    shutil.move("run.fit", "evil\x1b[2J\u202e.fit")
    ran = report("evil\x1b[2J\u202e.fit", "-o", "out\x1b[2J.html")
    assert ran.exit_code == 0
    assert not re.search("[\x1b\u202e]", ran.output)
    assert not re.search("[\x1b\u202e]", page(folder / "out\x1b[2J.html").words)
