"""Weeks, trends, goals and bests as their runner sees them."""

import csv
import io
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import retropace
from tests.support.seasons import fill_library, simulate_sessions

UNTIL = ("--until", "2025-03-20", "--timezone", "UTC")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Anna's sessions over ten weeks."""
    path = tmp_path_factory.mktemp("progress") / "library.sqlite"
    fill_library(path, simulate_sessions(4, count=30, weeks=10.0), "anna")
    return path


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, library: Path) -> Path:
    """The same and Ben's."""
    path = Path(shutil.copy(library, tmp_path_factory.mktemp("both")))
    fill_library(path, simulate_sessions(5, count=6, weeks=3.0), "ben")
    return path


def progress(library: Path, *words: str) -> Any:
    return retropace("progress", "--library", str(library), *words)


def document(library: Path, *words: str) -> dict[str, Any]:
    ran = progress(library, *UNTIL, "--format", "json", *words)
    assert (ran.returncode, ran.stderr) == (0, "")
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_the_table_tells_weeks_trend_bests_and_what_was_reached(library: Path) -> None:
    ran = progress(library, *UNTIL)
    assert (ran.returncode, ran.stderr) == (0, "")
    text = ran.stdout
    assert text.startswith("anna: 30 activities, 2025-01-06 to 2025-03-17\n")
    assert "2025-01-06  -" in text  # a bar
    assert "running backward at 0." in text
    assert "% a week, between" in text
    assert "first time backward" in text
    assert "longest backward stretch so far: " in text
    assert "\x1b" not in text
    assert "kcal" not in text
    assert all(len(line) < 160 for line in text.splitlines())


def test_json_csv_and_sums_agree(library: Path) -> None:
    weeks = document(library)
    months = document(library, "--by", "month")
    assert weeks["schema"] == "retropace.progress/1"
    assert weeks["whole"] == months["whole"]
    for direction in ("forward", "backward", "all"):
        for name in ("distance_m", "moving_s", "steps"):
            sums = [math.fsum(one[direction][name] for one in found["periods"]) for found in (weeks, months)]
            assert sums == pytest.approx([weeks["whole"][direction][name]] * 2)
    assert [one["first"] for one in months["periods"]] == ["2025-01-01", "2025-02-01", "2025-03-01"]
    assert months["periods"][1]["last"] == "2025-02-28"
    ran = progress(library, *UNTIL, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.stdout)))
    assert len(rows) == 5 * len(weeks["periods"])
    first = next(row for row in rows if row["direction"] == "backward")
    assert float(first["distance_m"]) == weeks["periods"][0]["backward"]["distance_m"]


def test_the_trend_that_was_built_in_is_found(library: Path) -> None:
    trend = document(library)["trend"]
    assert 0.0 < trend["low_per_week"] < trend["per_week"] < trend["high_per_week"]
    assert trend["per_week"] == pytest.approx(0.02, rel=0.5)  # 0.2 over ten weeks
    assert trend["is_sure"]


def test_energy_needs_a_weight_and_is_a_range(library: Path) -> None:
    whole = document(library, "--weight", "154lb")["whole"]["backward"]
    kilograms = 154 * 0.45359237
    assert whole["energy_low_kcal"] == pytest.approx(whole["energy_low_kcal_per_kg"] * kilograms)
    assert 0.0 < whole["energy_low_kcal"] < whole["energy_high_kcal"]
    assert "–" in progress(library, *UNTIL, "--weight", "70").stdout.split("kcal")[0][-10:]
    for wrong in ("0", "-3", "700", "heavy"):
        ran = progress(library, "--weight", wrong)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert "is no weight of a runner" in " ".join(ran.stderr.split())


def test_two_runners_are_never_mixed(both: Path, library: Path) -> None:
    ran = progress(both)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "holds activities of anna (30), ben (6): say whose with --athlete NAME" in ran.stderr
    assert document(both, "--athlete", "anna") == document(library)
    assert document(both, "--athlete", "ben")["activities"] == 6
    ran = progress(both, "--athlete", "carl")
    assert ran.returncode == 1
    assert 'holds nothing of "carl", but of anna (30), ben (6): ' in ran.stderr


def test_an_empty_library_a_missing_one_and_one_session(tmp_path: Path) -> None:
    ran = progress(tmp_path / "none.sqlite")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "there is no such library yet: 'retropace batch' makes one" in ran.stderr
    fill_library(tmp_path / "empty.sqlite", [])
    ran = progress(tmp_path / "empty.sqlite")
    assert ran.returncode == 1
    assert "holds no activities: 'retropace batch' fills it" in ran.stderr
    fill_library(tmp_path / "one.sqlite", simulate_sessions(6, count=2, weeks=1.0)[:1])
    ran = progress(tmp_path / "one.sqlite", "--until", "2025-01-07", "--timezone", "UTC")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("1 activity, 2025-01-06 to 2025-01-06\n")
    assert "a trend needs five sessions over two weeks" in ran.stdout


def test_before_anything_was_run_there_is_nothing_to_tell(library: Path) -> None:
    ran = progress(library, "--until", "2024-12-24", "--timezone", "UTC")
    assert (ran.returncode, ran.stdout) == (0, "anna: no activities\n")
    found = json.loads(progress(library, "--until", "2024-12-24", "--format", "json").stdout)
    assert (found["periods"], found["trend"], found["ratios"]["gait"]) == ([], None, None)


def test_since_leaves_out_what_was_before(library: Path) -> None:
    found = document(library, "--since", "2025-02")
    assert found["periods"][0]["first"] >= "2025-01-27"
    assert found["activities"] < 30


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--timezone", "Berlin"), "is no time zone"),
        (("--timezone", "../../etc/passwd"), "is no time zone"),
        (("--by", "day"), "--by"),
        (("--since", "2025-05", "--until", "2025-01"), "--until lies before --since"),
        (("--until", "soon"), "is no day"),
    ],
)
def test_wrong_calls(library: Path, words: tuple[str, ...], said: str) -> None:
    ran = progress(library, *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())


def test_a_sunday_evening_belongs_to_the_week_of_the_runner(library: Path) -> None:
    """The same library told in Kiritimati, where Monday comes fourteen hours earlier than in UTC."""
    here = document(library)
    there = json.loads(
        progress(library, "--until", "2025-03-20", "--timezone", "Pacific/Kiritimati", "--format", "json").stdout
    )
    assert here["whole"] == there["whole"]
    assert [one["activities"] for one in here["periods"]] != [one["activities"] for one in there["periods"]]
