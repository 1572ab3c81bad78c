"""The user's own settings: what the file may say, and that a file nobody understands is refused."""

from pathlib import Path

import pytest

from retropace.config.model import Config, read_config
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter, PrivacyZone
from retropace.core.errors import RetropaceError
from retropace.core.user_dirs import config_path


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings would lie; there are none yet."""
    monkeypatch.setenv("RETROPACE_CONFIG", str(tmp_path))
    assert config_path() == tmp_path / "config.toml"
    return config_path()


def test_without_a_file_nothing_is_hidden(config: Path) -> None:
    assert not config.exists()
    assert read_config() == Config(privacy=NO_PRIVACY_FILTER)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[privacy]\n"])
def test_a_file_that_says_nothing_hides_nothing(config: Path, text: str) -> None:
    config.write_text(text)
    assert not read_config().privacy


def test_places_and_ends(config: Path) -> None:
    config.write_text('[privacy]\nhide_around = ["48.137,11.575,300m", "-16.8,179.9,0.5km"]\nhide_ends = "200m"\n')
    places = (PrivacyZone(48.137, 11.575, 300.0), PrivacyZone(-16.8, 179.9, 500.0))
    assert read_config().privacy == PrivacyFilter(places, 200.0)


@pytest.mark.parametrize(("value", "metres"), [("200", 200.0), ("200.5", 200.5), ('"0.2km"', 200.0), ("0", 0.0)])
def test_ends_as_a_number_or_a_text(config: Path, value: str, metres: float) -> None:
    config.write_text(f"[privacy]\nhide_ends = {value}\n")
    assert read_config().privacy == PrivacyFilter((), metres)


def test_an_editor_may_put_a_byte_order_mark_before_it(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbf[privacy]\r\nhide_ends = 150\r\n")
    assert read_config().privacy.ends_m == 150.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hide_ends = 200", 'there is no setting "hide_ends"'),
        ("[privacy]\nhide_end = 200", 'there is no setting "privacy.hide_end"'),
        ("[Privacy]\nhide_ends = 200", 'there is no setting "Privacy"'),
        ("privacy = 3", "privacy is a table"),
        ("[[privacy]]\nhide_ends = 200", "privacy is a table"),
        ('[privacy]\nhide_around = "48.1,11.5,300m"', "is a list of texts"),
        ("[privacy]\nhide_around = [48.1, 11.5, 300]", "is a list of texts"),
        ('[privacy]\nhide_around = ["48.1,11.5"]', "is no place: give LAT,LON,RADIUS"),
        ("[privacy]\nhide_ends = true", "is a distance"),
        ("[privacy]\nhide_ends = [200]", "is a distance"),
        ("[privacy]\nhide_ends = -200", "is no distance"),
        ("[privacy]\nhide_ends = nan", "is no distance"),
        ("[privacy]\nhide_ends = inf", "is no distance"),
        ("[privacy]\nhide_ends = 1e400", "is no distance"),
        (f"[privacy]\nhide_ends = {'9' * 5000}", "is no TOML"),
        ("[privacy", "is no TOML"),
        ("[privacy]\nhide_ends = 1\nhide_ends = 2", "is no TOML"),
        ("x = " + "[" * 20_000, "is no TOML"),
    ],
)
def test_what_nobody_understands_is_refused_with_the_files_name(config: Path, text: str, said: str) -> None:
    config.write_text(text)
    with pytest.raises(RetropaceError, match=said) as refused:
        read_config()
    assert refused.value.path == str(config)
    assert len(str(refused.value).splitlines()) == 1


def test_a_file_in_another_encoding_is_refused(config: Path) -> None:
    config.write_bytes("# zu Hause: Münchner Straße\n".encode("utf-16"))
    with pytest.raises(RetropaceError, match=r"config\.toml:1: is no TOML: it is not in UTF-8"):
        read_config()


def test_a_folder_in_its_place_is_refused(config: Path) -> None:
    config.mkdir()
    with pytest.raises(RetropaceError, match="cannot be read"):
        read_config()


EVERYTHING = """\
# what I weigh
weight = "154lb"
units = "mi"
max_heart_rate = 185
athlete = "anna"
home_zones = true
only_marked = true
timezone = "Europe/Berlin"

[privacy]
hide_ends = 200

[[goals]]
sessions = 3
minutes = 10

[[goals]]
per = "month"
km = 5
"""


def test_every_setting(config: Path) -> None:
    config.write_text(EVERYTHING)
    found = read_config()
    assert found.weight_kg == pytest.approx(154 * 0.45359237)
    assert (found.units, found.max_heart_rate_bpm, found.athlete) == ("mi", 185, "anna")
    assert (found.home_zones, found.timezone, found.privacy.ends_m) == (True, "Europe/Berlin", 200.0)
    assert found.only_marked is True
    assert [str(goal) for goal in found.goals] == [
        "3 sessions a week with 10 minutes backward each",
        "5 km backward a month",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('weight = "154lb"', 'weight = "heavy"', 2, "weight is that of a runner"),
        ('weight = "154lb"', "weight = true", 2, "weight is that of a runner"),
        ('weight = "154lb"', "weight = 7", 2, "weight is that of a runner"),
        ('units = "mi"', 'units = "miles"', 3, 'units is "km" or "mi"'),
        ("max_heart_rate = 185", "max_heart_rate = 1850", 4, "from 60 to 250"),
        ("max_heart_rate = 185", "max_heart_rate = 185.5", 4, "whole number"),
        ('athlete = "anna"', "athlete = 3", 5, "athlete is a name"),
        ("home_zones = true", 'home_zones = "yes"', 6, "home_zones is true or false"),
        ("only_marked = true", "only_marked = 1", 7, "only_marked is true or false"),
        ('timezone = "Europe/Berlin"', 'timezone = "Berlin"', 8, "timezone is the name of one"),
        ('timezone = "Europe/Berlin"', 'colour = "red"', 8, 'there is no setting "colour"'),
        ("hide_ends = 200", 'hide_ends = "far"', 11, "is no distance"),
        ("hide_ends = 200", "hide_end = 200", 11, 'there is no setting "privacy.hide_end"'),
        ("sessions = 3", "sessions = 0", 13, "sessions is a whole number"),
        ("km = 5", "km = -5", 17, "km is more than 0"),
        ('per = "month"\nkm = 5', "sessions = 3\nminutes = 10", 17, "stands there twice"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(config: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in EVERYTHING
    config.write_text(EVERYTHING.replace(old, new))
    with pytest.raises(RetropaceError, match=said) as refused:
        read_config()
    assert refused.value.where == str(line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('units = "km"\nprivacy.hide_ends = "far"\n', 2),
        ('\nprivacy = {hide_ends = "far"}\n', 2),
        ("goals = [\n  {km = 1},\n  {km = -1},\n]\n", 1),
        ('[privacy]\nhide_around = [\n  "48,11,300m",\n  "home",\n]\nhide_ends = 3\n', 2),
        ('[privacy]\nhide_around = [\n  "48,11,300m",\n]\nhide_ends = "far"', 5),
        ("[[goals]]\nkm = 1\n\n[privacy]\n\n[[goals]]\nkm = -1\n", 6),
        ("# a\u2028b\u0085c\nweight = 1\n", 2),
        ('athlete = """\nweight = 1"""\nweight = 1\n', 3),
        ("# one\r\n# two\r\n\r\nweight = 1\r\n", 4),
        ('units = "km"\n\n[colours]\nback = "red"\n', 3),
        ("'weight' = 1", 1),
        ("\n\nunits = \n", 3),
        ("\nunits = [\n\n", 3),
        ('\nunits = "km"\nunits = "mi"\n', 3),
    ],
)
def test_lines_are_those_of_an_editor_however_the_file_is_laid_out(config: Path, text: str, line: int) -> None:
    config.write_bytes(text.encode())
    with pytest.raises(RetropaceError) as refused:
        read_config()
    assert refused.value.where == str(line)


def test_a_statement_of_thousands_of_lines_is_refused_without_waiting(config: Path) -> None:
    config.write_text("weight = [\n" + "1,\n" * 10_000 + "]\n")
    with pytest.raises(RetropaceError, match="weight is that of a runner"):
        read_config()


def test_a_file_without_end_is_refused(config: Path) -> None:
    config.write_bytes(b"# " + b"x" * 100_000)
    with pytest.raises(RetropaceError, match="holds more than 100 kB"):
        read_config()
