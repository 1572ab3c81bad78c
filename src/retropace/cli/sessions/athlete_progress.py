"""The progress of one runner of the library, as of a day in the runner's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from retropace.config.model import read_config
from retropace.core.errors import RetropaceError
from retropace.library import Library, library_path
from retropace.library.season_query import count_by_runner, count_undated, read_season
from retropace.season.progress import Progress, build_progress


@dataclass(frozen=True, slots=True)
class ProgressRequest:
    """The runner, library, days and periods (weeks or months) of a progress report."""

    library: str | None
    athlete: str | None  # name of the runner; empty for activities without one, None for the library's only runner
    timezone: str | None  # IANA name of the zone in which days begin; None takes the system's
    per: str = "week"
    since: datetime | None = None  # first day of the activities that count; None begins with the first activity
    until: datetime | None = None  # last day of the activities that count; None stands for today

    @property
    def library_file(self) -> str:
        """Path of the library."""
        return self.library if self.library is not None else str(library_path())


@dataclass(frozen=True, slots=True)
class ProgressResult:
    """A runner's progress, and what is needed to show it."""

    progress: Progress
    athlete: str | None
    undated_count: int  # number of the runner's activities without a date, which are in no week
    max_heart_rate_bpm: float | None


def read_progress(request: ProgressRequest) -> ProgressResult:
    """Return the progress of a runner, measured against the goals of the config; raises ``RetropaceError``."""
    with Library(request.library_file, create=False) as library:
        zone = None if request.timezone is None else ZoneInfo(request.timezone)
        runner = select_athlete(library, request.athlete)
        today = request.until.date() if request.until is not None else datetime.now(zone).date()
        start = None if request.since is None else _midnight_utc(request.since.date(), zone)
        season = read_season(library, runner, start, _midnight_utc(today + timedelta(days=1), zone))
        config = read_config()
        goals = [goal for goal in config.goals if goal.athlete in ("", runner or "")]
        progress = build_progress(season, per=request.per, today=today, zone=zone, goals=goals)
        return ProgressResult(progress, runner, count_undated(library, runner), config.max_heart_rate_bpm)


def _midnight_utc(day: date, zone: tzinfo | None) -> datetime:
    naive = datetime(day.year, day.month, day.day)
    return (naive.astimezone() if zone is None else naive.replace(tzinfo=zone)).astimezone(UTC)


def select_athlete(library: Library, requested_name: str | None) -> str | None:
    """Return the name of the runner to report on, None for activities without a runner; raises ``RetropaceError``."""
    counts = dict(count_by_runner(library))
    if not counts:
        raise RetropaceError("holds no activities: 'retropace batch' fills it", path=library.path)
    runners = ", ".join(f"{name or 'nobody named'} ({count})" for name, count in counts.items())
    if requested_name is not None:
        if (requested_name or None) not in counts:
            advice = "'retropace batch --athlete NAME' says whose a run is"
            raise RetropaceError(f'holds nothing of "{requested_name}", but of {runners}: {advice}', path=library.path)
        return requested_name or None
    if len(counts) > 1:
        advice = "say whose with --athlete NAME (--athlete '' for those of nobody named)"
        raise RetropaceError(f"holds activities of {runners}: {advice}", path=library.path)
    return next(iter(counts))
