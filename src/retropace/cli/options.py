"""Options that several commands share, one decorator each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def units(command: Command) -> Command:
    """``--units km|mi``."""
    return click.option(
        "--units",
        type=click.Choice(["km", "mi"]),
        default="km",
        show_default=True,
        help="Show distance and pace in kilometres or miles.",
    )(command)


def cadence(command: Command) -> Command:
    """``--cadence auto|rpm|spm``."""
    return click.option(
        "--cadence",
        type=click.Choice(["auto", "rpm", "spm"]),
        default="auto",
        show_default=True,
        help="What the file's cadence counts: turns of one foot (rpm), steps of both (spm), or find out.",
    )(command)


def session(command: Command) -> Command:
    """``--session N``."""
    return click.option(
        "--session",
        type=click.IntRange(min=1),
        metavar="N",
        help="Use only the N-th running or walking session of a file that holds several.",
    )(command)


def table_or_json(command: Command) -> Command:
    """``--format table|json``, as ``form``."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="Tables to read, or JSON.",
    )(command)
