"""KML as OpenTracks writes it, and Google's My Tracks before it: tracks with a time for every position.

A track is a Placemark with ``Track`` elements, in KML 2.2 with the prefix ``gx``, in 2.3 without; each is a part of the
session, and OpenTracks begins a new one where recording paused and resumed, or where it lost the way for too long. Each
``when`` belongs to the ``coord`` of the same number, wherever they stand; an empty ``coord`` is a moment without a
position. What sensors say follows in arrays, a value per moment, empty where it is missing: speed in m/s, cadence as
the sensor sends it. Markers are Placemarks with a Point. KML without times is a map, not a recording.
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
"""The array in which OpenTracks says what made it write a point."""
AUTOMATIC_SEGMENT_START = "SEGMENT_START_AUTOMATIC"
"""What begins a part because the last position lay too far away: nobody paused."""
END_MARKER_STYLES = ("start", "end")
"""Styles of the markers that My Tracks and old versions of OpenTracks set at both ends of a track: no runner did."""
POSITION_COLUMNS = ("lon_deg", "lat_deg", "altitude_m")
MAX_POINTS_WITHOUT_DISTANCE = 2
"""How many points of a part may lack a distance: those written when recording starts and stops have no sensor."""

Element = ElementTree.Element
NO_TIMED_TRACK = "holds no timed track"


@dataclass(frozen=True, slots=True)
class _KmlTrack:
    """One ``Track``: a row per moment, and whether recording may have paused before it."""

    rows: list[dict[str, float]]
    may_follow_pause: bool


@dataclass(slots=True)
class _PointCounts:
    """What is worth a word about a file's points, summed over all tracks."""

    valid: int = 0
    untimed: int = 0
    unplaced: int = 0
    unpaired: int = 0
    unzoned: int = 0
    point_types: dict[str, int] = field(default_factory=dict)
    """The words of ``trackpoint_type``, each with the number that stands for it."""

    def warnings(self) -> list[str]:
        said = []
        if self.unplaced:
            said.append(f"{self.unplaced} unusable position{'s' * (self.unplaced > 1)} left out")
        if self.untimed:
            said.append(f"{self.untimed} of {self.untimed + self.valid} points have no time and were left out")
        if self.unpaired:
            said.append(f"times and positions differ in number: the last {self.unpaired} were left out")
        if self.unzoned:
            said.append("times name no zone: taken as UTC")
        return said


def read_kml(data: bytes, path: str) -> list[Activity]:
    """Every session of the file in order of time; raises :class:`ReadError` if there is none."""
    document = repair_document(data, path, cut_after=("coord", "value"))
    try:
        root = ElementTree.fromstring(document.text)  # tidy() has refused any document type
    except ElementTree.ParseError as bad:
        raise ReadError(f"is no usable KML: {bad}", path=path) from None
    told = _PointCounts()
    tracks: list[tuple[Element, list[_KmlTrack]]] = []
    markers: list[Element] = []
    for place in root.iter():
        if local_name(place.tag) not in ("Placemark", "PhotoOverlay"):
            continue
        elements = [element for element in place.iter() if local_name(element.tag) == "Track"]
        parts = [_read_track(element, told) for element in elements]
        if elements:
            tracks.append((place, [part for part in parts if part.rows]))
        else:
            markers.append(place)
    tracks = sorted(((place, parts) for place, parts in tracks if parts), key=lambda track: _start_posix_s(track[1]))
    if not tracks:
        raise _explain_no_activity(root, told, document.warnings, path)
    warnings = (*document.warnings, *told.warnings())
    starts = [_start_posix_s(parts) for _, parts in tracks]
    product, title = (
        _read_descendant_text(root, "generator"),
        next(filter(None, (_read_child_text(element, "name") for element in root)), ""),
    )
    activities = []
    for number, (place, parts) in enumerate(tracks):
        marks = [mark for element in markers if (mark := _read_waypoint(element, starts[number])) is not None]
        activities.append(
            Activity(
                source=Source(path, "kml", session=number),
                samples=_build_samples(
                    parts, starts[number], told.point_types, _read_descendant_text(place, "trackid") != ""
                ),
                start_time=datetime.fromtimestamp(starts[number], UTC),
                sport=_read_sport(place),
                name=_read_child_text(place, "name") or title,
                description=_read_child_text(place, "description"),
                device=Device(product=product),
                pauses=_find_pauses(parts, starts[number]),
                # A marker belongs to the last session that had begun by then, one without a time to each.
                waypoints=tuple(
                    mark
                    for mark in marks
                    if np.isnan(mark.t_s) or max(bisect_right(starts, mark.t_s + starts[number]) - 1, 0) == number
                ),
                field_counts=MappingProxyType(_count_values(parts)),
                warnings=warnings,
            )
        )
    return activities


def _read_track(track: Element, counts: _PointCounts) -> _KmlTrack:
    """The moments of one ``Track``; what has no time is left out and counted."""
    whens = [element.text or "" for element in track.iter() if local_name(element.tag) == "when"]
    coords = [(element.text or "").split() for element in track.iter() if local_name(element.tag) == "coord"]
    arrays = {
        element.get("name", ""): [(value.text or "").strip() for value in element if local_name(value.tag) == "value"]
        for element in track.iter()
        if local_name(element.tag) == "SimpleArrayData" and element.get("name")
    }
    types = arrays.pop(POINT_TYPE_ARRAY, [])
    counts.unpaired += abs(len(whens) - len(coords)) if coords else 0
    rows = []
    for at, when in enumerate(whens[: len(coords)] if coords else whens):
        parsed = parse_time(when)
        if parsed is None:
            counts.untimed += 1
            continue
        counts.unzoned += not parsed[1]
        row = {"posix_s": parsed[0]}
        place = dict(zip(POSITION_COLUMNS, map(_parse_number, coords[at]), strict=False)) if coords else {}
        if _is_usable_position(place):
            row |= {name: value for name, value in place.items() if np.isfinite(value)}
        elif place:
            counts.unplaced += 1
        for name, values in arrays.items():
            if at < len(values) and np.isfinite(value := _parse_number(values[at])):
                row[name] = value
        if at < len(types) and types[at]:
            row[POINT_TYPE_ARRAY] = counts.point_types.setdefault(types[at], len(counts.point_types))
        rows.append(row)
    counts.valid += len(rows)
    return _KmlTrack(rows, may_follow_pause=types[:1] != [AUTOMATIC_SEGMENT_START])


def _build_samples(tracks: list[_KmlTrack], origin: float, point_types: dict[str, int], is_opentracks: bool) -> Samples:
    rows = [row for part in tracks for row in part.rows]
    names = {name for row in rows for name in row} - {"posix_s"}
    columns = {name: _build_column(rows, name) for name in sorted(names)}
    ours = {name: columns.pop(name) for name in POSITION_COLUMNS if name in columns}
    extra = dict(columns)
    for name in sorted(extra):
        if (known := COLUMN_BY_TAG.get(name.lower())) is not None and known not in ours:
            ours[known] = extra.pop(name)
    if is_opentracks and "distance" in extra and _has_complete_sensor_distance(tracks):
        # OpenTracks writes how far its sensor says one came since the point before, not since the start.
        ours["distance_m"] = np.cumsum(np.nan_to_num(extra.pop("distance")))
    texts = {POINT_TYPE_ARRAY: tuple(point_types)} if POINT_TYPE_ARRAY in extra else {}
    return Samples.from_columns(_build_column(rows, "posix_s") - origin, extra, texts, **ours)


def _has_complete_sensor_distance(tracks: list[_KmlTrack]) -> bool:
    """Whether a sensor measured the whole way: a sum over half of it would be taken for all."""
    return all(sum("distance" not in row for row in part.rows) <= MAX_POINTS_WITHOUT_DISTANCE for part in tracks)


def _find_pauses(tracks: list[_KmlTrack], origin: float) -> Spans:
    """The gaps between a session's parts, where recording paused and for longer than between two points."""
    steps_s = np.concatenate([np.diff(_build_column(part.rows, "posix_s")) for part in tracks])
    steps_s = steps_s[steps_s > 0.0]
    longest_s = max(MIN_PAUSE_S, MIN_PAUSE_STEPS * float(np.median(steps_s))) if len(steps_s) else 0.0
    gaps = [(one.rows[-1]["posix_s"], two.rows[0]["posix_s"]) for one, two in pairwise(tracks) if two.may_follow_pause]
    return as_spans((start - origin, end - origin) for start, end in gaps if end - start > longest_s)


def _read_waypoint(placemark: Element, origin: float) -> Waypoint | None:
    """A marker, None if it has no usable position or stands for an end of the track."""
    if _read_child_text(placemark, "styleUrl").rpartition("#")[2] in END_MARKER_STYLES:
        return None
    point = next((element for element in placemark if local_name(element.tag) == "Point"), None)
    numbers = (
        [_parse_number(part) for part in _read_descendant_text(point, "coordinates").split(",")]
        if point is not None
        else []
    )
    where = dict(zip(POSITION_COLUMNS, numbers, strict=False))
    if not _is_usable_position(where):
        return None
    parsed = parse_time(_read_descendant_text(placemark, "when"))
    return Waypoint(
        t_s=parsed[0] - origin if parsed is not None else np.nan,
        name=_read_child_text(placemark, "name"),
        note=_read_child_text(placemark, "description"),
        lat_deg=where["lat_deg"],
        lon_deg=where["lon_deg"],
    )


def _read_sport(placemark: Element) -> str:
    """The kind of activity: ``activityType``, else ``type``, else the icon.

    ``type`` is in the language of the phone, so that an icon that is not on foot tells more than a word nobody knows.
    """
    told = {
        element.get("name", ""): _read_descendant_text(element, "value")
        for element in placemark.iter()
        if local_name(element.tag) == "Data"
    }
    icon = _read_child_text(placemark, "icon").lower().removesuffix("unknown")
    said = told.get("activityType") or told.get("type") or told.get("category") or _read_child_text(placemark, "TYPE")
    if told.get("activityType") or (said and is_on_foot(icon)):
        return format_sport(said)
    return format_sport(icon or said)


def _count_values(tracks: list[_KmlTrack]) -> dict[str, int]:
    names = [name for part in tracks for row in part.rows for name in row if name != "posix_s"]
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
    """The text of the first child of this name."""
    return next(((child.text or "").strip() for child in element if local_name(child.tag) == name), "")


def _read_descendant_text(element: Element, name: str) -> str:
    """The text of the first element of this name anywhere within."""
    return next(((inner.text or "").strip() for inner in element.iter() if local_name(inner.tag) == name), "")


def _explain_no_activity(
    root: Element, counts: _PointCounts, document_warnings: tuple[str, ...], path: str
) -> ReadError:
    if broken := [said for said in document_warnings if said.startswith("damaged")]:
        return ReadError(f"{NO_TIMED_TRACK}: {broken[0]}", path=path)
    if counts.untimed:
        reason = "its positions have no times, without which neither pace nor duration can be known"
        return ReadError(f"{NO_TIMED_TRACK}: {reason}", path=path)
    names = {local_name(element.tag) for element in root.iter()}
    if names & {"LineString", "Point", "Polygon"}:
        reason = "lines and places without times are a map, not a recording"
        return NoActivityError(f"{NO_TIMED_TRACK}: {reason}", "a map", path=path)
    return ReadError(f"{NO_TIMED_TRACK}: there is nothing to analyse", path=path)
