"""Settings and goals as their owner changes them, and every command that heeds them."""

from __future__ import annotations

import json
import shutil
import socket
import tomllib
from collections.abc import Iterator
from dataclasses import replace
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
        (["config", "set", "weight"], 2, "Say what to set weight to"),
        (["config", "set", "units", "km", "mi"], 2, "units has one value"),
        (["config", "set", "units=leagues"], 2, 'units is "km" or "mi"'),
        (["config", "set", "--unset", "units", "km"], 2, "give no value"),
        (["config", "set", "athlete", "a\nb"], 2, "athlete is a name"),
        (["config", "set", "athlete", "\udcff"], 2, "athlete is text, which this is not"),
        (["config", "set", "timezone", "Mars/Olympus"], 2, "timezone is the name of one"),
        (["config", "set", "max_heart_rate", "9" * 5000], 2, "max_heart_rate is a whole number"),
        (["config", "set", "weight", "heavy"], 2, "weight is that of a runner"),
        (["config", "set", "privacy.hide_ends", "-3"], 2, "is no distance"),
        (["config", "set", "max_heart_rate", "fast"], 2, "max_heart_rate is a whole number"),
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
        if where == path:
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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'\xef\xbb\xbf# mine\r\nunits = "km"', b'\xef\xbb\xbf# mine\r\nunits = "km"\r\nweight = "70"\r\n'),
        (b"# mine\n\n# goals\n[[goals]]\nkm = 1\n", b'# mine\n\nweight = "70"\n\n# goals\n[[goals]]\nkm = 1\n'),
        (b'units = "km"\n# home\n[privacy]\n', b'units = "km"\nweight = "70"\n# home\n[privacy]\n'),
        (b"weight = 60  # in June\n", b'weight = "70"  # in June\n'),
        (b'"weight" = 60\n', b'"weight" = "70"\n'),
    ],
)
def test_bytes_that_nobody_meant_stay(folder: Path, before: bytes, after: bytes) -> None:
    (folder / "config.toml").write_bytes(before)
    assert run(folder, "config", "set", "weight=70").returncode == 0
    assert (folder / "config.toml").read_bytes() == after


@pytest.mark.parametrize(
    "bad",
    [
        "weight = 70\n".encode("utf-16"),
        b"# M\xfcnchen\n",
        b"#" * 200_000,
        b"weight = 70\nweight = 71\n",
        b"weight = nan\n",
        b"weight = -70\n",
        b"[privacy]\nhide_ends = inf\n",
        b"[[goals]]\nkm = nan\n",
        b"weight",
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_and_left_alone(folder: Path, bad: bytes) -> None:
    path = folder / "config.toml"
    path.write_bytes(bad)
    for is_goal in (False, True):
        with pytest.raises(RetropaceError) as refused:
            add_goal(path, Goal(km=1.0)) if is_goal else set_setting(path, "units", ("km",))
        assert refused.value.path == str(path)
        assert len(str(refused.value).splitlines()) == 1
    assert path.read_bytes() == bad


def test_what_is_shown_as_toml_is_a_file_that_says_the_same(folder: Path) -> None:
    run(folder, "config", "set", "privacy.hide_around", "48.137154321,11.575382,300m", "-16.8,179.9,0.5km")
    run(folder, "config", "set", "weight", "154lb")
    run(folder, "goal", "set", "--sessions", "3", "--minutes", "7.5", "--athlete", 'the "fast" one')
    ran = run(folder, "config", "show", "--format", "toml")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = parse_config(ran.stdout.encode(), Path("shown.toml"))
    held = parse_config((folder / "config.toml").read_bytes(), folder / "config.toml")
    assert told.weight_kg == pytest.approx(held.weight_kg, abs=1e-6)
    assert replace(told, weight_kg=held.weight_kg) == held
    assert "# timezone: this machine's\n" in ran.stdout
    assert "48.137154321,11.575382,300m" in run(folder, "config", "show").stdout
    assert run(folder, "config", "set", "--unset", "weight").stdout.startswith("weight: – (not known")
    assert "weight" not in text(folder)


def test_the_comment_above_the_next_table_is_not_the_goals(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text("# more of it\n[[goals]]\nkm = 1 # at least\n\n# the house\n[privacy]\nhide_ends = 1\n")
    remove_goal(path, 1)
    assert path.read_text() == "# more of it\n\n# the house\n[privacy]\nhide_ends = 1\n"


LINES = ["# a comment", "", 'units = "mi"  # far', "home_zones = true", "weight = 70", "max_heart_rate = 190"]
HIDDEN = ["hide_ends = 100  # m", 'hide_around = [\n  "1,1,3m",  # here\n\n  "2,2,3m",\n]', "# within", ""]
PRIVACY: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]),
    st.lists(st.sampled_from(HIDDEN), unique=True).map(lambda lines: ["[ privacy ] # table", *lines]),
)
INLINE = st.sampled_from(
    [
        [],
        ["privacy.hide_ends = 5"],
        ["privacy = { hide_ends = 5 } # in one"],
        ["goals = [\n  {km = 1},\n]"],
        ["goals = []"],
    ]
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Settings as somebody may lay them out."""
    lines = draw(st.lists(st.sampled_from(LINES), unique=True))
    lines += draw(INLINE)
    whole = "\n".join(lines)
    tables = [] if "privacy" in whole else [draw(PRIVACY)]
    if "goals" not in whole:
        tables += [["[[goals]]", f"km = {number} # k"] for number in range(1, draw(st.integers(1, 4)))]
        tables = draw(st.permutations(tables))
    for table in tables:
        lines += [*table, *draw(st.lists(st.sampled_from(["", "# between"]), max_size=2))]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    last = draw(st.sampled_from(["", "\n"]))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return mark + ("\n".join(lines) + last).replace("\n", end).encode()


CHANGES = st.sampled_from(
    [
        ("units", ("km",)),
        ("weight", ("80kg",)),
        ("timezone", ("UTC",)),
        ("privacy.hide_ends", ("300m",)),
        ("privacy.hide_around", ("3,3,3m", "4,4,4m")),
    ]
)


@given(before=files(), change=CHANGES, action=st.sampled_from(["set", "unset", "add", "remove"]))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_edit_changes_what_it_is_about_and_nothing_else(
    folder: Path, before: bytes, change: tuple[str, tuple[str, ...]], action: str
) -> None:
    path = folder / "config.toml"
    path.write_bytes(before)
    was = tomllib.loads(before.decode("utf-8-sig").replace("\r\n", "\n"))
    name, values = change
    table, _, key = name.rpartition(".")
    held = was.setdefault(table, {}) if table else was
    goals = was.setdefault("goals", [])
    if action == "set":
        set_setting(path, name, values)
        held[key] = list(values) if key == "hide_around" else values[0]
    elif action == "unset":
        unset_setting(path, name)
        held.pop(key, None)
    elif action == "add":
        add_goal(path, Goal(km=7.0))
        goals.append({"direction": "backward", "per": "week", "km": 7.0})
    elif goals:
        remove_goal(path, 1)
        del goals[0]
    after = path.read_bytes()
    now = tomllib.loads(after.decode("utf-8-sig"))
    assert {k: v for k, v in now.items() if v not in ({}, [])} == {k: v for k, v in was.items() if v not in ({}, [])}
    assert before.startswith(b"\xef\xbb\xbf") == after.startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in before and b"\n" in after.replace(b"\r\n", b"")) is False
    for comment in (b"# a comment", b"# between", b"# within", b"# table"):
        assert after.count(comment) == before.count(comment)
