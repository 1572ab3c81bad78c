"""Interval sessions as their user asks for them, in a process of its own."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.support.command_line import retropace
from tests.support.sample_marks import mark_a_rep_each


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    for path in samples.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path


def test_the_whole_of_a_session(folder: Path) -> None:
    ran = retropace("intervals", "quarter-mile.fit", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0] == "quarter-mile.fit"
    assert any(line.split()[:2] == ["warm-up", "0:00"] for line in lines)
    assert lines.count("3 × (400 m forward, r 2:00, 400 m backward), r 0:40 walk") == 1
    assert sum(line.startswith(("1  forward", "2  forward", "3  forward")) for line in lines) == 3
    assert any(line.startswith("3  backward?") for line in lines)
    assert "? is suspected, nobody marked it" in lines
    assert any(line.startswith("lane 1 of a 400 m track, 12.2 laps of 400.0 m") for line in lines)
    assert sum(line.endswith("under twice") for line in lines) == 3
    assert any(line.startswith("400 m, together") for line in lines)
    assert any(line.startswith("backward: mean 3:04, best 3:00 (rep 1)") for line in lines)
    assert "pace curve" in lines
    assert "\x1b" not in ran.stdout
    assert all(line == line.rstrip() for line in lines)


def test_json_csv_and_markdown_say_the_same(folder: Path) -> None:
    document = json.loads(retropace("intervals", "quarter-mile.fit", "--format", "json", cwd=folder).stdout)
    assert document["schema"] == "retropace.intervals/1"
    (one,) = document["sets"]
    assert (one["kind"], one["count"], one["nominal_m"], one["nominal_s"]) == ("pairs", 3, 400.0, None)
    rows = list(
        csv.DictReader(io.StringIO(retropace("intervals", "quarter-mile.fit", "--format", "csv", cwd=folder).stdout))
    )
    assert len(rows) == len(one["reps"]) == 6
    for row, rep in zip(rows, one["reps"], strict=True):
        assert (row["file"], row["session"], row["set"], row["kind"]) == ("quarter-mile.fit", "1", "1", "pairs")
        for name, value in rep.items():
            assert row[name] == ("" if value is None else str(value))
    marked = retropace("intervals", "quarter-mile.fit", "--format", "markdown", cwd=folder).stdout
    assert marked.startswith("## quarter-mile.fit\n")
    tables = [line for line in marked.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in tables}) > 1
    first = one["reps"][0]
    assert sum(line.startswith(f"| 1 | forward | {first['distance_m']:.0f} | 1:44 |") for line in tables) == 1
    assert [test["under_twice"] for test in document["quarter_miles"]] == [True] * 3
    assert sum(part["metres"] for part in document["parts"]) == pytest.approx(document["activity"]["distance_m"])


def test_a_folder_gives_a_line_for_each_session(folder: Path) -> None:
    (folder / "notes.txt").write_text("no recording")
    mark_a_rep_each(folder)
    ran = retropace("intervals", ".", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert len(lines) == 5
    assert "no sets" in next(line for line in lines if "long-backward.fit" in line)
    assert "1.73, 1.75, 1.79" in next(line for line in lines if "quarter-mile.fit" in line)
    whole = retropace("intervals", ".", "--details", cwd=folder).stdout
    assert whole.startswith(ran.stdout)
    assert whole.count("pace curve") == 4
    brief = retropace("intervals", "quarter-mile.fit", "--brief", cwd=folder).stdout
    assert len(brief.splitlines()) == 2
    documents = json.loads(retropace("intervals", ".", "--format", "json", cwd=folder).stdout)
    assert [one["structured"] for one in documents] == [False, True, True, True]


def test_a_failed_file_is_told_and_the_others_are_done(folder: Path) -> None:
    (folder / "broken.fit").write_bytes(b"no recording at all")
    ran = retropace("intervals", "broken.fit", "quarter-mile.fit", "nowhere.gpx", cwd=folder)
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 2
    assert "broken.fit" in ran.stderr
    assert "nowhere.gpx: there is no such file" in ran.stderr
    assert "quarter-mile.fit" in ran.stdout
    (folder / "empty").mkdir()
    ran = retropace("intervals", "empty", cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "empty: holds no recordings" in ran.stderr


def test_the_track_can_be_told_or_left_out(folder: Path) -> None:
    def metres(*words: str) -> tuple[float, object]:
        ran = retropace("intervals", "track-6x400.gpx", "--format", "json", *words, cwd=folder)
        assert (ran.returncode, ran.stderr) == (0, "")
        document = json.loads(ran.stdout)
        return document["activity"]["distance_m"], document["track"]

    analysed = json.loads(retropace("analyze", "track-6x400.gpx", "--format", "json", cwd=folder).stdout)
    off, none = metres("--track", "off")
    assert none is None
    assert off == analysed["activity"]["distance_m"]
    auto, known = metres()
    assert isinstance(known, dict)
    assert auto == pytest.approx(off / (1.0 + known["over_reading"]), rel=0.002)
    given, told = metres("--track", "401m")
    assert isinstance(told, dict)
    assert told["lap_m"] == pytest.approx(401.0, abs=0.1)
    assert given > auto
    ran = retropace("intervals", "long-backward.fit", "--track", "200", cwd=folder)
    assert "no track with laps of 200 m was found" in ran.stdout
    for wrong in ("12", "round", "5km", ""):
        ran = retropace("intervals", "track-6x400.gpx", "--track", wrong, cwd=folder)
        assert ran.returncode == 2
        assert "is no lap of a track" in ran.stderr


def test_a_workout_is_held_against_what_was_done(folder: Path) -> None:
    sentence = "7min forward, 7x(400m backward, 2min jog), 2min forward"
    ran = retropace("intervals", "track-6x400.gpx", "--workout", sentence, cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    at = lines.index("planned against done")
    assert sum(line.endswith("missed") for line in lines[at:]) >= 2
    assert any("missed" in line and "400 m backward" in line for line in lines[at:])


def test_miles_and_an_athlete(folder: Path, tmp_path: Path) -> None:
    miles = retropace("intervals", "quarter-mile.fit", "--units", "mi", cwd=folder).stdout
    assert "/mi" in miles
    assert " mi" in miles
    learned = str(tmp_path / "anna.json")
    retropace("analyze", "quarter-mile.fit", "--athlete", learned, cwd=folder)
    before = Path(learned).read_bytes()
    ran = retropace("intervals", "track-6x400.gpx", "--athlete", learned, "--format", "json", cwd=folder)
    assert ran.returncode == 0
    assert Path(learned).read_bytes() == before


def test_wrong_usage(folder: Path) -> None:
    for words in (
        (),
        ("quarter-mile.fit", "track-6x400.gpx", "--annotations", "quarter-mile.annotations.csv"),
        (".", "--annotations", "quarter-mile.annotations.csv"),
        ("quarter-mile.fit", "--mark", "lap=backward"),
        ("quarter-mile.fit", "--format", "xml"),
    ):
        assert retropace("intervals", *words, cwd=folder).returncode == 2
    (folder / "broken.json").write_text("nobody")
    unknown = retropace("intervals", "quarter-mile.fit", "--athlete", "./broken.json", cwd=folder)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert len(unknown.stderr.splitlines()) == 1
