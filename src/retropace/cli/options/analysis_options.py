"""The options of an analysis: what is known of the recording, and the parameters, gathered into a request."""

import functools
from collections.abc import Callable
from typing import Any, cast

import click

import retropace.annotations
from retropace.cli.options import common as options
from retropace.cli.options.common import default_from_config, parse_option
from retropace.cli.sessions.requests import AnalysisRequest, AnnotationInputs
from retropace.core.parameters import CleanParameters, LabelParameters, SegmentParameters, Settings
from retropace.core.user_dirs import config_dir


def annotation_options(command: options.Command) -> options.Command:
    """Add every option for annotations, all but ``ignore_names`` and ``exact`` gathered as ``annotation_inputs``."""

    @functools.wraps(command)
    def check_and_call(*, annotation_inputs: AnnotationInputs, **others: Any) -> Any:
        if annotation_inputs.sidecar is not None and len(others.get("files", ())) > 1:
            raise click.UsageError("--annotations goes with one FILE: name the others in a call of their own.")
        return command(annotation_inputs=annotation_inputs, **others)

    return options.add_options(
        options.option(
            "--mark marks WHERE=LABEL",
            "Say what a stretch was, for example 12:30-15:00=backward, 1.2km-1.6km=backward, 'lap 2,4=backward walk', "
            "'even laps=backward', 08:01:10Z-08:03:00Z=rest, 'lap 3=backward distance=400m'. May be given several "
            "times.",
            multiple=True,
        ),
        options.option(
            "--annotations sidecar FILE",
            "Read annotations from this file (a sidecar or an Audacity label track) instead of NAME.annotations.csv "
            "beside the recording.",
        ),
        options.option(
            "--workout TEXT",
            "Say what was done in a sentence, for example '10min forward, 6x(400m backward, 2min rest), 5min forward' "
            "or 6x400B/2'R; it is laid along the activity. 'file' takes the workout that the watch was given.",
        ),
        options.zones,
        options.home_zones,
        options.fields,
        options.ignore_names,
        options.exact,
        options.gather("annotation_inputs", parse_annotation_inputs),
    )(cast("options.Command", check_and_call))


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
    if workout is not None and workout.strip().lower() == "file":
        inputs.append(retropace.annotations.FROM_FILE)
    elif workout is not None:
        inputs.append(parse_option("--workout", retropace.annotations.parse_sentence, workout))
    inputs += [parse_option("--field", retropace.annotations.parse_field, text) for text in fields]
    if zones is not None:
        inputs.append(parse_option("--zones", retropace.annotations.read_zones, zones))
    if home_zones:
        path = config_dir() / options.HOME_ZONES_FILENAME
        if not path.is_file():
            raise click.BadParameter(f"there is no {path}: put your zones there as GeoJSON", param_hint="--home-zones")
        read_home_zones = functools.partial(retropace.annotations.read_zones, home=True)
        inputs.append(parse_option("--home-zones", read_home_zones, str(path)))
    return AnnotationInputs(tuple(inputs), sidecar)


def build_settings(
    cadence: str = "auto",
    sensitivity: float = 1.0,
    threshold: float = LabelParameters().threshold,
    exact: bool = False,
    ignore_names: bool = False,
    only_marked: bool = False,
) -> Settings:
    """Return the parameters of the analysis; each argument is the value of the option of the same name."""
    return Settings(
        CleanParameters(cadence=cadence),
        SegmentParameters(sensitivity=sensitivity),
        LabelParameters(
            keep_edges=exact, use_file_names=not ignore_names, only_marked=only_marked, threshold=threshold
        ),
    )


def athlete_profile(help_text: str) -> Callable[[options.Command], options.Command]:
    """Add ``--athlete NAME|FILE``, the runner whose learned model is used; ``help_text`` explains its effect."""
    return options.option(
        "--athlete NAME|FILE",
        f"{help_text} '' for nobody.",
        callback=default_from_config("athlete", empty_is_none=True),
    )


gather_settings = options.gather("settings", build_settings)
gather_analysis = options.gather("analysis", AnalysisRequest)
parameters = options.add_options(
    options.cadence, options.sensitivity, options.threshold, options.only_marked, gather_settings
)
known_athlete = athlete_profile(
    "Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here."
)
"""The option ``--athlete NAME|FILE`` for commands that use what was learned of the athlete and do not change it."""
