"""Options that several commands share, one decorator each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from retropace.cli.options.config_defaults import default_from_config
from retropace.cli.options.param_types import DateParam, TimeZoneParam, WeightParam

HOME_ZONES_FILENAME = "zones.geojson"
"""Name of the user's zones file in the configuration folder."""

Command = TypeVar("Command", bound=Callable[..., Any])
"""A command function before or after an option is added to it."""


def units(command: Command) -> Command:
    """Add ``--units km|mi``, the units in which distance and pace are shown."""
    return click.option(
        "--units",
        type=click.Choice(["km", "mi"]),
        callback=default_from_config("units", "km"),
        help="Show distance and pace in kilometres or miles.  [default: km]",
    )(command)


def cadence(command: Command) -> Command:
    """Add ``--cadence auto|rpm|spm``, the unit of the file's cadence: revolutions of one foot or steps of both."""
    return click.option(
        "--cadence",
        type=click.Choice(["auto", "rpm", "spm"]),
        default="auto",
        show_default=True,
        help="What the file's cadence counts: turns of one foot (rpm), steps of both (spm), or find out.",
    )(command)


def session(command: Command) -> Command:
    """Add ``--session N``, the number of one running or walking session within the file (the first is 1)."""
    return click.option(
        "--session",
        type=click.IntRange(min=1),
        metavar="N",
        help="Use only the N-th running or walking session of a file that holds several.",
    )(command)


def sensitivity(command: Command) -> Command:
    """Add ``--sensitivity FACTOR``; the higher it is, the smaller a change of pace or cadence that starts a segment."""
    return click.option(
        "--sensitivity",
        type=click.FloatRange(min=0.05, max=20.0),
        default=1.0,
        show_default=True,
        metavar="FACTOR",
        help="Above 1 smaller changes of pace and cadence cut, below 1 only larger ones.",
    )(command)


def threshold(command: Command) -> Command:
    """Add ``--threshold P``, the probability from which an unmarked stretch is labelled as suspected backward."""
    return click.option(
        "--threshold",
        type=click.FloatRange(min=0.5, max=1.0),
        default=0.8,
        show_default=True,
        metavar="P",
        help="How sure to be before a stretch that nobody marked is suspected of having been backward.",
    )(command)


def ignore_names(command: Command) -> Command:
    """Add ``--ignore-names``, which disables labels derived from names and texts within the recording."""
    return click.option(
        "--ignore-names",
        is_flag=True,
        help="Do not let the names of laps, workout steps, waypoints and tracks, the title or the description, label "
        "anything.",
    )(command)


def exact(command: Command) -> Command:
    """Add ``--exact``, which disables the snapping of annotated edges to nearby change points."""
    return click.option(
        "--exact",
        is_flag=True,
        help="Leave the edges you gave where they are instead of moving them to a change of pace.",
    )(command)


def zones(command: Command) -> Command:
    """Add ``--zones FILE``, a GeoJSON file of labelled areas."""
    return click.option(
        "--zones",
        metavar="FILE",
        type=click.Path(),
        help="Label what was run within the places of this GeoJSON file: polygons, or lines with a width in metres, "
        'with a property "label".',
    )(command)


def home_zones(command: Command) -> Command:
    """Add ``--home-zones``, which also applies the zones file in the user's configuration folder."""
    return click.option(
        "--home-zones/--no-home-zones",
        default=None,
        envvar="RETROPACE_HOME_ZONES",
        callback=default_from_config("home_zones", False),
        help=f"Use the {HOME_ZONES_FILENAME} in your configuration folder too.  [env: RETROPACE_HOME_ZONES]",
    )(command)


def fields(command: Command) -> Command:
    """Add ``--field NAME[:VALUE=LABEL,...]``, a recorded column whose values are labels (parameter ``fields``)."""
    return click.option(
        "--field",
        "fields",
        metavar="NAME[:VALUE=LABEL,...]",
        multiple=True,
        help="Take the direction from a field of the recording, whose values are words for it or are explained here, "
        "for example direction:1=backward,0=forward.",
    )(command)


def since(command: Command) -> Command:
    """Add ``--since DATE``, which selects activities from this day (UTC) on; the command receives a datetime in UTC."""
    return click.option(
        "--since",
        type=DateParam(),
        metavar="DATE",
        help="Only activities that began on this day (UTC) or later: 2025-05-01, 2025-05, 2025.",
    )(command)


def sports(command: Command) -> Command:
    """Add ``--sport WORD``, which selects activities by sport and may be repeated (parameter ``sports``)."""
    return click.option(
        "--sport",
        "sports",
        multiple=True,
        metavar="WORD",
        help="Only sports with this word: trail, walking. May be given several times.",
    )(command)


def library(command: Command) -> Command:
    """Add ``--library FILE``, the path of the SQLite library."""
    return click.option(
        "--library",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        envvar="RETROPACE_LIBRARY",
        help="The library to use instead of the one in your data folder.  [env: RETROPACE_LIBRARY]",
    )(command)


def tables(command: Command) -> Command:
    """Add ``--csv DIR`` and ``--parquet DIR``, the folders to which tables are written in these formats."""
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


def weight(command: Command) -> Command:
    """Add ``--weight KG``, the body mass of the runner, as ``weight_kg``."""
    return click.option(
        "--weight",
        "weight_kg",
        type=WeightParam(),
        metavar="KG",
        callback=default_from_config("weight_kg"),
        help="How much the runner weighs (70, 70kg, 154lb): energy is shown too, as a range.",
    )(command)


def timezone(command: Command) -> Command:
    """Add ``--timezone NAME``; None stands for the system's time zone."""
    return click.option(
        "--timezone",
        type=TimeZoneParam(),
        metavar="NAME",
        callback=default_from_config("timezone"),
        help="Where the runner lives, for example Europe/Berlin: days and weeks begin there. Otherwise where this "
        "machine is set to be.",
    )(command)


def athlete_profile(help_text: str) -> Callable[[Command], Command]:
    """Add ``--athlete NAME|FILE``, the runner whose learned model is used; ``help_text`` explains its effect."""
    return click.option(
        "--athlete",
        metavar="NAME|FILE",
        callback=default_from_config("athlete", empty_is_none=True),
        help=f"{help_text} '' for nobody.",
    )


def library_athlete(command: Command) -> Command:
    """Add ``--athlete NAME``, the runner whose library activities are read; ``""`` selects those without a runner."""
    return click.option(
        "--athlete",
        metavar="NAME",
        callback=default_from_config("athlete"),
        help="Whose activities are meant; '' for those of which nobody said who ran.",
    )(command)


def table_or_json(command: Command) -> Command:
    """Add ``--format table|json``, the form in which the result is printed (parameter ``form``)."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="Tables to read, or JSON.",
    )(command)
