"""Defaults that come from the user's configuration file."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from retropace.core.user_dirs import config_path


def default_from_config(
    name: str, fallback: Any = None, *, empty_is_none: bool = False
) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return a click callback that gives an absent option its default: the config value ``name``, else ``fallback``.

    With ``empty_is_none``, an option given as an empty text is None, whatever the config says. The config file is read
    when the command runs, not for help or completion. If it cannot be read, the program ends with exit status 1.
    """

    def resolve(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
        if value == "" and empty_is_none:
            return None
        if value is not None or context.resilient_parsing:
            return value
        if not os.path.lexists(config_path()):
            return fallback  # without a file, nothing that parses it needs to be imported
        from retropace.cli.terminal.errors import EXIT_FAILURE, run_or_report
        from retropace.config.model import read_config

        config = run_or_report(str(config_path()), read_config)
        if config is None:
            context.exit(EXIT_FAILURE)
        configured = getattr(config, name)
        return fallback if configured is None else configured

    return resolve
