"""Where tables go: colour and lines on a terminal, plain text when piped."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 1000
"""Columns of piped output: nothing is cut off that a terminal would have wrapped."""


def print_json(documents: Sequence[dict[str, Any]], *, of: int) -> None:
    """Print what came ``of`` so many files: an object if there was one of each, else an array; nothing for nothing."""
    if documents or of > 1:
        alone = of == 1 and len(documents) == 1
        click.echo(json.dumps(documents[0] if alone else documents, ensure_ascii=False, indent=2))


def open_console() -> Console:
    """A console on stdout that honours NO_COLOR and neither wraps nor colours what is piped."""
    from rich.console import Console

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no dash gets a question mark
    piped = not sys.stdout.isatty()
    return Console(
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=piped,
        width=PIPED_WIDTH if piped else None,
        no_color=True if piped or os.environ.get("NO_COLOR") else None,
        force_terminal=False if piped else None,
    )
