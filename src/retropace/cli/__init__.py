"""The command line; of ``sessions``, ``terminal``, ``options`` and ``commands``, each imports only those before it."""

import contextlib
import os
import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "analyze": "How far and how long each recording was run forward and backward.",
    "annotate": "Write down what was run backward, in NAME.annotations.csv beside the recording.",
    "athlete": "What is remembered of a runner, and from which sessions.",
    "batch": "Analyse everything in folders, archives and watch exports, and remember it.",
    "config": "Your own settings: units, weight, time zone, places to hide, goals. Flags win over them.",
    "evaluate": "How good labels are against the truth.",
    "export": "An analysis as CSV, JSON, GeoJSON, GPX, FIT or a picture, for other programs.",
    "goal": "What you mean to do each week or month; 'retropace progress' tells how far it is.",
    "inspect": "What a recording holds, how good it is, and what can be done with it.",
    "intervals": "Sets and reps of an interval session, forward against backward.",
    "library": "What is remembered of all that 'retropace batch' analysed.",
    "progress": "Weeks and months, how backward gets on beside forward, bests, goals.",
    "report": "One page to look at: map, charts, totals, reps, and how to mark what is wrong.",
}
"""The first sentence of each command's help, by the name of the command, which is also the name of its module."""


class Program(click.Group):
    """The group of all commands."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the program; where stdout cannot be written, end with one sentence on stderr and exit status 1."""
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
    """A command whose module is imported when it is called; ``summary`` is what ``retropace --help`` shows for it."""

    def __init__(self, name: str, summary: str) -> None:
        super().__init__(name, help=summary)

    def load(self) -> click.Command:
        """Import the module ``retropace.cli.commands.<name>`` and return its command."""
        command: click.Command = getattr(import_module(f"retropace.cli.commands.{self.name}"), str(self.name))
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the imported command, which then runs, completes and shows its own help."""
        return self.load().make_context(info_name, args, parent, **extra)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="retropace")
def main() -> None:
    """How far and how long a running session was run backward.

    Reads what a sports watch recorded (FIT, GPX, TCX), cuts it where pace and cadence change, and sums up distance and
    time per direction, starting from what you say about it.
    """
    # OpenBLAS starts its threads at import. Small matrices gain nothing from them, and starting
    # them takes longer than the rest of NumPy's import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


for _name, _summary in COMMANDS.items():
    main.add_command(LazyCommand(_name, _summary))
