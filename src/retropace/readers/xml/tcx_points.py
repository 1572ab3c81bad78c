"""The track points of a TCX document, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.readers.xml.document import Element, Events, local_name
from retropace.readers.xml.point_values import TIME_COLUMN, PointValues, RowIndices

POINT_TAG = "Trackpoint"
"""Local name of a track point."""
POINT_TAGS = ("Track", POINT_TAG)
"""Names, without prefix, of the elements whose start and end :func:`read_points` needs; points come last."""
COLUMN_BY_TAG = {
    "Time": TIME_COLUMN,
    "LatitudeDegrees": "lat_deg",
    "LongitudeDegrees": "lon_deg",
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "Value": "heart_rate_bpm",
    "Cadence": "cadence",
    "Speed": "speed_mps",
    "RunCadence": "run_cadence",
    "Watts": "Watts",
}
"""Column of each element in a track point, whether directly in it or in another element, by name without prefix."""
PARENT_BY_COLUMN = {"heart_rate_bpm": "HeartRateBpm", "speed_mps": "TPX", "run_cadence": "TPX", "Watts": "TPX"}
"""Name of the element around the element of a column; elsewhere a speed may be in km/h, and a value anything."""


@dataclass(frozen=True, slots=True)
class TcxPoints:
    """The track points of a document, as columns."""

    posix_s: FloatArray
    """POSIX times in seconds, ``(n,)``, NaN where a point has none."""
    has_zone: NDArray[np.bool_]
    """Whether each time has a time zone, ``(n,)``, True where a point has no time."""
    columns: Mapping[str, FloatArray]
    """Columns of :data:`COLUMN_BY_TAG` by name, each ``(n,)``, NaN where a point has no value."""
    rows_by_track: Mapping[Element, range]
    """Indices of the points of each ``Track`` element."""


@dataclass(frozen=True, slots=True)
class TimedPoints:
    """Those points of an activity that have a time, in order, as columns."""

    posix_s: FloatArray
    """POSIX times in seconds, ``(n,)``."""
    columns: Mapping[str, FloatArray]
    """Columns of :data:`COLUMN_BY_TAG` by name, each ``(n,)``, NaN where a point has no value."""
    timed_before: RowIndices
    """For each point of the activity how many points before it have a time; as last value, how many have one in all."""
    is_zoned: bool
    """Whether all times have a time zone."""


def read_points(events: Events) -> TcxPoints:
    """Read the track points of a document from the events of its :data:`POINT_TAGS`."""
    values = PointValues(_find_column, parent_by_column=PARENT_BY_COLUMN)
    rows_by_track: dict[Element, range] = {}
    for event, element in events:
        if local_name(element.tag) == POINT_TAG:
            (values.start_point if event == "start" else values.end_element)(element)
        else:
            first = rows_by_track[element].start if event == "end" else values.count
            rows_by_track[element] = range(first, values.count)
    columns = {name: values.build_numbers(name) for name in COLUMN_BY_TAG.values()}
    return TcxPoints(columns.pop(TIME_COLUMN), values.build_zones(), columns, rows_by_track)


def _find_column(name: str) -> str | None:
    """Find the column of an element in a point: empty for none, None for a point that starts within another."""
    return None if name == POINT_TAG else COLUMN_BY_TAG.get(name, "")


def select_timed_points(points: TcxPoints, tracks: Sequence[range]) -> TimedPoints:
    """Select the points with a time from an activity's tracks, given by the indices of their points."""
    rows = np.concatenate([np.array([], dtype=np.intp), *(np.arange(track.start, track.stop) for track in tracks)])
    is_timed = np.isfinite(points.posix_s[rows])
    timed = rows[is_timed]
    return TimedPoints(
        posix_s=points.posix_s[timed],
        columns={name: column[timed] for name, column in points.columns.items()},
        timed_before=np.concatenate(([0], np.cumsum(is_timed))),
        is_zoned=bool(np.all(points.has_zone[timed])),
    )
