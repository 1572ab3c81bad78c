"""The options by which a runner says what was what, shared by every command that analyses: marks, a workout, zones."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from retropace.cli.options import common as options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retropace.annotations import Given

Command = TypeVar("Command", bound="Callable[..., Any]")
Thing = TypeVar("Thing")


def said_options(command: Command) -> Command:
    """Every option by which something is said, in the order in which help shows them, understood as ``spoken``.

    The command takes ``files``, ``ignore_names`` and ``exact`` besides.
    """

    @functools.wraps(command)
    def understanding(*, files: tuple[str, ...], **others: Any) -> Any:
        spoken = said_of(**{name: others.pop(name) for name in _NAMES})
        if spoken.sidecar is not None and len(files) > 1:
            raise click.UsageError("--annotations goes with one FILE: name the others in a call of their own.")
        return command(files=files, spoken=spoken, **others)

    understood_command: Any = understanding
    for option in reversed(_OPTIONS):
        understood_command = option(understood_command)
    return cast("Command", understood_command)


_NAMES = ("marks", "sidecar", "workout", "zones", "home_zones", "fields")
"""What the options below are called in Python, but for those that say how to understand the rest."""
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


@dataclass(frozen=True, slots=True)
class Said:
    """What was said for every file, and the file of annotations that stands for the sidecar, if one was named."""

    given: tuple[Given, ...]
    sidecar: str | None

    def about(self, path: str) -> list[Given]:
        """All that is said about one recording: for every file, and in its sidecar."""
        from retropace.core.sidecar_path import sidecar_path

        if self.sidecar is not None:
            from retropace.annotations import read_annotations

            return [*self.given, *read_annotations(self.sidecar)]
        if not sidecar_path(path).is_file():
            return list(self.given)
        from retropace.annotations import read_sidecar

        return [*self.given, *read_sidecar(sidecar_path(path))]

    @property
    def is_about_one(self) -> bool:
        """Whether something was said that is about a single session, not about the runner's places or fields."""
        if not self.given:
            return self.sidecar is not None
        from retropace.annotations import Marking, Plan

        return self.sidecar is not None or any(isinstance(item, (Marking, Plan)) for item in self.given)


def said_of(
    marks: tuple[str, ...],
    sidecar: str | None,
    workout: str | None,
    zones: str | None,
    home_zones: bool,
    fields: tuple[str, ...],
) -> Said:
    """What options say, understood; raises click's own error (exit status 2) for what makes no sense."""
    if not (marks or workout is not None or zones is not None or home_zones or fields):
        return Said((), sidecar)
    from retropace.annotations import FROM_FILE, parse_field, parse_mark, parse_sentence, read_zones

    given: list[Given] = [understood("--mark", parse_mark, text) for text in marks]
    if workout is not None:
        is_file = workout.strip().lower() == "file"
        given.append(FROM_FILE if is_file else understood("--workout", parse_sentence, workout))
    given += [understood("--field", parse_field, text) for text in fields]
    if zones is not None:
        given.append(understood("--zones", read_zones, zones))
    if home_zones:
        own = home_zones_path()
        if not own.is_file():
            raise click.BadParameter(f"there is no {own}: put your zones there as GeoJSON", param_hint="--home-zones")
        given.append(understood("--home-zones", lambda path: read_zones(path, home=True), str(own)))
    return Said(tuple(given), sidecar)


def home_zones_path() -> Path:
    """Where the user's own zones lie."""
    from retropace.core.user_dirs import configuration_folder

    return configuration_folder() / options.HOME_ZONES


def understood(option: str, parse: Callable[[str], Thing], text: str) -> Thing:
    """What a text of an option means; raises click's own error for what makes no sense."""
    from retropace.core.errors import AnnotationError

    try:
        return parse(text)
    except AnnotationError as bad:
        raise click.BadParameter(str(bad), param_hint=option) from None
