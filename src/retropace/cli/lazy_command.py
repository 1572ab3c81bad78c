"""A command that is imported when it is called: listing and completing commands costs no more than click itself."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


class LazyCommand(click.Command):
    """Stands for the command of this name in the module of this name; ``summary`` is what the list says of it."""

    def __init__(self, name: str, summary: str) -> None:
        super().__init__(name, help=summary)

    def load(self) -> click.Command:
        """The command itself."""
        command: click.Command = getattr(import_module(f"retropace.cli.commands.{self.name}"), str(self.name))
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """That of the command itself, so that it is what runs, completes and shows help."""
        return self.load().make_context(info_name, args, parent, **extra)
