"""The progress of one runner of the library, as of a day in the runner's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from retropace.core.errors import RetropaceError

if TYPE_CHECKING:
    from retropace.library import Library
    from retropace.season.progress import Progress


def compute_progress(
    library: Library,
    athlete: str | None,
    *,
    per: str,
    since: datetime | None = None,
    until: datetime | None = None,
    timezone: str | None = None,
) -> tuple[Progress, str | None]:
    """Return the progress per ``week`` or ``month``, measured against the goals of the config, and the runner's name.

    The season reaches from the day of ``since`` to the day of ``until``, both included, by default to today. Raises
    :class:`~retropace.core.errors.RetropaceError` where ``athlete`` is not in the library, or is None and the library
    holds several runners.
    """
    from retropace.config.model import read_config
    from retropace.library.season_query import SeasonQuery, read_season
    from retropace.season.progress import build_progress

    zone = resolve_time_zone(timezone)
    runner = select_athlete(library, athlete)
    today = until.date() if until is not None else datetime.now(zone).date()
    start = None if since is None else _midnight_utc(since.date(), zone)
    query = SeasonQuery(runner, start, _midnight_utc(today + timedelta(days=1), zone))
    goals = [goal for goal in read_config().goals if goal.athlete in ("", runner or "")]
    return build_progress(read_season(library, query), per=per, today=today, zone=zone, goals=goals), runner


def resolve_time_zone(name: str | None) -> tzinfo | None:
    """Return the IANA time zone of this name; None stays None and stands for the system's time zone."""
    if name is None:
        return None
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _midnight_utc(day: date, zone: tzinfo | None) -> datetime:
    """Return the start of a day in a zone, as a datetime in UTC."""
    naive = datetime(day.year, day.month, day.day)
    return (naive.astimezone() if zone is None else naive.replace(tzinfo=zone)).astimezone(UTC)


def select_athlete(library: Library, requested_name: str | None) -> str | None:
    """Return the name of the runner to report on, or None for activities without a runner.

    Without a request the library must hold one runner only; an empty name requests the activities without a runner.
    Raises :class:`~retropace.core.errors.RetropaceError` where the choice is not clear.
    """
    from retropace.library.season_query import count_by_runner

    counts = dict(count_by_runner(library))
    if not counts:
        raise RetropaceError("holds no activities: 'retropace batch' fills it", path=library.path)
    runners = ", ".join(f"{name or 'nobody named'} ({count})" for name, count in counts.items())
    if requested_name is not None:
        if (requested_name or None) not in counts:
            raise RetropaceError(
                f'holds nothing of "{requested_name}", but of {runners}: '
                "'retropace batch --athlete NAME' says whose a run is",
                path=library.path,
            )
        return requested_name or None
    if len(counts) > 1:
        raise RetropaceError(
            f"holds activities of {runners}: say whose with --athlete NAME (--athlete '' for those of nobody named)",
            path=library.path,
        )
    return next(iter(counts))
