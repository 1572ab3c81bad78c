"""Calls of the command line that start with nothing loaded: each in a fork of one fresh Python."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROGRAM = """
import json, os, sys

def call(words, environment):
    import io
    os.environ.update(environment)
    sys.stdout = sys.stderr = printed = io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.argv[0] = "retropace"
    status = 0
    try:
        from retropace.cli import main
        main(words, prog_name="retropace")
    except SystemExit as end:
        status = end.code
    except BaseException:
        import traceback
        traceback.print_exc()
        status = 1
    printed.flush()
    return printed.buffer.getvalue().decode("utf-8"), status, sorted(sys.modules)

calls = json.load(sys.stdin)
answers = []
for words, environment in calls:
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        with os.fdopen(theirs, "w") as pipe:
            json.dump(call(words, environment), pipe)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        answers.append(json.load(pipe))
    os.waitpid(child, 0)
json.dump(answers, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class FreshCall:
    """What a call printed on stdout and stderr, how it ended, and every module that it had loaded by then."""

    printed: str
    status: int
    modules: frozenset[str]


def call_fresh(*calls: Sequence[str], cwd: Path | None = None, **environment: str) -> list[FreshCall]:
    """Call the command with each of these lists of words; no call has anything loaded by the others."""
    return call_fresh_with([(words, environment) for words in calls], cwd)


def call_fresh_with(
    calls: Sequence[tuple[Sequence[str], Mapping[str, str]]], cwd: Path | None = None
) -> list[FreshCall]:
    """Call the command with each list of words in each environment."""
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=json.dumps([(list(words), dict(environment)) for words, environment in calls]),
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
        env=dict(os.environ),
    )
    return [FreshCall(printed, status, frozenset(modules)) for printed, status, modules in json.loads(ran.stdout)]
