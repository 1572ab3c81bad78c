"""How the text of an option becomes a value: its default from the config file, and how it is parsed."""

from __future__ import annotations

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


class DateParam(click.DateTime):
    """A day (``2025-05-01``), a month (``2025-05``) or a year (``2025``), parsed into its first moment in UTC."""

    name = "DATE"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d", "%Y-%m", "%Y", "%Y-%m-%dT%H:%M:%S"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return an aware datetime in UTC."""
        try:
            return super().convert(value, param, ctx).replace(tzinfo=UTC)
        except click.BadParameter:
            self.fail(f"{value!r} is no day: write for example 2025-05-01, 2025-05 or 2025", param, ctx)


class ByteSizeParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """A number of bytes: ``512MB``, ``1.5G``, ``1000000``. A unit is a power of 1024."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", str(value).strip().lower())
        if match is None or float(match[1]) <= 0.0:
            self.fail(f"{value!r} is no size: write for example 512MB or 2G", param, ctx)
        return int(float(match[1]) * 1024 ** " kmgt".index(match[2] or " "))


class WeightParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """A person's body mass: ``70``, ``70kg``, ``154lb``."""

    name = "KG"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the body mass in kilograms."""
        kilograms = value if isinstance(value, float) else parse_weight_kg(str(value))
        if kilograms is None:
            self.fail(f"{value!r} is no weight of a runner: write for example 70, 70kg or 154lb", param, ctx)
        return float(kilograms)


class TimeZoneParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """The name of a time zone in the IANA database, such as ``Europe/Berlin``."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name unchanged if the database holds it."""
        from retropace.config.model import validate_time_zone

        try:
            return validate_time_zone(value)
        except RetropaceError:
            self.fail(f"{value!r} is no time zone: write for example Europe/Berlin or UTC", param, ctx)
