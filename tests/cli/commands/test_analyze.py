"""The command as its user runs it: in a process of its own, on real files."""

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import retropace
from tests.support.multisport import two_sports

SCHEMA = {
    "source": {"path", "format", "sha256", "device"},
    "activity": {"sport", "start_time", "elapsed_s", "timer_s", "moving_s", "distance_m"},
    "segments": {
        *("start_s", "end_s", "direction", "gait", "basis", "confidence", "distance_m", "moving_s", "speed_mps"),
        *("cadence_spm", "step_length_m", "heart_rate_bpm", "steps"),
    },
    "directions": {
        *("distance_m", "elapsed_s", "moving_s", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm"),
        *("steps", "segments", "annotated_m", "suspected_m"),
    },
}


def test_the_table_says_what_a_runner_asks(folder: Path) -> None:
    ran = retropace("analyze", "quarter-mile.fit", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0] == "quarter-mile.fit"
    assert lines[1].startswith("running  2025-05-03 07:30 UTC")
    assert "km in 36:25" in lines[2]
    assert set(lines[3]) <= set("-Bb.")
    backward = next(line for line in lines if line.startswith("backward"))
    assert "1.2" in backward
    assert "/km" in backward
    assert "spm" in backward
    assert any(line.split()[:2] == ["marked", "0.80"] for line in lines)
    assert any("backward run  suspected 9" in line for line in lines)
    assert "\x1b" not in ran.stdout
    assert all(line == line.rstrip() for line in lines)


def test_miles_and_brief(folder: Path) -> None:
    ran = retropace("analyze", "quarter-mile.fit", "--units", "mi", "--brief", cwd=folder)
    assert "/mi" in ran.stdout
    assert "km" not in ran.stdout
    assert "assumed" not in ran.stdout


def test_json_keeps_its_promise_and_adds_up(folder: Path) -> None:
    ran = retropace("analyze", "quarter-mile.fit", "--format", "json", cwd=folder)
    made = json.loads(ran.stdout)
    assert made["schema"] == "retropace.analysis/1"
    for name in ("source", "activity"):
        assert SCHEMA[name] <= made[name].keys()
    assert list(made["directions"]) == ["forward", "backward", "rest", "unknown"]
    assert all(SCHEMA["directions"] <= figures.keys() for figures in made["directions"].values())
    assert all(SCHEMA["segments"] <= segment.keys() for segment in made["segments"])
    for name in ("distance_m", "elapsed_s"):
        assert abs(sum(figures[name] for figures in made["directions"].values()) - made["activity"][name]) < 1e-6
    assert made["activity"]["start_time"] == "2025-05-03T07:30:00Z"
    assert made["directions"]["backward"]["annotated_m"] == pytest.approx(800, rel=0.02)
    assert made["directions"]["unknown"]["speed_mps"] is None
    assert len(made["source"]["sha256"]) == 64


def test_several_files_are_an_array_lines_or_rows(folder: Path) -> None:
    names = ["quarter-mile.fit", "track-6x400.gpx"]
    array = json.loads(retropace("analyze", *names, "--format", "json", cwd=folder).stdout)
    lines = [
        json.loads(line) for line in retropace("analyze", *names, "--format", "jsonl", cwd=folder).stdout.splitlines()
    ]
    rows = list(csv.DictReader(io.StringIO(retropace("analyze", *names, "--format", "csv", cwd=folder).stdout)))
    assert array == lines
    assert [made["source"]["path"] for made in array] == names
    assert [row["file"] for row in rows] == [made["source"]["path"] for made in array for _ in made["segments"]]
    for row, segment in zip(rows, [segment for made in array for segment in made["segments"]], strict=True):
        assert float(row["start_s"]) == segment["start_s"]
        assert row["direction"] == segment["direction"]
        assert row["heart_rate_bpm"] == ("" if segment["heart_rate_bpm"] is None else str(segment["heart_rate_bpm"]))


def test_bad_files_fail_alone_with_a_sentence_each(folder: Path) -> None:
    (folder / "empty.fit").touch()
    (folder / "bad.annotations.csv").write_text("start,end,label\n1:00,2:00,sideways\n")
    shutil.copy(folder / "track-6x400.gpx", folder / "bad.gpx")
    hint = "say backward, forward or rest, with run or walk if you like"
    ran = retropace("analyze", "empty.fit", "nothing.fit", ".", "bad.gpx", "treadmill-beginner.fit", cwd=folder)
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "retropace: empty.fit: is empty",
        "retropace: nothing.fit: there is no such file",
        "retropace: .: is a folder: name the recordings in it",
        f'retropace: bad.annotations.csv:2: label "sideways" is not known: {hint}',
    ]
    assert ran.stdout.startswith("treadmill-beginner.fit\n")
    for form in ("json", "jsonl", "csv"):
        ran = retropace("analyze", "empty.fit", "treadmill-beginner.fit", "--format", form, cwd=folder)
        assert ran.returncode == 1
        assert "treadmill-beginner.fit" in ran.stdout
        assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mark", "5:00-6:00=bakward"], 'did you mean "backward"'),
        (["--mark", "5:00-6:00"], "is no mark: write WHERE=LABEL"),
        (["--mark", "abc=backward"], "is no place in an activity"),
        (["--format", "xml"], "'xml' is not one of"),
        (["--units", "yards"], "'yards' is not one of"),
        (["--sensitivity", "0"], "not in the range"),
        (["--session", "0"], "not in the range"),
        (["second.fit", "--annotations", "x.csv"], "--annotations goes with one FILE"),
    ],
)
def test_wrong_usage_is_2_before_any_file_is_read(folder: Path, words: list[str], said: str) -> None:
    ran = retropace("analyze", "quarter-mile.fit", *words, cwd=folder)
    assert ran.returncode == 2
    assert said in " ".join(ran.stderr.split())
    assert ran.stdout == ""


def test_no_file_at_all_is_wrong_usage() -> None:
    assert retropace("analyze").returncode == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mark", "50:00-51:00=backward"], "lies outside the activity"),
        (["--mark", "lap 99=backward"], "there is no lap 99"),
        (["--mark", "lap 2=backward", "--mark", "lap 2=forward"], "take one of them out"),
        (["--annotations", "missing.csv"], "missing.csv: cannot be read"),
        (["--session", "3"], "holds 1 running or walking session, there is no --session 3"),
    ],
)
def test_what_does_not_fit_the_activity_is_1(folder: Path, words: list[str], said: str) -> None:
    ran = retropace("analyze", "treadmill-beginner.fit", *words, cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_marks_add_to_the_sidecar_and_annotations_replace_it(folder: Path) -> None:
    def annotated(*words: str) -> float:
        ran = retropace("analyze", "quarter-mile.fit", "--format", "json", *words, cwd=folder)
        return float(json.loads(ran.stdout)["directions"]["backward"]["annotated_m"])

    (folder / "other.csv").write_text("start,end,label\nlap 13,,backward\n")
    assert annotated() == pytest.approx(800, rel=0.02)
    assert annotated("--mark", "lap 13=backward") == pytest.approx(1200, rel=0.02)
    assert annotated("--annotations", "other.csv") == pytest.approx(400, rel=0.02)


def test_cadence_can_be_overruled(folder: Path) -> None:
    ran = retropace("analyze", "track-6x400.gpx", "--cadence", "spm", "--brief", cwd=folder)
    assert " 84 spm" in ran.stdout
    assert "turns of one foot" not in ran.stdout


def test_several_sessions_want_to_know_which_one_is_meant(folder: Path) -> None:
    (folder / "tri.fit").write_bytes(two_sports())
    both = retropace("analyze", "tri.fit", "--brief", cwd=folder)
    assert both.returncode == 0
    assert both.stdout.count("tri.fit") == 2
    assert "other sports left out: cycling" in both.stdout
    ran = retropace("analyze", "tri.fit", "--mark", "0:05-0:15=backward", cwd=folder)
    assert ran.returncode == 1
    assert "--session N" in ran.stderr
    ran = retropace("analyze", "tri.fit", "--mark", "0:05-0:15=backward", "--session", "1", "--exact", cwd=folder)
    assert ran.returncode == 0
    assert "annotated" in ran.stdout


def test_names_that_steer_a_terminal_are_made_harmless(folder: Path) -> None:
    text = (folder / "track-6x400.gpx").read_text().replace("6 x 400 m backward", "evil \u202e name &#9;[bold]")
    (folder / "evil\x1b[2J.gpx").write_text(text)
    (folder / "nothing\x1b[2J.fit").touch()
    ran = retropace("analyze", "evil\x1b[2J.gpx", "nothing\x1b[2J.fit", cwd=folder)
    assert "\x1b" not in ran.stdout + ran.stderr
    assert "\u202e" not in ran.stdout
    assert "[bold]" in ran.stdout


def test_nothing_of_the_users_is_touched(folder: Path) -> None:
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    retropace("analyze", *sorted(before), cwd=folder)
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


def test_a_terminal_without_unicode_still_gets_its_table(folder: Path) -> None:
    ran = retropace("analyze", "quarter-mile.fit", cwd=folder, PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_reader_that_stops_early_is_no_error(folder: Path) -> None:
    command = (
        f'{sys.executable} -c "from retropace.cli import main; main()" analyze quarter-mile.fit --format json | head -1'
    )
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=folder, check=False)
    assert ran.stdout == "{\n"
    assert "Traceback" not in ran.stderr


def test_every_file_of_the_corpus_is_analysed_or_refused_in_one_sentence(corpus: Path) -> None:
    files = sorted(path for kind in ("fit", "gpx", "tcx", "bad") for path in (corpus / kind).iterdir())
    ran = retropace("analyze", *files, "--format", "jsonl")
    analysed = {json.loads(line)["source"]["path"] for line in ran.stdout.splitlines()}
    refused = ran.stderr.splitlines()
    assert len(files) == 85
    assert len(analysed) + len(refused) == len(files)
    assert all(line.startswith("retropace: ") and "itself failed" not in line for line in refused)
    assert not [path for path in files if str(path) not in analysed and not any(str(path) in line for line in refused)]
