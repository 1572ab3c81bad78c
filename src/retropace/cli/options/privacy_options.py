"""The options by which a runner keeps places to themselves, shared by every command whose output shows positions."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from retropace.config.privacy import PrivacyFilter

Command = TypeVar("Command", bound="Callable[..., Any]")
T = TypeVar("T")


def privacy_options(command: Command) -> Command:
    """``--hide-around``, ``--hide-ends`` and ``--hide-nothing``, understood as ``privacy_filter``."""

    @functools.wraps(command)
    def understanding(*, hide_around: tuple[str, ...], hide_ends: str | None, hide_nothing: bool, **others: Any) -> Any:
        return command(privacy_filter=_resolve_privacy_filter(hide_around, hide_ends, hide_nothing), **others)

    understood_command: Any = understanding
    for option in reversed(_OPTIONS):
        understood_command = option(understood_command)
    return cast("Command", understood_command)


_OPTIONS = (
    click.option(
        "--hide-around",
        metavar="LAT,LON,RADIUS",
        multiple=True,
        help="Leave out every position within RADIUS metres of a place, for example 48.137,11.575,300m. May be given "
        "several times, and once for all as hide_around under [privacy] in config.toml.",
    ),
    click.option(
        "--hide-ends",
        metavar="METRES",
        help="Leave out the positions of the first and the last METRES of the way. Once for all: hide_ends.",
    ),
    click.option("--hide-nothing", is_flag=True, help="Show what config.toml hides."),
)


def _resolve_privacy_filter(hide_around: tuple[str, ...], hide_ends: str | None, hide_nothing: bool) -> PrivacyFilter:
    """What is to be hidden: what the options say and, unless told otherwise, what the settings file says.

    Places add up; of the ends the option counts. Raises click's own errors.
    """
    from retropace.cli.terminal.errors import EXIT_FAILURE, run_or_report
    from retropace.config.model import read_config
    from retropace.config.privacy import PrivacyFilter, parse_metres, parse_privacy_zone
    from retropace.core.user_dirs import config_path

    if hide_nothing and (hide_around or hide_ends is not None):
        raise click.UsageError("--hide-nothing goes without --hide-around and --hide-ends.")
    if hide_nothing:
        return PrivacyFilter()
    config = run_or_report(str(config_path()), read_config)
    if config is None:
        sys.exit(EXIT_FAILURE)  # showing what may be meant to stay hidden is no way out
    places = tuple(_parse_option("--hide-around", parse_privacy_zone, text) for text in hide_around)
    ends_m = config.privacy.ends_m if hide_ends is None else _parse_option("--hide-ends", parse_metres, hide_ends)
    return PrivacyFilter((*config.privacy.zones, *places), ends_m)


def _parse_option(option: str, parse: Callable[[str], T], text: str) -> T:
    from retropace.core.errors import RetropaceError

    try:
        return parse(text)
    except RetropaceError as bad:
        raise click.BadParameter(str(bad), param_hint=option) from None
