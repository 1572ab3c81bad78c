"""Whose season is meant, as of when and where: shared by all that tells of a library's weeks."""

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
    """The progress of the runner that is meant, with the goals of the settings, and their name.

    Raises :class:`RetropaceError` where it is not clear who is meant.
    """
    from retropace.config.model import read_config
    from retropace.library.season_query import SeasonQuery, read_season
    from retropace.season.progress import build_progress

    zone = resolve_time_zone(timezone)
    runner = select_athlete(library, athlete)
    today = until.date() if until is not None else datetime.now(zone).date()
    whose = SeasonQuery(
        runner, _midnight_utc(since.date(), zone) if since else None, _midnight_utc(today + timedelta(days=1), zone)
    )
    goals = [goal for goal in read_config().goals if goal.athlete in ("", runner or "")]
    return build_progress(read_season(library, whose), per=per, today=today, zone=zone, goals=goals), runner


def resolve_time_zone(name: str | None) -> tzinfo | None:
    """The time zone of this name; None is the machine's own."""
    if name is None:
        return None
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _midnight_utc(day: date, zone: tzinfo | None) -> datetime:
    """The moment at which a day begins in a zone, in UTC."""
    naive = datetime(day.year, day.month, day.day)
    return (naive.astimezone() if zone is None else naive.replace(tzinfo=zone)).astimezone(UTC)


def select_athlete(library: Library, requested_name: str | None) -> str | None:
    """Whose activities are meant; raises ``RetropaceError`` where that is not clear."""
    from retropace.library.season_query import count_by_runner

    known = dict(count_by_runner(library))
    if not known:
        raise RetropaceError("holds no activities: 'retropace batch' fills it", path=library.path)
    told = ", ".join(f"{name or 'nobody named'} ({count})" for name, count in known.items())
    if requested_name is not None:
        if (requested_name or None) not in known:
            raise RetropaceError(
                f"holds nothing of \"{requested_name}\", but of {told}: 'retropace batch --athlete NAME' says whose a run is",
                path=library.path,
            )
        return requested_name or None
    if len(known) > 1:
        raise RetropaceError(
            f"holds activities of {told}: say whose with --athlete NAME (--athlete '' for those of nobody named)",
            path=library.path,
        )
    return next(iter(known))
