"""The track points of a GPX document as columns, and the document without them.

Points are read by local name: exporters hang the same extensions under a dozen prefixes, in GPX 1.0 and 1.1, directly
in the point or nested. Those that are alike have been taken out by ``xml_rows``, the others are read by expat.
Everything else of the document is left for gpxpy, but for what nobody needs and gpxpy may stumble over: comments,
processing instructions, extensions, and waypoints without a usable position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

import numpy as np

from retropace.core.spans import Column
from retropace.readers.iso_times import parse_times
from retropace.readers.text_numbers import numbers
from retropace.readers.xml.point_values import Leaves, Row, fill
from retropace.readers.xml.repair import Document, element_end
from retropace.readers.xml.repeated_elements import Way

POINT = "trkpt"
LAT, LON = ("@lat",), ("@lon",)
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
NO_QUANTITY = frozenset({"name", "cmt", "desc", "src", "link", "sym", "type", "fix", "extensions", "text"})
TEXT = "text:"
"""Before the name of a column of words, so that it is not taken for one of numbers by the same name."""
PLACE_AND_TIME = ("posix_s", "lat_deg", "lon_deg")
"""Columns that are there for every document; an extension that has such a name is none of them."""
NOWHERE = -1
"""The number of no track: points outside of any segment."""
BREAKS_DEG = (100.0, 200.0)
"""Latitudes that older versions of OpenTracks, and My Tracks before it, write where recording paused and resumed."""


@dataclass(frozen=True, slots=True)
class Points:
    """All points of a document and what remains of it."""

    tracks: tuple[tuple[Row, ...], ...]
    """For each ``trk`` its segments: the points of each, as places in the columns."""
    columns: Mapping[str, Column]
    """A column over all points for each quantity; ``posix_s``, ``lat_deg`` and ``lon_deg`` are always there."""
    texts: Mapping[str, tuple[str, ...]]
    """For columns of words (``TEXT`` before their name) what the values 0, 1, 2 … stand for."""
    rest: str
    """The document without its track points, comments, processing instructions and extensions."""
    lost_waypoints: int
    """Waypoints and route points without a usable latitude and longitude, which were left out of the rest."""
    unplaced: int
    """Points without a usable latitude and longitude, which were dropped."""
    untimed: int
    """Points without a time, which were dropped."""
    unzoned: int
    """Times that name no zone, which were taken as UTC."""

    @property
    def kept(self) -> int:
        """How many points are in the segments."""
        return sum(len(rows) for segments in self.tracks for rows in segments)


@dataclass(slots=True)
class _Walk:
    """What one pass of expat gathers."""

    leaves: Leaves = field(default_factory=Leaves)
    tracks: int = 0
    opened: list[tuple[int, int]] = field(default_factory=lambda: [(0, NOWHERE)])
    """From which point on points belong to a segment of which track."""
    cut: list[tuple[int, int]] = field(default_factory=list)
    lost_waypoints: int = 0
    astray: bool = False
    """Whether points were taken out from within something else that is cut out."""


def wanted(way: Way) -> bool:
    """Whether a value in a point is one that columns are made of."""
    return way in (LAT, LON) or not (way[-1].startswith("@") or way[-1] in NO_QUANTITY)


def read_points(document: Document) -> Points | None:
    """The points of a well-formed document; None if some were taken out of it from within others, or extensions."""
    walk = _walk(document)
    if walk.astray:
        return None
    pieces, at = [], 0
    for begin, stop in walk.cut:
        pieces.append(document.body[at:begin])
        at = stop
    columns, texts, unzoned = _columns(walk.leaves)
    lat_deg, lon_deg = columns["lat_deg"], columns["lon_deg"]
    usable = (np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0)
    timed = np.isfinite(columns["posix_s"])
    segment = np.searchsorted([first for first, _ in walk.opened], np.arange(len(lat_deg)), side="right") - 1
    track = np.array([number for _, number in walk.opened])[segment]
    paused = (track != NOWHERE) & np.isin(lat_deg, BREAKS_DEG) & (lon_deg == 0.0)
    placed = (track != NOWHERE) & ~paused
    rows = np.flatnonzero(placed & usable & timed)
    # Both numbers only ever grow, so that one of them has changed where their sum has.
    part = (segment + np.cumsum(paused))[rows]
    parts = np.split(rows, np.flatnonzero(np.diff(part)) + 1) if len(rows) else []
    tracks: list[list[Row]] = [[] for _ in range(walk.tracks)]
    for one in parts:
        tracks[track[one[0]]].append(one)
    return Points(
        tracks=tuple(map(tuple, tracks)),
        columns=columns,
        texts=texts,
        rest=b"".join([*pieces, document.body[at:]]).decode("utf-8"),
        lost_waypoints=walk.lost_waypoints,
        unplaced=int(np.sum(placed & ~usable)),
        untimed=int(np.sum(placed & usable & ~timed)),
        unzoned=unzoned,
    )


def _walk(document: Document) -> _Walk:
    body, stretches = document.body, document.stretches
    walk = _Walk()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    points = 0
    read = False
    """Whether this is in a point that expat is to read."""
    ways: list[Way] = []
    texts: list[str] = []
    words: list[str] = []
    depth = -1
    """How deep in an element that is cut out; negative outside of one."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, points, read
        name = tag.rpartition(":")[2]
        if name == POINT:
            points += 1
            if depth >= 0:
                walk.astray |= points - 1 in stretches
        if depth >= 0:
            depth += 1
            words.clear()
            return
        if name == "trk":
            walk.opened.append((walk.leaves.count, NOWHERE))
            walk.tracks += 1
        elif name == "trkseg" and walk.tracks:
            walk.opened.append((walk.leaves.count, walk.tracks - 1))
        elif name == POINT:
            depth = 0
            read = points - 1 not in stretches
            if (stretch := stretches.get(points - 1)) is not None:
                walk.leaves.add_stretch(stretch)
            ways[:] = LAT, LON
            texts[:] = attributes.get("lat", ""), attributes.get("lon", "")
        elif name in ("wpt", "rtept"):
            place = numbers([attributes.get(key, "").encode("utf-8") for key in ("lat", "lon")], decimal_comma=True)
            if not (abs(place[0]) <= 90.0 and abs(place[1]) <= 180.0):
                walk.lost_waypoints += 1
                depth = 0
        elif name == "extensions":
            depth = 0
        if depth == 0:
            walk.cut.append((parser.CurrentByteIndex, -1))

    def end(tag: str) -> None:
        nonlocal depth, read
        if depth < 0:
            return
        if depth == 0:
            walk.cut[-1] = walk.cut[-1][0], element_end(body, parser.CurrentByteIndex, tag)
            if read:
                walk.leaves.add(ways, texts)
            read = False
        elif read:
            way = (tag.rpartition(":")[2],)
            if wanted(way) and (text := "".join(words).strip()):
                ways.append(way)
                texts.append(text)
            words.clear()
        depth -= 1

    def pass_over(closing: bytes) -> None:
        if depth < 0:
            begin = parser.CurrentByteIndex
            walk.cut.append((begin, body.index(closing, begin) + len(closing)))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words.append
    parser.CommentHandler = lambda _: pass_over(b"-->")
    parser.ProcessingInstructionHandler = lambda *_: pass_over(b"?>")
    parser.Parse(body, True)
    return walk


def _columns(leaves: Leaves) -> tuple[dict[str, Column], dict[str, tuple[str, ...]], int]:
    """The columns, the words in columns of words, and how many times name no zone."""
    columns = {name: np.full(leaves.count, np.nan) for name in PLACE_AND_TIME}
    words: list[tuple[int, int, str, str]] = []
    unzoned = 0
    for order, (way, rows, texts) in enumerate(leaves.each()):
        name = way[-1]
        if name == "time":
            posix_s, zoned = parse_times(texts)
            known = np.isfinite(posix_s)
            columns["posix_s"][rows[known]] = posix_s[known]  # of several, the last counts
            unzoned += int(np.sum(known & ~zoned))
            continue
        values = numbers(texts, decimal_comma=True)
        ours = {"@lat": "lat_deg", "@lon": "lon_deg"}.get(name) or QUANTITIES.get(name.lower(), name)
        if way in (LAT, LON) or ours not in PLACE_AND_TIME:
            fill(columns.setdefault(ours, np.full(leaves.count, np.nan)), rows, values)
        if name.lower() not in QUANTITIES and way not in (LAT, LON):
            said = ((at, texts[at].decode("utf-8").strip()) for at in np.flatnonzero(np.isnan(values)).tolist())
            words += [(int(rows[at]), order, name, text) for at, text in said if text[:1].isalpha()]
    known_words: dict[str, dict[str, int]] = {}
    for row, _, name, text in sorted(words):
        numbered = known_words.setdefault(TEXT + name, {})
        column = columns.setdefault(TEXT + name, np.full(leaves.count, np.nan))
        number = numbered.setdefault(text, len(numbered))
        if np.isnan(column[row]):
            column[row] = number
    return columns, {name: tuple(numbered) for name, numbered in known_words.items()}, unzoned
