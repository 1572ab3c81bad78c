"""Parsing of ISO 8601 times, also as phones with other languages and clocks write them, to POSIX seconds."""

import re
import unicodedata
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, timezone

from retropace.core.findings import warn

UNZONED_TIMES = warn("unzoned-times", "times name no zone: taken as UTC")
"""Finding about a file with times that have no time zone."""
_MAX_LENGTH = 64
"""Longest text, in characters, that is parsed as a time."""
_HALF_DAY_H = {
    **dict.fromkeys(("am", "a", "vorm", "ص", "قظ", "上午", "午前", "오전", "सुबह"), 0),
    **dict.fromkeys(("pm", "p", "nachm", "م", "بظ", "下午", "午後", "오후", "शाम"), 12),
}
"""Hours to add for each mark of a 12-hour clock, such as ``pm``, in lower case without dots and spaces."""
_MARK = r"(?P<{}>[^\W\d_](?:[^\W\d_]|[.\s])*?)??"
"""Pattern of the mark of a 12-hour clock, which stands before or after the time."""
_LOOSE_TIME = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[Tt,\s]\s*)"
    + _MARK.format("before")
    + r"\s*(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,12}))?)?[\s.]*"
    + _MARK.format("after")
    + r"[\s.]*(?P<zone>[Zz]|UTC|GMT|(?P<sign>[-+])(?P<zone_hour>\d{1,2})(?::?(?P<zone_minute>\d{2}))?)?"
)
"""Pattern of a time whose numbers may lack leading zeros, on a clock of 12 or 24 hours."""


def parse_time(text: str) -> tuple[float, bool] | None:
    """Parse an ISO 8601 time to POSIX seconds and whether it has a time zone, else UTC; None if it is not a time."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        loose = _parse_loosely(text.strip())
        if loose is None:
            return None
        time = loose
    if time.year in (MINYEAR, MAXYEAR):
        return None  # written by recorders without a clock; a zone or rounding could leave the calendar
    has_zone = time.tzinfo is not None
    return (time if has_zone else time.replace(tzinfo=UTC)).timestamp(), has_zone


def normalize_digits(text: str) -> str:
    """Replace digits of other scripts by ASCII digits, and remove marks of writing direction."""
    if text.isascii():
        return text
    visible = [char for char in text if unicodedata.category(char) != "Cf"]
    plain = "".join(str(unicodedata.decimal(char, char)) for char in visible)
    return unicodedata.normalize("NFKC", plain).translate({0x2212: "-", 0x066B: ".", 0x066C: ",", 0x060C: ","})


def _parse_loosely(text: str) -> datetime | None:
    """Parse a time in digits of any script, without leading zeros, or on a 12-hour clock; None if it is not a time."""
    match = _LOOSE_TIME.fullmatch(normalize_digits(text)) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None
    mark = re.sub(r"[.\s]", "", match["after"] or match["before"] or "").casefold()
    hour = int(match["hour"])
    if mark:
        if mark not in _HALF_DAY_H or not 1 <= hour <= 12:
            return None
        hour = hour % 12 + _HALF_DAY_H[mark]
    minute, second, fraction = int(match["minute"]), int(match["second"] or 0), float(f"0.{match['fraction'] or 0}")
    if hour > 24 or minute > 59 or second > 60:
        return None
    offset_h, offset_min = (int(f"{match['sign'] or '+'}{match[unit] or 0}") for unit in ("zone_hour", "zone_minute"))
    try:
        zone = timezone(timedelta(hours=offset_h, minutes=offset_min)) if match["zone"] else None
        day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=zone)
        return day + timedelta(hours=hour, minutes=minute, seconds=second + fraction)
    except (ValueError, OverflowError):
        return None
