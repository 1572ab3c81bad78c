"""Work on athlete files: reading them, deleting sessions from them, and learning an athlete anew."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.learning import AthleteLearner, extract_training_session
from retropace.cli.sessions.requests import AnalysisRequest
from retropace.core.errors import RetropaceError
from retropace.core.parameters import CleanParameters, Settings
from retropace.core.sanitize import strip_control_chars
from retropace.core.units import format_count
from retropace.labelling.athlete import Athlete, TrainingSession
from retropace.labelling.athlete_file import athlete_path, forget_athlete, read_athlete, write_athlete


def read_known_athlete(name: str) -> tuple[Athlete, bytes, Path]:
    """Return an athlete, and bytes and path of the athlete file; raises ``RetropaceError`` if there is none."""
    path = athlete_path(name)
    athlete, data = read_athlete(path)
    if data is None:
        raise RetropaceError("no such athlete is known: 'retropace analyze --athlete' learns one", path=path)
    return athlete, data, path


def forget_sessions(name: str, numbers: Sequence[int]) -> str:
    """Delete an athlete, or only the sessions with these numbers (the first is 1), and return a line to print."""
    if not numbers:
        path = athlete_path(name)
        forget_athlete(path)
        return strip_control_chars(f"forgot {path.stem}")
    athlete, data, path = read_known_athlete(name)
    count = len(athlete.sessions)
    if max(numbers) > count:
        raise RetropaceError(f"knows {format_count(count, 'session')}, not {max(numbers)}", path=path)
    remaining = tuple(session for number, session in enumerate(athlete.sessions, start=1) if number not in numbers)
    write_athlete(path, replace(athlete, sessions=remaining), data)
    forgotten = format_count(count - len(remaining), "session")
    return strip_control_chars(f"{athlete.name}: forgot {forgotten}, {len(remaining)} left")


def learn_from_file(path: str, cadence: str) -> list[TrainingSession]:
    """Return the annotated stretches of each session of a recording; raises ``RetropaceError``."""
    request = AnalysisRequest(settings=Settings(CleanParameters(cadence=cadence)))
    return [extract_training_session(analysis) for analysis in analyze_file(path, request)]


class AthleteRebuild(AthleteLearner):
    """An athlete that is learned anew, from the given recordings or else from those that the athlete file names."""

    def __init__(self, name: str, files: Sequence[str]):
        super().__init__(name)
        if not files and not self.athlete.sessions:
            raise RetropaceError("nothing is known that could be learned anew: name the recordings", path=self.path)
        self._former_sessions = () if files else self.athlete.sessions
        self.sources = files or tuple(dict.fromkeys(session.source for session in self._former_sessions))
        self.athlete = replace(self.athlete, sessions=())

    def add(self, source: str, learned: Sequence[TrainingSession]) -> int:
        """Add what was learned from a recording, else keep what was known from it; return the number of stretches."""
        former = [session for session in self._former_sessions if session.source == source]
        sessions = [session for session in learned if session.examples] or former
        for session in sessions:
            self.athlete = self.athlete.with_session(session)
        return sum(len(session.examples) for session in sessions)

    def save(self) -> bool:
        """Write the athlete file, and return True; raises ``RetropaceError``, also if no session was added."""
        if not self.athlete.sessions:
            raise RetropaceError("nothing to learn was found, and nothing was changed", path=self.path)
        return super().save()
