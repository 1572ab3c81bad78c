"""The track points of a TCX activity as columns, both extracted points and those still in the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from retropace.core.spans import FloatArray
from retropace.readers.iso_times import parse_times
from retropace.readers.text_numbers import parse_numbers
from retropace.readers.xml.point_values import PointValues, RowIndices, fill_missing
from retropace.readers.xml.repair import XmlDocument, local_name
from retropace.readers.xml.repeated_elements import ElementPath, PointBlock

POINT_TAG = "Trackpoint"
"""Local name of a track point."""
TIME_PATH = ("Time",)
"""Path of the time in a track point."""
COLUMN_BY_PATH = {
    ("Position", "LatitudeDegrees"): "lat_deg",
    ("Position", "LongitudeDegrees"): "lon_deg",
    ("AltitudeMeters",): "altitude_m",
    ("DistanceMeters",): "distance_m",
    ("HeartRateBpm", "Value"): "heart_rate_bpm",
    ("Cadence",): "cadence",
    ("Extensions", "TPX", "Speed"): "speed_mps",
    ("Extensions", "TPX", "RunCadence"): "run_cadence",
    ("Extensions", "TPX", "Watts"): "Watts",
}
"""Column by the path of local names to a value in a track point."""

Element = ElementTree.Element
"""Element of the standard library's ElementTree."""
BlockByElement = Mapping[Element, PointBlock | None]
"""Extracted points by the remaining element that stands for them."""


@dataclass(frozen=True, slots=True)
class TimedPoints:
    """The points of an activity that have a time, in order."""

    posix_s: FloatArray
    """POSIX times in seconds, ``(n,)``."""
    columns: Mapping[str, FloatArray]
    """``(n,)`` column for each of :data:`COLUMN_BY_PATH`, NaN where a point has no value."""
    timed_before: RowIndices
    """Number of timed points before each point of the file, and their total at the end."""
    is_zoned: bool
    """Whether all times have a time zone."""

    @property
    def missing_time_count(self) -> int:
        """Number of points of the file without a time."""
        return len(self.timed_before) - 1 - len(self.posix_s)


def is_wanted(path: ElementPath) -> bool:
    """Whether a value in a point goes into a column."""
    return path == TIME_PATH or path in COLUMN_BY_PATH


def find_blocks(root: Element, document: XmlDocument) -> BlockByElement:
    """The extracted points of a document, by the remaining elements that stand for them."""
    if not document.blocks:
        return {}
    points = (element for element in root.iter() if local_name(element.tag) == POINT_TAG)
    return {point: document.blocks[index] for index, point in enumerate(points) if index in document.blocks}


def add_track_points(track: Element, blocks: BlockByElement, point_values: PointValues) -> None:
    """Add the points of a ``Track`` element to ``point_values``."""
    for point in track:
        if local_name(point.tag) != POINT_TAG:
            continue
        if point not in blocks:
            values = list(_iter_values(point, ()))
            point_values.add([path for path, _ in values], [text for _, text in values])
        elif (block := blocks[point]) is not None:
            point_values.add_block(block)


def build_timed_points(point_values: PointValues) -> TimedPoints:
    """The points that have a time, as columns."""
    posix_s = np.full(point_values.count, np.nan)
    has_zone = np.ones(point_values.count, dtype=bool)
    columns = {name: np.full(point_values.count, np.nan) for name in COLUMN_BY_PATH.values()}
    for path, rows, texts in point_values.iter_values():
        if path == TIME_PATH:
            values, zoned = parse_times(texts)
            is_known = np.isfinite(values)
            posix_s[rows[is_known]], has_zone[rows[is_known]] = values[is_known], zoned[is_known]
        else:
            fill_missing(columns[COLUMN_BY_PATH[path]], rows, parse_numbers(texts))
    is_timed = np.isfinite(posix_s)
    return TimedPoints(
        posix_s=posix_s[is_timed],
        columns={name: column[is_timed] for name, column in columns.items()},
        timed_before=np.concatenate(([0], np.cumsum(is_timed))),
        is_zoned=bool(np.all(has_zone)),
    )


def _iter_values(element: Element, path: ElementPath) -> Iterator[tuple[ElementPath, str]]:
    """The path and text of each wanted value in an element, ``path`` being that of the element itself."""
    for child in element:
        child_path = (*path, local_name(child.tag))
        if len(child):
            yield from _iter_values(child, child_path)
        elif child.text and is_wanted(child_path):
            yield child_path, child.text.strip()
