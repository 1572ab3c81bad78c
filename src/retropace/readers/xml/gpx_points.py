"""The track points of a GPX document as columns; values are found by local name, as exporters' prefixes differ."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.readers.xml.document import Events, local_name
from retropace.readers.xml.point_values import TIME_COLUMN, PointValues, RowIndices
from retropace.readers.xml.way import fill_times

POINT_TAG = "trkpt"
"""Local name of a track point."""
POINT_TAGS = ("trk", "trkseg", POINT_TAG)
"""Names, without prefix, of the elements whose start and end :func:`read_points` needs; points come last."""
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
"""Column by an element's lower-case name without prefix; other elements with numbers become extra columns."""
NON_NUMERIC_TAGS = frozenset({"name", "cmt", "desc", "src", "link", "sym", "type", "fix", "extensions", "text"})
"""Names, without prefix, of elements in a track point that never become columns."""
TEXT_PREFIX = "text:"
"""Beginning of the name of a column of texts, as a column of numbers may have the same name."""
ATTRIBUTE_COLUMNS = {"lat": "lat_deg", "lon": "lon_deg"}
"""Column of each attribute of a track point; extension elements with the name of such a column are ignored."""
_NOT_IN_POINT = frozenset({"trk", "trkseg", "trkpt", "wpt", "rte", "rtept"})
"""Names, without prefix, of elements that stand within a track point only if its end tag is missing."""
DISTANCE_TAGS = frozenset({"distance", "distancemeters", "totaldistance", "cumulativedistance", "dist"})
"""Names, in lower case without prefix, of elements that may hold a counter of distance."""
DISTANCE_COLUMN = "distance"
"""Column of :data:`DISTANCE_TAGS`."""
PAUSE_LATITUDES_DEG = (100.0, 200.0)
"""Impossible latitudes by which My Tracks and old versions of OpenTracks mark where recording paused and resumed."""


@dataclass(frozen=True, slots=True)
class GpxPoints:
    """The track points of a document as columns."""

    tracks: tuple[tuple[RowIndices, ...], ...]
    """For each track its segments, each as the indices of its points in the columns."""
    elements: tuple[int | None, ...]
    """Number of the ``trk`` element of each track; None for points before the first one."""
    columns: Mapping[str, FloatArray]
    """Column of each quantity over all points; ``posix_s``, ``lat_deg`` and ``lon_deg`` always exist."""
    texts: Mapping[str, tuple[str, ...]]
    """For each text column (:data:`TEXT_PREFIX` before its name) the texts of its values 0, 1, 2 …"""
    unusable_position_count: int  # points dropped because they have no usable latitude and longitude
    missing_time_count: int  # points dropped because they have no time
    filled_time_count: int  # points without a time that got one from their neighbours
    left_out_columns: int  # names of values that were not read, because there are too many
    is_zoned: bool  # whether all times have a time zone; those without were taken as UTC

    @property
    def point_count(self) -> int:
        """Number of points in all segments."""
        return sum(len(indices) for segments in self.tracks for indices in segments)


def read_points(events: Events) -> GpxPoints:
    """Read the track points of a document from the events of :data:`POINT_TAGS`; loose ones join the track before."""
    values = PointValues(_find_column, ATTRIBUTE_COLUMNS)
    parts: list[int] = []  # of each point the number of starts and ends of tracks and segments before it
    track_indices: list[int] = []
    elements: list[int | None] = []
    part, element_count = 0, 0
    for event, element in events:
        name = local_name(element.tag)
        if name != POINT_TAG:
            part += 1
            if name == "trk" and event == "start":
                elements.append(element_count)
                element_count += 1
        elif event == "end":
            values.end_element(element)
        else:
            if not elements:
                elements.append(None)
            values.start_point(element)
            parts.append(part)
            track_indices.append(len(elements) - 1)
    return _build_points(values, np.array(parts, np.intp), np.array(track_indices, np.intp), elements)


def _find_column(name: str) -> str | None:
    """Return the column for an element's name; ``""`` if it is not read, None if it cannot stand in a point."""
    if name in _NOT_IN_POINT:
        return None
    if name in NON_NUMERIC_TAGS or name in (*ATTRIBUTE_COLUMNS.values(), TIME_COLUMN):
        return ""
    if name == "time":
        return TIME_COLUMN
    return DISTANCE_COLUMN if name.lower() in DISTANCE_TAGS else COLUMN_BY_TAG.get(name.lower(), name)


def _build_points(
    values: PointValues, parts: RowIndices, track_indices: RowIndices, elements: list[int | None]
) -> GpxPoints:
    columns = {name: values.build_numbers(name) for name in (TIME_COLUMN, *values.numbers)}
    columns |= {column: values.build_attribute(attribute) for attribute, column in ATTRIBUTE_COLUMNS.items()}
    words_by_column: dict[str, tuple[str, ...]] = {}
    for name in values.words:
        if name not in COLUMN_BY_TAG.values():
            columns[TEXT_PREFIX + name], words_by_column[TEXT_PREFIX + name] = values.build_words(name)
    lat_deg, lon_deg = columns["lat_deg"], columns["lon_deg"]
    is_usable = (np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0)
    is_pause_mark = np.isin(lat_deg, PAUSE_LATITUDES_DEG) & (lon_deg == 0.0)
    # Both numbers never decrease, so that their sum changes wherever one of them does.
    part_number = parts + np.cumsum(is_pause_mark)
    placed = np.flatnonzero(is_usable & ~is_pause_mark)
    filled_count = fill_times(columns, placed, part_number)
    rows = placed[np.isfinite(columns[TIME_COLUMN][placed])]
    tracks: list[list[RowIndices]] = [[] for _ in elements]
    for segment in np.split(rows, np.flatnonzero(np.diff(part_number[rows])) + 1) if len(rows) else []:
        tracks[track_indices[segment[0]]].append(segment)
    return GpxPoints(
        tracks=tuple(map(tuple, tracks)),
        elements=tuple(elements),
        columns=columns,
        texts=words_by_column,
        unusable_position_count=int(np.sum(~is_usable & ~is_pause_mark)),
        missing_time_count=len(placed) - len(rows),
        filled_time_count=filled_count,
        left_out_columns=len(values.left_out),
        is_zoned=bool(np.all(values.build_zones())),
    )
