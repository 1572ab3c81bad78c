"""``docs/cli.md`` from the commands themselves: ``python -m retropace.cli.reference > docs/cli.md``."""

from __future__ import annotations

import sys

import click

from retropace.cli import main
from retropace.cli.lazy_command import LazyCommand

WIDTH = 100


def build_reference() -> str:
    """The page: what ``--help`` says of every command."""
    parts = [
        "# The commands",
        "",
        "Made from `--help` by `python -m retropace.cli.reference`; a test says when stale.",
        "",
    ]
    parts += _build_sections(main, "retropace", None)
    return "\n".join(parts)


def _build_sections(command: click.Command, name: str, parent: click.Context | None) -> list[str]:
    """The part of a command and of every command within it."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    parts = _build_section(context.command_path, command.get_help(context))
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.commands[inner]
            parts += _build_sections(found.load() if isinstance(found, LazyCommand) else found, inner, context)
    return parts


def _build_section(title: str, text: str) -> list[str]:
    return [f"## {title}", "", "```text", text.rstrip(), "```", ""]


if __name__ == "__main__":
    sys.stdout.write(build_reference())
