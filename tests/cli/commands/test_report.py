"""``retropace report`` as its user runs it: what it writes, what it refuses, and what it says."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.readers import read
from tests.support.command_line import retropace
from tests.support.long_recordings import Hours
from tests.support.recordings import MadeRun
from tests.support.report_command import PLACE, error_lines, page, prepare_folder, report
from tests.support.report_pages import read_page, unpack_column


@pytest.fixture
def folder(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, with a few recordings."""
    return prepare_folder(tmp_path, samples, monkeypatch)


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
    assert (ran.exit_code, error_lines(ran)) == (0, [])
    assert ran.stdout.startswith("report.html: 3 activities, ")
    made = page(folder / "report.html")
    assert len(made.pictures) == 3
    assert all(name in made.words for name in ("run.fit", "Over the hills", "other.gpx", "treadmill-beginner.fit"))


def test_the_same_run_twice_counts_once_and_is_said(folder: Path) -> None:
    shutil.copy("run.fit", "copy.fit")
    ran = report("run.fit", "copy.fit")
    assert ran.exit_code == 0
    (line,) = error_lines(ran)
    assert re.fullmatch(r"retropace: (run|copy)\.fit: is the same run as (run|copy)\.fit, which counts", line)
    made = page(folder / "report.html")
    assert len(made.pictures) == 1
    assert "is the same run as" in made.words


def test_a_broken_file_beside_good_ones(folder: Path) -> None:
    ran = report("run.fit", "bad.fit", "nowhere.fit", "treadmill-beginner.fit")
    assert ran.exit_code == 1
    assert [line.split(":")[1].strip() for line in error_lines(ran)] == ["bad.fit", "nowhere.fit"]
    made = page(folder / "report.html")
    assert len(made.pictures) == 2
    for name in ("bad.fit", "nowhere.fit"):
        assert f"{name}: could not be analysed; 'retropace inspect {name}' says why" in made.words


def test_where_all_are_broken_nothing_is_written(folder: Path) -> None:
    ran = report("bad.fit", "nowhere.fit")
    assert (ran.exit_code, ran.stdout, len(error_lines(ran))) == (1, "", 2)
    assert not (folder / "report.html").exists()
    (folder / "empty").mkdir()
    ran = report("empty")
    assert (ran.exit_code, len(error_lines(ran))) == (1, 1)
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
    shown_page = made.pictures[0]
    at = shown_page["direction"].index("backward")
    assert shown_page["edges_s"][at : at + 2] == [60.0, 180.0]
    assert shown_page["basis"][at] == "annotated"


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


def test_a_single_record_is_one_sentence_and_two_are_a_page(folder: Path) -> None:
    for seconds in (1, 2):
        (folder / f"{seconds}.fit").write_bytes(MadeRun(datetime(2025, 5, 1, 7, tzinfo=UTC), seconds).fit())
    ran = report("1.fit")
    assert (ran.exit_code, len(error_lines(ran))) == (1, 1)
    assert not (folder / "report.html").exists()
    assert report("2.fit").exit_code == 0
    assert len(page(folder / "report.html").pictures) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["fit", "gpx", "tcx", "bad"])
def test_every_public_recording_gives_a_page_or_a_sentence(folder: Path, corpus: Path, kind: str) -> None:
    files = sorted(path.name for path in (corpus / kind).iterdir())
    ran = report(corpus / kind)
    lines = [line for line in error_lines(ran) if "is the same run as" not in line]
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


@pytest.mark.slow
def test_thirty_hours_are_a_page_below_5_mb_that_keeps_the_extremes(folder: Path) -> None:
    (folder / "long.fit").write_bytes(Hours(30.0).fit())
    assert report("long.fit").exit_code == 0
    path = folder / "report.html"
    assert path.stat().st_size < 5_000_000
    shown_page = page(path).pictures[0]
    track = analyze(read(folder / "long.fit")).cleaned
    for name in ("speed_mps", "cadence_spm", "heart_rate_bpm", "step_length_m"):
        rows, meant = unpack_column(shown_page["rows"][name]), getattr(track, name)
        assert np.nanmin(rows) == pytest.approx(np.nanmin(meant), rel=1e-6)
        assert np.nanmax(rows) == pytest.approx(np.nanmax(meant), rel=1e-6)
    t_s = unpack_column(shown_page["rows"]["t_s"])
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
    assert all(len(unpack_column(shown_page["rows"]["t_s"])) <= 16_000 * 4 / 30 for shown_page in made_page.pictures)
    assert (folder / "report.html").stat().st_size < 3_000_000
