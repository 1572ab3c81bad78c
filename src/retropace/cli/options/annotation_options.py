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

    from retropace.annotations import AnnotationInput

Command = TypeVar("Command", bound="Callable[..., Any]")
T = TypeVar("T")


def annotation_options(command: Command) -> Command:
    """Every option by which something is said, in the order in which help shows them, understood as ``annotation_inputs``.

    The command takes ``files``, ``ignore_names`` and ``exact`` besides.
    """

    @functools.wraps(command)
    def understanding(*, files: tuple[str, ...], **others: Any) -> Any:
        annotation_inputs = parse_annotation_inputs(**{name: others.pop(name) for name in _PARAMETER_NAMES})
        if annotation_inputs.sidecar is not None and len(files) > 1:
            raise click.UsageError("--annotations goes with one FILE: name the others in a call of their own.")
        return command(files=files, annotation_inputs=annotation_inputs, **others)

    understood_command: Any = understanding
    for option in reversed(_OPTIONS):
        understood_command = option(understood_command)
    return cast("Command", understood_command)


_PARAMETER_NAMES = ("marks", "sidecar", "workout", "zones", "home_zones", "fields")
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
class AnnotationInputs:
    """What was said for every file, and the file of annotations that stands for the sidecar, if one was named."""

    inputs: tuple[AnnotationInput, ...]
    sidecar: str | None

    def collect_for_recording(self, path: str) -> list[AnnotationInput]:
        """All that is said about one recording: for every file, and in its sidecar."""
        from retropace.core.sidecar_path import sidecar_path

        if self.sidecar is not None:
            from retropace.annotations import read_annotations

            return [*self.inputs, *read_annotations(self.sidecar)]
        if not sidecar_path(path).is_file():
            return list(self.inputs)
        from retropace.annotations import read_sidecar

        return [*self.inputs, *read_sidecar(sidecar_path(path))]

    @property
    def is_session_specific(self) -> bool:
        """Whether something was said that is about a single session, not about the runner's places or fields."""
        if not self.inputs:
            return self.sidecar is not None
        from retropace.annotations import Plan, UnresolvedAnnotation

        return self.sidecar is not None or any(isinstance(item, (UnresolvedAnnotation, Plan)) for item in self.inputs)


def parse_annotation_inputs(
    marks: tuple[str, ...],
    sidecar: str | None,
    workout: str | None,
    zones: str | None,
    home_zones: bool,
    fields: tuple[str, ...],
) -> AnnotationInputs:
    """What options say, understood; raises click's own error (exit status 2) for what makes no sense."""
    if not (marks or workout is not None or zones is not None or home_zones or fields):
        return AnnotationInputs((), sidecar)
    from retropace.annotations import FROM_FILE, parse_field, parse_mark, parse_sentence, read_zones

    given: list[AnnotationInput] = [parse_option("--mark", parse_mark, text) for text in marks]
    if workout is not None:
        is_file = workout.strip().lower() == "file"
        given.append(FROM_FILE if is_file else parse_option("--workout", parse_sentence, workout))
    given += [parse_option("--field", parse_field, text) for text in fields]
    if zones is not None:
        given.append(parse_option("--zones", read_zones, zones))
    if home_zones:
        own = home_zones_path()
        if not own.is_file():
            raise click.BadParameter(f"there is no {own}: put your zones there as GeoJSON", param_hint="--home-zones")
        given.append(parse_option("--home-zones", lambda path: read_zones(path, home=True), str(own)))
    return AnnotationInputs(tuple(given), sidecar)


def home_zones_path() -> Path:
    """Where the user's own zones lie."""
    from retropace.core.user_dirs import config_dir

    return config_dir() / options.HOME_ZONES_FILENAME


def parse_option(option: str, parse: Callable[[str], T], text: str) -> T:
    """What a text of an option means; raises click's own error for what makes no sense."""
    from retropace.core.errors import AnnotationError

    try:
        return parse(text)
    except AnnotationError as bad:
        raise click.BadParameter(str(bad), param_hint=option) from None
