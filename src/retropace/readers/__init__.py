"""Readers turn the bytes of a recording into activities, one module per file format.

A reader is a function ``read_xyz(data, path)`` that returns every session in the bytes, of whatever sport, as
:class:`~retropace.core.activity.Activity` values, and raises :class:`~retropace.core.errors.ReadError` if there is
none. What cleaning can repair later, readers leave as it is.
"""

import os
from dataclasses import replace
from importlib import import_module

from retropace.core.activity import Activity
from retropace.core.errors import OtherSportError, ReadError
from retropace.core.findings import warn
from retropace.core.units import format_count
from retropace.readers.absurd_values import drop_absurd_values
from retropace.readers.detect import MAX_RECORDING_BYTES, load, sniff
from retropace.readers.on_foot import correct_sport, judge_sport
from retropace.readers.repeated import drop_fragments, drop_repeated

_MODULE_BY_FORMAT = {
    "fit": "fit.reader",
    "gpx": "xml.gpx",
    "tcx": "xml.tcx",
    "kml": "xml.kml",
    "polar": "json.polar",
    "apple": "json.apple",
}
"""Module with the reader of each format, imported when needed because it loads libraries."""


def read_all(
    path: str | os.PathLike[str],
    *,
    data: bytes | None = None,
    largest_bytes: int = MAX_RECORDING_BYTES,
    sport: str = "",
) -> list[Activity]:
    """Return all running and walking sessions of a recording, in order of time; a finding on each names other sports.

    ``data`` are the file's bytes if already read. Raises :class:`ReadError` if the file cannot be read or exceeds
    ``largest_bytes``, :class:`OtherSportError` for other sports only. A ``sport`` by the user goes before the file's.
    """
    name = os.fspath(path)
    content = load(name, data, largest_bytes)
    file_format = sniff(content.data, name)
    module = import_module(f"retropace.readers.{_MODULE_BY_FORMAT[file_format]}")
    activities: list[Activity] = getattr(module, f"read_{file_format}")(content.data, name)
    activities = drop_repeated(drop_fragments([drop_absurd_values(activity) for activity in activities]))
    if len(activities) == 1 and sport:
        activities = [correct_sport(activities[0], sport)]
    verdicts = [judge_sport(activity) for activity in activities]
    on_foot = [
        (activity, verdict) for activity, verdict in zip(activities, verdicts, strict=True) if verdict.is_on_foot
    ]
    other_sports = [verdict.name for verdict in verdicts if not verdict.is_on_foot]
    if not on_foot:
        sports = " and ".join(dict.fromkeys(other_sports))
        raise OtherSportError(f"is a recording of {sports}: retropace analyses running and walking", path=name)
    file_findings = list(content.findings)
    if other_sports:
        text = f"sessions of other sports left out: {', '.join(other_sports)}"
        file_findings.append(warn("other-sports", text, len(other_sports), "sessions"))
    return [
        replace(
            activity,
            source=replace(activity.source, sha256=content.sha256, session=session),
            findings=(*file_findings, *verdict.findings, *activity.findings),
        )
        for session, (activity, verdict) in enumerate(on_foot)
    ]


def read(path: str | os.PathLike[str]) -> Activity:
    """Return the only running or walking session of a recording; raises :class:`ReadError` for none or several."""
    activities = read_all(path)
    if len(activities) > 1:
        raise ReadError(f"holds {len(activities)} sessions: use read_all() and choose", path=path)
    return activities[0]


def choose(activities: list[Activity], session: int | None) -> list[Activity]:
    """Return the activity of this number (from 1) as a list, all for None; raises :class:`ReadError` without it."""
    if session is None:
        return activities
    if session > len(activities):
        count = format_count(len(activities), "running or walking session")
        raise ReadError(f"holds {count}, there is no --session {session}", path=activities[0].source.path)
    return activities[session - 1 : session]


__all__ = ["choose", "read", "read_all", "sniff"]
