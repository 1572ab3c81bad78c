"""Turns whatever goes wrong with a file into one sentence on stderr and an exit status.

0 all good, 1 some inputs failed, 2 wrong usage (click's own).
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

import click

from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars

Result = TypeVar("Result")

EXIT_FAILURE = 1
"""Exit status when some inputs failed."""


def run_or_report(path: str, action: Callable[[], Result]) -> Result | None:
    """The result of the work on one file; None, with one sentence on stderr, if it failed.

    A mistake of retropace's own is told in one sentence too; ``RETROPACE_DEBUG=1`` in the environment adds where.
    """
    try:
        return action()
    except RetropaceError as bad:
        message = str(bad)
        print_error(message if bad.path is not None else f"{path}: {message}")
    except BrokenPipeError:
        raise  # whoever reads along has seen enough: click ends quietly
    except MemoryError:
        print_error(f"{path}: does not fit into memory")
    except Exception as bug:
        print_error(
            f"{path}: retropace itself failed ({type(bug).__name__}: {_describe_exception(bug)}); please report it with the file"
        )
        if os.environ.get("RETROPACE_DEBUG"):
            click.echo(traceback.format_exc(), err=True)
    return None


def print_error(message: str) -> None:
    """One line on stderr, with control characters from file names and contents made harmless."""
    click.echo(f"retropace: {strip_control_chars(message)}", err=True)


def exit_status(results: Iterable[object | None]) -> int:
    """0 if every input gave a result, else 1."""
    return EXIT_FAILURE if any(result is None for result in results) else 0


def _describe_exception(bug: Exception) -> str:
    return " ".join(str(bug).split()) or "no details"
