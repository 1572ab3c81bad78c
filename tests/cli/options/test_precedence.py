"""Settings hold where no flag does, in every command that has the flag."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.user_config import OWN_CONFIG, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_bytes(OWN_CONFIG.encode())
    return tmp_path


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


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


@pytest.mark.parametrize(
    ("words", "mi", "km"),
    [
        (["analyze", "quarter-mile.fit", "--brief"], "3.04 mi", "4.88 km"),
        (["inspect", "quarter-mile.fit"], " mi", " km"),
        (["intervals", "quarter-mile.fit"], " /mi", " /km"),
        (["report", "quarter-mile.fit", "-o", "-"], "3.04 mi", "4.88 km"),
        (["batch", "quarter-mile.fit"], " mi", " km"),
        (["athlete", "show", "anna.json"], " /mi", " /km"),
        (["progress", "--until", "2025-05-10"], " /mi", " /km"),
        (["library", "list"], " mi", " km"),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_units_of_the_settings_hold_until_a_flag_says_otherwise(
    folder: Path, samples: Path, words: list[str], mi: str, km: str
) -> None:
    for name in ("quarter-mile.fit", "quarter-mile.annotations.csv"):
        shutil.copy(samples / name, folder)
    if words[0] in ("progress", "library"):
        run(folder, "batch", "quarter-mile.fit", cwd=folder)
    if words[0] == "athlete":
        run(folder, "analyze", "quarter-mile.fit", "--athlete", "anna.json", cwd=folder)
    told = run(folder, *words, cwd=folder).stdout
    assert (mi in told, km in told) == (True, False)
    told = run(folder, *words, "--units", "km", cwd=folder).stdout
    assert (mi in told, km in told) == (False, True)
    (folder / "config.toml").unlink()
    told = run(folder, *words, cwd=folder).stdout
    assert (mi in told, km in told) == (False, True)


def test_home_zones_of_the_settings_yield_to_the_environment_and_to_the_flag(folder: Path, samples: Path) -> None:
    recording = str(samples / "quarter-mile.fit")
    (folder / "config.toml").write_text("home_zones = true\n")
    ran = run(folder, "analyze", recording)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"there is no {folder / 'zones.geojson'}" in " ".join(ran.stderr.split())
    assert run(folder, "analyze", recording, "--no-home-zones").returncode == 0
    assert run(folder, "analyze", recording, RETROPACE_HOME_ZONES="0").returncode == 0
    (folder / "config.toml").write_text("home_zones = false\n")
    assert run(folder, "analyze", recording).returncode == 0
    assert run(folder, "analyze", recording, "--home-zones").returncode == 2
    assert run(folder, "analyze", recording, RETROPACE_HOME_ZONES="1").returncode == 2


def test_only_marked_of_the_settings_yields_to_the_environment_and_to_the_flag(folder: Path, samples: Path) -> None:
    recording = str(samples / "track-6x400.gpx")

    def bases(*more: str, **environment: str) -> set[str]:
        words = ("analyze", recording, "--mark", "7:00-10:24=backward", "--format", "json", *more)
        return {row["basis"] for row in json.loads(run(folder, *words, **environment).stdout)["segments"]}

    assert "suspected" in bases()
    assert "suspected" not in bases("--only-marked")
    assert "suspected" not in bases(RETROPACE_ONLY_MARKED="1")
    assert "suspected" in bases("--suspect", RETROPACE_ONLY_MARKED="1")
    assert run(folder, "config", "set", "only_marked", "yes").returncode == 0
    shown = json.loads(run(folder, "config", "show", "--format", "json").stdout)
    assert shown["only_marked"] is True
    assert "suspected" not in bases()
    assert "suspected" in bases("--suspect")
    assert "suspected" in bases(RETROPACE_ONLY_MARKED="0")
    ran = run(folder, "config", "set", "only_marked", "perhaps")
    assert ran.returncode != 0
    assert "only_marked is true or false" in " ".join(ran.stderr.split())


def test_weight_and_time_zone_of_the_settings_yield_to_the_flag(folder: Path, samples: Path) -> None:
    recording = str(samples / "quarter-mile.fit")
    (folder / "config.toml").write_text('weight = "140kg"\ntimezone = "Pacific/Pago_Pago"\n')

    def energy(*words: str) -> float:
        document = json.loads(run(folder, "analyze", recording, "--format", "json", *words).stdout)
        return float(document["energy"]["all"]["low_kcal"])

    assert energy() == pytest.approx(2.0 * energy("--weight", "70kg"), rel=0.02)
    run(folder, "batch", recording)
    words = ("progress", "--until", "2025-05-02")  # it began at 7:30 UTC on the third, which was the second there
    assert run(folder, *words).stdout.startswith("1 activity, 2025-05-02")
    assert not run(folder, *words, "--timezone", "UTC").stdout.startswith("1 activity")


def test_who_says_everything_needs_no_settings(folder: Path, samples: Path) -> None:
    (folder / "config.toml").write_text("units = [[[\n")
    words = ["--units", "km", "--athlete", "", "--weight", "70", "--no-home-zones", "--suspect"]
    recording = str(samples / "quarter-mile.fit")
    assert run(folder, "analyze", recording, *words).returncode == 0
    ran = run(folder, "analyze", recording, *words[2:])
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"retropace: {folder / 'config.toml'}:1: is no TOML: ")
