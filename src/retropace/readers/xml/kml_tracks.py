"""Reading of the ``Track`` elements of a KML document: points with times, positions and sensor values, as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from retropace.core.activity import Samples
from retropace.core.spans import FloatArray, Spans, as_spans
from retropace.core.units import format_count
from retropace.readers.iso_times import parse_time
from retropace.readers.xml.document import Element
from retropace.readers.xml.gpx import MIN_PAUSE_S, MIN_PAUSE_STEPS
from retropace.readers.xml.gpx_points import COLUMN_BY_TAG
from retropace.readers.xml.point_values import is_usable_position, parse_number

POINT_TYPE_ARRAY = "trackpoint_type"
"""Name of the array in which OpenTracks writes why it recorded each point."""
AUTOMATIC_SEGMENT_START = "SEGMENT_START_AUTOMATIC"
"""Point type with which OpenTracks starts a new ``Track`` after a long gap between positions, without a pause."""
POSITION_COLUMNS = ("lon_deg", "lat_deg", "altitude_m")
"""Columns for the numbers in a ``coord`` element, in their order."""
MAX_POINTS_WITHOUT_DISTANCE = 2
"""The sensor's distances are complete if in no track more than this many points are without one.

The points at the start and at the stop of recording have none."""


@dataclass(frozen=True, slots=True)
class KmlTrack:
    """The points of one ``Track`` element."""

    rows: list[dict[str, float]]
    """Values of each point by column name; a missing value has no key."""
    may_follow_pause: bool
    """Whether recording may have paused before the track."""

    @property
    def times_s(self) -> FloatArray:
        """Times of the points in seconds since 1970."""
        return _build_column(self.rows, "posix_s")


@dataclass(slots=True)
class PointCounts:
    """Counts of points, over all tracks of a file, for warnings about what was left out."""

    valid: int = 0
    """Number of points with a time."""
    untimed: int = 0
    """Number of points without a time."""
    unplaced: int = 0
    """Number of positions with impossible coordinates."""
    unpaired: int = 0
    """Number of times in excess of positions, or of positions in excess of times."""
    unzoned: int = 0
    """Number of times without a time zone."""
    point_types: dict[str, int] = field(default_factory=dict)
    """Number for each text that occurs as a point type; the column of point types holds these numbers."""

    def warnings(self) -> list[str]:
        """Return the warnings about points that were left out and about times without a zone."""
        warnings = []
        if self.unplaced:
            warnings.append(f"{format_count(self.unplaced, 'unusable position')} left out")
        if self.untimed:
            warnings.append(f"{self.untimed} of {self.untimed + self.valid} points have no time and were left out")
        if self.unpaired:
            warnings.append(f"times and positions differ in number: the last {self.unpaired} were left out")
        if self.unzoned:
            warnings.append("times name no zone: taken as UTC")
        return warnings


def read_track(track: Element, counts: PointCounts) -> KmlTrack:
    """Read the points of one ``Track`` element that have a time; what is left out is added to ``counts``."""
    whens = [element.text or "" for element in track.iter("{*}when")]
    coords = [(element.text or "").split() for element in track.iter("{*}coord")]
    arrays = {
        element.get("name", ""): [(value.text or "").strip() for value in element.iterchildren("{*}value")]
        for element in track.iter("{*}SimpleArrayData")
        if element.get("name")
    }
    point_types = arrays.pop(POINT_TYPE_ARRAY, [])
    counts.unpaired += abs(len(whens) - len(coords)) if coords else 0
    rows = []
    for index, when in enumerate(whens[: len(coords)] if coords else whens):
        parsed = parse_time(when)
        if parsed is None:
            counts.untimed += 1
            continue
        counts.unzoned += not parsed[1]
        row = {"posix_s": parsed[0]}
        position = parse_position(coords[index]) if coords else {}
        if is_placed(position):
            row |= {name: value for name, value in position.items() if np.isfinite(value)}
        elif position:
            counts.unplaced += 1
        for name, values in arrays.items():
            if index < len(values) and np.isfinite(value := parse_number(values[index])):
                row[name] = value
        if index < len(point_types) and point_types[index]:
            row[POINT_TYPE_ARRAY] = counts.point_types.setdefault(point_types[index], len(counts.point_types))
        rows.append(row)
    counts.valid += len(rows)
    return KmlTrack(rows, may_follow_pause=point_types[:1] != [AUTOMATIC_SEGMENT_START])


def build_samples(
    tracks: list[KmlTrack], origin_s: float, point_types: dict[str, int], *, is_opentracks: bool
) -> Samples:
    """Build the samples of a session from its tracks, with times in seconds after ``origin_s``."""
    rows = [row for track in tracks for row in track.rows]
    names = {name for row in rows for name in row} - {"posix_s"}
    columns = {name: _build_column(rows, name) for name in sorted(names)}
    sample_columns = {name: columns.pop(name) for name in POSITION_COLUMNS if name in columns}
    extra = dict(columns)
    for name in sorted(extra):
        if (sample_name := COLUMN_BY_TAG.get(name.lower())) is not None and sample_name not in sample_columns:
            sample_columns[sample_name] = extra.pop(name)
    if is_opentracks and "distance" in extra and _has_complete_sensor_distance(tracks):
        # The sensor distance of OpenTracks is that since the point before, not since the start.
        sample_columns["distance_m"] = np.cumsum(np.nan_to_num(extra.pop("distance")))
    texts = {POINT_TYPE_ARRAY: tuple(point_types)} if POINT_TYPE_ARRAY in extra else {}
    return Samples.from_columns(_build_column(rows, "posix_s") - origin_s, extra, texts, **sample_columns)


def find_pauses(tracks: list[KmlTrack], origin_s: float) -> Spans:
    """Find the pauses of a session: gaps between tracks that are longer than the usual time between points.

    Gaps after which OpenTracks started a new track without a pause do not count.
    """
    steps_s = np.concatenate([np.diff(track.times_s) for track in tracks])
    steps_s = steps_s[steps_s > 0.0]
    min_gap_s = max(MIN_PAUSE_S, MIN_PAUSE_STEPS * float(np.median(steps_s))) if len(steps_s) else 0.0
    gaps = [(a.times_s[-1], b.times_s[0]) for a, b in pairwise(tracks) if b.may_follow_pause]
    return as_spans((start - origin_s, end - origin_s) for start, end in gaps if end - start > min_gap_s)


def count_values(tracks: list[KmlTrack]) -> dict[str, int]:
    """Count the points that have a value, for each column."""
    names = [name for track in tracks for row in track.rows for name in row if name != "posix_s"]
    return {name: names.count(name) for name in sorted(set(names))}


def parse_position(numbers: list[str]) -> dict[str, float]:
    """Parse longitude, latitude and altitude, as far as there are numbers, to values by column name."""
    return dict(zip(POSITION_COLUMNS, map(parse_number, numbers), strict=False))


def is_placed(position: dict[str, float]) -> bool:
    """Whether a position has a valid latitude and longitude."""
    return is_usable_position(position.get("lat_deg", np.nan), position.get("lon_deg", np.nan))


def _has_complete_sensor_distance(tracks: list[KmlTrack]) -> bool:
    """Whether a distance sensor covers every track, so that its distances add up to that of the whole session."""
    return all(sum("distance" not in row for row in track.rows) <= MAX_POINTS_WITHOUT_DISTANCE for track in tracks)


def _build_column(rows: list[dict[str, float]], name: str) -> FloatArray:
    return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)
