"""Listing, completing and explaining commands: all of it at once, whatever the commands themselves need."""

from pathlib import Path

from retropace.cli import COMMANDS, LazyCommand, main
from tests.support.fresh_calls import call_fresh, call_fresh_with

HEAVY = {"numpy", "shapely", "gpxpy", "fitdecode", "fastcrc", "rich", "sqlite3", "distributed", "pyarrow"}


def test_the_list_says_of_each_command_what_the_command_says_of_itself() -> None:
    assert list(main.commands) == sorted(COMMANDS)
    for name, standing_in in main.commands.items():
        assert isinstance(standing_in, LazyCommand)
        command = standing_in.load()
        assert command.name == name
        assert standing_in.get_short_help_str(200) == command.get_short_help_str(200)


def test_the_list_loads_no_command() -> None:
    for call in call_fresh(["--help"], ["--version"]):
        assert (call.status, "retropace" in call.printed) == (0, True)
        assert not HEAVY & call.modules
        assert {name for name in call.modules if name.startswith("retropace.")} == {
            "retropace.cli",
            "retropace.core",
            "retropace.core._lazy",
        }


COMPLETIONS: dict[str, set[str]] = {
    "retropace ": set(COMMANDS),
    "retropace an": {"analyze", "annotate"},
    "retropace analyze --thr": {"--threshold"},
    "retropace intervals --units ": {"km", "mi"},
    "retropace library ": {"list", "search", "show"},
}


def test_completing_names_of_commands_loads_click_alone() -> None:
    environments = [
        {"_RETROPACE_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
        for typed in COMPLETIONS
    ]
    calls = call_fresh_with([([], environment) for environment in environments])
    for (typed, answers), call in zip(COMPLETIONS.items(), calls, strict=True):
        assert answers <= {line.rpartition(",")[2] for line in call.printed.splitlines()}, typed
        assert typed.count(" ") > 1 or not HEAVY & call.modules, typed


def test_analysing_loads_what_the_file_needs(samples: Path) -> None:
    unneeded = {
        "long-backward.fit": {"gpxpy", "pyexpat", "shapely", "csv", "rich", "retropace.labelling.athlete"},
        "track-6x400.gpx": {"gpxpy", "fitdecode", "fastcrc", "shapely", "rich", "retropace.labelling.athlete"},
        "treadmill-beginner.fit": {"gpxpy", "pyexpat", "shapely", "rich"},
    }
    drawing = {"retropace.output.charts"}  # only on a terminal
    documents = {
        f"retropace.{name}" for name in ("analysis.json_document", "output.tables.energy", "output.tables.workout")
    }
    of_tests = {"scipy", "ruptures", "pandas", "pyproj", "fit_tool"}
    calls = call_fresh(*(["analyze", str(samples / name)] for name in unneeded))
    for name, call in zip(unneeded, calls, strict=True):
        assert call.status == 0, call.printed
        # The title of the track session is a workout.
        needed = {"retropace.output.tables.workout"} if name == "track-6x400.gpx" else set()
        assert not (unneeded[name] | drawing | documents - needed | of_tests) & call.modules, name
    # A recording without annotations loads their types, but no parser, and no list of words is read.
    loaded = {name.rpartition(".")[2] for name in calls[-1].modules if name.startswith("retropace.annotations.")}
    types = {"annotation", "label"}
    assert loaded == {"model", "resolve", "activity_annotations", *types}
    assert "tomllib" not in calls[-1].modules
