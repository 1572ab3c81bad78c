"""Learning an athlete from analysed sessions; the modules for athlete files are imported only when needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from retropace.core.sanitize import strip_control_chars
from retropace.core.units import format_count

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.labelling.athlete import TrainingSession


class AthleteLearner:
    """Adds sessions to an athlete, given by name or file; raises ``RetropaceError`` for a file that cannot be read."""

    def __init__(self, name: str):
        from retropace.labelling.athlete_file import athlete_path, read_athlete

        self.path: Path = athlete_path(name)
        self.athlete, self._expected_content = read_athlete(self.path)
        """The athlete with the sessions of the file and those added so far."""

    def learn(self, analysis: Analysis) -> list[str]:
        """Add the annotated stretches of an analysis, and return a line to print, or nothing if there are none."""
        session = extract_training_session(analysis)
        if not session.examples:
            return []
        self.athlete = self.athlete.with_session(session)
        known = f"known from {format_count(len(self.athlete.sessions), 'session')}"
        stretches = format_count(len(session.examples), "annotated stretch", "annotated stretches")
        line = f"{self.athlete.name}: learned {stretches} of {analysis.activity.source.path}, {known}"
        return [strip_control_chars(line)]

    def save(self) -> bool:
        """Write the athlete file, and return True; raises ``RetropaceError`` if it cannot be written."""
        from retropace.labelling.athlete_file import write_athlete

        write_athlete(self.path, self.athlete, self._expected_content)
        return True


def extract_training_session(analysis: Analysis) -> TrainingSession:
    """Return the annotated stretches of an analysis, with the recording's absolute path as their source."""
    from retropace.labelling.athlete import training_session

    session = training_session(analysis.activity, analysis.cleaned, analysis.segments)
    return replace(session, source=str(Path(session.source).absolute()))
