"""The track points of a GPX document as columns, and the document without them.

Points are read by expat, by local name: exporters hang the same extensions under a dozen prefixes, in GPX 1.0 and
1.1, directly in the point or nested. Everything else of the document is left for gpxpy, but for what nobody needs and
gpxpy may stumble over: comments, processing instructions, extensions, and waypoints without a usable position.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from xml.parsers import expat

import numpy as np

from retropace.readers.xml import element_end
from retropace.spans import Column

QUANTITIES = {
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "heart_rate": "heart_rate_bpm",
    "cad": "cadence_recorded",
    "cadence": "cadence_recorded",
    "runcadence": "cadence_recorded",
    "speed": "speed_mps",
    "ele": "altitude_m",
}
"""Local names (lower case) of what hangs in a point, and our column for it. Others that are numbers become extra."""
NO_QUANTITY = frozenset({"time", "name", "cmt", "desc", "src", "link", "sym", "type", "fix", "extensions", "text"})
TEXT = "text:"
"""Before the name of a column of words, so that it is not taken for one of numbers by the same name."""
BREAKS_DEG = frozenset({100.0, 200.0})
"""Latitudes that older versions of OpenTracks, and My Tracks before it, write where recording paused and resumed."""


@dataclass(slots=True)
class Segment:
    """The points of one ``trkseg``: a row per point, ``NaN`` for a value that is missing."""

    rows: list[dict[str, float]] = field(default_factory=list)


@dataclass(slots=True)
class PointTrack:
    """One ``trk``: its segments in order."""

    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Points:
    """All points of a document and what remains of it."""

    tracks: list[PointTrack] = field(default_factory=list)
    rest: str = ""
    """The document without its track points, comments, processing instructions and extensions."""
    lost_waypoints: int = 0
    """Waypoints and route points without a usable latitude and longitude, which were left out of the rest."""
    unplaced: int = 0
    """Points without a usable latitude and longitude, which were dropped."""
    unzoned: int = 0
    """Points whose time names no zone, which were taken as UTC."""
    texts: dict[str, dict[str, int]] = field(default_factory=dict)
    """By name (``TEXT`` before it) the words that stood in points, each with the number that stands for it."""
    untimed: int = 0
    """Points without a time, which were dropped."""


def read_points(text: str) -> Points:
    """The points of a well-formed document."""
    body = text.encode("utf-8")
    found = Points()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    cut: list[tuple[int, int]] = []
    point: dict[str, float] | None = None
    words: list[str] = []
    depth = -1
    """How deep in an element that is cut out; negative outside of one."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal point, depth
        name = tag.rpartition(":")[2]
        if depth >= 0:
            depth += 1
            words.clear()
        elif name == "trk":
            found.tracks.append(PointTrack())
        elif name == "trkseg" and found.tracks:
            found.tracks[-1].segments.append(Segment())
        elif name == "trkpt":
            point = _place(attributes)
            depth = 0
        elif name in ("wpt", "rtept"):
            if not _usable(_place(attributes)):
                found.lost_waypoints += 1
                depth = 0
        elif name == "extensions":
            depth = 0
        if depth == 0:
            cut.append((parser.CurrentByteIndex, -1))

    def end(tag: str) -> None:
        nonlocal point, depth
        if depth < 0:
            return
        if depth == 0:
            cut[-1] = cut[-1][0], element_end(body, parser.CurrentByteIndex, tag)
            if point is not None:
                _finish(point, found)
            point = None
        elif point is not None:
            _take(point, tag.rpartition(":")[2], "".join(words).strip(), found)
            words.clear()
        depth -= 1

    def pass_over(closing: bytes) -> None:
        if depth < 0:
            begin = parser.CurrentByteIndex
            cut.append((begin, body.index(closing, begin) + len(closing)))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words.append
    parser.CommentHandler = lambda _: pass_over(b"-->")
    parser.ProcessingInstructionHandler = lambda *_: pass_over(b"?>")
    parser.Parse(body, True)
    pieces, at = [], 0
    for begin, stop in cut:
        pieces.append(body[at:begin])
        at = stop
    found.rest = b"".join([*pieces, body[at:]]).decode("utf-8")
    return found


def column(rows: list[dict[str, float]], name: str) -> Column:
    """One quantity of all rows, NaN where a row lacks it."""
    return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)


def parse_time(text: str) -> tuple[float, bool] | None:
    """POSIX seconds of an ISO 8601 time, and whether it named its zone; None if it is no time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.year in (MINYEAR, MAXYEAR):
        return None  # what a recorder without a clock writes; a zone or rounding would lead out of the calendar
    zoned = moment.tzinfo is not None
    return (moment if zoned else moment.replace(tzinfo=UTC)).timestamp(), zoned


def _number(text: str) -> float:
    """The number, NaN for ``-nan`` and anything that is none."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def _place(attributes: dict[str, str]) -> dict[str, float]:
    return {"lat_deg": _number(attributes.get("lat", "")), "lon_deg": _number(attributes.get("lon", ""))}


def _usable(place: dict[str, float]) -> bool:
    return abs(place["lat_deg"]) <= 90.0 and abs(place["lon_deg"]) <= 180.0


def _take(point: dict[str, float], name: str, text: str, found: Points) -> None:
    if name == "time":
        parsed = parse_time(text)
        if parsed is not None:
            point["posix_s"] = parsed[0]
            found.unzoned += not parsed[1]
    elif name not in NO_QUANTITY and text:
        value = _number(text)
        if np.isfinite(value):
            point.setdefault(QUANTITIES.get(name.lower(), name), value)
        elif name.lower() not in QUANTITIES and text[:1].isalpha():
            known = found.texts.setdefault(TEXT + name, {})
            point.setdefault(TEXT + name, known.setdefault(text, len(known)))


def _finish(point: dict[str, float], found: Points) -> None:
    if not found.tracks or not found.tracks[-1].segments:
        return
    if point["lat_deg"] in BREAKS_DEG and point["lon_deg"] == 0.0:
        found.tracks[-1].segments.append(Segment())
    elif not _usable(point):
        found.unplaced += 1
    elif "posix_s" not in point:
        found.untimed += 1
    else:
        found.tracks[-1].segments[-1].rows.append(point)
