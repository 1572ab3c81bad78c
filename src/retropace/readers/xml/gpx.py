"""Reader of GPX 1.0 and 1.1, whose points are read by :mod:`~retropace.readers.xml.gpx_points`.

A track is a session, with pauses between its segments, unless these are as close as points usually are (laps). Tracks
of the same sport that follow one another within half a day are one session, because some exports so write a pause.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, Device, Samples, Source, Split, Waypoint
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.findings import Finding, note, note_if_few, warn
from retropace.core.sports import format_sport
from retropace.core.units import format_count
from retropace.readers.iso_times import UNZONED_TIMES, parse_time
from retropace.readers.pauses import find_pauses
from retropace.readers.xml.document import Element, local_name, parse_document, read_text
from retropace.readers.xml.gpx_points import DISTANCE_COLUMN, POINT_TAG, POINT_TAGS, TEXT_PREFIX, GpxPoints, read_points
from retropace.readers.xml.point_values import RowIndices, is_usable_position, parse_number
from retropace.readers.xml.way import find_counter, report_filled_times, report_untimed

MAX_TRACK_GAP_S = 12 * 3600.0
"""Longest gap in seconds between two tracks of one session; tracks further apart are separate sessions."""
COLUMNS = ("lat_deg", "lon_deg", "altitude_m", "speed_mps", "cadence_recorded", "heart_rate_bpm")
"""Point columns that are columns of :class:`~retropace.core.activity.Samples`; all others become extra columns."""


@dataclass(frozen=True, slots=True)
class _GpxTrack:
    """A ``trk`` element: where its points are among all points, and its name, description and sport."""

    segments: tuple[RowIndices, ...]
    first_s: float  # POSIX time of the first point
    last_s: float
    name: str
    description: str
    sport: str


def read_gpx(data: bytes, path: str) -> list[Activity]:
    """Read all sessions of a GPX file in order of time; raises :class:`ReadError` if there is none."""
    document = parse_document(data, path, POINT_TAGS, read_points, cut_after=(POINT_TAG, "wpt", "rtept"))
    root, points = document.root, document.content
    waypoints, unusable_count = _read_waypoints(root)
    tracks = _build_tracks(points, root)
    if not tracks:
        raise _explain_no_activity(points, root, path)
    findings = (*document.findings, *_collect_findings(points, unusable_count))
    sessions: list[list[_GpxTrack]] = []
    for track in sorted(tracks, key=lambda track: track.first_s):
        previous = sessions[-1][-1] if sessions else None
        gap_s = track.first_s - previous.last_s if previous and track.sport == previous.sport else np.inf
        if 0.0 <= gap_s <= MAX_TRACK_GAP_S:
            sessions[-1].append(track)
        else:
            sessions.append([track])
    starts_s = [session[0].first_s for session in sessions]
    return [
        replace(
            _build_activity(session, points, root.get("creator", "").strip()),
            source=Source(path, "gpx", session=index),
            waypoints=select_waypoints(waypoints, starts_s, index),
            findings=findings,
        )
        for index, session in enumerate(sessions)
    ]


def _read_waypoints(root: Element) -> tuple[list[Waypoint], int]:
    """Read the waypoints, with times in seconds since 1970, and count those and route points that are not usable."""
    waypoints, unusable_count = [], 0
    for element in root.iter("{*}wpt", "{*}rtept"):
        lat_deg, lon_deg = (parse_number(element.get(key, "")) for key in ("lat", "lon"))
        times = [parse_time(time.text or "") for time in element.iterchildren("{*}time")]
        if not is_usable_position(lat_deg, lon_deg) or None in times:
            unusable_count += 1
        elif local_name(element.tag) == "wpt":
            name, description, comment = (read_text(element, f"{{*}}{tag}") for tag in ("name", "desc", "cmt"))
            t_s = times[0][0] if times and times[0] is not None else np.nan
            waypoints.append(Waypoint(t_s, name, description or comment, lat_deg, lon_deg))
    return waypoints, unusable_count


def _build_tracks(points: GpxPoints, root: Element) -> list[_GpxTrack]:
    """Build the tracks of a document that have usable points, in file order."""
    tracks = []
    posix_s = points.columns["posix_s"]
    title = read_text(root, "{*}metadata/{*}name") or read_text(root, "{*}name")
    elements = list(root.iter("{*}trk"))
    for segments, number in zip(points.tracks, points.elements, strict=True):
        if not segments:
            continue
        texts = ("name", "desc", "cmt", "type")
        name, description, comment, sport = (
            "" if number is None else read_text(elements[number], f"{{*}}{tag}") for tag in texts
        )
        tracks.append(
            _GpxTrack(
                segments=segments,
                first_s=float(posix_s[segments[0][0]]),
                last_s=float(posix_s[segments[-1][-1]]),
                name=name or title,
                description=_join_distinct([description, comment]),
                sport=format_sport(sport),
            )
        )
    return tracks


def _build_activity(session: list[_GpxTrack], points: GpxPoints, creator: str) -> Activity:
    """Build the activity of one session from its tracks, yet without source, waypoints and findings."""
    segments = [segment for track in session for segment in track.segments]
    rows = np.concatenate(segments)
    remaining = {name: column[rows] for name, column in points.columns.items()}
    remaining = {name: column for name, column in remaining.items() if np.any(np.isfinite(column))}
    origin_s = session[0].first_s
    t_s = remaining.pop("posix_s") - origin_s
    columns = {name: remaining.pop(name) for name in COLUMNS if name in remaining}
    if DISTANCE_COLUMN in remaining:
        counter = find_counter(remaining[DISTANCE_COLUMN], columns["lat_deg"], columns["lon_deg"])
        if counter is not None:
            columns["distance_m"] = counter
            del remaining[DISTANCE_COLUMN]
    extra = {name: remaining[name] for name in sorted(remaining)}
    texts = {}
    for name in [name for name in extra if name in points.texts]:
        column_name = name.removeprefix(TEXT_PREFIX)
        column_name = f"{column_name} (text)" if column_name in extra else column_name
        extra[column_name], texts[column_name] = extra.pop(name), points.texts[name]
    field_counts = {name: int(np.isfinite(values).sum()) for name, values in sorted((columns | extra).items())}
    splits = [Split(track.first_s - origin_s, track.last_s - origin_s, "track", name=track.name) for track in session]
    return Activity(
        source=Source("", "gpx"),
        samples=Samples.from_columns(t_s, extra, texts, **columns),
        start_time=datetime.fromtimestamp(origin_s, UTC),
        sport=session[0].sport,
        name=session[0].name,
        description=_join_distinct([track.description for track in session]),
        device=Device(product=creator),
        splits=tuple(splits) if len(splits) > 1 else (),
        pauses=find_pauses([points.columns["posix_s"][segment] - origin_s for segment in segments]),
        field_counts=MappingProxyType(field_counts),
    )


def select_waypoints(waypoints: Iterable[Waypoint], starts_s: list[float], session: int) -> tuple[Waypoint, ...]:
    """Select a session's waypoints: those with a time (since 1970) in it or up to the next, and all without a time."""
    return tuple(
        replace(waypoint, t_s=waypoint.t_s - starts_s[session])
        for waypoint in waypoints
        if np.isnan(waypoint.t_s) or max(bisect_right(starts_s, waypoint.t_s) - 1, 0) == session
    )


def _collect_findings(points: GpxPoints, unplaced: int) -> Iterator[Finding]:
    if count := points.unusable_position_count:
        text = f"{format_count(count, 'point')} without a usable position dropped"
        yield note_if_few("unusable-positions", text, count, "records", total=count + points.point_count)
    if unplaced:
        text = f"waypoints and route points without a usable position or time left out: {unplaced}"
        yield warn("unusable-waypoints", text, unplaced, "waypoints")
    if count := points.missing_time_count:
        yield report_untimed(count, count + points.point_count)
    if count := points.filled_time_count:
        yield report_filled_times(count, points.point_count)
    if count := points.left_out_columns:
        text = f"values of {count} more names left out: no recording has so many kinds"
        yield note("columns-left-out", text, count, "columns")
    if not points.is_zoned:
        yield UNZONED_TIMES


def _explain_no_activity(points: GpxPoints, root: Element, path: str) -> ReadError:
    if points.missing_time_count:
        reason = "has no times (a planned route, or times removed): without them neither pace nor duration can be known"
        return ReadError(reason, path=path)
    if points.unusable_position_count:
        return ReadError("has no point with a usable latitude and longitude", path=path)
    if root.find("{*}rte") is not None:
        return NoActivityError("holds a planned route, not a recording", "a planned route", path=path)
    if root.find("{*}wpt") is not None:
        return NoActivityError("holds waypoints only, no recording", "waypoints", path=path)
    return ReadError("holds no track points: there is nothing to analyse", path=path)


def _join_distinct(texts: list[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, texts)))
