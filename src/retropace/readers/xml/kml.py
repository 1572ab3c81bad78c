"""Reader of KML as OpenTracks, and My Tracks of Google before it, write it: tracks with a time for every position.

A session is a Placemark with ``Track`` elements, in KML 2.2 with the prefix ``gx``, in 2.3 without. OpenTracks starts a
new ``Track`` where recording paused and resumed, or after a long gap between positions. Each ``when`` belongs to the
``coord`` of the same number; an empty ``coord`` is a moment without a position. Sensor values follow in arrays with one
value per moment, empty where missing: speed in m/s, cadence as the sensor sends it. Markers are Placemarks with a
Point. KML without times is a map, not a recording.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from xml.etree import ElementTree

import numpy as np

from retropace.core.activity import Activity, Device, Samples, Source, Waypoint
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import FloatArray, Spans, as_spans
from retropace.core.sports import format_sport, is_on_foot
from retropace.readers.iso_times import parse_time
from retropace.readers.xml.gpx import MIN_PAUSE_S, MIN_PAUSE_STEPS
from retropace.readers.xml.gpx_points import COLUMN_BY_TAG
from retropace.readers.xml.repair import local_name, repair_document

POINT_TYPE_ARRAY = "trackpoint_type"
"""Array in which OpenTracks writes the reason for each point."""
AUTOMATIC_SEGMENT_START = "SEGMENT_START_AUTOMATIC"
"""Point type of a new ``Track`` after a long gap between positions, without a pause."""
END_MARKER_STYLES = ("start", "end")
"""Styles of the markers that My Tracks and old versions of OpenTracks set at both ends of a track."""
POSITION_COLUMNS = ("lon_deg", "lat_deg", "altitude_m")
"""Columns of the numbers of a ``coord``, in their order."""
MAX_POINTS_WITHOUT_DISTANCE = 2
"""Number of points of a track that may lack a sensor distance: those at the start and stop of recording do."""

Element = ElementTree.Element
"""Element of the standard library's ElementTree."""
NO_TIMED_TRACK = "holds no timed track"
"""Start of the error message for a document without a recording."""


@dataclass(frozen=True, slots=True)
class _KmlTrack:
    """One ``Track`` element."""

    rows: list[dict[str, float]]
    """Values of each moment by column; a missing value has no key."""
    may_follow_pause: bool
    """Whether recording may have paused before the track."""


@dataclass(slots=True)
class _PointCounts:
    """Counts over the points of all tracks of a file."""

    valid: int = 0
    """Points with a time."""
    untimed: int = 0
    """Points without a time."""
    unplaced: int = 0
    """Positions outside of the valid range."""
    unpaired: int = 0
    """Times without a position, or positions without a time."""
    unzoned: int = 0
    """Times without a time zone."""
    point_types: dict[str, int] = field(default_factory=dict)
    """Code of each text of the point type array."""

    def warnings(self) -> list[str]:
        warnings = []
        if self.unplaced:
            warnings.append(f"{self.unplaced} unusable position{'s' * (self.unplaced > 1)} left out")
        if self.untimed:
            warnings.append(f"{self.untimed} of {self.untimed + self.valid} points have no time and were left out")
        if self.unpaired:
            warnings.append(f"times and positions differ in number: the last {self.unpaired} were left out")
        if self.unzoned:
            warnings.append("times name no zone: taken as UTC")
        return warnings


def read_kml(data: bytes, path: str) -> list[Activity]:
    """All sessions of a KML file in order of time.

    Raises :class:`ReadError` if there is none, as :class:`NoActivityError` for a map.
    """
    document = repair_document(data, path, cut_after=("coord", "value"))
    try:
        root = ElementTree.fromstring(document.text)  # repair_document() has refused document types
    except ElementTree.ParseError as error:
        raise ReadError(f"is no usable KML: {error}", path=path) from None
    counts = _PointCounts()
    sessions: list[tuple[Element, list[_KmlTrack]]] = []
    markers: list[Element] = []
    for placemark in root.iter():
        if local_name(placemark.tag) not in ("Placemark", "PhotoOverlay"):
            continue
        elements = [element for element in placemark.iter() if local_name(element.tag) == "Track"]
        track_parts = [_read_track(element, counts) for element in elements]
        if elements:
            sessions.append((placemark, [part for part in track_parts if part.rows]))
        else:
            markers.append(placemark)
    sessions = sorted(
        ((placemark, track_parts) for placemark, track_parts in sessions if track_parts),
        key=lambda session: _start_posix_s(session[1]),
    )
    if not sessions:
        raise _explain_no_activity(root, counts, document.warnings, path)
    warnings = (*document.warnings, *counts.warnings())
    starts_s = [_start_posix_s(track_parts) for _, track_parts in sessions]
    product, title = (
        _read_descendant_text(root, "generator"),
        next(filter(None, (_read_child_text(element, "name") for element in root)), ""),
    )
    activities = []
    for session, (placemark, track_parts) in enumerate(sessions):
        waypoints = [
            waypoint for element in markers if (waypoint := _read_waypoint(element, starts_s[session])) is not None
        ]
        activities.append(
            Activity(
                source=Source(path, "kml", session=session),
                samples=_build_samples(
                    track_parts,
                    starts_s[session],
                    counts.point_types,
                    _read_descendant_text(placemark, "trackid") != "",
                ),
                start_time=datetime.fromtimestamp(starts_s[session], UTC),
                sport=_read_sport(placemark),
                name=_read_child_text(placemark, "name") or title,
                description=_read_child_text(placemark, "description"),
                device=Device(product=product),
                pauses=_find_pauses(track_parts, starts_s[session]),
                # A marker belongs to the last session that has started by its time; without a time, to each.
                waypoints=tuple(
                    waypoint
                    for waypoint in waypoints
                    if np.isnan(waypoint.t_s)
                    or max(bisect_right(starts_s, waypoint.t_s + starts_s[session]) - 1, 0) == session
                ),
                field_counts=MappingProxyType(_count_values(track_parts)),
                warnings=warnings,
            )
        )
    return activities


def _read_track(track: Element, counts: _PointCounts) -> _KmlTrack:
    """The moments of one ``Track`` element that have a time; the others are counted."""
    whens = [element.text or "" for element in track.iter() if local_name(element.tag) == "when"]
    coords = [(element.text or "").split() for element in track.iter() if local_name(element.tag) == "coord"]
    arrays = {
        element.get("name", ""): [(value.text or "").strip() for value in element if local_name(value.tag) == "value"]
        for element in track.iter()
        if local_name(element.tag) == "SimpleArrayData" and element.get("name")
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
        position = dict(zip(POSITION_COLUMNS, map(_parse_number, coords[index]), strict=False)) if coords else {}
        if _is_usable_position(position):
            row |= {name: value for name, value in position.items() if np.isfinite(value)}
        elif position:
            counts.unplaced += 1
        for name, values in arrays.items():
            if index < len(values) and np.isfinite(value := _parse_number(values[index])):
                row[name] = value
        if index < len(point_types) and point_types[index]:
            row[POINT_TYPE_ARRAY] = counts.point_types.setdefault(point_types[index], len(counts.point_types))
        rows.append(row)
    counts.valid += len(rows)
    return _KmlTrack(rows, may_follow_pause=point_types[:1] != [AUTOMATIC_SEGMENT_START])


def _build_samples(
    tracks: list[_KmlTrack], origin_s: float, point_types: dict[str, int], is_opentracks: bool
) -> Samples:
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


def _has_complete_sensor_distance(tracks: list[_KmlTrack]) -> bool:
    """Whether a distance sensor covers every track, so that its sum is the whole distance."""
    return all(sum("distance" not in row for row in track.rows) <= MAX_POINTS_WITHOUT_DISTANCE for track in tracks)


def _find_pauses(tracks: list[_KmlTrack], origin_s: float) -> Spans:
    """The gaps between a session's tracks where recording may have paused and that exceed the step between points."""
    steps_s = np.concatenate([np.diff(_build_column(track.rows, "posix_s")) for track in tracks])
    steps_s = steps_s[steps_s > 0.0]
    min_gap_s = max(MIN_PAUSE_S, MIN_PAUSE_STEPS * float(np.median(steps_s))) if len(steps_s) else 0.0
    gaps = [
        (earlier.rows[-1]["posix_s"], later.rows[0]["posix_s"])
        for earlier, later in pairwise(tracks)
        if later.may_follow_pause
    ]
    return as_spans((start - origin_s, end - origin_s) for start, end in gaps if end - start > min_gap_s)


def _read_waypoint(placemark: Element, origin_s: float) -> Waypoint | None:
    """A marker; None if it has no usable position or marks an end of the track."""
    if _read_child_text(placemark, "styleUrl").rpartition("#")[2] in END_MARKER_STYLES:
        return None
    point = next((element for element in placemark if local_name(element.tag) == "Point"), None)
    numbers = (
        [_parse_number(number) for number in _read_descendant_text(point, "coordinates").split(",")]
        if point is not None
        else []
    )
    position = dict(zip(POSITION_COLUMNS, numbers, strict=False))
    if not _is_usable_position(position):
        return None
    parsed = parse_time(_read_descendant_text(placemark, "when"))
    return Waypoint(
        t_s=parsed[0] - origin_s if parsed is not None else np.nan,
        name=_read_child_text(placemark, "name"),
        note=_read_child_text(placemark, "description"),
        lat_deg=position["lat_deg"],
        lon_deg=position["lon_deg"],
    )


def _read_sport(placemark: Element) -> str:
    """The sport: ``activityType``, else ``type``, else the icon.

    ``type`` is in the language of the phone, so that an icon of a sport not done on foot is more reliable.
    """
    data = {
        element.get("name", ""): _read_descendant_text(element, "value")
        for element in placemark.iter()
        if local_name(element.tag) == "Data"
    }
    icon = _read_child_text(placemark, "icon").lower().removesuffix("unknown")
    sport = data.get("activityType") or data.get("type") or data.get("category") or _read_child_text(placemark, "TYPE")
    if data.get("activityType") or (sport and is_on_foot(icon)):
        return format_sport(sport)
    return format_sport(icon or sport)


def _count_values(tracks: list[_KmlTrack]) -> dict[str, int]:
    names = [name for track in tracks for row in track.rows for name in row if name != "posix_s"]
    return {name: names.count(name) for name in sorted(set(names))}


def _start_posix_s(tracks: list[_KmlTrack]) -> float:
    return tracks[0].rows[0]["posix_s"]


def _is_usable_position(position: dict[str, float]) -> bool:
    return abs(position.get("lat_deg", np.nan)) <= 90.0 and abs(position.get("lon_deg", np.nan)) <= 180.0


def _build_column(rows: list[dict[str, float]], name: str) -> FloatArray:
    return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)


def _parse_number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def _read_child_text(element: Element, name: str) -> str:
    """The text of the first child with a local name; empty if there is none."""
    return next(((child.text or "").strip() for child in element if local_name(child.tag) == name), "")


def _read_descendant_text(element: Element, name: str) -> str:
    """The text of the first descendant with a local name; empty if there is none."""
    return next(
        ((descendant.text or "").strip() for descendant in element.iter() if local_name(descendant.tag) == name), ""
    )


def _explain_no_activity(
    root: Element, counts: _PointCounts, document_warnings: tuple[str, ...], path: str
) -> ReadError:
    """The error for a document without a track that has times."""
    if damage := [warning for warning in document_warnings if warning.startswith("damaged")]:
        return ReadError(f"{NO_TIMED_TRACK}: {damage[0]}", path=path)
    if counts.untimed:
        reason = "its positions have no times, without which neither pace nor duration can be known"
        return ReadError(f"{NO_TIMED_TRACK}: {reason}", path=path)
    names = {local_name(element.tag) for element in root.iter()}
    if names & {"LineString", "Point", "Polygon"}:
        reason = "lines and places without times are a map, not a recording"
        return NoActivityError(f"{NO_TIMED_TRACK}: {reason}", "a map", path=path)
    return ReadError(f"{NO_TIMED_TRACK}: there is nothing to analyse", path=path)
