"""The track points of a GPX document as columns.

Values are found by local name, because exporters write the same extensions under a dozen prefixes, directly in the
point or nested.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.readers.xml.document import Events, local_name
from retropace.readers.xml.point_values import TIME_COLUMN, PointValues, RowIndices

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
NO_TRACK = -1
"""Track index that stands for points outside of any segment."""
PAUSE_LATITUDES_DEG = (100.0, 200.0)
"""Impossible latitudes by which My Tracks and old versions of OpenTracks mark where recording paused and resumed."""


@dataclass(frozen=True, slots=True)
class GpxPoints:
    """The track points of a document as columns."""

    tracks: tuple[tuple[RowIndices, ...], ...]
    """For each ``trk`` element its segments, each as the indices of its points in the columns."""
    columns: Mapping[str, FloatArray]
    """Column of each quantity over all points; ``posix_s``, ``lat_deg`` and ``lon_deg`` always exist."""
    texts: Mapping[str, tuple[str, ...]]
    """For each text column (:data:`TEXT_PREFIX` before its name) the texts of its values 0, 1, 2 …"""
    unusable_position_count: int  # points dropped because they have no usable latitude and longitude
    missing_time_count: int  # points dropped because they have no time
    is_zoned: bool  # whether all times have a time zone; those without were taken as UTC

    @property
    def point_count(self) -> int:
        """Number of points in all segments."""
        return sum(len(indices) for segments in self.tracks for indices in segments)


def read_points(events: Events) -> GpxPoints:
    """Read the track points of a document from the XML parser events of its :data:`POINT_TAGS`."""
    values = PointValues(_find_column, ATTRIBUTE_COLUMNS, decimal_comma=True)
    parts: list[int] = []  # of each point the number of segment starts before it, and the index of its track
    track_indices: list[int] = []
    part, track, track_count = 0, NO_TRACK, 0
    for event, element in events:
        if event == "end":
            values.end_element(element)
            continue
        name = local_name(element.tag)
        if name == POINT_TAG:
            values.start_point(element)
            parts.append(part)
            track_indices.append(track)
        elif name == "trk":
            part, track, track_count = part + 1, NO_TRACK, track_count + 1
        elif track_count:
            part, track = part + 1, track_count - 1
    return _build_points(values, np.array(parts, np.intp), np.array(track_indices, np.intp), track_count)


def _find_column(name: str) -> str | None:
    """Return the column for an element's name; ``""`` if it is not read, None if it cannot stand in a point."""
    if name in _NOT_IN_POINT:
        return None
    if name in NON_NUMERIC_TAGS or name in (*ATTRIBUTE_COLUMNS.values(), TIME_COLUMN):
        return ""
    return TIME_COLUMN if name == "time" else COLUMN_BY_TAG.get(name.lower(), name)


def _build_points(values: PointValues, parts: RowIndices, track_indices: RowIndices, track_count: int) -> GpxPoints:
    columns = {name: values.build_numbers(name) for name in (TIME_COLUMN, *values.numbers)}
    columns |= {column: values.build_attribute(attribute) for attribute, column in ATTRIBUTE_COLUMNS.items()}
    words_by_column: dict[str, tuple[str, ...]] = {}
    for name in values.words:
        if name not in COLUMN_BY_TAG.values():
            columns[TEXT_PREFIX + name], words_by_column[TEXT_PREFIX + name] = values.build_words(name)
    lat_deg, lon_deg = columns["lat_deg"], columns["lon_deg"]
    is_usable = (np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0)
    is_timed = np.isfinite(columns[TIME_COLUMN])
    is_pause_mark = (track_indices != NO_TRACK) & np.isin(lat_deg, PAUSE_LATITUDES_DEG) & (lon_deg == 0.0)
    is_in_segment = (track_indices != NO_TRACK) & ~is_pause_mark
    rows = np.flatnonzero(is_in_segment & is_usable & is_timed)
    # Both numbers never decrease, so that their sum changes wherever one of them does.
    part_number = (parts + np.cumsum(is_pause_mark))[rows]
    tracks: list[list[RowIndices]] = [[] for _ in range(track_count)]
    for segment in np.split(rows, np.flatnonzero(np.diff(part_number)) + 1) if len(rows) else []:
        tracks[track_indices[segment[0]]].append(segment)
    return GpxPoints(
        tracks=tuple(map(tuple, tracks)),
        columns=columns,
        texts=words_by_column,
        unusable_position_count=int(np.sum(is_in_segment & ~is_usable)),
        missing_time_count=int(np.sum(is_in_segment & is_usable & ~is_timed)),
        is_zoned=bool(np.all(values.build_zones())),
    )
