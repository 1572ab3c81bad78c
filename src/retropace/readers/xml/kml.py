"""Reader of KML as OpenTracks, and My Tracks of Google before it, write it: tracks with a time for every position.

A session is a Placemark with ``Track`` elements, in KML 2.2 with the prefix ``gx``, in 2.3 without. OpenTracks starts a
new ``Track`` where recording paused and resumed, or after a long gap between positions. Each ``when`` belongs to the
``coord`` of the same number; an empty ``coord`` is a moment without a position. Sensor values follow in arrays with one
value per moment, empty where missing: speed in m/s, cadence as the sensor sends it. Markers are Placemarks with a
Point. KML without times is a map, not a recording.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, Device, Source, Waypoint
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.sports import format_sport, is_on_foot
from retropace.readers.iso_times import parse_time
from retropace.readers.xml.document import Element, Events, parse_document, read_text
from retropace.readers.xml.kml_tracks import (
    KmlTrack,
    PointCounts,
    build_samples,
    count_values,
    find_pauses,
    is_placed,
    parse_position,
    read_track,
)

END_MARKER_STYLES = ("start", "end")
"""Styles of markers that My Tracks and old versions of OpenTracks set at both ends of a track; they are left out."""
NO_TIMED_TRACK = "holds no timed track"
"""Beginning of every error message about a document without a recording."""


def read_kml(data: bytes, path: str) -> list[Activity]:
    """Read all sessions of a KML file in order of time.

    Raises :class:`ReadError` if there is none. If the file is a map, the error is of its subclass
    :class:`NoActivityError`.
    """
    document = parse_document(data, path, (), _ignore_events, cut_after=("coord", "value"))
    root = document.root
    counts = PointCounts()
    sessions: list[tuple[float, Element, list[KmlTrack]]] = []
    markers: list[Element] = []
    for placemark in root.iter("{*}Placemark", "{*}PhotoOverlay"):
        elements = list(placemark.iter("{*}Track"))
        tracks = [track for element in elements if (track := read_track(element, counts)).rows]
        if tracks:
            sessions.append((float(tracks[0].times_s[0]), placemark, tracks))
        elif not elements:
            markers.append(placemark)
    if not sessions:
        raise _explain_no_activity(root, counts, document.warnings, path)
    sessions.sort(key=lambda session: session[0])
    warnings = (*document.warnings, *counts.warnings())
    starts_s = [start_s for start_s, _, _ in sessions]
    product = read_text(root, ".//{*}generator")
    title = next(filter(None, (read_text(element, "{*}name") for element in root)), "")
    return [
        Activity(
            source=Source(path, "kml", session=index),
            samples=build_samples(
                tracks, start_s, counts.point_types, is_opentracks=read_text(placemark, ".//{*}trackid") != ""
            ),
            start_time=datetime.fromtimestamp(start_s, UTC),
            sport=_read_sport(placemark),
            name=read_text(placemark, "{*}name") or title,
            description=read_text(placemark, "{*}description"),
            device=Device(product=product),
            pauses=find_pauses(tracks, start_s),
            waypoints=tuple(_read_waypoints(markers, starts_s, index)),
            field_counts=MappingProxyType(count_values(tracks)),
            warnings=warnings,
        )
        for index, (start_s, placemark, tracks) in enumerate(sessions)
    ]


def _read_waypoints(markers: list[Element], starts_s: list[float], session: int) -> list[Waypoint]:
    """Read the markers of one session.

    A marker belongs to the last session that has started by its time; one without a time belongs to every session.
    """
    origin_s = starts_s[session]
    waypoints = [waypoint for element in markers if (waypoint := _read_waypoint(element, origin_s)) is not None]
    return [
        waypoint
        for waypoint in waypoints
        if np.isnan(waypoint.t_s) or max(bisect_right(starts_s, waypoint.t_s + origin_s) - 1, 0) == session
    ]


def _read_waypoint(placemark: Element, origin_s: float) -> Waypoint | None:
    """Read a marker; None if it has no usable position or marks an end of the track."""
    if read_text(placemark, "{*}styleUrl").rpartition("#")[2] in END_MARKER_STYLES:
        return None
    position = parse_position(read_text(placemark, "{*}Point//{*}coordinates").split(","))
    if not is_placed(position):
        return None
    parsed = parse_time(read_text(placemark, ".//{*}when"))
    return Waypoint(
        t_s=parsed[0] - origin_s if parsed is not None else np.nan,
        name=read_text(placemark, "{*}name"),
        note=read_text(placemark, "{*}description"),
        lat_deg=position["lat_deg"],
        lon_deg=position["lon_deg"],
    )


def _read_sport(placemark: Element) -> str:
    """Read the sport of a session from ``activityType``, else from ``type``, else from the icon.

    ``type`` is a word in the language of the phone, and an icon is the same in all languages. Therefore an icon of a
    sport that is not done on foot overrides ``type``.
    """
    data = {element.get("name", ""): read_text(element, ".//{*}value") for element in placemark.iter("{*}Data")}
    icon = read_text(placemark, "{*}icon").lower().removesuffix("unknown")
    sport = data.get("activityType") or data.get("type") or data.get("category") or read_text(placemark, "{*}TYPE")
    if data.get("activityType") or (sport and is_on_foot(icon)):
        return format_sport(sport)
    return format_sport(icon or sport)


def _ignore_events(events: Events) -> None:
    """Build the whole tree."""
    for _ in events:
        pass


def _explain_no_activity(
    root: Element, counts: PointCounts, document_warnings: tuple[str, ...], path: str
) -> ReadError:
    """Build the error for a document without any track that has times."""
    if damage := [warning for warning in document_warnings if warning.startswith("damaged")]:
        return ReadError(f"{NO_TIMED_TRACK}: {damage[0]}", path=path)
    if counts.untimed:
        reason = "its positions have no times, without which neither pace nor duration can be known"
        return ReadError(f"{NO_TIMED_TRACK}: {reason}", path=path)
    if next(root.iter("{*}LineString", "{*}Point", "{*}Polygon"), None) is not None:
        reason = "lines and places without times are a map, not a recording"
        return NoActivityError(f"{NO_TIMED_TRACK}: {reason}", "a map", path=path)
    return ReadError(f"{NO_TIMED_TRACK}: there is nothing to analyse", path=path)
