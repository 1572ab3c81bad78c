"""Remembering a runner as their user does."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import command_line


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    for name in ("quarter-mile.fit", "quarter-mile.annotations.csv", "treadmill-beginner.fit", "track-6x400.gpx"):
        shutil.copy(samples / name, tmp_path)
    # Its title would label it.
    track = tmp_path / "track-6x400.gpx"
    track.write_text(track.read_text(encoding="utf-8").replace("6 x 400 m backward", "evening"), encoding="utf-8")
    return tmp_path


def retropace(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return command_line.retropace(*words, cwd=folder, RETROPACE_DATA=str(folder / "data"))


def athlete_file(folder: Path) -> Path:
    return folder / "data" / "athletes" / "anna.json"


def test_learn_show_and_forget(folder: Path) -> None:
    ran = retropace(folder, "analyze", "quarter-mile.fit", "--athlete", "anna", "--brief")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == (
        "anna: learned 2 annotated stretches of quarter-mile.fit, known from 1 session"
    )
    stretches = json.loads(athlete_file(folder).read_text())["sessions"][0]["stretches"]
    assert [(one["direction"], one["gait"]) for one in stretches] == [("backward", "run")] * 2
    shown = retropace(folder, "athlete", "show", "anna").stdout
    assert "backward run          2  6:06" in shown
    assert "quarter-mile.fit" in shown
    assert "expected next time" in shown
    assert json.loads(retropace(folder, "athlete", "show", "anna", "--format", "json").stdout)["name"] == "anna"
    assert retropace(folder, "athlete", "show").stdout == "anna: 1 session\n"
    assert retropace(folder, "athlete", "forget", "anna").stdout == "forgot anna\n"
    assert not athlete_file(folder).exists()
    gone = retropace(folder, "athlete", "show", "anna")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "no such athlete is known" in gone.stderr


def test_analysing_again_learns_nothing_twice(folder: Path) -> None:
    for _ in range(2):
        retropace(folder, "analyze", "quarter-mile.fit", "--athlete", "anna")
    assert len(json.loads(athlete_file(folder).read_text())["sessions"]) == 1


def test_nothing_is_learned_without_annotations_or_when_told_not_to(folder: Path) -> None:
    ran = retropace(folder, "analyze", "track-6x400.gpx", "--athlete", "anna")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not athlete_file(folder).exists()
    ran = retropace(folder, "analyze", "quarter-mile.fit", "--athlete", "anna", "--no-learn")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not athlete_file(folder).exists()
    assert retropace(folder, "analyze", "quarter-mile.fit", "--no-learn").returncode == 2


def test_a_file_of_ones_own(folder: Path) -> None:
    words = (
        "analyze",
        "quarter-mile.fit",
        "treadmill-beginner.fit",
        "--mark",
        "lap 2=backward walk",
        "--format",
        "json",
    )
    ran = retropace(folder, *words, "--athlete", "team/anna.json")
    assert (ran.returncode, ran.stderr) == (0, "")
    first, second = json.loads(ran.stdout)
    assert first["athlete"] == {"name": "anna", "sessions": 0}
    assert second["athlete"] == {"name": "anna", "sessions": 1}
    assert len(json.loads((folder / "team" / "anna.json").read_text())["sessions"]) == 2
    assert not (folder / "data").exists()
    assert retropace(folder, "athlete", "forget", "team/anna.json", "--session", "2").stdout == (
        "anna: forgot 1 session, 1 left\n"
    )
    assert retropace(folder, "athlete", "forget", "team/anna.json", "--session", "7").returncode == 1


def test_rebuild(folder: Path) -> None:
    retropace(folder, "analyze", "quarter-mile.fit", "--athlete", "anna")
    before = athlete_file(folder).read_text()
    ran = retropace(folder, "athlete", "rebuild", "anna")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert athlete_file(folder).read_text() == before
    with (folder / "quarter-mile.annotations.csv").open("a") as sidecar:
        sidecar.write("lap 13,,backward,\n")
    assert "3 stretches" in retropace(folder, "athlete", "rebuild", "anna", "quarter-mile.fit").stdout
    # A recording that is gone is told, and what was learned from it stays.
    (folder / "quarter-mile.fit").unlink()
    kept = athlete_file(folder).read_text()
    ran = retropace(folder, "athlete", "rebuild", "anna")
    assert ran.returncode == 1
    assert "quarter-mile.fit" in ran.stderr
    assert athlete_file(folder).read_text() == kept
    ran = retropace(folder, "athlete", "rebuild", "anna", "track-6x400.gpx")
    assert ran.returncode == 1
    assert "no annotations beside it" in ran.stderr
    assert athlete_file(folder).read_text() == kept


def test_a_damaged_athlete_is_told_and_left_alone(folder: Path) -> None:
    athlete_file(folder).parent.mkdir(parents=True)
    athlete_file(folder).write_text('{"schema": "retropace.athlete/1", "name": "anna", "sessions": [1]}')
    for words in (
        ("analyze", "quarter-mile.fit", "--athlete", "anna"),
        ("athlete", "show", "anna"),
        ("athlete", "rebuild", "anna"),
    ):
        ran = retropace(folder, *words)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert len(ran.stderr.splitlines()) == 1
        assert "was damaged" in ran.stderr
    assert "[1]" in athlete_file(folder).read_text()
    assert retropace(folder, "athlete", "show", "..").returncode == 1
    assert retropace(folder, "athlete", "forget", "anna").returncode == 0
    assert not athlete_file(folder).exists()


def test_only_athletes_are_forgotten(folder: Path) -> None:
    for name, text in (("precious.json", '{"name": "mine"}'), ("track.json", "")):
        (folder / name).write_text(text)
        ran = retropace(folder, "athlete", "forget", name)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "nothing was deleted" in ran.stderr
        assert (folder / name).read_text() == text
    assert "no such athlete" in retropace(folder, "athlete", "forget", "nobody").stderr
