"""The track points of a GPX document as columns, and the document without them.

Values are found by local name, because exporters write the same extensions under a dozen prefixes, in GPX 1.0 and 1.1,
directly in the point or nested. Repeated points were extracted by :mod:`~retropace.readers.xml.repeated_elements`; the
others are parsed by expat. The rest of the document is for gpxpy, without what it may fail on and nobody needs:
comments, processing instructions, extensions, and waypoints without a usable position.
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
"""Local name of a track point."""
LAT_PATH = ("@lat",)
"""Path of the latitude within a track point; ``@`` marks an attribute."""
LON_PATH = ("@lon",)
"""Path of the longitude within a track point; ``@`` marks an attribute."""
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
"""Column of each element in a track point, by the element's lower-case name without prefix.

Other elements with numbers become extra columns."""
NON_NUMERIC_TAGS = frozenset({"name", "cmt", "desc", "src", "link", "sym", "type", "fix", "extensions", "text"})
"""Names, without prefix, of elements in a track point that never become columns."""
TEXT_PREFIX = "text:"
"""Text before the name of a column of texts, which tells it from a column of numbers with the same name."""
POSITION_AND_TIME_COLUMNS = ("posix_s", "lat_deg", "lon_deg")
"""Columns that every document has; extension elements with these names are ignored."""
NO_TRACK = -1
"""Track index that stands for points outside of any segment."""
PAUSE_LATITUDES_DEG = (100.0, 200.0)
"""Impossible latitudes by which My Tracks and old versions of OpenTracks mark where recording paused and resumed."""


@dataclass(frozen=True, slots=True)
class GpxPoints:
    """The track points of a document as columns, and the rest of the document."""

    tracks: tuple[tuple[RowIndices, ...], ...]
    """For each ``trk`` element its segments; a segment is given by the indices of its points in the columns."""
    columns: Mapping[str, FloatArray]
    """Column of each quantity over all points; ``posix_s``, ``lat_deg`` and ``lon_deg`` always exist."""
    texts: Mapping[str, tuple[str, ...]]
    """For each text column (:data:`TEXT_PREFIX` before its name) the texts of its values 0, 1, 2 …"""
    remainder: str
    """The document without its track points, comments, processing instructions and extensions."""
    dropped_waypoint_count: int
    """Number of waypoints and route points that were left out because they have no usable position."""
    unusable_position_count: int
    """Number of points that were dropped because they have no usable latitude and longitude."""
    missing_time_count: int
    """Number of points that were dropped because they have no time."""
    missing_zone_count: int
    """Number of times without a time zone, which were taken as UTC."""

    @property
    def point_count(self) -> int:
        """Number of points in all segments."""
        return sum(len(indices) for segments in self.tracks for indices in segments)


@dataclass(slots=True)
class _DocumentWalk:
    """What one pass of the parser expat over the document collects: points, segments, and bytes to cut out."""

    values: PointValues = field(default_factory=PointValues)
    track_count: int = 0
    segment_starts: list[tuple[int, int]] = field(default_factory=lambda: [(0, NO_TRACK)])
    """For each segment, and for each group of points outside of segments, the index of its first point and of its
    track."""
    cut_spans: list[tuple[int, int]] = field(default_factory=list)
    """Byte ranges that are cut out of the document for gpxpy."""
    dropped_waypoint_count: int = 0
    has_nested_blocks: bool = False
    """Whether some of the points that were extracted before parsing lay within an element that is cut out."""


def is_wanted(path: ElementPath) -> bool:
    """Whether the value at a path within a track point goes into a column."""
    return path in (LAT_PATH, LON_PATH) or not (path[-1].startswith("@") or path[-1] in NON_NUMERIC_TAGS)


def read_points(document: XmlDocument) -> GpxPoints | None:
    """Read the track points of a well-formed document.

    Returns None if points were extracted from within other points or extensions; the document must then be read again
    without extraction.
    """
    walk = _walk_document(document)
    if walk.has_nested_blocks:
        return None
    pieces, position = [], 0
    for start, end in walk.cut_spans:
        pieces.append(document.body[position:start])
        position = end
    columns, texts, missing_zone_count = _build_columns(walk.values)
    lat_deg, lon_deg = columns["lat_deg"], columns["lon_deg"]
    is_usable = (np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0)
    is_timed = np.isfinite(columns["posix_s"])
    first_points, track_indices = zip(*walk.segment_starts, strict=True)
    segment = np.searchsorted(first_points, np.arange(len(lat_deg)), side="right") - 1
    track = np.array(track_indices)[segment]
    is_pause_mark = (track != NO_TRACK) & np.isin(lat_deg, PAUSE_LATITUDES_DEG) & (lon_deg == 0.0)
    is_in_segment = (track != NO_TRACK) & ~is_pause_mark
    rows = np.flatnonzero(is_in_segment & is_usable & is_timed)
    # Both numbers never decrease, so that their sum changes wherever one of them does.
    part_number = (segment + np.cumsum(is_pause_mark))[rows]
    parts = np.split(rows, np.flatnonzero(np.diff(part_number)) + 1) if len(rows) else []
    tracks: list[list[RowIndices]] = [[] for _ in range(walk.track_count)]
    for part in parts:
        tracks[track[part[0]]].append(part)
    return GpxPoints(
        tracks=tuple(map(tuple, tracks)),
        columns=columns,
        texts=texts,
        remainder=b"".join([*pieces, document.body[position:]]).decode("utf-8"),
        dropped_waypoint_count=walk.dropped_waypoint_count,
        unusable_position_count=int(np.sum(is_in_segment & ~is_usable)),
        missing_time_count=int(np.sum(is_in_segment & is_usable & ~is_timed)),
        missing_zone_count=missing_zone_count,
    )


def _walk_document(document: XmlDocument) -> _DocumentWalk:
    body, blocks = document.body, document.blocks
    walk = _DocumentWalk()
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    point_count = 0
    is_parsed = False  # whether the current element is in a point whose values come from expat
    paths: list[ElementPath] = []
    texts: list[str] = []
    characters: list[str] = []
    depth = -1  # nesting depth within an element that is cut out; negative outside of one

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, point_count, is_parsed
        name = tag.rpartition(":")[2]
        if name == POINT_TAG:
            point_count += 1
            if depth >= 0:
                walk.has_nested_blocks |= point_count - 1 in blocks
        if depth >= 0:
            depth += 1
            characters.clear()
            return
        if name == "trk":
            walk.segment_starts.append((walk.values.count, NO_TRACK))
            walk.track_count += 1
        elif name == "trkseg" and walk.track_count:
            walk.segment_starts.append((walk.values.count, walk.track_count - 1))
        elif name == POINT_TAG:
            depth = 0
            is_parsed = point_count - 1 not in blocks
            if (block := blocks.get(point_count - 1)) is not None:
                walk.values.add_block(block)
            paths[:] = LAT_PATH, LON_PATH
            texts[:] = attributes.get("lat", ""), attributes.get("lon", "")
        elif name in ("wpt", "rtept"):
            degrees = [attributes.get(key, "").encode("utf-8") for key in ("lat", "lon")]
            lat_deg, lon_deg = parse_numbers(degrees, decimal_comma=True)
            if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
                walk.dropped_waypoint_count += 1
                depth = 0
        elif name == "extensions":
            depth = 0
        if depth == 0:
            walk.cut_spans.append((parser.CurrentByteIndex, -1))

    def end(tag: str) -> None:
        nonlocal depth, is_parsed
        if depth < 0:
            return
        if depth == 0:
            walk.cut_spans[-1] = walk.cut_spans[-1][0], find_element_end(body, parser.CurrentByteIndex, tag)
            if is_parsed:
                walk.values.add(paths, texts)
            is_parsed = False
        elif is_parsed:
            path = (tag.rpartition(":")[2],)
            if is_wanted(path) and (text := "".join(characters).strip()):
                paths.append(path)
                texts.append(text)
            characters.clear()
        depth -= 1

    def cut_until(closing: bytes) -> None:
        if depth < 0:
            start_index = parser.CurrentByteIndex
            walk.cut_spans.append((start_index, body.index(closing, start_index) + len(closing)))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters.append
    parser.CommentHandler = lambda _: cut_until(b"-->")
    parser.ProcessingInstructionHandler = lambda *_: cut_until(b"?>")
    parser.Parse(body, True)
    return walk


def _build_columns(point_values: PointValues) -> tuple[dict[str, FloatArray], dict[str, tuple[str, ...]], int]:
    """Convert the values to columns; returns them, the texts of text columns, and how many times lack a zone."""
    columns = {name: np.full(point_values.count, np.nan) for name in POSITION_AND_TIME_COLUMNS}
    text_values: list[tuple[int, int, str, str]] = []
    missing_zone_count = 0
    for order, (path, rows, texts) in enumerate(point_values.iter_values()):
        name = path[-1]
        if name == "time":
            posix_s, has_zone = parse_times(texts)
            is_known = np.isfinite(posix_s)
            columns["posix_s"][rows[is_known]] = posix_s[is_known]  # the last of several is used
            missing_zone_count += int(np.sum(is_known & ~has_zone))
            continue
        values = parse_numbers(texts, decimal_comma=True)
        column_name = {"@lat": "lat_deg", "@lon": "lon_deg"}.get(name) or COLUMN_BY_TAG.get(name.lower(), name)
        if path in (LAT_PATH, LON_PATH) or column_name not in POSITION_AND_TIME_COLUMNS:
            fill_missing(columns.setdefault(column_name, np.full(point_values.count, np.nan)), rows, values)
        if name.lower() not in COLUMN_BY_TAG and path not in (LAT_PATH, LON_PATH):
            for index in np.flatnonzero(np.isnan(values)).tolist():
                if (text := texts[index].decode("utf-8").strip())[:1].isalpha():
                    text_values.append((int(rows[index]), order, name, text))
    codes_by_column: dict[str, dict[str, int]] = {}
    for row, _, name, text in sorted(text_values):
        codes = codes_by_column.setdefault(TEXT_PREFIX + name, {})
        column = columns.setdefault(TEXT_PREFIX + name, np.full(point_values.count, np.nan))
        code = codes.setdefault(text, len(codes))
        if np.isnan(column[row]):
            column[row] = code
    return columns, {name: tuple(codes) for name, codes in codes_by_column.items()}, missing_zone_count
