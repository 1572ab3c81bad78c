"""Read what a sports watch recorded: one file per format, chosen by content.

A reader is a function ``read_xyz(data, path)`` that gives every session in the bytes and raises
:class:`retropace.core.errors.ReadError` if there is none.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from retropace.core.activity import Activity
from retropace.core.errors import OtherSportError, ReadError
from retropace.core.sports import format_sport, is_on_foot
from retropace.readers.detect import MAX_RECORDING_BYTES, load, sniff


def read_all(
    path: str | os.PathLike[str], *, data: bytes | None = None, largest_bytes: int = MAX_RECORDING_BYTES
) -> list[Activity]:
    """Every session of a recording that was done on foot, in order of time.

    ``data`` is what was already read of the file, as from within an archive; ``path`` then only names it.
    Files that hold more than ``largest_bytes``, unpacked, are refused.
    Sessions of other sports are named in a warning on each. Raises :class:`ReadError` if the file cannot be read and
    :class:`OtherSportError` if it holds other sports only.
    """
    name = os.fspath(path)
    content = load(name, data, largest_bytes)
    activities = _find_reader(sniff(content.data, name))(content.data, name)
    on_foot = [activity for activity in activities if is_on_foot(activity.sport)]
    others = [format_sport(activity.sport) for activity in activities if not is_on_foot(activity.sport)]
    if not on_foot:
        sports = " and ".join(dict.fromkeys(others))
        raise OtherSportError(f"is a recording of {sports}: retropace analyses running and walking", path=name)
    said = list(content.warnings)
    if others:
        said.append(f"sessions of other sports left out: {', '.join(others)}")
    return [
        replace(
            activity,
            source=replace(activity.source, sha256=content.sha256, session=number),
            warnings=(*said, *activity.warnings),
        )
        for number, activity in enumerate(on_foot)
    ]


def read(path: str | os.PathLike[str]) -> Activity:
    """The one running or walking session of a recording.

    Raises :class:`ReadError` if the file cannot be read or holds several (use :func:`read_all`).
    """
    activities = read_all(path)
    if len(activities) > 1:
        raise ReadError(f"holds {len(activities)} sessions: use read_all() and choose", path=path)
    return activities[0]


def choose(activities: list[Activity], session: int | None) -> list[Activity]:
    """The ``session``-th of a file's activities (counted from 1) as a list of one; all of them for None.

    Raises :class:`ReadError` if there is no such session.
    """
    if session is None:
        return activities
    if session > len(activities):
        count = f"{len(activities)} running or walking session{'s' * (len(activities) > 1)}"
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
