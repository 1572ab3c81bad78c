"""The track points of a TCX activity as columns: those taken out of the document, and those that are still in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from retropace.core.spans import Column
from retropace.readers.iso_times import parse_times
from retropace.readers.text_numbers import numbers
from retropace.readers.xml.point_values import Leaves, Row, fill
from retropace.readers.xml.repair import Document, local
from retropace.readers.xml.repeated_elements import Stretch, Way

POINT = "Trackpoint"
TIME = ("Time",)
PLACES = {
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
Stretches = Mapping[Element, Stretch | None]


@dataclass(frozen=True, slots=True)
class TimedPoints:
    """The points of an activity that have a time, in order."""

    posix_s: Column
    columns: Mapping[str, Column]
    """One for each of ``PLACES``, NaN where a point does not say."""
    before: Row
    """How many of them come before each point of the file, and at its end before all that follow."""
    zoned: bool
    """Whether all times name their zone."""

    @property
    def untimed(self) -> int:
        """How many points of the file have no time."""
        return len(self.before) - 1 - len(self.posix_s)


def wanted(way: Way) -> bool:
    """Whether a value in a point is one that columns are made of."""
    return way == TIME or way in PLACES


def stretches(root: Element, document: Document) -> Stretches:
    """What was taken out of a document, by the elements that stand for it in what was left."""
    if not document.stretches:
        return {}
    points = (element for element in root.iter() if local(element.tag) == POINT)
    return {point: document.stretches[at] for at, point in enumerate(points) if at in document.stretches}


def gather(track: Element, taken_out: Stretches, leaves: Leaves) -> None:
    """Add the points of a track."""
    for point in track:
        if local(point.tag) != POINT:
            continue
        if point not in taken_out:
            said = list(_leaves(point, ()))
            leaves.add([way for way, _ in said], [text for _, text in said])
        elif (stretch := taken_out[point]) is not None:
            leaves.add_stretch(stretch)


def timed_points(leaves: Leaves) -> TimedPoints:
    """The points gathered, as columns."""
    posix_s = np.full(leaves.count, np.nan)
    named = np.ones(leaves.count, dtype=bool)
    columns = {name: np.full(leaves.count, np.nan) for name in PLACES.values()}
    for way, rows, texts in leaves.each():
        if way == TIME:
            values, zoned = parse_times(texts)
            known = np.isfinite(values)
            posix_s[rows[known]], named[rows[known]] = values[known], zoned[known]
        else:
            fill(columns[PLACES[way]], rows, numbers(texts))
    timed = np.isfinite(posix_s)
    return TimedPoints(
        posix_s=posix_s[timed],
        columns={name: column[timed] for name, column in columns.items()},
        before=np.concatenate(([0], np.cumsum(timed))),
        zoned=bool(np.all(named)),
    )


def _leaves(element: Element, way: Way) -> Iterator[tuple[Way, str]]:
    for child in element:
        place = (*way, local(child.tag))
        if len(child):
            yield from _leaves(child, place)
        elif child.text and wanted(place):
            yield place, child.text.strip()
