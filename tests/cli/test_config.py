"""Settings and goals as their owner changes them, and every command that heeds them."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retropace.config import parse_config
from retropace.config_text import add_goal, remove_goal, set_setting, unset_setting
from retropace.errors import RetropaceError
from retropace.goals import Goal
from tests.cli.test_analyze import retropace
from tests.test_goals import GOALS

OWNED = '# mine\r\nunits = "mi"  # as at home\r\n\r\n[privacy]\r\n# the house\r\nhide_around = ["48.1,11.5,300m"]\r\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_bytes(OWNED.encode())
    return tmp_path


def run(folder: Path, *words: str | Path, **others: Any) -> Any:
    return retropace(*words, RETROPACE_CONFIG=str(folder), RETROPACE_DATA=str(folder / "data"), **others)


def text(folder: Path) -> str:
    return (folder / "config.toml").read_bytes().decode()


def test_comments_and_order_stay(folder: Path) -> None:
    ran = run(folder, "config", "set", "weight", "70kg")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "weight: 70 kg\n"
    assert text(folder).replace('weight = "70kg"\n', "").replace('weight = "70kg"\r\n', "") == OWNED
    assert run(folder, "config", "set", "units", "km").returncode == 0
    assert 'units = "km"  # as at home\r\n' in text(folder)
    assert run(folder, "config", "unset", "weight").returncode == 0
    assert text(folder) == OWNED.replace('"mi"', '"km"')


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
    assert "stands there twice" in again.stderr
    assert run(folder, "goal", "remove", "1").returncode == 0
    assert run(folder, "goal", "list").stdout == "#  goal\n1  5 km backward a month (anna)\n"
    assert run(folder, "goal", "remove", "7").returncode == 1
    assert run(folder, "goal", "remove", "1").returncode == 0
    assert text(folder).rstrip() == OWNED.rstrip()
    assert run(folder, "goal", "list").stdout.startswith("no goals yet")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["config", "set", "wieght", "70"], 2, "did you mean weight?"),
        (["config", "set", "goals", "3"], 2, "'retropace goal set' sets one"),
        (["config", "unset", "nonsense.at.all"], 2, "there is no setting"),
        (["config", "set", "weight"], 2, "VALUE"),
        (["config", "set", "units", "km", "mi"], 2, "units has one value"),
        (["config", "set", "weight", "heavy"], 1, "weight is that of a runner"),
        (["config", "set", "privacy.hide_ends", "-3"], 1, "is no distance"),
        (["config", "set", "max_heart_rate", "fast"], 1, "max_heart_rate is a whole number"),
        (["goal", "set"], 2, "a goal asks for sessions, minutes or km"),
        (["goal", "set", "--sessions", "0"], 2, "sessions is a whole number"),
        (["goal", "set", "--minutes", "-5"], 2, "minutes is more than 0"),
        (["goal", "set", "--minutes", "99999"], 2, "a week has to have as many"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(folder: Path, words: list[str], status: int, said: str) -> None:
    ran = run(folder, *words)
    assert (ran.returncode, ran.stdout) == (status, "")
    assert said in " ".join(ran.stderr.split())
    assert text(folder) == OWNED


def test_a_broken_file_is_told_with_its_line_and_left_alone(folder: Path, samples: Path) -> None:
    broken = OWNED.replace('"mi"', '"leagues"')
    (folder / "config.toml").write_bytes(broken.encode())
    for words in (
        ["config", "show"],
        ["config", "set", "weight", "70"],
        ["goal", "set", "--km", "3"],
        ["analyze", str(samples / "quarter-mile.fit")],
    ):
        ran = run(folder, *words)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr == f'retropace: {folder / "config.toml"}:2: units is "km" or "mi"\n'
    assert text(folder) == broken
    assert run(folder, "analyze", "--help").returncode == 0
    assert run(folder, "config", "path").stdout == f"{folder / 'config.toml'}\n"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    ran = retropace("config", "set", "weight", "70", RETROPACE_CONFIG="/proc/nowhere")
    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
    assert "cannot be written" in ran.stderr
    made = tmp_path / "new" / "folder"
    assert retropace("config", "set", "weight", "70", RETROPACE_CONFIG=str(made)).returncode == 0
    assert (made / "config.toml").read_text() == 'weight = "70"\n'


def test_a_file_that_changes_meanwhile_is_not_written_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "config.toml"

    def meanwhile(data: bytes, where: Path) -> Any:
        found = parse_config(data, where)
        path.write_text('units = "km"\n')
        return found

    monkeypatch.setattr("retropace.config_text.parse_config", meanwhile)
    with pytest.raises(RetropaceError, match="was changed by somebody else meanwhile"):
        set_setting(path, "weight", ("70",))
    assert path.read_text() == 'units = "km"\n'


def test_settings_hold_where_no_flag_does(folder: Path, samples: Path) -> None:
    recording = str(samples / "quarter-mile.fit")
    for name, value in (("weight", "70"), ("athlete", "anna")):
        assert run(folder, "config", "set", name, value).returncode == 0
    told = run(folder, "analyze", recording, "--brief").stdout
    assert "3.04 mi in 36:25" in told
    assert "kcal" in told
    assert "anna: learned 2 annotated stretches" in told
    told = run(folder, "analyze", recording, "--brief", "--units", "km", "--athlete", "").stdout
    assert "4.88 km in 36:25" in told
    assert "anna" not in told
    (folder / "runs").mkdir()
    shutil.copy(recording, folder / "runs")
    assert "mi" in run(folder, "batch", str(folder / "runs")).stdout
    assert run(folder, "progress", "--until", "2025-05-10").stdout.startswith("anna: 1 activity")
    shown = json.loads(run(folder, "config", "show", "--format", "json").stdout)
    assert (shown["units"], shown["weight"], shown["athlete"]) == ("mi", 70.0, "anna")


def test_a_goal_is_followed_in_progress(folder: Path, samples: Path) -> None:
    run(folder, "batch", str(samples))
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


@given(goals=st.lists(GOALS, max_size=4, unique=True), name=st.sampled_from(["weight", "units", "timezone"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_set_is_read_and_taking_it_out_leaves_no_trace(folder: Path, goals: list[Goal], name: str) -> None:
    path = folder / "config.toml"
    path.write_bytes(OWNED.encode())
    for goal in goals:
        after = add_goal(path, goal)
    if goals:
        assert after.goals == tuple(goals)
    value = {"weight": "70", "units": "km", "timezone": "UTC"}[name]
    assert getattr(set_setting(path, name, (value,)), {"weight": "weight_kg"}.get(name, name)) in (70.0, "km", "UTC")
    unset_setting(path, name)
    for _ in goals:
        remove_goal(path, 1)
    expected = OWNED if name != "units" else OWNED.replace('units = "mi"  # as at home\r\n', "")
    assert path.read_bytes().decode().rstrip() == expected.rstrip()


def test_a_place_south_of_the_equator_is_no_option(folder: Path) -> None:
    ran = run(folder, "config", "set", "privacy.hide_around", "-16.8,179.9,300m", "48.1,11.5,100m")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert '"-16.8,179.9,300m", "48.1,11.5,100m"' in text(folder)
    assert "# the house" in text(folder)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("command", ["analyze", "report", "export", "annotate", "intervals", "batch"])
def test_every_command_that_asks_who_ran_heeds_the_settings_and_the_flag(
    folder: Path, samples: Path, taken_port: int, command: str
) -> None:
    """The settings name a file that is no athlete, so that whoever looks is seen to have looked."""
    (folder / "nobody.json").write_text("{}")
    shutil.copy(samples / "quarter-mile.fit", folder)
    (folder / "config.toml").write_text('athlete = "./nobody.json"\n')
    words = {
        "report": ["-o", "page.html"],
        "export": ["--to", "csv", "-o", "-"],
        "annotate": ["--no-browser", "--port", str(taken_port)],  # which ends it before it serves a page
    }.get(command, [])
    ran = run(folder, command, "quarter-mile.fit", *words, cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "nobody.json: " in ran.stderr
    for flag in ("anna.json", ""):
        if flag and command == "batch":
            continue  # whom a flag names there has to be known
        ran = run(folder, command, "quarter-mile.fit", *words, "--athlete", flag, cwd=folder)
        assert "nobody.json" not in ran.stderr
        assert ran.returncode == (1 if command == "annotate" else 0), ran.stderr


def test_nobody_named_is_a_runner_of_goals_too(folder: Path, samples: Path) -> None:
    run(folder, "batch", str(samples / "quarter-mile.fit"), "--athlete", "")
    run(folder, "goal", "set", "--km", "5")
    run(folder, "config", "set", "athlete", "anna")
    assert 'nothing of "anna"' in run(folder, "goal", "list").stderr
    ran = run(folder, "goal", "list", "--athlete", "")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "of 5 km this week" in ran.stdout
