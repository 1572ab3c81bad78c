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

from retropace.core.spans import FloatArray
from retropace.readers.iso_times import parse_times
from retropace.readers.text_numbers import parse_numbers
from retropace.readers.xml.point_values import PointValues, RowIndices, fill_missing
from retropace.readers.xml.repair import XmlDocument, find_element_end
from retropace.readers.xml.repeated_elements import ElementPath

POINT_TAG = "trkpt"
LAT_PATH, LON_PATH = ("@lat",), ("@lon",)
COLUMN_BY_TAG = {
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
NON_NUMERIC_TAGS = frozenset({"name", "cmt", "desc", "src", "link", "sym", "type", "fix", "extensions", "text"})
TEXT_PREFIX = "text:"
"""Before the name of a column of words, so that it is not taken for one of numbers by the same name."""
POSITION_AND_TIME_COLUMNS = ("posix_s", "lat_deg", "lon_deg")
"""Columns that are there for every document; an extension that has such a name is none of them."""
NO_TRACK = -1
"""The number of no track: points outside of any segment."""
PAUSE_LATITUDES_DEG = (100.0, 200.0)
"""Latitudes that older versions of OpenTracks, and My Tracks before it, write where recording paused and resumed."""


@dataclass(frozen=True, slots=True)
class GpxPoints:
    """All points of a document and what remains of it."""

    tracks: tuple[tuple[RowIndices, ...], ...]
    """For each ``trk`` its segments: the points of each, as places in the columns."""
    columns: Mapping[str, FloatArray]
    """A column over all points for each quantity; ``posix_s``, ``lat_deg`` and ``lon_deg`` are always there."""
    texts: Mapping[str, tuple[str, ...]]
    """For columns of words (``TEXT`` before their name) what the values 0, 1, 2 … stand for."""
    rest: str
    """The document without its track points, comments, processing instructions and extensions."""
    dropped_waypoint_count: int
    """Waypoints and route points without a usable latitude and longitude, which were left out of the rest."""
    unusable_position_count: int
    """Points without a usable latitude and longitude, which were dropped."""
    missing_time_count: int
    """Points without a time, which were dropped."""
    missing_zone_count: int
    """Times that name no zone, which were taken as UTC."""

    @property
    def point_count(self) -> int:
        """How many points are in the segments."""
        return sum(len(rows) for segments in self.tracks for rows in segments)


@dataclass(slots=True)
class _DocumentWalk:
    """What one pass of expat gathers."""

    values: PointValues = field(default_factory=PointValues)
    track_count: int = 0
    segment_starts: list[tuple[int, int]] = field(default_factory=lambda: [(0, NO_TRACK)])
    """From which point on points belong to a segment of which track."""
    cut_spans: list[tuple[int, int]] = field(default_factory=list)
    dropped_waypoint_count: int = 0
    has_nested_blocks: bool = False
    """Whether points were taken out from within something else that is cut out."""


def is_wanted(path: ElementPath) -> bool:
    """Whether a value in a point is one that columns are made of."""
    return path in (LAT_PATH, LON_PATH) or not (path[-1].startswith("@") or path[-1] in NON_NUMERIC_TAGS)


def read_points(document: XmlDocument) -> GpxPoints | None:
    """The points of a well-formed document; None if some were taken out of it from within others, or extensions."""
    walk = _walk_document(document)
    if walk.has_nested_blocks:
        return None
    pieces, at = [], 0
    for begin, stop in walk.cut_spans:
        pieces.append(document.body[at:begin])
        at = stop
    columns, texts, unzoned = _build_columns(walk.values)
    lat_deg, lon_deg = columns["lat_deg"], columns["lon_deg"]
    usable = (np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0)
    timed = np.isfinite(columns["posix_s"])
    segment = np.searchsorted([first for first, _ in walk.segment_starts], np.arange(len(lat_deg)), side="right") - 1
    track = np.array([number for _, number in walk.segment_starts])[segment]
    paused = (track != NO_TRACK) & np.isin(lat_deg, PAUSE_LATITUDES_DEG) & (lon_deg == 0.0)
    placed = (track != NO_TRACK) & ~paused
    rows = np.flatnonzero(placed & usable & timed)
    # Both numbers only ever grow, so that one of them has changed where their sum has.
    part = (segment + np.cumsum(paused))[rows]
    parts = np.split(rows, np.flatnonzero(np.diff(part)) + 1) if len(rows) else []
    tracks: list[list[RowIndices]] = [[] for _ in range(walk.track_count)]
    for one in parts:
        tracks[track[one[0]]].append(one)
    return GpxPoints(
        tracks=tuple(map(tuple, tracks)),
        columns=columns,
        texts=texts,
        rest=b"".join([*pieces, document.body[at:]]).decode("utf-8"),
        dropped_waypoint_count=walk.dropped_waypoint_count,
        unusable_position_count=int(np.sum(placed & ~usable)),
        missing_time_count=int(np.sum(placed & usable & ~timed)),
        missing_zone_count=unzoned,
    )


def _walk_document(document: XmlDocument) -> _DocumentWalk:
    body, stretches = document.body, document.blocks
    walk = _DocumentWalk()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    points = 0
    read = False
    """Whether this is in a point that expat is to read."""
    ways: list[ElementPath] = []
    texts: list[str] = []
    words: list[str] = []
    depth = -1
    """How deep in an element that is cut out; negative outside of one."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, points, read
        name = tag.rpartition(":")[2]
        if name == POINT_TAG:
            points += 1
            if depth >= 0:
                walk.has_nested_blocks |= points - 1 in stretches
        if depth >= 0:
            depth += 1
            words.clear()
            return
        if name == "trk":
            walk.segment_starts.append((walk.values.count, NO_TRACK))
            walk.track_count += 1
        elif name == "trkseg" and walk.track_count:
            walk.segment_starts.append((walk.values.count, walk.track_count - 1))
        elif name == POINT_TAG:
            depth = 0
            read = points - 1 not in stretches
            if (stretch := stretches.get(points - 1)) is not None:
                walk.values.add_block(stretch)
            ways[:] = LAT_PATH, LON_PATH
            texts[:] = attributes.get("lat", ""), attributes.get("lon", "")
        elif name in ("wpt", "rtept"):
            place = parse_numbers(
                [attributes.get(key, "").encode("utf-8") for key in ("lat", "lon")], decimal_comma=True
            )
            if not (abs(place[0]) <= 90.0 and abs(place[1]) <= 180.0):
                walk.dropped_waypoint_count += 1
                depth = 0
        elif name == "extensions":
            depth = 0
        if depth == 0:
            walk.cut_spans.append((parser.CurrentByteIndex, -1))

    def end(tag: str) -> None:
        nonlocal depth, read
        if depth < 0:
            return
        if depth == 0:
            walk.cut_spans[-1] = walk.cut_spans[-1][0], find_element_end(body, parser.CurrentByteIndex, tag)
            if read:
                walk.values.add(ways, texts)
            read = False
        elif read:
            way = (tag.rpartition(":")[2],)
            if is_wanted(way) and (text := "".join(words).strip()):
                ways.append(way)
                texts.append(text)
            words.clear()
        depth -= 1

    def pass_over(closing: bytes) -> None:
        if depth < 0:
            begin = parser.CurrentByteIndex
            walk.cut_spans.append((begin, body.index(closing, begin) + len(closing)))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words.append
    parser.CommentHandler = lambda _: pass_over(b"-->")
    parser.ProcessingInstructionHandler = lambda *_: pass_over(b"?>")
    parser.Parse(body, True)
    return walk


def _build_columns(point_values: PointValues) -> tuple[dict[str, FloatArray], dict[str, tuple[str, ...]], int]:
    """The columns, the words in columns of words, and how many times name no zone."""
    columns = {name: np.full(point_values.count, np.nan) for name in POSITION_AND_TIME_COLUMNS}
    words: list[tuple[int, int, str, str]] = []
    unzoned = 0
    for order, (way, rows, texts) in enumerate(point_values.iter_values()):
        name = way[-1]
        if name == "time":
            posix_s, zoned = parse_times(texts)
            known = np.isfinite(posix_s)
            columns["posix_s"][rows[known]] = posix_s[known]  # of several, the last counts
            unzoned += int(np.sum(known & ~zoned))
            continue
        values = parse_numbers(texts, decimal_comma=True)
        ours = {"@lat": "lat_deg", "@lon": "lon_deg"}.get(name) or COLUMN_BY_TAG.get(name.lower(), name)
        if way in (LAT_PATH, LON_PATH) or ours not in POSITION_AND_TIME_COLUMNS:
            fill_missing(columns.setdefault(ours, np.full(point_values.count, np.nan)), rows, values)
        if name.lower() not in COLUMN_BY_TAG and way not in (LAT_PATH, LON_PATH):
            said = ((at, texts[at].decode("utf-8").strip()) for at in np.flatnonzero(np.isnan(values)).tolist())
            words += [(int(rows[at]), order, name, text) for at, text in said if text[:1].isalpha()]
    known_words: dict[str, dict[str, int]] = {}
    for row, _, name, text in sorted(words):
        numbered = known_words.setdefault(TEXT_PREFIX + name, {})
        column = columns.setdefault(TEXT_PREFIX + name, np.full(point_values.count, np.nan))
        number = numbered.setdefault(text, len(numbered))
        if np.isnan(column[row]):
            column[row] = number
    return columns, {name: tuple(numbered) for name, numbered in known_words.items()}, unzoned
