"""Listing, completing and explaining commands: all of it at once, whatever the commands themselves need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from retropace.cli import COMMANDS, main
from retropace.cli.lazy_command import LazyCommand

HEAVY = {"numpy", "shapely", "gpxpy", "fitdecode", "fastcrc", "rich", "pebble", "sqlite3", "distributed", "pyarrow"}
_LOADED = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
from retropace.cli import main
sys.argv[0] = "retropace"
main(prog_name="retropace")
"""


def run_and_list_modules(*words: str, **environment: str) -> tuple[str, set[str]]:
    """What a call prints, and the modules that it loads."""
    ran = subprocess.run(
        [sys.executable, "-c", _LOADED, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return ran.stdout, set(json.loads(ran.stderr))


def test_the_list_says_of_each_command_what_the_command_says_of_itself() -> None:
    assert list(main.commands) == sorted(COMMANDS)
    for name, standing_in in main.commands.items():
        assert isinstance(standing_in, LazyCommand)
        command = standing_in.load()
        assert command.name == name
        assert standing_in.get_short_help_str(200) == command.get_short_help_str(200)


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_the_list_loads_no_command(word: str) -> None:
    printed, modules = run_and_list_modules(word)
    assert "retropace" in printed
    assert not HEAVY & modules
    assert {name for name in modules if name.startswith("retropace.")} == {
        "retropace.cli",
        "retropace.cli.lazy_command",
        "retropace.core",
        "retropace.core._lazy",
    }


@pytest.mark.parametrize(
    ("typed", "answers"),
    [
        ("retropace ", set(COMMANDS)),
        ("retropace an", {"analyze", "annotate"}),
        ("retropace analyze --thr", {"--threshold"}),
        ("retropace intervals --units ", {"km", "mi"}),
        ("retropace library ", {"list", "search", "show"}),
    ],
)
def test_completing_loads_click_alone(typed: str, answers: set[str]) -> None:
    words = typed.split(" ")
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    printed, modules = run_and_list_modules(_RETROPACE_COMPLETE="bash_complete", **asked)
    assert answers <= {line.rpartition(",")[2] for line in printed.splitlines()}
    assert not HEAVY & modules


@pytest.mark.parametrize(
    ("name", "unneeded"),
    [
        ("long-backward.fit", {"gpxpy", "pyexpat", "shapely", "csv", "rich", "retropace.labelling.athlete"}),
        ("track-6x400.gpx", {"fitdecode", "fastcrc", "shapely", "rich", "retropace.labelling.athlete"}),
    ],
)
def test_analysing_loads_what_the_file_needs(samples: Path, name: str, unneeded: set[str]) -> None:
    _, modules = run_and_list_modules("analyze", str(samples / name))
    assert not unneeded & modules
    assert not {"scipy", "ruptures", "pandas", "pyproj"} & modules


def test_a_recording_without_a_word_loads_nothing_that_understands_words(samples: Path) -> None:
    _, modules = run_and_list_modules("analyze", str(samples / "treadmill-beginner.fit"))
    words = {name.rpartition(".")[2] for name in modules if name.startswith("retropace.annotations.")}
    assert words == {"resolve", "collect"}
