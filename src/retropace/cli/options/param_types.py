"""How the text of an option becomes a value: its default from the config file, and how it is parsed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from retropace.cli.terminal.errors import run_or_exit
from retropace.core.errors import RetropaceError
from retropace.core.units import parse_weight_kg
from retropace.core.user_dirs import config_path

T = TypeVar("T")
"""The type that the parser returns."""


def default_from_config(
    name: str, fallback: Any = None, *, empty_is_none: bool = False, convert: Callable[[Any], Any] = lambda value: value
) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return a click callback that gives an absent option its default: the config value ``name``, else ``fallback``.

    With ``empty_is_none``, an option given as an empty text is None, whatever the config says. ``convert`` makes of the
    text what the command receives. A config file that cannot be read ends the program with exit status 1; for help and
    completion none is read.
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


def parse_option(option: str, parse: Callable[[str], T], text: str) -> T:
    """Return ``parse(text)``; a ``RetropaceError`` becomes a usage error of click that names ``option``."""
    try:
        return parse(text)
    except RetropaceError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


class ParsedText(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """A text that ``parse`` turns into a value; if it raises or returns None, the text "is no" ``expected``."""

    def __init__(self, name: str, parse: Callable[[str], Any], expected: str) -> None:
        self.name, self._parse, self._expected = name, parse, expected

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the parsed text; a value that is no text was parsed before."""
        if not isinstance(value, str):
            return value
        parsed = None
        with contextlib.suppress(RetropaceError, click.BadParameter):
            parsed = self._parse(value)
        if parsed is None:
            self.fail(f"{value!r} is no {self._expected}", param, ctx)
        return parsed


def _parse_day(text: str) -> datetime:
    formats = click.DateTime(["%Y-%m-%d", "%Y-%m", "%Y", "%Y-%m-%dT%H:%M:%S"])
    return formats.convert(text, None, None).replace(tzinfo=UTC)


def _parse_byte_size(text: str) -> int | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", text.strip().lower())
    if match is None or float(match[1]) <= 0.0:
        return None
    return int(float(match[1]) * 1024 ** " kmgt".index(match[2] or " "))


def _parse_time_zone(text: str) -> str:
    from retropace.config.model import validate_time_zone

    return validate_time_zone(text)


DATE = ParsedText("DATE", _parse_day, "day: write for example 2025-05-01, 2025-05 or 2025")
"""A day, a month or a year, parsed into its first moment in UTC."""
BYTE_SIZE = ParsedText("SIZE", _parse_byte_size, "size: write for example 512MB or 2G")
"""A number of bytes, ``1000000`` or ``1.5G``; a unit is a power of 1024."""
WEIGHT = ParsedText("KG", parse_weight_kg, "weight of a runner: write for example 70, 70kg or 154lb")
"""A person's body mass, parsed into kilograms."""
TIME_ZONE = ParsedText("NAME", _parse_time_zone, "time zone: write for example Europe/Berlin or UTC")
"""The name of a time zone in the IANA database."""
