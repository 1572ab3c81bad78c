"""The track points of a TCX activity as columns: those taken out of the document, and those that are still in it."""

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
TIME_PATH = ("Time",)
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
"""What hangs in a trackpoint, by the way of local names to it, and our column for it."""

Element = ElementTree.Element
BlockByElement = Mapping[Element, PointBlock | None]


@dataclass(frozen=True, slots=True)
class TimedPoints:
    """The points of an activity that have a time, in order."""

    posix_s: FloatArray
    columns: Mapping[str, FloatArray]
    """One for each of ``PLACES``, NaN where a point does not say."""
    timed_before: RowIndices
    """How many of them come before each point of the file, and at its end before all that follow."""
    is_zoned: bool
    """Whether all times name their zone."""

    @property
    def missing_time_count(self) -> int:
        """How many points of the file have no time."""
        return len(self.timed_before) - 1 - len(self.posix_s)


def is_wanted(path: ElementPath) -> bool:
    """Whether a value in a point is one that columns are made of."""
    return path == TIME_PATH or path in COLUMN_BY_PATH


def find_blocks(root: Element, document: XmlDocument) -> BlockByElement:
    """What was taken out of a document, by the elements that stand for it in what was left."""
    if not document.blocks:
        return {}
    points = (element for element in root.iter() if local_name(element.tag) == POINT_TAG)
    return {point: document.blocks[at] for at, point in enumerate(points) if at in document.blocks}


def add_track_points(track: Element, blocks: BlockByElement, point_values: PointValues) -> None:
    """Add the points of a track."""
    for point in track:
        if local_name(point.tag) != POINT_TAG:
            continue
        if point not in blocks:
            said = list(_iter_values(point, ()))
            point_values.add([way for way, _ in said], [text for _, text in said])
        elif (stretch := blocks[point]) is not None:
            point_values.add_block(stretch)


def build_timed_points(point_values: PointValues) -> TimedPoints:
    """The points gathered, as columns."""
    posix_s = np.full(point_values.count, np.nan)
    named = np.ones(point_values.count, dtype=bool)
    columns = {name: np.full(point_values.count, np.nan) for name in COLUMN_BY_PATH.values()}
    for way, rows, texts in point_values.iter_values():
        if way == TIME_PATH:
            values, zoned = parse_times(texts)
            known = np.isfinite(values)
            posix_s[rows[known]], named[rows[known]] = values[known], zoned[known]
        else:
            fill_missing(columns[COLUMN_BY_PATH[way]], rows, parse_numbers(texts))
    timed = np.isfinite(posix_s)
    return TimedPoints(
        posix_s=posix_s[timed],
        columns={name: column[timed] for name, column in columns.items()},
        timed_before=np.concatenate(([0], np.cumsum(timed))),
        is_zoned=bool(np.all(named)),
    )


def _iter_values(element: Element, path: ElementPath) -> Iterator[tuple[ElementPath, str]]:
    for child in element:
        place = (*path, local_name(child.tag))
        if len(child):
            yield from _iter_values(child, place)
        elif child.text and is_wanted(place):
            yield place, child.text.strip()
