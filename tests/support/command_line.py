"""The command line as its user runs it: within this process, or in one of its own."""

import os
import subprocess
import sys
import traceback
from pathlib import Path

from click.testing import CliRunner

from retropace.cli import main

ENVIRONMENT = {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


def retropace(*words: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command within this process. A traceback ends up on stderr, with status 1, as Python itself has it."""
    before = Path.cwd()
    os.chdir(cwd or before)
    try:
        result = CliRunner().invoke(
            main, [str(word) for word in words], env=ENVIRONMENT | environment, prog_name="retropace"
        )
    finally:
        os.chdir(before)
    error = result.exception
    tail = "" if error is None or isinstance(error, SystemExit) else "".join(traceback.format_exception(error))
    stdout, stderr = (text.decode("utf-8") for text in (result.stdout_bytes, result.stderr_bytes))
    return subprocess.CompletedProcess(list(map(str, words)), result.exit_code, stdout, stderr + tail)


def retropace_process(
    *words: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with Python's warnings as errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "from retropace.cli import main; main()", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
        env={**os.environ, **ENVIRONMENT, **environment},
    )
