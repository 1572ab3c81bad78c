"""Conversion of a command's arguments to recordings, an athlete and a privacy filter."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from retropace.cli.options import analysis_options, common
from retropace.cli.options.common import add_options, gather, option, parse_option
from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.terminal.errors import run_each, run_or_exit
from retropace.config.model import read_config
from retropace.config.privacy import PrivacyFilter, parse_metres, parse_privacy_zone
from retropace.core.errors import ReadError
from retropace.core.user_dirs import config_path
from retropace.labelling.athlete import Athlete
from retropace.sources.entry import Entry
from retropace.sources.file_names import RECORDING_SUFFIXES, find_data_suffix
from retropace.sources.folders import walk_files


def expand_paths(paths: Sequence[str], annotations_path: str | None) -> tuple[list[str], int]:
    """Return the recordings of all ``paths`` in order, and the number of paths, named on stderr, that hold none."""
    found = list(run_each(paths, _find_recordings))
    recordings = [recording for group in found for recording in group or ()]
    if annotations_path is not None and len(recordings) > 1:
        raise click.UsageError("--annotations goes with one recording, not with a folder of them.")
    return recordings, found.count(None)


def _find_recordings(path: str) -> list[str]:
    """Return ``path`` itself, or the sorted paths of all recordings in a folder; raises ``ReadError`` without any."""
    if not os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises for a name that is too long
        return [path]
    entries = (entry for entry in walk_files(path) if isinstance(entry, Entry))
    places = (entry.path for entry in entries if find_data_suffix(entry.path) in RECORDING_SUFFIXES)
    recordings = sorted(str(Path(path) / os.path.relpath(place, path)) for place in places)
    if not recordings:
        raise ReadError("holds no recordings: FIT, GPX, TCX or KML files are looked for", path=path)
    return recordings


def read_athlete_or_exit(name: str | None) -> Athlete | None:
    """Return the athlete of this name or file, or None for no name; end with exit status 1 if it cannot be read."""
    return None if name is None else run_or_exit(name, AthleteLearner, name).athlete


def resolve_privacy_filter(hide_around: tuple[str, ...], hide_ends: str | None, hide_nothing: bool) -> PrivacyFilter:
    """Return a filter of the zones of options and config; ``hide_ends`` goes before the config's distance."""
    if hide_nothing and (hide_around or hide_ends is not None):
        raise click.UsageError("--hide-nothing goes without --hide-around and --hide-ends.")
    if hide_nothing:
        return PrivacyFilter()
    config = run_or_exit(str(config_path()), read_config)  # without it, positions that it hides could be shown
    zones = tuple(parse_option("--hide-around", parse_privacy_zone, text) for text in hide_around)
    ends_m = config.privacy.ends_m if hide_ends is None else parse_option("--hide-ends", parse_metres, hide_ends)
    return PrivacyFilter((*config.privacy.zones, *zones), ends_m)


shown_analysis_options = add_options(
    option(
        "--hide-around LAT,LON,RADIUS",
        "Leave out every position within RADIUS metres of a place, for example 48.137,11.575,300m. May be given "
        "several times, and once for all as hide_around under [privacy] in config.toml.",
        multiple=True,
    ),
    option(
        "--hide-ends METRES",
        "Leave out the positions of the first and the last METRES of the way. Once for all: hide_ends.",
    ),
    option("--hide-nothing", "Show what config.toml hides."),
    gather("privacy_filter", resolve_privacy_filter),
    analysis_options.annotation_options,
    common.units,
    analysis_options.parameters,
    analysis_options.known_athlete,
    common.session,
    analysis_options.gather_analysis,
)
"""Options of an analysis whose positions are shown, gathered as ``privacy_filter``, ``units`` and ``analysis``."""
