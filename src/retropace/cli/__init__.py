"""The command line: one file per command, and the only part of retropace that prints."""

from __future__ import annotations

import click

from retropace.cli.analyze import analyze
from retropace.cli.annotate import annotate
from retropace.cli.athlete import athlete
from retropace.cli.batch import batch
from retropace.cli.evaluate import evaluate
from retropace.cli.inspect import inspect
from retropace.cli.intervals import intervals
from retropace.cli.library import library


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="retropace")
def main() -> None:
    """How far and how long a running session was run backward.

    Reads what a sports watch recorded (FIT, GPX, TCX), cuts it where pace and cadence change, and sums up distance and
    time per direction, starting from what you say about it.
    """


main.add_command(analyze)
main.add_command(annotate)
main.add_command(athlete)
main.add_command(batch)
main.add_command(evaluate)
main.add_command(inspect)
main.add_command(intervals)
main.add_command(library)
