"""Reader of KML as OpenTracks, and My Tracks of Google before it, write it: tracks with a time for every position.

A session is a Placemark with ``Track`` elements, a new one after each pause or long gap; markers have a Point. Each
``when`` belongs to the ``coord`` of the same number; arrays of sensor values are in m/s and in the sensor's unit.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, Device, Samples, Source, Waypoint
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.findings import Finding, note_if_few, warn
from retropace.core.spans import FloatArray
from retropace.core.sports import classify_sport, format_sport
from retropace.core.units import format_count
from retropace.readers.iso_times import UNZONED_TIMES, parse_time
from retropace.readers.pauses import find_pauses
from retropace.readers.xml.document import Element, parse_document, read_text
from retropace.readers.xml.gpx import select_waypoints
from retropace.readers.xml.gpx_points import COLUMN_BY_TAG, DISTANCE_COLUMN
from retropace.readers.xml.point_values import MAX_COLUMNS, is_usable_position, parse_number
from retropace.readers.xml.way import find_counter, report_untimed

END_MARKER_STYLES = ("start", "end")
"""Styles of markers that My Tracks and old versions of OpenTracks set at both ends of a track; they are left out."""
NO_TIMED_TRACK = "holds no timed track"
"""Beginning of every error message about a document without a recording."""
POINT_TYPE_ARRAY = "trackpoint_type"
"""Name of the array in which OpenTracks writes why it recorded each point."""
AUTOMATIC_SEGMENT_START = "SEGMENT_START_AUTOMATIC"
"""Point type with which OpenTracks starts a new ``Track`` after a long gap between positions, without a pause."""
POSITION_COLUMNS = ("lon_deg", "lat_deg", "altitude_m")
"""Columns for the numbers in a ``coord`` element, in their order."""
MAX_POINTS_WITHOUT_DISTANCE = 2
"""Largest number of points without a distance in a track with a distance sensor: the first and the last have none."""


@dataclass(frozen=True, slots=True)
class KmlTrack:
    """The points of one ``Track`` element."""

    rows: list[dict[str, float]]  # values of each point by column name; a missing value has no key
    may_follow_pause: bool

    @property
    def times_s(self) -> FloatArray:
        """Times of the points in seconds since 1970."""
        return _build_column(self.rows, "posix_s")


@dataclass(slots=True)
class PointCounts:
    """Counts of points, over all tracks of a file, for findings about what was left out."""

    valid: int = 0  # points with a time
    untimed: int = 0  # points without a time
    unplaced: int = 0  # positions with impossible coordinates
    unpaired: int = 0  # times in excess of positions, or positions in excess of times
    unzoned: int = 0  # times without a time zone
    point_types: dict[str, int] = field(default_factory=dict)
    """Number for each text that occurs as a point type; the column of point types holds these numbers."""

    def findings(self) -> Iterator[Finding]:
        """Yield the findings about points that were left out and about times without a zone."""
        if self.unplaced:
            text = f"{format_count(self.unplaced, 'unusable position')} left out"
            yield note_if_few("unusable-positions", text, self.unplaced, "records", total=self.valid)
        if self.untimed:
            yield report_untimed(self.untimed, self.untimed + self.valid)
        if self.unpaired:
            text = f"times and positions differ in number: the last {self.unpaired} were left out"
            yield warn("unpaired-records", text, self.unpaired, "records")
        if self.unzoned:
            yield UNZONED_TIMES


def read_kml(data: bytes, path: str) -> list[Activity]:
    """Read all sessions of a KML file in order of time; raises :class:`ReadError` if there is none."""
    document = parse_document(data, path, (), list, cut_after=("coord", "value"))
    root = document.root
    counts = PointCounts()
    sessions: list[tuple[float, Element, list[KmlTrack]]] = []
    markers: list[Element] = []
    placemarks = list(root.iter("{*}Placemark", "{*}PhotoOverlay"))
    if root.find(".//{*}coord") is not None and not any(item.find(".//{*}coord") is not None for item in placemarks):
        placemarks.append(root)
    for placemark in placemarks:
        elements = list(placemark.iter("{*}Track"))
        if not elements and placemark.find(".//{*}coord") is not None:
            elements = [placemark]  # positions outside of their usual parent
        tracks = [track for element in elements if (track := _read_track(element, counts)).rows]
        if tracks:
            sessions.append((float(tracks[0].times_s[0]), placemark, tracks))
        elif not elements:
            markers.append(placemark)
    if not sessions:
        raise _explain_no_activity(root, counts, document.findings, path)
    sessions.sort(key=lambda session: session[0])
    starts_s = [start_s for start_s, _, _ in sessions]
    title = next(filter(None, (read_text(element, "{*}name") for element in root)), "")
    return [
        Activity(
            source=Source(path, "kml", session=index),
            samples=_build_samples(
                tracks, start_s, counts.point_types, is_opentracks=read_text(placemark, ".//{*}trackid") != ""
            ),
            start_time=datetime.fromtimestamp(start_s, UTC),
            sport=_read_sport(placemark),
            name=read_text(placemark, "{*}name") or title,
            description=read_text(placemark, "{*}description"),
            device=Device(product=read_text(root, ".//{*}generator")),
            pauses=find_pauses(
                [track.times_s for track in tracks], [track.may_follow_pause for track in tracks], start_s
            ),
            waypoints=select_waypoints(filter(None, map(_read_waypoint, markers)), starts_s, index),
            field_counts=MappingProxyType(_count_values(row for track in tracks for row in track.rows)),
            findings=(*document.findings, *counts.findings()),
        )
        for index, (start_s, placemark, tracks) in enumerate(sessions)
    ]


def _read_track(track: Element, counts: PointCounts) -> KmlTrack:
    """Read the points of one ``Track`` element that have a time; what is left out is added to ``counts``."""
    whens = [element.text or "" for element in track.iter("{*}when")]
    coords = [(element.text or "").split() for element in track.iter("{*}coord")]
    arrays = {
        element.get("name", ""): [(value.text or "").strip() for value in element.iterchildren("{*}value")]
        for element in itertools.islice(track.iter("{*}SimpleArrayData"), MAX_COLUMNS)
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
        position = _parse_position(coords[index]) if coords else {}
        if _is_placed(position):
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


def _build_samples(
    tracks: list[KmlTrack], origin_s: float, point_types: dict[str, int], *, is_opentracks: bool
) -> Samples:
    """Build the samples of a session from its tracks, with times in seconds after ``origin_s``."""
    rows = [row for track in tracks for row in track.rows]
    extra = {name: _build_column(rows, name) for name in sorted(set(itertools.chain.from_iterable(rows)) - {"posix_s"})}
    columns = {name: extra.pop(name) for name in POSITION_COLUMNS if name in extra}
    for name in sorted(extra):
        if (sample_name := COLUMN_BY_TAG.get(name.lower())) is not None and sample_name not in columns:
            columns[sample_name] = extra.pop(name)
    lacking = [sum("distance" not in row for row in track.rows) for track in tracks]
    if is_opentracks and "distance" in extra and max(lacking) <= MAX_POINTS_WITHOUT_DISTANCE:
        # The sensor distance of OpenTracks, in every track, is that since the point before, not since the start.
        columns["distance_m"] = np.cumsum(np.nan_to_num(extra.pop("distance")))
    elif DISTANCE_COLUMN in extra and {"lat_deg", "lon_deg"} <= columns.keys():
        counter = find_counter(extra[DISTANCE_COLUMN], columns["lat_deg"], columns["lon_deg"])
        if counter is not None:
            columns["distance_m"] = counter
            del extra[DISTANCE_COLUMN]
    texts = {POINT_TYPE_ARRAY: tuple(point_types)} if POINT_TYPE_ARRAY in extra else {}
    return Samples.from_columns(_build_column(rows, "posix_s") - origin_s, extra, texts, **columns)


def _count_values(rows: Iterable[dict[str, float]]) -> dict[str, int]:
    counts = Counter(itertools.chain.from_iterable(rows))
    return {name: counts[name] for name in sorted(counts) if name != "posix_s"}


def _build_column(rows: list[dict[str, float]], name: str) -> FloatArray:
    return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)


def _parse_position(numbers: list[str]) -> dict[str, float]:
    """Parse longitude, latitude and altitude, as far as there are numbers, to values by column name."""
    return dict(zip(POSITION_COLUMNS, map(parse_number, numbers), strict=False))


def _is_placed(position: dict[str, float]) -> bool:
    return is_usable_position(position.get("lat_deg", np.nan), position.get("lon_deg", np.nan))


def _read_waypoint(placemark: Element) -> Waypoint | None:
    """Read a marker, with its time since 1970; None if it has no usable position or marks an end of the track."""
    position = _parse_position(read_text(placemark, "{*}Point//{*}coordinates").split(","))
    is_end = read_text(placemark, "{*}styleUrl").rpartition("#")[2] in END_MARKER_STYLES
    if is_end or not _is_placed(position):
        return None
    parsed = parse_time(read_text(placemark, ".//{*}when"))
    return Waypoint(
        t_s=parsed[0] if parsed is not None else np.nan,
        name=read_text(placemark, "{*}name"),
        note=read_text(placemark, "{*}description"),
        lat_deg=position["lat_deg"],
        lon_deg=position["lon_deg"],
    )


def _read_sport(placemark: Element) -> str:
    """Read the sport from ``activityType``, else ``type`` (in the phone's language), which a telling icon overrules."""
    data = {element.get("name", ""): read_text(element, ".//{*}value") for element in placemark.iter("{*}Data")}
    icon = read_text(placemark, "{*}icon").lower().removesuffix("unknown")
    sport = data.get("activityType") or data.get("type") or data.get("category") or read_text(placemark, "{*}TYPE")
    is_icon_on_foot = classify_sport(icon)
    is_icon_better = is_icon_on_foot is False or (is_icon_on_foot is True and classify_sport(sport) is None)
    return format_sport(icon if not data.get("activityType") and (not sport or is_icon_better) else sport)


def _explain_no_activity(
    root: Element, counts: PointCounts, document_findings: tuple[Finding, ...], path: str
) -> ReadError:
    if damage := [finding.text for finding in document_findings if finding.code == "damaged"]:
        return ReadError(f"{NO_TIMED_TRACK}: {damage[0]}", path=path)
    if counts.untimed:
        reason = "its positions have no times, without which neither pace nor duration can be known"
        return ReadError(f"{NO_TIMED_TRACK}: {reason}", path=path)
    if next(root.iter("{*}LineString", "{*}Point", "{*}Polygon"), None) is not None:
        reason = "lines and places without times are a map, not a recording"
        return NoActivityError(f"{NO_TIMED_TRACK}: {reason}", "a map", path=path)
    return ReadError(f"{NO_TIMED_TRACK}: there is nothing to analyse", path=path)
