"""Where tables go: colour and lines on a terminal, plain text when piped."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 200
"""Columns of piped output: nothing is cut off that a terminal would have wrapped."""


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
