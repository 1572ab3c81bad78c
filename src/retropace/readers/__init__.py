"""Readers turn the bytes of a recording into activities, one module per file format.

A reader is a function ``read_xyz(data, path)`` that returns every session in the bytes, of whatever sport, as
:class:`~retropace.core.activity.Activity` values, and raises :class:`~retropace.core.errors.ReadError` if there is
none. What cleaning can repair later, readers leave as it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from retropace.core.activity import Activity
from retropace.core.errors import OtherSportError, ReadError
from retropace.core.sports import format_sport, is_on_foot
from retropace.core.units import format_count
from retropace.readers.detect import MAX_RECORDING_BYTES, load, sniff


def read_all(
    path: str | os.PathLike[str], *, data: bytes | None = None, largest_bytes: int = MAX_RECORDING_BYTES
) -> list[Activity]:
    """All running and walking sessions of a recording, in order of time.

    ``data`` are the bytes of the file if they were already read, for example from within an archive; ``path`` is then
    only used in messages. Files that hold more than ``largest_bytes`` after decompression are refused. Sessions of
    other sports are left out and named in a warning on each activity. Raises :class:`ReadError` if the file cannot be
    read and :class:`OtherSportError` if it holds other sports only.
    """
    name = os.fspath(path)
    content = load(name, data, largest_bytes)
    activities = _find_reader(sniff(content.data, name))(content.data, name)
    on_foot = [activity for activity in activities if is_on_foot(activity.sport)]
    other_sports = [format_sport(activity.sport) for activity in activities if not is_on_foot(activity.sport)]
    if not on_foot:
        sports = " and ".join(dict.fromkeys(other_sports))
        raise OtherSportError(f"is a recording of {sports}: retropace analyses running and walking", path=name)
    file_warnings = list(content.warnings)
    if other_sports:
        file_warnings.append(f"sessions of other sports left out: {', '.join(other_sports)}")
    return [
        replace(
            activity,
            source=replace(activity.source, sha256=content.sha256, session=session),
            warnings=(*file_warnings, *activity.warnings),
        )
        for session, activity in enumerate(on_foot)
    ]


def read(path: str | os.PathLike[str]) -> Activity:
    """The running or walking session of a recording that holds exactly one.

    Raises :class:`ReadError` if the file cannot be read or holds several sessions, which :func:`read_all` returns.
    """
    activities = read_all(path)
    if len(activities) > 1:
        raise ReadError(f"holds {len(activities)} sessions: use read_all() and choose", path=path)
    return activities[0]


def choose(activities: list[Activity], session: int | None) -> list[Activity]:
    """Return only the activity numbered ``session`` (the first is 1), as a list; all ``activities`` if it is None.

    Raises :class:`ReadError` if the file has no such session.
    """
    if session is None:
        return activities
    if session > len(activities):
        count = format_count(len(activities), "running or walking session")
        raise ReadError(f"holds {count}, there is no --session {session}", path=activities[0].source.path)
    return activities[session - 1 : session]


def _find_reader(file_format: str) -> Callable[[bytes, str], list[Activity]]:
    if file_format == "fit":
        from retropace.readers.fit.reader import read_fit

        return read_fit
    if file_format == "gpx":
        from retropace.readers.xml.gpx import read_gpx

        return read_gpx
    if file_format == "kml":
        from retropace.readers.xml.kml import read_kml

        return read_kml
    if file_format == "polar":
        from retropace.readers.json.polar import read_polar

        return read_polar
    if file_format == "apple":
        from retropace.readers.json.apple import read_apple

        return read_apple
    from retropace.readers.xml.tcx import read_tcx

    return read_tcx


__all__ = ["choose", "read", "read_all", "sniff"]
