"""The commands in the docs, run: ``python -m tests.support.docs`` writes what they print into the pages.

A block that starts with ````` ```console ````` holds commands behind ``$`` and, below each, what it prints. They run in
one folder per page, which holds copies of the samples, and see each other's files.
"""

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.command_line import retropace
from tests.support.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CALL = re.compile(
    r"""retropace\ (?P<words>(?:[^'"|<>&;$\\`]|\\\n|'[^']*'|"[^"$`\\]*")*?)(?P<merged>2>&1)?\s*(?P<rest>[|>].*)?\Z""",
    re.DOTALL | re.VERBOSE,
)
"""A call of retropace that needs no shell, and what a shell does with its output."""
BLOCK = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)


def rendered(page: str) -> str:
    """The page with every console block filled with what its commands really print."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "samples", Path(folder) / "samples")
        return BLOCK.sub(lambda match: match[1] + _run(match[2], Path(folder)) + match[3], page)


def commands(block: str) -> list[str]:
    """The commands of a block; one goes on over lines that end in a backslash."""
    joined = block.replace("\\\n", "\\\0")
    return [line[2:].replace("\\\0", "\\\n") for line in joined.splitlines() if line.startswith("$ ")]


def _run(block: str, folder: Path) -> str:
    text = ""
    for command in commands(block):
        call, merged, rest = _split_call(command)
        environment = {"RETROPACE_DATA": str(folder / "data"), "RETROPACE_CONFIG": str(folder / "config")}
        given = errors = ""
        if call:
            ran = retropace(*call, cwd=folder, COLUMNS="80", **environment)
            given, errors = (ran.stdout + ran.stderr, "") if merged else (ran.stdout, ran.stderr)
        if rest:
            ran = subprocess.run(
                ["bash", "-c", f"cat {rest}" if call else rest],
                input=given,
                capture_output=True,
                text=True,
                encoding="utf-8",
                cwd=folder,
                check=False,
            )
            given, errors = ran.stdout, errors + ran.stderr
        text += f"$ {command}\n{given}{errors}"
    return text


def _split_call(command: str) -> tuple[list[str], bool, str]:
    """The words of a call of retropace, whether its errors go where its output goes, and the shell's part behind it."""
    match = CALL.match(command)
    if match is None:
        return [], False, command
    return shlex.split(match["words"].replace("\\\n", " ")), match["merged"] is not None, match["rest"]


if __name__ == "__main__":
    for path in PAGES:
        before = path.read_text(encoding="utf-8")
        after = rendered(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{path.name} brought up to date\n")
