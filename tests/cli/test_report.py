"""``retropace report`` as its user runs it: what it writes, what it refuses, and what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from pyproj import Geod

from retropace.analysis import analyze
from retropace.cli import main
from retropace.readers import read
from tests.builders.hours import Hours
from tests.builders.runs import MadeRun
from tests.cli.test_analyze import retropace
from tests.report.reading import Page, column, read_page

PLACE = "52.51,13.4,150m"
"""Within the way of ``MadeRun``."""
TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
WGS84 = Geod(ellps="WGS84")


@pytest.fixture
def folder(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, with a few recordings, and no settings but what a test writes into ``config``."""
    for name in ("treadmill-beginner.fit", "quarter-mile.fit", "quarter-mile.annotations.csv"):
        shutil.copy(samples / name, tmp_path)
    (tmp_path / "run.fit").write_bytes(MadeRun(datetime(2025, 5, 1, 7, tzinfo=UTC), 1200).fit())
    (tmp_path / "bad.fit").write_bytes(b"nothing of the kind")
    (tmp_path / "config").mkdir()
    monkeypatch.setenv("RETROPACE_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(*words: str | Path) -> Result:
    """Run the command in this process: Bokeh is loaded once for all tests."""
    ran = CliRunner().invoke(main, ["report", *map(str, words)])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert "Traceback" not in ran.output
    assert "itself failed" not in ran.output
    return ran


def said(ran: Result) -> list[str]:
    return ran.stderr.splitlines()


def page(path: Path) -> Page:
    return read_page(path.read_text(encoding="utf-8"))


def shown_degrees(drawn: Page, recording: Path, at: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The positions that the recording has at the moments whose positions the page shows."""
    t_s = column(drawn.pictures[at]["way"]["t_s"])
    track = analyze(read(recording)).track
    return np.interp(t_s, track.t_s, track.lat_deg), np.interp(t_s, track.t_s, track.lon_deg)


def nearest_m(degrees: tuple[np.ndarray, np.ndarray], lat_deg: float, lon_deg: float) -> float:
    count = len(degrees[0])
    _, _, metres = WGS84.inv(np.full(count, lon_deg), np.full(count, lat_deg), degrees[1], degrees[0])
    return float(np.min(metres))


def test_one_recording_as_a_process_of_its_own(folder: Path) -> None:
    ran = retropace("report", "quarter-mile.fit", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    size = (folder / "report.html").stat().st_size
    assert ran.stdout == f"report.html: quarter-mile.fit, {size / 1e6:.1f} MB\n"
    made = page(folder / "report.html")
    assert "0.80 km" in made.words
    assert "4.88 km" in made.words
    assert made.pictures[0]["direction"].count("backward") == 3
    assert not list(folder.glob(".*"))  # nothing half written is left


def test_files_and_folders_together(folder: Path) -> None:
    inner = folder / "more"
    inner.mkdir()
    (inner / "other.gpx").write_bytes(MadeRun(datetime(2025, 5, 9, 7, tzinfo=UTC)).gpx("Over the hills"))
    (inner / "notes.txt").write_text("no recording")
    ran = report("run.fit", "more", "treadmill-beginner.fit", "run.fit")
    assert (ran.exit_code, said(ran)) == (0, [])
    assert ran.stdout.startswith("report.html: 3 activities, ")
    made = page(folder / "report.html")
    assert len(made.pictures) == 3
    assert all(name in made.words for name in ("run.fit", "Over the hills", "other.gpx", "treadmill-beginner.fit"))


def test_the_same_run_twice_counts_once_and_is_said(folder: Path) -> None:
    shutil.copy("run.fit", "copy.fit")
    ran = report("run.fit", "copy.fit")
    assert ran.exit_code == 0
    (line,) = said(ran)
    assert re.fullmatch(r"retropace: (run|copy)\.fit: is the same run as (run|copy)\.fit, which counts", line)
    made = page(folder / "report.html")
    assert len(made.pictures) == 1
    assert "is the same run as" in made.words


def test_a_broken_file_beside_good_ones(folder: Path) -> None:
    ran = report("run.fit", "bad.fit", "nowhere.fit", "treadmill-beginner.fit")
    assert ran.exit_code == 1
    assert [line.split(":")[1].strip() for line in said(ran)] == ["bad.fit", "nowhere.fit"]
    made = page(folder / "report.html")
    assert len(made.pictures) == 2
    for name in ("bad.fit", "nowhere.fit"):
        assert f"{name}: could not be analysed; 'retropace inspect {name}' says why" in made.words


def test_where_all_are_broken_nothing_is_written(folder: Path) -> None:
    ran = report("bad.fit", "nowhere.fit")
    assert (ran.exit_code, ran.stdout, len(said(ran))) == (1, "", 2)
    assert not (folder / "report.html").exists()
    (folder / "empty").mkdir()
    ran = report("empty")
    assert (ran.exit_code, len(said(ran))) == (1, 1)
    assert "holds no recordings" in ran.stderr


@pytest.mark.parametrize("name", ["letter.txt", "quarter-mile.fit"])
def test_what_is_no_report_is_not_written_over_but_by_force(folder: Path, name: str) -> None:
    (folder / "letter.txt").write_text("Dear Anna")
    before = (folder / name).read_bytes()
    ran = report("run.fit", "-o", name)
    assert ran.exit_code == 2
    assert "is no report of retropace's: --force writes over it" in " ".join(ran.stderr.split())
    assert (folder / name).read_bytes() == before
    assert report("run.fit", "-o", name, "--force").exit_code == 0
    assert (folder / name).read_bytes().startswith(b"<!DOCTYPE html>")


def test_a_report_is_written_over_by_the_next(folder: Path) -> None:
    assert report("run.fit").exit_code == 0
    first = (folder / "report.html").read_bytes()
    assert report("quarter-mile.fit").exit_code == 0
    assert (folder / "report.html").read_bytes() != first


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["run.fit", "-o", "run.fit"], "run.fit"),
        (["run.fit", "-o", "link.fit"], "run.fit"),
        (["run.fit", "-o", "./config/../run.fit"], "run.fit"),
        ([".", "-o", "run.fit"], "run.fit"),
        (["quarter-mile.fit", "-o", "quarter-mile.annotations.csv"], "quarter-mile.annotations.csv"),
        (["run.fit", "--annotations", "said.csv", "-o", "said.csv"], "said.csv"),
    ],
)
def test_what_it_reads_is_never_written_over(folder: Path, words: list[str], kept: str) -> None:
    (folder / "link.fit").symlink_to("run.fit")
    (folder / "said.csv").write_text("start,end,label\n1:00,2:00,backward\n")
    before = (folder / kept).read_bytes()
    for force in ([], ["--force"]):
        ran = report(*words, *force)
        assert ran.exit_code == 2
        assert "nothing was written" in " ".join(ran.stderr.split())
        assert (folder / kept).read_bytes() == before


@pytest.mark.parametrize(
    ("output", "told"),
    [("config", "is a folder: name a file in it"), ("pipe", "is no file"), ("x" * 300, "File name too long")],
)
def test_what_cannot_be_a_page_is_wrong_usage(folder: Path, output: str, told: str) -> None:
    os.mkfifo(folder / "pipe")  # stands for devices, none of which a test that fails may harm
    ran = report("run.fit", "-o", output, "--force")
    assert ran.exit_code == 2
    assert told in " ".join(ran.stderr.replace("│", " ").split())
    assert (folder / "pipe").is_fifo()


def test_a_folder_that_is_not_there_is_made(folder: Path) -> None:
    assert report("run.fit", "-o", "pages/may/run.html").exit_code == 0
    assert len(page(folder / "pages" / "may" / "run.html").pictures) == 1


def test_a_place_that_cannot_be_written_is_one_sentence(folder: Path) -> None:
    ran = report("run.fit", "-o", "bad.fit/report.html")
    assert ran.exit_code in (1, 2)
    assert "cannot be written" in ran.stderr
    assert (folder / "bad.fit").read_bytes() == b"nothing of the kind"


def test_to_stdout(folder: Path) -> None:
    ran = retropace("report", "run.fit", "-o", "-", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("<!DOCTYPE html>")
    assert len(read_page(ran.stdout).pictures) == 1
    assert not (folder / "report.html").exists()
    assert report("run.fit", "-o", "-", "--open").exit_code == 2


def test_a_reader_that_stops_early_is_no_error(folder: Path) -> None:
    command = f'{sys.executable} -c "from retropace.cli import main; main()" report run.fit -o - | head -c 15'
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=folder, check=False)
    assert (ran.stdout, ran.stderr) == ("<!DOCTYPE html>", "")


def test_open_shows_the_page_that_was_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    assert report("bad.fit", "-o", "may.html", "--open").exit_code == 1
    assert opened == []
    assert report("run.fit", "-o", "may.html", "--open").exit_code == 0
    assert opened == ["may.html"]
    assert (folder / "may.html").is_file()


def test_miles(folder: Path) -> None:
    assert report("quarter-mile.fit", "--units", "mi").exit_code == 0
    made = page(folder / "report.html")
    assert "3.04 mi" in made.words
    assert " km" not in made.words
    assert made.data["page"]["unit"] == {"name": "mi", "metres": 1609.344}


def test_what_is_said_of_it_is_shown(folder: Path) -> None:
    assert report("run.fit", "--mark", "1:00-3:00=backward", "--exact").exit_code == 0
    made = page(folder / "report.html")
    drawn = made.pictures[0]
    at = drawn["direction"].index("backward")
    assert drawn["edges_s"][at : at + 2] == [60.0, 180.0]
    assert drawn["basis"][at] == "annotated"


@pytest.mark.parametrize(
    "words",
    [
        ["--tiles", "https://tiles.example.org/"],
        ["--tiles", "ftp://a.b/{z}/{x}/{y}"],
        ["--tiles", "https://a.b/{z}/{x}/{-y}.png"],
        ["--tiles", ""],
        ["--hide-around", "here"],
        ["--hide-around", "48.1,11.5,0"],
        ["--hide-around", "nan,11.5,300m"],
        ["--hide-ends", "-5"],
        ["--hide-ends", "nan"],
        ["--hide-ends", "1e400"],
        ["--hide-ends", ""],
        ["--hide-nothing", "--hide-ends", "100m"],
        ["--hide-nothing", "--hide-around", PLACE],
        ["--units", "yards"],
        ["quarter-mile.fit", "--annotations", "quarter-mile.annotations.csv"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_writes_nothing(folder: Path, words: list[str]) -> None:
    ran = report("run.fit", *words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert not (folder / "report.html").exists()


def test_no_file_at_all_is_wrong_usage() -> None:
    assert report().exit_code == 2


def test_tiles_are_named_once_and_only_with_the_option(folder: Path) -> None:
    assert report("run.fit", "--tiles", TILES).exit_code == 0
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert html.count("https://tiles.example.org") == 2  # in the policy, and in the map
    assert report("run.fit").exit_code == 0
    assert "tiles.example.org" not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_place_and_both_ends_are_hidden(folder: Path) -> None:
    run = folder / "run.fit"
    assert report("run.fit").exit_code == 0
    assert nearest_m(shown_degrees(page(folder / "report.html"), run), 52.51, 13.4) < 5.0
    assert report("run.fit", "--hide-around", PLACE, "--hide-ends", "200m").exit_code == 0
    made = page(folder / "report.html")
    shown = shown_degrees(made, run)
    assert nearest_m(shown, 52.51, 13.4) > 149.9
    assert nearest_m(shown, 52.5, 13.4) == pytest.approx(200.0, abs=4.0)
    assert "positions are not shown" in made.words
    assert "52.51" not in (folder / "report.html").read_text(encoding="utf-8").replace(made.scripts[0], "")


def test_waypoints_and_laps_in_a_hidden_place_are_no_way_round_it(folder: Path) -> None:
    gpx = MadeRun(datetime(2025, 5, 1, 7, tzinfo=UTC)).gpx("Home and back").decode()
    there = '<wpt lat="52.5101234" lon="13.4000567"><time>2025-05-01T07:05:00Z</time><name>backward</name></wpt>'
    (folder / "run.gpx").write_text(gpx.replace("<trk>", f"{there}<trk>"))
    for tiles in ([], ["--tiles", TILES]):
        assert report("run.gpx", "--hide-around", "52.5101,13.4,200m", *tiles).exit_code == 0
        made = page(folder / "report.html")
        assert nearest_m(shown_degrees(made, folder / "run.gpx"), 52.5101, 13.4) > 199.9
        html = (folder / "report.html").read_text(encoding="utf-8").replace(made.scripts[0], "")
        assert not any(digits in html for digits in ("52.510", "13.4000", "5101234"))


def test_settings_hold_until_told_otherwise(folder: Path) -> None:
    run = folder / "run.fit"
    settings = folder / "config" / "config.toml"
    settings.write_text(f'[privacy]\nhide_around = ["{PLACE}"]\nhide_ends = "200m"\n')

    def nearest(*words: str) -> tuple[float, float]:
        assert report("run.fit", *words).exit_code == 0
        shown = shown_degrees(page(folder / "report.html"), run)
        return nearest_m(shown, 52.51, 13.4), nearest_m(shown, 52.5, 13.4)

    assert nearest() == pytest.approx((150.0, 200.0), abs=4.0)
    assert nearest("--hide-ends", "50") == pytest.approx((150.0, 50.0), abs=4.0)
    assert nearest("--hide-around", "52.5,13.4,300m") == pytest.approx((150.0, 300.0), abs=4.0)
    assert nearest("--hide-nothing") == pytest.approx((0.0, 0.0), abs=4.0)


@pytest.mark.parametrize("text", ["[privacy", "[privacy]\nhide_end = 3\n", '[privacy]\nhide_around = ["home"]\n'])
def test_settings_that_nobody_understands_show_nothing(folder: Path, text: str) -> None:
    (folder / "config" / "config.toml").write_text(text)
    ran = report("run.fit")
    assert (ran.exit_code, ran.stdout, len(said(ran))) == (1, "", 1)
    assert "config.toml" in ran.stderr
    assert not (folder / "report.html").exists()
    assert report("run.fit", "--hide-nothing").exit_code == 0


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


def test_a_single_record_is_one_sentence_and_two_are_a_page(folder: Path) -> None:
    for seconds in (1, 2):
        (folder / f"{seconds}.fit").write_bytes(MadeRun(datetime(2025, 5, 1, 7, tzinfo=UTC), seconds).fit())
    ran = report("1.fit")
    assert (ran.exit_code, len(said(ran))) == (1, 1)
    assert not (folder / "report.html").exists()
    assert report("2.fit").exit_code == 0
    assert len(page(folder / "report.html").pictures) == 1


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


def test_a_name_that_steers_a_terminal_is_made_harmless(folder: Path) -> None:
    shutil.move("run.fit", "evil\x1b[2J\u202e.fit")
    ran = report("evil\x1b[2J\u202e.fit", "-o", "out\x1b[2J.html")
    assert ran.exit_code == 0
    assert not re.search("[\x1b\u202e]", ran.output)
    assert not re.search("[\x1b\u202e]", page(folder / "out\x1b[2J.html").words)


@pytest.mark.parametrize("kind", ["fit", "gpx", "tcx", "bad"])
def test_every_public_recording_gives_a_page_or_a_sentence(folder: Path, corpus: Path, kind: str) -> None:
    files = sorted(path.name for path in (corpus / kind).iterdir())
    ran = report(corpus / kind)
    lines = [line for line in said(ran) if "is the same run as" not in line]
    refused = {name for name in files if any(f"{name}: " in line for line in lines)}
    assert len(lines) == len(refused)
    assert all(line.startswith("retropace: ") for line in lines)
    assert ran.exit_code == (1 if refused else 0)
    made = page(folder / "report.html")
    shown = [name for name in files if name in made.words]
    assert set(shown) | refused == set(files)
    assert all(f"{name}: could not be analysed" in made.words for name in refused)
    assert len(made.pictures) >= 1
    assert str(corpus) not in made.words


def test_thirty_hours_are_a_page_below_5_mb_that_keeps_the_extremes(folder: Path) -> None:
    (folder / "long.fit").write_bytes(Hours(30.0).fit())
    assert report("long.fit").exit_code == 0
    path = folder / "report.html"
    assert path.stat().st_size < 5_000_000
    drawn = page(path).pictures[0]
    track = analyze(read(folder / "long.fit")).track
    for name in ("speed_mps", "cadence_spm", "heart_rate_bpm", "step_length_m"):
        rows, meant = column(drawn["rows"][name]), getattr(track, name)
        assert np.nanmin(rows) == pytest.approx(np.nanmin(meant), rel=1e-6)
        assert np.nanmax(rows) == pytest.approx(np.nanmax(meant), rel=1e-6)
    t_s = column(drawn["rows"]["t_s"])
    assert (t_s[0], t_s[-1]) == (0.0, 107_999.0)
    assert len(t_s) < 20_000


def test_many_activities_stay_small(folder: Path) -> None:
    """A hundred have as many rows together as four alone."""
    runs = folder / "runs"
    runs.mkdir()
    for day in range(30):
        made = MadeRun(datetime(2025, 1, 1, 7, tzinfo=UTC) + timedelta(days=day), 3000)
        (runs / f"{day:02}.fit").write_bytes(made.fit())
    assert report(runs).exit_code == 0
    made_page = page(folder / "report.html")
    assert len(made_page.pictures) == 30
    assert all(len(column(drawn["rows"]["t_s"])) <= 16_000 * 4 / 30 for drawn in made_page.pictures)
    assert (folder / "report.html").stat().st_size < 3_000_000
