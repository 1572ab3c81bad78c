"""Defaults that come from the user's configuration file."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from retropace.cli.terminal.errors import run_or_exit
from retropace.core.user_dirs import config_path


def default_from_config(
    name: str,
    fallback: Any = None,
    *,
    empty_is_none: bool = False,
    convert: Callable[[Any], Any] = lambda value: value,
) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return a click callback that gives an absent option its default: the config value ``name``, else ``fallback``.

    With ``empty_is_none``, an option given as an empty text is None, whatever the config says. ``convert`` makes of the
    text what the command receives. The config file is read when the command runs, not for help or completion. If it
    cannot be read, the program ends with exit status 1.
    """

    def resolve(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
        if value == "" and empty_is_none:
            return None
        if context.resilient_parsing:
            return value
        if value is None and os.path.lexists(config_path()):  # without a file, nothing that parses it is imported
            from retropace.config.model import read_config

            value = getattr(run_or_exit(str(config_path()), read_config), name)
        return convert(fallback if value is None else value)

    return resolve
