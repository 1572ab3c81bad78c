"""``docs/cli.md`` from the commands themselves: ``python -m retropace.cli.reference > docs/cli.md``."""

from __future__ import annotations

import sys

import click

from retropace.cli import main

WIDTH = 100


def reference() -> str:
    """The page: what ``--help`` says of every command."""
    parts = [
        "# The commands",
        "",
        "Made from `--help` by `python -m retropace.cli.reference`; a test says when stale.",
        "",
    ]
    group = click.Context(main, info_name="retropace", terminal_width=WIDTH, max_content_width=WIDTH)
    parts += _part("retropace", main.get_help(group))
    for name in main.list_commands(group):
        command = main.commands[name]
        context = click.Context(command, info_name=name, parent=group, terminal_width=WIDTH, max_content_width=WIDTH)
        parts += _part(f"retropace {name}", command.get_help(context))
    return "\n".join(parts)


def _part(title: str, text: str) -> list[str]:
    return [f"## {title}", "", "```text", text.rstrip(), "```", ""]


if __name__ == "__main__":
    sys.stdout.write(reference())
