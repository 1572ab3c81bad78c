"""Learning an athlete from analysed sessions: reading the athlete file, adding sessions, writing it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.annotation_inputs import AnnotationInputs
from retropace.cli.terminal.errors import EXIT_FAILURE, run_or_report
from retropace.core.parameters import parameters_from_options
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.labelling.athlete import Athlete, TrainingSession


class AthleteLearner:
    """An athlete, read by name or path of the athlete file, and the sessions that :meth:`learn` adds.

    Raises :class:`~retropace.core.errors.RetropaceError` for a file that cannot be read.
    """

    def __init__(self, name: str):
        from retropace.labelling.athlete_file import athlete_path, read_athlete

        self.path: Path = athlete_path(name)
        self.initial_athlete, self._expected_content = read_athlete(self.path)
        self._new_sessions: list[TrainingSession] = []

    @property
    def athlete(self) -> Athlete:
        """The athlete with the sessions of the file and those added so far."""
        athlete = self.initial_athlete
        for session in self._new_sessions:
            athlete = athlete.with_session(session)
        return athlete

    def learn(self, analysis: Analysis) -> list[str]:
        """Add the annotated stretches of an analysis, and return a line to print, or nothing if there are none."""
        session = extract_training_session(analysis)
        count = len(session.examples)
        if not count:
            return []
        self._new_sessions.append(session)
        session_count = len(self.athlete.sessions)
        known = f"known from {session_count} session{'s' if session_count != 1 else ''}"
        stretches = f"{count} annotated stretch{'es' if count != 1 else ''}"
        line = f"{self.initial_athlete.name}: learned {stretches} of {analysis.activity.source.path}, {known}"
        return [strip_control_chars(line)]

    def save(self) -> bool:
        """Write the athlete file, and return True, which tells success from a reported failure, whose result is None.

        Raises :class:`~retropace.core.errors.RetropaceError` if the file cannot be written.
        """
        from retropace.labelling.athlete_file import write_athlete

        write_athlete(self.path, self.athlete, self._expected_content)
        return True


def read_athlete_or_exit(name: str | None) -> Athlete | None:
    """Return the athlete of this name or file, or None for no name; end with exit status 1 if it cannot be read."""
    if name is None:
        return None
    learner = run_or_report(name, lambda: AthleteLearner(name))
    if learner is None:
        sys.exit(EXIT_FAILURE)
    return learner.athlete


def extract_training_session(analysis: Analysis) -> TrainingSession:
    """Return the annotated stretches of an analysis, with the recording's absolute path as their source."""
    from retropace.labelling.athlete import training_session

    session = training_session(analysis.activity, analysis.cleaned, analysis.segments)
    return replace(session, source=str(Path(session.source).absolute()))


def learn_from_file(path: str, cadence: str) -> list[TrainingSession]:
    """Return the annotated stretches of each session of a recording that has a sidecar; raises ``RetropaceError``."""
    analyses = analyze_file(path, AnnotationInputs((), None), parameters_from_options(cadence=cadence), None)
    return [extract_training_session(analysis) for analysis in analyses]
