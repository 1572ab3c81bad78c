"""Goals as their runner sets, lists and removes them."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.sample_marks import mark_a_rep_each
from tests.support.user_config import OWN_CONFIG, run, text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_bytes(OWN_CONFIG.encode())
    return tmp_path


def test_goals_are_set_listed_and_removed(folder: Path) -> None:
    ran = run(folder, "goal", "set", "--sessions", "3", "--minutes", "10")
    assert (ran.returncode, ran.stdout) == (0, "3 sessions a week with 10 minutes backward each: goal 1\n")
    assert run(folder, "goal", "set", "--km", "5", "--per", "month", "--athlete", "anna").returncode == 0
    assert run(folder, "goal", "list").stdout == (
        "#  goal\n1  3 sessions a week with 10 minutes backward each\n2  5 km backward a month (anna)\n"
    )
    assert [one["number"] for one in json.loads(run(folder, "goal", "list", "--format", "json").stdout)] == [1, 2]
    again = run(folder, "goal", "set", "--sessions", "3", "--minutes", "10")
    assert again.returncode == 1
    assert "each is there already, as goal 1" in again.stderr
    assert run(folder, "goal", "remove", "1").returncode == 0
    assert run(folder, "goal", "list").stdout == "#  goal\n1  5 km backward a month (anna)\n"
    assert run(folder, "goal", "remove", "7").returncode == 1
    assert run(folder, "goal", "remove", "1").returncode == 0
    assert text(folder).rstrip() == OWN_CONFIG.rstrip()
    assert run(folder, "goal", "list").stdout.startswith("no goals yet")


def test_a_goal_is_followed_in_progress(folder: Path, samples: Path) -> None:
    shutil.copytree(samples, folder / "samples")
    mark_a_rep_each(folder / "samples")
    run(folder, "batch", str(folder / "samples"))
    run(folder, "goal", "set", "--sessions", "1", "--minutes", "5", "--per", "week")
    run(folder, "goal", "set", "--km", "10", "--per", "month")
    words = ("progress", "--until", "2025-05-18", "--timezone", "UTC")
    told = run(folder, *words).stdout
    assert "2 of 1 sessions this week, met  3 weeks" in told
    assert "7.1 of 10 km this month" in told
    goals = json.loads(run(folder, *words, "--format", "json").stdout)["goals"]
    assert [(one["is_met"], one["streak"]) for one in goals] == [(True, 3), (False, 0)]
    listed = run(folder, "goal", "list")  # as of today, when all of that is long ago
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "0 of 1 sessions this week  0 weeks, best 3" in listed.stdout
    documents = json.loads(run(folder, "goal", "list", "--format", "json").stdout)
    assert [one["best_streak"] for one in documents] == [3, 0]


def test_nobody_named_is_a_runner_of_goals_too(folder: Path, samples: Path) -> None:
    run(folder, "batch", str(samples / "quarter-mile.fit"), "--athlete", "")
    run(folder, "goal", "set", "--km", "5")
    run(folder, "config", "set", "athlete", "anna")
    assert 'nothing of "anna"' in run(folder, "goal", "list").stderr
    ran = run(folder, "goal", "list", "--athlete", "")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "of 5 km this week" in ran.stdout
