"""Learning an athlete from what is analysed: loading, and writing what was learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from retropace.core.sanitize import harmless

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.labelling.athlete import Athlete, LearnedSession


class Learning:
    """The athlete of one call: as they were known when it began, and what its files add to that."""

    def __init__(self, name: str):
        from retropace.labelling.athlete_file import athlete_path, read_athlete

        self.path: Path = athlete_path(name)
        self.known, self._was = read_athlete(self.path)
        self._fresh: list[LearnedSession] = []

    @property
    def athlete(self) -> Athlete:
        """The athlete with everything learned so far."""
        athlete = self.known
        for session in self._fresh:
            athlete = athlete.with_session(session)
        return athlete

    def learn(self, analysis: Analysis) -> list[str]:
        """Take in one analysis; returns what there was to learn, as a line to print, or nothing."""
        learned = learned_from(analysis)
        count = len(learned.examples)
        if not count:
            return []
        self._fresh.append(learned)
        known = f"known from {len(self.athlete.sessions)} session{'s' if len(self.athlete.sessions) != 1 else ''}"
        stretches = f"{count} annotated stretch{'es' if count != 1 else ''}"
        return [harmless(f"{self.known.name}: learned {stretches} of {analysis.activity.source.path}, {known}")]

    def keep(self) -> bool:
        """Write what was learned into place; raises ``RetropaceError``."""
        from retropace.labelling.athlete_file import write_athlete

        write_athlete(self.path, self.athlete, self._was)
        return True


def learned_from(analysis: Analysis) -> LearnedSession:
    """What an analysis teaches, with the recording's full path, so that it is found again."""
    from retropace.labelling.athlete import session_of

    learned = session_of(analysis.activity, analysis.track, analysis.segments)
    return replace(learned, source=str(Path(learned.source).absolute()))


def learn_file(path: str, cadence: str) -> list[LearnedSession]:
    """What every session of a recording teaches with the annotations beside it; raises ``RetropaceError``."""
    from retropace.cli.commands.analyze import analyze_file
    from retropace.cli.options.annotation_options import Said
    from retropace.core.parameters import settings_of

    analyses = analyze_file(path, Said((), None), settings_of(cadence=cadence), None)
    return [learned_from(analysis) for analysis in analyses]
