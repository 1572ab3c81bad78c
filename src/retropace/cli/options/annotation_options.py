"""The options that say where a runner ran in which direction: marks, a workout, zones, recorded columns.

All commands that analyse recordings share them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click

import retropace.annotations
from retropace.cli.options import common as options
from retropace.cli.options.gathering import gather
from retropace.cli.options.param_types import parse_option
from retropace.cli.sessions.analysis_request import AnnotationInputs
from retropace.core.user_dirs import config_dir

Command = TypeVar("Command", bound=Callable[..., Any])
"""Type of a command function, which stays the same when options are added."""

_OPTIONS = (
    click.option(
        "--mark",
        "marks",
        metavar="WHERE=LABEL",
        multiple=True,
        help="Say what a stretch was, for example 12:30-15:00=backward, 1.2km-1.6km=backward, 'lap 2,4=backward walk', "
        "'even laps=backward', 08:01:10Z-08:03:00Z=rest, 'lap 3=backward distance=400m'. May be given several times.",
    ),
    click.option(
        "--annotations",
        "sidecar",
        metavar="FILE",
        type=click.Path(),
        help="Read annotations from this file (a sidecar or an Audacity label track) instead of NAME.annotations.csv "
        "beside the recording.",
    ),
    click.option(
        "--workout",
        metavar="TEXT",
        help="Say what was done in a sentence, for example '10min forward, 6x(400m backward, 2min rest), 5min forward' "
        "or 6x400B/2'R; it is laid along the activity. 'file' takes the workout that the watch was given.",
    ),
    options.zones,
    options.home_zones,
    options.fields,
    options.ignore_names,
    options.exact,
)
"""The decorators that add the options, in the order in which the help shows them."""


def annotation_options(command: Command) -> Command:
    """Add every option for annotations, in the order in which the help shows them.

    All but ``ignore_names`` and ``exact`` are gathered as ``annotation_inputs``.
    """

    def check_and_call(*, annotation_inputs: AnnotationInputs, **others: Any) -> Any:
        if annotation_inputs.sidecar is not None and len(others.get("files", ())) > 1:
            raise click.UsageError("--annotations goes with one FILE: name the others in a call of their own.")
        return command(annotation_inputs=annotation_inputs, **others)

    decorated: Any = gather("annotation_inputs", parse_annotation_inputs)(functools.wraps(command)(check_and_call))
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return cast("Command", decorated)


def parse_annotation_inputs(
    marks: tuple[str, ...] = (),
    sidecar: str | None = None,
    workout: str | None = None,
    zones: str | None = None,
    home_zones: bool = False,
    fields: tuple[str, ...] = (),
) -> AnnotationInputs:
    """Return the parsed options; raises :class:`click.BadParameter` (exit status 2) for a text that is not valid."""
    inputs: list[retropace.annotations.AnnotationInput] = [
        parse_option("--mark", retropace.annotations.parse_mark, text) for text in marks
    ]
    if workout is not None:
        is_file = workout.strip().lower() == "file"
        inputs.append(
            retropace.annotations.FROM_FILE
            if is_file
            else parse_option("--workout", retropace.annotations.parse_sentence, workout)
        )
    inputs += [parse_option("--field", retropace.annotations.parse_field, text) for text in fields]
    if zones is not None:
        inputs.append(parse_option("--zones", retropace.annotations.read_zones, zones))
    if home_zones:
        zones_path = home_zones_path()
        if not zones_path.is_file():
            raise click.BadParameter(
                f"there is no {zones_path}: put your zones there as GeoJSON", param_hint="--home-zones"
            )
        inputs.append(
            parse_option(
                "--home-zones", lambda path: retropace.annotations.read_zones(path, home=True), str(zones_path)
            )
        )
    return AnnotationInputs(tuple(inputs), sidecar)


def home_zones_path() -> Path:
    """Return the path of the zones file in the user's configuration folder; the file need not exist."""
    return config_dir() / options.HOME_ZONES_FILENAME
