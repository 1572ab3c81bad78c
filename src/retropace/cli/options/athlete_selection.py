"""The athlete that an option names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.cli.sessions.learning import AthleteLearner
from retropace.cli.terminal.errors import run_or_exit

if TYPE_CHECKING:
    from retropace.labelling.athlete import Athlete


def read_athlete_or_exit(name: str | None) -> Athlete | None:
    """Return the athlete of this name or file, or None for no name; end with exit status 1 if it cannot be read."""
    return None if name is None else run_or_exit(name, AthleteLearner, name).athlete
