"""The options of the analysis, gathered into an :class:`AnalysisRequest`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from retropace.cli.options import common as options
from retropace.cli.options.config_defaults import default_from_config
from retropace.cli.options.gathering import gather
from retropace.cli.sessions.analysis_request import AnalysisRequest
from retropace.core.parameters import CleanParameters, LabelParameters, SegmentParameters, Settings

Command = TypeVar("Command", bound=Callable[..., Any])
"""A command function before or after an option is added to it."""


def build_settings(
    cadence: str = "auto",
    sensitivity: float = 1.0,
    threshold: float = 0.8,
    exact: bool = False,
    ignore_names: bool = False,
) -> Settings:
    """Return the parameters of the analysis; each argument is the value of the option of the same name."""
    return Settings(
        CleanParameters(cadence=cadence),
        SegmentParameters(sensitivity=sensitivity),
        LabelParameters(keep_edges=exact, threshold=threshold, use_file_names=not ignore_names),
    )


gather_settings = gather("settings", build_settings)
"""Decorator that combines the options for analysis parameters into one value, which the command receives as
``settings``."""
gather_analysis = gather("analysis", AnalysisRequest)
"""Decorator that combines settings, annotations, session and athlete into an :class:`AnalysisRequest`, which the
command receives as ``analysis``."""


def parameters(command: Command) -> Command:
    """Add ``--cadence``, ``--sensitivity`` and ``--threshold``, gathered with others as ``settings``."""
    return options.cadence(options.sensitivity(options.threshold(gather_settings(command))))


def athlete_profile(help_text: str) -> Callable[[Command], Command]:
    """Add ``--athlete NAME|FILE``, the runner whose learned model is used; ``help_text`` explains its effect."""
    return click.option(
        "--athlete",
        metavar="NAME|FILE",
        callback=default_from_config("athlete", empty_is_none=True),
        help=f"{help_text} '' for nobody.",
    )


known_athlete = athlete_profile(
    "Who ran, as 'retropace analyze --athlete' has learned to know them. Nothing is learned here."
)
"""The option ``--athlete NAME|FILE`` for commands that use what was learned of the athlete and do not change it."""
