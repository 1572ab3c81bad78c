"""A stand-in for a command, so that listing and completing command names imports click alone."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


class LazyCommand(click.Command):
    """A command whose module, ``retropace.cli.commands.<name>``, is imported when the command is called.

    ``summary`` is the sentence that ``retropace --help`` shows for it.
    """

    def __init__(self, name: str, summary: str) -> None:
        super().__init__(name, help=summary)

    def load(self) -> click.Command:
        """Import the module and return its command."""
        command: click.Command = getattr(import_module(f"retropace.cli.commands.{self.name}"), str(self.name))
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the imported command, which then runs, completes and shows its own help."""
        return self.load().make_context(info_name, args, parent, **extra)
