"""Options that several commands share, their types and defaults, and how a command receives several as one value."""

import contextlib
import functools
import inspect
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import click

from retropace.cli.sessions.requests import TableFolders
from retropace.cli.terminal.errors import run_or_exit
from retropace.core.errors import RetropaceError
from retropace.core.units import UNITS_BY_NAME, parse_weight_kg
from retropace.core.user_dirs import config_path

HOME_ZONES_FILENAME = "zones.geojson"
"""Name of the user's zones file in the configuration folder."""
Command = TypeVar("Command", bound=Callable[..., Any])
"""Type of a command function, which stays the same when options are added or combined."""
T = TypeVar("T")
"""The type that the parser returns."""


def default_from_config(
    name: str, fallback: Any = None, *, empty_is_none: bool = False, convert: Callable[[Any], Any] = lambda value: value
) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return a callback that takes an absent option from the config; with ``empty_is_none``, an empty text is None."""

    def resolve(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
        if value == "" and empty_is_none:
            return None
        if context.resilient_parsing:  # for help and completion
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
    """A text that ``parse`` turns into a value; if it raises or returns None, an error says what was ``expected``."""

    def __init__(self, name: str, parse: Callable[[str], Any], expected: str) -> None:
        self.name, self._parse, self._expected = name, parse, expected

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value of a text; a value that is not a text was parsed before and is returned unchanged."""
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
TYPES_BY_METAVAR = {
    **dict.fromkeys(("FILE", "DIR", "OTHER", "SIDECAR"), click.Path()),
    "N": click.IntRange(min=1),
    "DATE": DATE,
}
"""Click type of an option's value by its metavar; with other metavars, values are texts unless a ``type`` is given."""


def option(
    spec: str, help_text: str, *, shown_default: str | float | None = None, **attributes: Any
) -> Callable[[Command], Command]:
    """Return a decorator that adds an option of click.

    ``spec`` holds the option's names, the parameter's name if it is another, and a metavar in capitals or the choices:
    ``--add added WHERE=LABEL``, ``--units km|mi``. With neither of these nor a ``type`` it is a flag. The help shows
    ``shown_default`` as the default.
    """
    words = spec.split()
    names = [word for word in words if word.startswith("-") or (word.isidentifier() and word.islower())]
    for word in words:
        if word not in names and word.islower():
            attributes["type"] = click.Choice(word.split("|"))
        elif word not in names:
            attributes = {"metavar": word, "type": TYPES_BY_METAVAR.get(word), **attributes}
    if names == words and "type" not in attributes:
        attributes["is_flag"] = True
    if shown_default is not None:
        attributes |= {"default": shown_default, "show_default": True}
    return click.option(*names, help=help_text, **attributes)


def gather(name: str, factory: Callable[..., Any], *, deferred: bool = False) -> Callable[[Command], Command]:
    """Call ``factory`` with the options named like its parameters, and give its result to the command as ``name``.

    Of several decorators the upper one gathers first, so that a lower one can use its result. A parameter without an
    option keeps its default. With ``deferred``, the command receives a function that calls the factory instead.
    """
    names = tuple(inspect.signature(factory).parameters)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def gather_and_call(**options: Any) -> Any:
            build = functools.partial(factory, **{key: options.pop(key) for key in names if key in options})
            return command(**{name: build if deferred else build()}, **options)

        return cast("Command", gather_and_call)

    return decorate


def add_options(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Return a decorator that adds the options, in the order in which the help shows them."""
    return lambda command: functools.reduce(lambda decorated, option: option(decorated), reversed(options), command)


units = option(
    "--units km|mi",
    "Show distance and pace in kilometres or miles.  [default: km]",
    callback=default_from_config("units", "km", convert=UNITS_BY_NAME.__getitem__),
)
cadence = option(
    "--cadence auto|rpm|spm",
    "What the file's cadence counts: turns of one foot (rpm), steps of both (spm), or find out.",
    shown_default="auto",
)
session = option("--session N", "Use only the N-th running or walking session of a file that holds several.")
sensitivity = option(
    "--sensitivity FACTOR",
    "Above 1 smaller changes of pace and cadence cut, below 1 only larger ones.",
    type=click.FloatRange(min=0.05, max=20.0),
    shown_default=1.0,
)
threshold = option(
    "--threshold P",
    "How sure to be before a stretch that nobody marked is suspected of having been backward.",
    type=click.FloatRange(min=0.5, max=1.0),
    shown_default=0.6,
)
only_marked = option(
    "--only-marked/--suspect",
    "Only what you marked was backward: suspect and suggest nothing else.  [env: RETROPACE_ONLY_MARKED]",
    default=None,
    envvar="RETROPACE_ONLY_MARKED",
    callback=default_from_config("only_marked", False),
)
ignore_names = option(
    "--ignore-names",
    "Do not let the names of laps, workout steps, waypoints and tracks, the title or the description, label anything.",
)
exact = option("--exact", "Leave the edges you gave where they are instead of moving them to a change of pace.")
zones = option(
    "--zones FILE",
    "Label what was run within the places of this GeoJSON file: polygons, or lines with a width in metres, "
    'with a property "label".',
)
home_zones = option(
    "--home-zones/--no-home-zones",
    f"Use the {HOME_ZONES_FILENAME} in your configuration folder too.  [env: RETROPACE_HOME_ZONES]",
    default=None,
    envvar="RETROPACE_HOME_ZONES",
    callback=default_from_config("home_zones", False),
)
fields = option(
    "--field fields NAME[:VALUE=LABEL,...]",
    "Take the direction from a field of the recording, whose values are words for it or are explained here, "
    "for example direction:1=backward,0=forward.",
    multiple=True,
)
since = option("--since DATE", "Only activities that began on this day (UTC) or later: 2025-05-01, 2025-05, 2025.")
"""The option ``--since DATE``, which selects activities from this day on; the command receives a datetime in UTC."""
sports = option(
    "--sport sports WORD", "Only sports with this word: trail, walking. May be given several times.", multiple=True
)
library = option(
    "--library FILE",
    "The library to use instead of the one in your data folder.  [env: RETROPACE_LIBRARY]",
    type=click.Path(dir_okay=False),
    envvar="RETROPACE_LIBRARY",
)
tables = add_options(
    option("--csv DIR", "Write activities.csv, segments.csv and failures.csv into this folder."),
    option(
        "--parquet DIR",
        "Write the same as Parquet parts into this folder (activities-00000.parquet …); needs retropace[parquet].",
    ),
    gather("folders", TableFolders),
)
"""Decorator that adds ``--csv DIR`` and ``--parquet DIR``, the folders for tables, gathered as ``folders``."""
weight = option(
    "--weight weight_kg",
    "How much the runner weighs (70, 70kg, 154lb): energy is shown too, as a range.",
    type=WEIGHT,
    callback=default_from_config("weight_kg"),
)
timezone = option(
    "--timezone",
    "Where the runner lives, for example Europe/Berlin: days and weeks begin there. Otherwise where this "
    "machine is set to be.",
    type=TIME_ZONE,
    callback=default_from_config("timezone"),
)
library_athlete = option(
    "--athlete NAME",
    "Whose activities are meant; '' for those of which nobody said who ran.",
    callback=default_from_config("athlete"),
)
"""The option ``--athlete NAME``, the runner whose activities are read; ``""`` selects those without a runner."""


def output_format(*choices: str, help_text: str) -> Callable[[Command], Command]:
    """Return the option ``--format`` with these choices (parameter ``form``), of which the first is the default."""
    return option("--format form", help_text, type=click.Choice(choices), shown_default=choices[0])


table_or_json = output_format("table", "json", help_text="Tables to read, or JSON.")
