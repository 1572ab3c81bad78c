"""Learning an athlete from what is analysed: loading, and writing what was learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.labelling.athlete import Athlete, TrainingSession


class AthleteLearner:
    """The athlete of one call: as they were known when it began, and what its files add to that."""

    def __init__(self, name: str):
        from retropace.labelling.athlete_file import athlete_path, read_athlete

        self.path: Path = athlete_path(name)
        self.initial_athlete, self._expected_content = read_athlete(self.path)
        self._new_sessions: list[TrainingSession] = []

    @property
    def athlete(self) -> Athlete:
        """The athlete with everything learned so far."""
        athlete = self.initial_athlete
        for session in self._new_sessions:
            athlete = athlete.with_session(session)
        return athlete

    def learn(self, analysis: Analysis) -> list[str]:
        """Take in one analysis; returns what there was to learn, as a line to print, or nothing."""
        learned = extract_training_session(analysis)
        count = len(learned.examples)
        if not count:
            return []
        self._new_sessions.append(learned)
        known = f"known from {len(self.athlete.sessions)} session{'s' if len(self.athlete.sessions) != 1 else ''}"
        stretches = f"{count} annotated stretch{'es' if count != 1 else ''}"
        return [
            strip_control_chars(
                f"{self.initial_athlete.name}: learned {stretches} of {analysis.activity.source.path}, {known}"
            )
        ]

    def save(self) -> bool:
        """Write what was learned into place; raises ``RetropaceError``."""
        from retropace.labelling.athlete_file import write_athlete

        write_athlete(self.path, self.athlete, self._expected_content)
        return True


def extract_training_session(analysis: Analysis) -> TrainingSession:
    """What an analysis teaches, with the recording's full path, so that it is found again."""
    from retropace.labelling.athlete import training_session

    learned = training_session(analysis.activity, analysis.cleaned, analysis.segments)
    return replace(learned, source=str(Path(learned.source).absolute()))


def learn_from_file(path: str, cadence: str) -> list[TrainingSession]:
    """What every session of a recording teaches with the annotations beside it; raises ``RetropaceError``."""
    from retropace.cli.commands.analyze import analyze_file
    from retropace.cli.options.annotation_options import AnnotationInputs
    from retropace.core.parameters import parameters_from_options

    analyses = analyze_file(path, AnnotationInputs((), None), parameters_from_options(cadence=cadence), None)
    return [extract_training_session(analysis) for analysis in analyses]
