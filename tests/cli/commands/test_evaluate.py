"""Labels against truth as their user compares them, in a process of its own."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command_line import retropace


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    for name in ("quarter-mile.fit", "quarter-mile.truth.json", "quarter-mile.annotations.csv"):
        shutil.copy(samples / name, tmp_path)
    ran = retropace("analyze", "quarter-mile.fit", "--format", "json", cwd=tmp_path)
    (tmp_path / "found.json").write_text(ran.stdout)
    return tmp_path


def test_an_analysis_against_the_truth(folder: Path) -> None:
    ran = retropace("evaluate", "quarter-mile.truth.json", "found.json", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("right: 99.")
    assert any(line.split()[:3] == ["backward", "9:12", "9:15"] for line in lines)
    assert any(line.startswith("within 3 s") for line in lines)
    assert any(line.startswith("Brier score 0.0") for line in lines)
    assert any(line.startswith("0.9 to 1.0") for line in lines)
    assert "\x1b" not in ran.stdout
    assert "mi" in retropace("evaluate", "quarter-mile.truth.json", "found.json", "--units", "mi", cwd=folder).stdout


def test_json_says_the_same(folder: Path) -> None:
    ran = retropace("evaluate", "quarter-mile.truth.json", "found.json", "--format", "json", cwd=folder)
    document = json.loads(ran.stdout)
    assert document["schema"] == "retropace.evaluation/1"
    assert document["right"] == pytest.approx(document["right_s"] / document["judged_s"])
    backward = document["directions"]["backward"]
    assert backward["recall"] == pytest.approx(backward["both_s"] / backward["true_s"])
    assert backward["distance_error"] == pytest.approx(backward["found_m"] / backward["true_m"] - 1.0)
    assert len(document["reliability"]) == 10
    assert document["boundaries"]["3_s"]["true"] == 9


def test_annotations_are_a_truth_too(folder: Path) -> None:
    words = ("evaluate", "quarter-mile.annotations.csv", "found.json", "--format", "json")
    ran = retropace(*words, cwd=folder)
    assert ran.returncode == 1
    assert "quarter-mile.annotations.csv:2: 'lap 5' needs the recording: give it with --recording" in ran.stderr
    ran = retropace(*words, "--recording", "quarter-mile.fit", cwd=folder)
    document = json.loads(ran.stdout)
    # Two of the three are marked: the third counts as found too much.
    assert document["directions"]["backward"]["recall"] == 1.0
    assert document["directions"]["backward"]["precision"] == pytest.approx(2 / 3, abs=0.02)
    skipped = json.loads(retropace(*words, "--recording", "quarter-mile.fit", "--skip-unlabelled", cwd=folder).stdout)
    assert skipped["right"] == 1.0
    assert skipped["judged_s"] < 400.0
    (folder / "elapsed.csv").write_text("start,end,label,note\n12:19,15:19,backward,\n")
    ran = retropace("evaluate", "elapsed.csv", "found.json", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("{}", 'holds neither "segments"'),
        ("[]", "holds 0 analyses"),
        ("[1]", "holds neither an analysis nor a truth"),
        ('{"spans": []}', "holds no spans"),
        ('{"spans": [{"start_s": 0}]}', "lacks something"),
        ('{"spans": [{"start_s": 0, "end_s": 5, "direction": "up"}]}', "has the direction 'up'"),
        ('{"spans": [{"start_s": 5, "end_s": 5, "direction": "rest"}]}', "empty, overlap"),
        ('{"spans": [{"start_s": 90000, "end_s": 90005, "direction": "rest"}]}', "are both about one session?"),
        ("start,end,label,note\n", "holds no annotations"),
        ("start,end,label,note\n1:00,2:00,sideways,\n", "x.txt:2"),
        ("", "x.txt"),
    ],
)
def test_bad_files_are_told_in_a_sentence(folder: Path, text: str, said: str) -> None:
    (folder / "x.txt").write_text(text)
    skip = ("--skip-unlabelled",)
    ran = retropace("evaluate", "x.txt", "found.json", *skip, cwd=folder)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert said in ran.stderr
    assert "x.txt" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_recording_in_the_wrong_place_is_told(folder: Path) -> None:
    ran = retropace("evaluate", "quarter-mile.fit", "found.json", cwd=folder)
    assert ran.returncode == 1
    assert "a recording goes with --recording" in ran.stderr
    assert retropace("evaluate", "nowhere.json", "found.json", cwd=folder).returncode == 1
    assert retropace("evaluate", "found.json", cwd=folder).returncode == 2
