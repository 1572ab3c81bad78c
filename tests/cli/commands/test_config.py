"""Settings as their owner sees and changes them."""

from dataclasses import replace
from pathlib import Path

import pytest

from retropace.config.model import parse_config
from tests.support.command_line import retropace
from tests.support.user_config import OWN_CONFIG, run, text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_bytes(OWN_CONFIG.encode())
    return tmp_path


def test_comments_and_order_stay(folder: Path) -> None:
    ran = run(folder, "config", "set", "weight", "70kg")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "weight: 70 kg\n"
    assert text(folder).replace('weight = "70kg"\n', "").replace('weight = "70kg"\r\n', "") == OWN_CONFIG
    assert run(folder, "config", "set", "units", "km").returncode == 0
    assert 'units = "km"  # as at home\r\n' in text(folder)
    assert run(folder, "config", "unset", "weight").returncode == 0
    assert text(folder) == OWN_CONFIG.replace('"mi"', '"km"')


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["config", "set", "wieght", "70"], 2, "did you mean weight?"),
        (["config", "set", "UNITS", "km"], 2, "did you mean units?"),
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
    assert text(folder) == OWN_CONFIG


def test_a_broken_file_is_told_with_its_line_and_left_alone(folder: Path, samples: Path) -> None:
    broken = OWN_CONFIG.replace('"mi"', '"leagues"')
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


def test_a_place_south_of_the_equator_is_no_option(folder: Path) -> None:
    ran = run(folder, "config", "set", "privacy.hide_around", "-16.8,179.9,300m", "48.1,11.5,100m")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert '"-16.8,179.9,300m", "48.1,11.5,100m"' in text(folder)
    assert "# the house" in text(folder)


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


def test_help_reads_no_settings(folder: Path) -> None:
    (folder / "config.toml").write_text("units = [[[\n")
    asked = ("config show", "config set", "config unset", "goal set", "goal list", "goal remove")
    for words in asked:
        ran = run(folder, *words.split(), "--help")
        assert (ran.returncode, ran.stderr) == (0, "")
