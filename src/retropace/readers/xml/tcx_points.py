"""Conversion of a TCX activity's track points to columns, whether they were extracted before parsing or parsed."""

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
"""Path, in names without prefix, of the time within a track point."""
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
"""Column of each value in a track point, by its path: the names, without prefix, of the elements that lead to it."""

Element = ElementTree.Element
"""Element of the standard library's ElementTree."""
BlockByElement = Mapping[Element, PointBlock | None]
"""Points that were extracted from the document before parsing, by the element that was left in their place."""


@dataclass(frozen=True, slots=True)
class TimedPoints:
    """Those points of an activity that have a time, in order, as columns."""

    posix_s: FloatArray
    """POSIX times in seconds, ``(n,)``."""
    columns: Mapping[str, FloatArray]
    """Columns of :data:`COLUMN_BY_PATH` by name, each ``(n,)``, NaN where a point has no value."""
    timed_before: RowIndices
    """For each point of the file how many points before it have a time; as last value, how many points have one in
    all."""
    is_zoned: bool
    """Whether all times have a time zone."""

    @property
    def missing_time_count(self) -> int:
        """Number of points in the file that have no time and were left out."""
        return len(self.timed_before) - 1 - len(self.posix_s)


def is_wanted(path: ElementPath) -> bool:
    """Whether the value at a path within a track point is read."""
    return path == TIME_PATH or path in COLUMN_BY_PATH


def find_blocks(root: Element, document: XmlDocument) -> BlockByElement:
    """Find the extracted points of a document by the elements that were left in their place."""
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
    """Convert the points that have a time to columns; the others are left out."""
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
    """Yield path and text of each value in ``element`` that is read; ``path`` leads to ``element``."""
    for child in element:
        child_path = (*path, local_name(child.tag))
        if len(child):
            yield from _iter_values(child, child_path)
        elif child.text and is_wanted(child_path):
            yield child_path, child.text.strip()
