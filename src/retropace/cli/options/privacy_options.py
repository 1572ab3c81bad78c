"""The options that hide places, shared by every command whose output shows positions."""

from __future__ import annotations

import click

from retropace.cli.options.common import Command, add_options, gather, option
from retropace.cli.options.param_types import parse_option
from retropace.cli.terminal.errors import run_or_exit
from retropace.config.model import read_config
from retropace.config.privacy import PrivacyFilter, parse_metres, parse_privacy_zone
from retropace.core.user_dirs import config_path


def resolve_privacy_filter(hide_around: tuple[str, ...], hide_ends: str | None, hide_nothing: bool) -> PrivacyFilter:
    """Return the privacy filter that results from the options and the config.

    Zones of both are hidden; ``hide_ends`` replaces the config's distance; ``hide_nothing`` disables the config. Raises
    click's usage errors, and ends the program with exit status 1 if the config cannot be read.
    """
    if hide_nothing and (hide_around or hide_ends is not None):
        raise click.UsageError("--hide-nothing goes without --hide-around and --hide-ends.")
    if hide_nothing:
        return PrivacyFilter()
    config = run_or_exit(str(config_path()), read_config)  # without it, positions that it hides could be shown
    zones = tuple(parse_option("--hide-around", parse_privacy_zone, text) for text in hide_around)
    ends_m = config.privacy.ends_m if hide_ends is None else parse_option("--hide-ends", parse_metres, hide_ends)
    return PrivacyFilter((*config.privacy.zones, *zones), ends_m)


def privacy_options(command: Command) -> Command:
    """Add ``--hide-around``, ``--hide-ends`` and ``--hide-nothing``, gathered as ``privacy_filter``."""
    return add_options(
        option(
            "--hide-around LAT,LON,RADIUS",
            "Leave out every position within RADIUS metres of a place, for example 48.137,11.575,300m. May be given "
            "several times, and once for all as hide_around under [privacy] in config.toml.",
            multiple=True,
        ),
        option(
            "--hide-ends METRES",
            "Leave out the positions of the first and the last METRES of the way. Once for all: hide_ends.",
        ),
        option("--hide-nothing", "Show what config.toml hides.", is_flag=True),
        gather("privacy_filter", resolve_privacy_filter),
    )(command)
