"""The page ``docs/cli.md``, generated from ``--help``: ``python -m retropace.cli.reference > docs/cli.md``."""

import sys

import click

from retropace.cli import LazyCommand, main

WIDTH = 100
"""Columns to which help texts are wrapped."""


def build_reference() -> str:
    """Return the page as Markdown: the ``--help`` text of every command and subcommand."""
    note = "Made from `--help` by `python -m retropace.cli.reference`; a test says when stale."
    return "\n".join(["# The commands", "", note, "", *_build_sections(main, "retropace", None)])


def _build_sections(command: click.Command, name: str, parent: click.Context | None) -> list[str]:
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    lines = [f"## {context.command_path}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    if isinstance(command, click.Group):
        for subname in command.list_commands(context):
            subcommand = command.commands[subname]
            loaded = subcommand.load() if isinstance(subcommand, LazyCommand) else subcommand
            lines += _build_sections(loaded, subname, context)
    return lines


if __name__ == "__main__":
    sys.stdout.write(build_reference())
