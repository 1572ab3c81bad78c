"""Where stdout takes nothing, every command says so in one sentence and fails."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from retropace.cli import LazyCommand, main
from tests.support.command_line import retropace

RUN = "long-backward.fit"
MESSAGE = "retropace: the output cannot be written: No space left on device"
CALLS = [
    ["--help"],
    ["--version"],
    ["goal", "list", "--help"],
    ["analyze", RUN],
    ["analyze", RUN, "--format", "csv"],
    ["analyze", RUN, "--format", "json"],
    ["analyze", RUN, "--format", "jsonl"],
    ["annotate", RUN, "--list"],
    ["annotate", RUN, "--list", "--format", "json"],
    ["annotate", RUN, "--add", "1:00-2:00=backward"],
    ["athlete", "show"],
    ["athlete", "show", "--format", "json"],
    ["athlete", "show", "anna"],
    ["athlete", "rebuild", "anna", RUN],
    ["athlete", "forget", "anna"],
    ["batch", RUN, "--library", "new.sqlite"],
    ["batch", RUN, "--library", "new.sqlite", "--json"],
    ["batch", "track-6x400.gpx", "--library", "new.sqlite", "--dry-run"],
    ["config", "show"],
    ["config", "show", "--format", "toml"],
    ["config", "show", "--format", "json"],
    ["config", "path"],
    ["config", "set", "units", "mi"],
    ["config", "unset", "units"],
    ["evaluate", "analysis.json", "analysis.json"],
    ["evaluate", "analysis.json", "analysis.json", "--format", "json"],
    ["export", RUN, "--to", "csv", "-o", "-"],
    ["export", RUN, "--to", "fit"],
    ["goal", "list"],
    ["goal", "list", "--format", "json"],
    ["goal", "set", "--km", "5"],
    ["goal", "remove", "1"],
    ["inspect", RUN],
    ["inspect", RUN, "--format", "json"],
    ["intervals", RUN],
    ["intervals", RUN, "--format", "csv"],
    ["intervals", RUN, "--format", "json"],
    ["intervals", RUN, "--format", "markdown"],
    ["library", "list"],
    ["library", "list", "--format", "json"],
    ["library", "search", "fit"],
    ["library", "show", RUN],
    ["library", "show", RUN, "--format", "json"],
    ["library", "export", "--json"],
    ["library", "path"],
    ["library", "forget", RUN],
    ["progress"],
    ["progress", "--format", "json"],
    ["progress", "--format", "csv"],
    ["report", RUN],
    ["report", RUN, "-o", "-"],
]


def find_leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that call each command that has no commands below it."""
    loaded = command.load() if isinstance(command, LazyCommand) else command
    if not isinstance(loaded, click.Group):
        yield words
        return
    for name, subcommand in loaded.commands.items():
        yield from find_leaves(subcommand, (*words, name))


def test_every_command_is_called() -> None:
    called = {leaf for leaf in find_leaves(main) for call in CALLS if tuple(call[: len(leaf)]) == leaf}
    assert called == set(find_leaves(main))


def test_every_command_says_that_it_cannot_print(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    for name, place in (("RETROPACE_DATA", "data"), ("RETROPACE_CONFIG", "config")):
        monkeypatch.setenv(name, str(folder / place))
    (folder / "analysis.json").write_text(retropace("analyze", RUN, "--format", "json").stdout)
    for words in (["batch", "."], ["goal", "set", "--sessions", "3"]):
        assert retropace(*words).returncode == 0
    marked = retropace("analyze", RUN, "--mark", "1:00-2:00=backward", "--athlete", "anna")
    assert "learned 1 annotated stretch" in marked.stdout
    capsys.readouterr()
    for call in CALLS:
        with Path("/dev/full").open("w") as full, monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", full)
            with pytest.raises(SystemExit) as ended:
                main(call, prog_name="retropace")
        said = capsys.readouterr().err.splitlines()
        assert (ended.value.code, said[-1:]) == (1, [MESSAGE]), (call, said)
        assert [line for line in said[:-1] if not line.startswith("retropace: ")] == [], call


@pytest.mark.parametrize(
    "words", [["config", "show"], ["analyze", "--help"], ["export", RUN, "--to", "json", "-o", "-"]]
)
def test_python_itself_adds_nothing_at_its_end(words: list[str], samples: Path) -> None:
    command = [sys.executable, "-m", "retropace", *words]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, cwd=samples, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, f"{MESSAGE}\n")
