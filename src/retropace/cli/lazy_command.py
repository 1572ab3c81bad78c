"""The program and a stand-in for each command, so that listing and completing command names imports click alone."""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from typing import Any

import click


class Program(click.Group):
    """The group of all commands."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the program; where stdout cannot be written, end with one sentence on stderr and exit status 1.

        If stdout is a pipe that was closed, click ends with status 1 and says nothing.
        """
        try:
            return super().main(*args, **options)
        except OSError as error:
            if error.filename is not None:  # not of stdout
                raise
            with contextlib.suppress(OSError):
                sys.stdout.close()  # else Python tries at exit to write what is left
            click.echo(f"retropace: the output cannot be written: {error.strerror or error}", err=True)
            sys.exit(1)


class LazyCommand(click.Command):
    """A command whose module, ``retropace.cli.commands.<name>``, is imported when it is called.

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
