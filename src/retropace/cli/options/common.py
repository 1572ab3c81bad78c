"""Options that several commands share, one decorator each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from retropace.cli.options.config_defaults import default_from_config
from retropace.cli.options.gathering import gather
from retropace.cli.options.param_types import DateParam, TimeZoneParam, WeightParam
from retropace.core.units import UNITS_BY_NAME

HOME_ZONES_FILENAME = "zones.geojson"
"""Name of the user's zones file in the configuration folder."""

Command = TypeVar("Command", bound=Callable[..., Any])
"""Type of a command function, which stays the same when options are added."""

units = click.option(
    "--units",
    type=click.Choice(["km", "mi"]),
    callback=default_from_config("units", "km", convert=UNITS_BY_NAME.__getitem__),
    help="Show distance and pace in kilometres or miles.  [default: km]",
)
"""The option ``--units km|mi``, as :class:`~retropace.core.units.Units`."""

cadence = click.option(
    "--cadence",
    type=click.Choice(["auto", "rpm", "spm"]),
    default="auto",
    show_default=True,
    help="What the file's cadence counts: turns of one foot (rpm), steps of both (spm), or find out.",
)
"""The option ``--cadence auto|rpm|spm``, the unit of the file's cadence: revolutions of one foot or steps of both."""

session = click.option(
    "--session",
    type=click.IntRange(min=1),
    metavar="N",
    help="Use only the N-th running or walking session of a file that holds several.",
)
"""The option ``--session N``, the number of one running or walking session within the file (the first is 1)."""

sensitivity = click.option(
    "--sensitivity",
    type=click.FloatRange(min=0.05, max=20.0),
    default=1.0,
    show_default=True,
    metavar="FACTOR",
    help="Above 1 smaller changes of pace and cadence cut, below 1 only larger ones.",
)
"""The option ``--sensitivity FACTOR``; the higher it is, the smaller a change of pace or cadence starts a segment."""

threshold = click.option(
    "--threshold",
    type=click.FloatRange(min=0.5, max=1.0),
    default=0.8,
    show_default=True,
    metavar="P",
    help="How sure to be before a stretch that nobody marked is suspected of having been backward.",
)
"""The option ``--threshold P``, the probability from which an unmarked stretch is labelled as suspected backward."""

ignore_names = click.option(
    "--ignore-names",
    is_flag=True,
    help="Do not let the names of laps, workout steps, waypoints and tracks, the title or the description, label "
    "anything.",
)
"""The option ``--ignore-names``, which disables labels derived from names and texts within the recording."""

exact = click.option(
    "--exact",
    is_flag=True,
    help="Leave the edges you gave where they are instead of moving them to a change of pace.",
)
"""The option ``--exact``, which disables the snapping of annotated edges to nearby change points."""

zones = click.option(
    "--zones",
    metavar="FILE",
    type=click.Path(),
    help="Label what was run within the places of this GeoJSON file: polygons, or lines with a width in metres, "
    'with a property "label".',
)
"""The option ``--zones FILE``, a GeoJSON file of labelled areas."""

home_zones = click.option(
    "--home-zones/--no-home-zones",
    default=None,
    envvar="RETROPACE_HOME_ZONES",
    callback=default_from_config("home_zones", False),
    help=f"Use the {HOME_ZONES_FILENAME} in your configuration folder too.  [env: RETROPACE_HOME_ZONES]",
)
"""The option ``--home-zones``, which also applies the zones file in the user's configuration folder."""

fields = click.option(
    "--field",
    "fields",
    metavar="NAME[:VALUE=LABEL,...]",
    multiple=True,
    help="Take the direction from a field of the recording, whose values are words for it or are explained here, "
    "for example direction:1=backward,0=forward.",
)
"""The option ``--field NAME[:VALUE=LABEL,...]``, a recorded column whose values are labels (parameter ``fields``)."""

since = click.option(
    "--since",
    type=DateParam(),
    metavar="DATE",
    help="Only activities that began on this day (UTC) or later: 2025-05-01, 2025-05, 2025.",
)
"""The option ``--since DATE``, which selects activities from this day on; the command receives a datetime in UTC."""

sports = click.option(
    "--sport",
    "sports",
    multiple=True,
    metavar="WORD",
    help="Only sports with this word: trail, walking. May be given several times.",
)
"""The option ``--sport WORD``, which selects activities by sport and may be repeated (parameter ``sports``)."""

library = click.option(
    "--library",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    envvar="RETROPACE_LIBRARY",
    help="The library to use instead of the one in your data folder.  [env: RETROPACE_LIBRARY]",
)
"""The option ``--library FILE``, the path of the SQLite library."""


def tables(command: Command) -> Command:
    """Add ``--csv DIR`` and ``--parquet DIR``, the folders for tables; the command receives both as ``folders``."""
    parquet = click.option(
        "--parquet",
        metavar="DIR",
        type=click.Path(),
        help="Write the same as Parquet parts into this folder (activities-00000.parquet …); needs retropace[parquet].",
    )
    csv = click.option(
        "--csv",
        metavar="DIR",
        type=click.Path(),
        help="Write activities.csv, segments.csv and failures.csv into this folder.",
    )
    from retropace.cli.sessions.batch_request import TableFolders

    return csv(parquet(gather("folders", TableFolders)(command)))


weight = click.option(
    "--weight",
    "weight_kg",
    type=WeightParam(),
    metavar="KG",
    callback=default_from_config("weight_kg"),
    help="How much the runner weighs (70, 70kg, 154lb): energy is shown too, as a range.",
)
"""The option ``--weight KG``, the body mass of the runner, as ``weight_kg``."""

timezone = click.option(
    "--timezone",
    type=TimeZoneParam(),
    metavar="NAME",
    callback=default_from_config("timezone"),
    help="Where the runner lives, for example Europe/Berlin: days and weeks begin there. Otherwise where this "
    "machine is set to be.",
)
"""The option ``--timezone NAME``, where days and weeks of the runner begin; None stands for the system's time zone."""

library_athlete = click.option(
    "--athlete",
    metavar="NAME",
    callback=default_from_config("athlete"),
    help="Whose activities are meant; '' for those of which nobody said who ran.",
)
"""The option ``--athlete NAME``, the runner whose activities are read; ``""`` selects those without a runner."""


def output_format(*choices: str, help_text: str) -> Callable[[Command], Command]:
    """Return the option ``--format`` with these choices (parameter ``form``), of which the first is the default."""
    return click.option(
        "--format", "form", type=click.Choice(choices), default=choices[0], show_default=True, help=help_text
    )


table_or_json = output_format("table", "json", help_text="Tables to read, or JSON.")
"""The option ``--format table|json``, the form in which the result is printed (parameter ``form``)."""
