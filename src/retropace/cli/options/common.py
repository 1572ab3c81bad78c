"""Options that several commands share, one decorator each; what an option means is said in its help.

Options are gathered into one value, so that a command receives a request instead of each option.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import click

from retropace.cli.options.param_types import DATE, TIME_ZONE, WEIGHT, default_from_config
from retropace.cli.sessions.requests import TableFolders
from retropace.core.units import UNITS_BY_NAME

HOME_ZONES_FILENAME = "zones.geojson"
"""Name of the user's zones file in the configuration folder."""
TYPES_BY_METAVAR = {
    **dict.fromkeys(("FILE", "DIR", "OTHER", "SIDECAR"), click.Path()),
    "N": click.IntRange(min=1),
    "DATE": DATE,
}
"""Types of options by what the help shows as their value; values of others are texts unless their option says more."""
Command = TypeVar("Command", bound=Callable[..., Any])
"""Type of a command function, which stays the same when options are added or combined."""


def option(
    spec: str, help_text: str, *, shown_default: str | float | None = None, **attributes: Any
) -> Callable[[Command], Command]:
    """Return a decorator that adds an option of click.

    ``spec`` holds the names of the option, that of its parameter if it is another, and the metavar in capitals or the
    choices: ``--add added WHERE=LABEL``, ``--units km|mi``. Without these or a ``type`` it is a flag. The help shows a
    ``shown_default``.
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
    """Pass the options that ``factory`` has parameters for to it, and its result to the command as ``name``.

    Of several decorators the upper gathers first, so that a lower one can take what it made. A parameter without an
    option keeps its default. With ``deferred``, the command receives a function that calls the factory instead.

    Example::

        >>> @gather("size", lambda width, height=2: width * height)
        ... def show(size, colour): return size, colour
        >>> show(width=3, colour="red")
        (6, 'red')
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
"""The option ``--units km|mi``, as :class:`~retropace.core.units.Units`."""
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
    shown_default=0.8,
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
