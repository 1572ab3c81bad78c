"""Parsing of ISO 8601 times to POSIX seconds."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime

UNZONED_WARNING = "times name no zone: taken as UTC"
"""Warning about a file with times that have no time zone."""


def parse_time(text: str) -> tuple[float, bool] | None:
    """Parse an ISO 8601 time to POSIX seconds and whether it has a time zone, else UTC; None if it is not a time."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if time.year in (MINYEAR, MAXYEAR):
        return None  # written by recorders without a clock; a zone or rounding could leave the calendar
    has_zone = time.tzinfo is not None
    return (time if has_zone else time.replace(tzinfo=UTC)).timestamp(), has_zone
