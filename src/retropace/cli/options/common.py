"""Options that several commands share, one decorator each."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

HOME_ZONES_FILENAME = "zones.geojson"
"""The name of the user's own zones in their configuration folder."""

Command = TypeVar("Command", bound=Callable[..., Any])


def default_from_config(
    name: str, fallback: Any = None, *, empty_is_none: bool = False
) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """What an option's value is where nobody gave one: what the settings file says, or else this.

    With ``empty_is_nobody`` an empty value is None, whatever the settings say.

    The file is read when a command runs that asks for it, and not for help.
    """

    def value_of(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
        if value == "" and empty_is_none:
            return None
        if value is not None or context.resilient_parsing:
            return value
        from retropace.core.user_dirs import config_path

        if not os.path.lexists(config_path()):
            return fallback  # most have none, and a short command should not load what reads it
        from retropace.cli.terminal.errors import EXIT_FAILURE, run_or_report
        from retropace.config.model import read_config

        config = run_or_report(str(config_path()), read_config)
        if config is None:
            context.exit(EXIT_FAILURE)
        setting = getattr(config, name)
        return fallback if setting is None else setting

    return value_of


def units(command: Command) -> Command:
    """``--units km|mi``."""
    return click.option(
        "--units",
        type=click.Choice(["km", "mi"]),
        callback=default_from_config("units", "km"),
        help="Show distance and pace in kilometres or miles.  [default: km]",
    )(command)


def cadence(command: Command) -> Command:
    """``--cadence auto|rpm|spm``."""
    return click.option(
        "--cadence",
        type=click.Choice(["auto", "rpm", "spm"]),
        default="auto",
        show_default=True,
        help="What the file's cadence counts: turns of one foot (rpm), steps of both (spm), or find out.",
    )(command)


def session(command: Command) -> Command:
    """``--session N``."""
    return click.option(
        "--session",
        type=click.IntRange(min=1),
        metavar="N",
        help="Use only the N-th running or walking session of a file that holds several.",
    )(command)


def sensitivity(command: Command) -> Command:
    """``--sensitivity FACTOR``."""
    return click.option(
        "--sensitivity",
        type=click.FloatRange(min=0.05, max=20.0),
        default=1.0,
        show_default=True,
        metavar="FACTOR",
        help="Above 1 smaller changes of pace and cadence cut, below 1 only larger ones.",
    )(command)


def threshold(command: Command) -> Command:
    """``--threshold P``."""
    return click.option(
        "--threshold",
        type=click.FloatRange(min=0.5, max=1.0),
        default=0.8,
        show_default=True,
        metavar="P",
        help="How sure to be before a stretch that nobody marked is suspected of having been backward.",
    )(command)


def ignore_names(command: Command) -> Command:
    """``--ignore-names``."""
    return click.option(
        "--ignore-names",
        is_flag=True,
        help="Do not let the names of laps, workout steps, waypoints and tracks, the title or the description, label "
        "anything.",
    )(command)


def exact(command: Command) -> Command:
    """``--exact``."""
    return click.option(
        "--exact",
        is_flag=True,
        help="Leave the edges you gave where they are instead of moving them to a change of pace.",
    )(command)


def zones(command: Command) -> Command:
    """``--zones FILE``."""
    return click.option(
        "--zones",
        metavar="FILE",
        type=click.Path(),
        help="Label what was run within the places of this GeoJSON file: polygons, or lines with a width in metres, "
        'with a property "label".',
    )(command)


def home_zones(command: Command) -> Command:
    """``--home-zones``."""
    return click.option(
        "--home-zones/--no-home-zones",
        default=None,
        envvar="RETROPACE_HOME_ZONES",
        callback=default_from_config("home_zones", False),
        help=f"Use the {HOME_ZONES_FILENAME} in your configuration folder too.  [env: RETROPACE_HOME_ZONES]",
    )(command)


def fields(command: Command) -> Command:
    """``--field NAME[:VALUE=LABEL,...]``."""
    return click.option(
        "--field",
        "fields",
        metavar="NAME[:VALUE=LABEL,...]",
        multiple=True,
        help="Take the direction from a field of the recording, whose values are words for it or are explained here, "
        "for example direction:1=backward,0=forward.",
    )(command)


def since(command: Command) -> Command:
    """``--since DATE``, aware."""
    return click.option(
        "--since",
        type=DateParam(),
        metavar="DATE",
        help="Only activities that began on this day (UTC) or later: 2025-05-01, 2025-05, 2025.",
    )(command)


def sports(command: Command) -> Command:
    """``--sport WORD``, several."""
    return click.option(
        "--sport",
        "sports",
        multiple=True,
        metavar="WORD",
        help="Only sports with this word: trail, walking. May be given several times.",
    )(command)


def library(command: Command) -> Command:
    """``--library FILE``."""
    return click.option(
        "--library",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        envvar="RETROPACE_LIBRARY",
        help="The library to use instead of the one in your data folder.  [env: RETROPACE_LIBRARY]",
    )(command)


def tables(command: Command) -> Command:
    """``--csv DIR`` and ``--parquet DIR``."""
    parquet = click.option(
        "--parquet",
        metavar="DIR",
        type=click.Path(),
        help="Write the same as Parquet parts into this folder (activities-00000.parquet …); needs retropace[parquet].",
    )
    return click.option(
        "--csv",
        metavar="DIR",
        type=click.Path(),
        help="Write activities.csv, segments.csv and failures.csv into this folder.",
    )(parquet(command))


class DateParam(click.DateTime):
    """A day, a month or a year, and the moment with which it begins in UTC."""

    name = "DATE"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d", "%Y-%m", "%Y", "%Y-%m-%dT%H:%M:%S"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment that the text means."""
        try:
            return super().convert(value, param, ctx).replace(tzinfo=UTC)
        except click.BadParameter:
            self.fail(f"{value!r} is no day: write for example 2025-05-01, 2025-05 or 2025", param, ctx)


class ByteSizeParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """An amount of bytes: ``512MB``, ``1.5G``, ``1000000``."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes that the text means."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", str(value).strip().lower())
        if match is None or float(match[1]) <= 0.0:
            self.fail(f"{value!r} is no size: write for example 512MB or 2G", param, ctx)
        return int(float(match[1]) * 1024 ** " kmgt".index(match[2] or " "))


class WeightParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """A person's weight in kilograms: ``70``, ``70kg``, ``154lb``."""

    name = "KG"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The kilograms that the text means."""
        from retropace.core.units import parse_weight_kg

        kilograms = value if isinstance(value, float) else parse_weight_kg(str(value))
        if kilograms is None:
            self.fail(f"{value!r} is no weight of a runner: write for example 70, 70kg or 154lb", param, ctx)
        return float(kilograms)


def weight(command: Command) -> Command:
    """``--weight KG``, as ``weight_kg``."""
    return click.option(
        "--weight",
        "weight_kg",
        type=WeightParam(),
        metavar="KG",
        callback=default_from_config("weight_kg"),
        help="How much the runner weighs (70, 70kg, 154lb): energy is shown too, as a range.",
    )(command)


def timezone(command: Command) -> Command:
    """``--timezone NAME``; None is the system's own."""
    return click.option(
        "--timezone",
        type=TimeZoneParam(),
        metavar="NAME",
        callback=default_from_config("timezone"),
        help="Where the runner lives, for example Europe/Berlin: days and weeks begin there. Otherwise where this "
        "machine is set to be.",
    )(command)


class TimeZoneParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """The name of a time zone in the IANA database."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such a zone."""
        from retropace.config.model import validate_time_zone
        from retropace.core.errors import RetropaceError

        try:
            return validate_time_zone(value)
        except RetropaceError:
            self.fail(f"{value!r} is no time zone: write for example Europe/Berlin or UTC", param, ctx)


def athlete_profile(help_text: str) -> Callable[[Command], Command]:
    """``--athlete NAME|FILE``: who ran, None for nobody in particular; this help says what comes of it."""
    return click.option(
        "--athlete",
        metavar="NAME|FILE",
        callback=default_from_config("athlete", empty_is_none=True),
        help=f"{help_text} '' for nobody.",
    )


def library_athlete(command: Command) -> Command:
    """``--athlete NAME``: whose activities of the library are meant; ``""`` is whoever was not named."""
    return click.option(
        "--athlete",
        metavar="NAME",
        callback=default_from_config("athlete"),
        help="Whose activities are meant; '' for those of which nobody said who ran.",
    )(command)


def table_or_json(command: Command) -> Command:
    """``--format table|json``, as ``form``."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="Tables to read, or JSON.",
    )(command)
