"""Editing a settings file, however it is laid out: nothing changes but what was meant."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retropace.config.edit import add_goal, remove_goal, set_config_value, unset_config_value
from retropace.config.goals import Goal
from retropace.config.model import parse_config
from retropace.core.errors import RetropaceError
from tests.support.strategies import GOALS
from tests.support.user_config import OWN_CONFIG


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_bytes(OWN_CONFIG.encode())
    return tmp_path


def test_a_file_that_changes_meanwhile_is_not_written_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "config.toml"

    def meanwhile(data: bytes, where: Path) -> Any:
        found = parse_config(data, where)
        if where == path:
            path.write_text('units = "km"\n')
        return found

    monkeypatch.setattr("retropace.config.edit.parse_config", meanwhile)
    with pytest.raises(RetropaceError, match="was changed by somebody else meanwhile"):
        set_config_value(path, "weight", ("70",))
    assert path.read_text() == 'units = "km"\n'


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
            add_goal(path, Goal(km=1.0)) if is_goal else set_config_value(path, "units", ("km",))
        assert refused.value.path == str(path)
        assert len(str(refused.value).splitlines()) == 1
    assert path.read_bytes() == bad


def test_the_comment_above_the_next_table_is_not_the_goals(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text("# more of it\n[[goals]]\nkm = 1 # at least\n\n# the house\n[privacy]\nhide_ends = 1\n")
    remove_goal(path, 1)
    assert path.read_text() == "# more of it\n\n# the house\n[privacy]\nhide_ends = 1\n"


APART = "# first\n[[goals]]\nkm = 1 # k\n\n# house\n[privacy]\nhide_ends = 1\n# within\n\n# second\n[[goals]]\nkm = 2\n"


def test_goals_with_a_table_between_them_stay_apart(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text(APART)
    set_config_value(path, "privacy.hide_ends", ("2",))
    assert path.read_text() == APART.replace("hide_ends = 1", 'hide_ends = "2"')
    remove_goal(path, 2)
    add_goal(path, Goal(km=3.0))
    assert path.read_text() == (
        '# first\n[[goals]]\nkm = 1 # k\n\n[[goals]]\ndirection = "backward"\nper = "week"\nkm = 3\n\n'
        '# house\n[privacy]\nhide_ends = "2"\n# within\n\n# second\n'
    )


def test_a_text_that_looks_like_the_header_of_a_table_is_left_to_its_author(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text(before := 'athlete = """\\\n[anna]"""\n')
    with pytest.raises(RetropaceError, match=r"config\.toml: cannot be edited here, only by hand"):
        set_config_value(path, "units", ("km",))
    assert path.read_text() == before


@given(goals=st.lists(GOALS, max_size=4, unique=True), name=st.sampled_from(["weight", "units", "timezone"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_set_is_read_and_taking_it_out_leaves_no_trace(folder: Path, goals: list[Goal], name: str) -> None:
    path = folder / "config.toml"
    path.write_bytes(OWN_CONFIG.encode())
    for goal in goals:
        after = add_goal(path, goal)
    if goals:
        assert after.goals == tuple(goals)
    value = {"weight": "70", "units": "km", "timezone": "UTC"}[name]
    assert getattr(set_config_value(path, name, (value,)), {"weight": "weight_kg"}.get(name, name)) in (
        70.0,
        "km",
        "UTC",
    )
    unset_config_value(path, name)
    for _ in goals:
        remove_goal(path, 1)
    expected = OWN_CONFIG if name != "units" else OWN_CONFIG.replace('units = "mi"  # as at home\r\n', "")
    assert path.read_bytes().decode().rstrip() == expected.rstrip()


LINES = [
    "# a comment",
    "",
    'units = "mi"  # far',
    "home_zones = true",
    "only_marked = true",
    "weight = 70",
    "max_heart_rate = 190",
]
PRIVACY_LINES = ["hide_ends = 100  # m", 'hide_around = [\n  "1,1,3m",  # here\n\n  "2,2,3m",\n]', "# within", ""]
PRIVACY: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]),
    st.lists(st.sampled_from(PRIVACY_LINES), unique=True).map(lambda lines: ["[ privacy ] # table", *lines]),
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
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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
        set_config_value(path, name, values)
        held[key] = list(values) if key == "hide_around" else values[0]
    elif action == "unset":
        unset_config_value(path, name)
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
