"""GPX 1.0 and 1.1 of watches, phones and exports: points by ``gpx_points``, everything else through gpxpy.

A track is a session, its segments parts of it with pauses between. Tracks that follow one another within half a day,
of the same kind, are parts of one session too: that is how some exports write a pause. Segments that follow one another
as points do are no pause: that is how some exports write laps.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from retropace.core.activity import Activity, Device, Samples, Source, Split, Waypoint
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import FloatArray, Spans, as_spans
from retropace.core.sports import format_sport
from retropace.readers.xml.gpx_points import POINT_TAG, TEXT_PREFIX, GpxPoints, is_wanted, read_points
from retropace.readers.xml.point_values import RowIndices
from retropace.readers.xml.repair import RepeatedElement, repair_document

MAX_TRACK_GAP_S = 12 * 3600.0
"""Tracks further apart than this are sessions of their own."""
MIN_PAUSE_S, MIN_PAUSE_STEPS = 3.0, 2.0
"""A gap between segments is a pause if it is longer than this and than so many usual steps between points."""
_XMLNS_PATTERN = r"\sxmlns\s*=\s*(\"[^\"]*\"|'[^']*')"
COLUMNS = ("lat_deg", "lon_deg", "altitude_m", "speed_mps", "cadence_recorded", "heart_rate_bpm")


@dataclass(frozen=True, slots=True)
class _GpxTrack:
    """A track's points in its segments, with what gpxpy says about it."""

    segments: tuple[RowIndices, ...]
    first_s: float
    last_s: float
    name: str
    description: str
    sport: str


def read_gpx(data: bytes, path: str) -> list[Activity]:
    """Every session of the file in order of time; raises :class:`ReadError` if there is none."""
    points, rest, warnings = _read_document(data, path, RepeatedElement(POINT_TAG, is_wanted))
    tracks = [track for track in _build_tracks(points, rest) if track.segments]
    if not tracks:
        raise _explain_no_activity(points, rest, path)
    warnings += _collect_warnings(points)
    sessions: list[list[_GpxTrack]] = []
    for track in sorted(tracks, key=lambda track: track.first_s):
        if sessions:
            before = sessions[-1][-1]
            if track.sport == before.sport and 0.0 <= track.first_s - before.last_s <= MAX_TRACK_GAP_S:
                sessions[-1].append(track)
                continue
        sessions.append([track])
    starts = [session[0].first_s for session in sessions]
    return [
        _build_activity(session, points, rest, starts, number, path, warnings)
        for number, session in enumerate(sessions)
    ]


def _read_document(data: bytes, path: str, repeated: RepeatedElement | None) -> tuple[GpxPoints, Any, list[str]]:
    """The points, the rest as gpxpy reads it, and what is to be said."""
    document = repair_document(data, path, cut_after=(POINT_TAG, "wpt", "rtept"), repeated=repeated)
    points = read_points(document)
    if points is not None:
        warnings = list(document.warnings)
        rest = _parse_with_gpxpy(points.rest, warnings)
        # Where gpxpy refuses something it may name a line, which is another one if points were taken out before it.
        if not document.blocks or len(warnings) == len(document.warnings):
            return points, rest, warnings
    return _read_document(data, path, None)


def _parse_with_gpxpy(text: str, warnings: list[str]) -> Any:
    """What gpxpy reads of a document without its points; what it refuses is told in the warnings."""
    import gpxpy
    import gpxpy.gpx

    # gpxpy knows GPX's own elements only without a prefix, and a default namespace only as it is usually written.
    begin = text.index("<")
    head, body = text[begin : (end := text.index(">", begin))], text[end:]
    prefixed = re.match(r"<([\w.-]+):", head)
    prefix = re.escape(prefixed[1]) if prefixed else ""
    if prefixed:
        head, body = (re.sub(rf"(</?){prefix}:", r"\1", part) for part in (head, body))
    text = re.sub(rf"\sxmlns(:{prefix})?\s*=\s*(\"[^\"]*\"|'[^']*')" if prefix else _XMLNS_PATTERN, "", head) + body
    bare = re.sub(r"<(wpt|rte|metadata)\b(?:[^>]*/>|.*?</\1\s*>)", "", text, flags=re.DOTALL)
    refused = ""
    # A waypoint or a number that gpxpy refuses must not cost the recording: read on without what is around it.
    for kept, lost in ((text, ""), (bare, "waypoints, routes and metadata")):
        try:
            rest = gpxpy.parse(kept)
        except (gpxpy.gpx.GPXException, ValueError, TypeError, AttributeError) as bad:
            refused = refused or " ".join(str(bad).split())
            continue
        if lost:
            warnings.append(f"{lost} left out, because gpxpy cannot read them: {refused}")
        return rest
    warnings.append(f"names, waypoints and routes left out, because gpxpy cannot read them: {refused}")
    return gpxpy.gpx.GPX()


def _build_tracks(points: GpxPoints, rest: Any) -> list[_GpxTrack]:
    described = []
    posix_s = points.columns["posix_s"]
    for at, parts in enumerate(points.tracks):
        told = rest.tracks[at] if at < len(rest.tracks) else None
        text = [told.description, told.comment] if told is not None else []
        described.append(
            _GpxTrack(
                segments=parts,
                first_s=float(posix_s[parts[0][0]]) if parts else np.nan,
                last_s=float(posix_s[parts[-1][-1]]) if parts else np.nan,
                name=_stripped_text(told and told.name) or _stripped_text(rest.name),
                description="\n".join(dict.fromkeys(_stripped_text(part) for part in text if _stripped_text(part))),
                sport=format_sport(_stripped_text(told and told.type)),
            )
        )
    return described


def _build_activity(
    session: list[_GpxTrack],
    points: GpxPoints,
    rest: Any,
    starts: list[float],
    session_index: int,
    path: str,
    warnings: list[str],
) -> Activity:
    parts = [part for track in session for part in track.segments]
    rows = np.concatenate(parts)
    held = {name: column[rows] for name, column in points.columns.items()}
    held = {name: column for name, column in held.items() if np.any(np.isfinite(column))}
    origin = starts[session_index]
    t_s = held.pop("posix_s") - origin
    columns = {name: held.pop(name) for name in COLUMNS if name in held}
    extra = {name: held[name] for name in sorted(held)}
    texts = {}
    for name in [name for name in extra if name in points.texts]:
        plain = name.removeprefix(TEXT_PREFIX)
        plain = f"{plain} (text)" if plain in extra else plain
        extra[plain], texts[plain] = extra.pop(name), points.texts[name]
    marks = [_read_waypoint(waypoint, origin) for waypoint in rest.waypoints]
    counts = {name: int(np.isfinite(values).sum()) for name, values in sorted((columns | extra).items())}
    return Activity(
        source=Source(path, "gpx", session=session_index),
        samples=Samples.from_columns(t_s, extra, texts, **columns),
        start_time=datetime.fromtimestamp(origin, UTC),
        sport=session[0].sport,
        name=session[0].name,
        description="\n".join(dict.fromkeys(track.description for track in session if track.description)),
        device=Device(product=_stripped_text(rest.creator)),
        splits=tuple(
            Split(track.first_s - origin, track.last_s - origin, "track", name=track.name) for track in session
        )
        if len(session) > 1
        else (),
        pauses=_find_pauses([points.columns["posix_s"][part] - origin for part in parts]),
        waypoints=tuple(
            mark
            for mark in marks
            if np.isnan(mark.t_s) or _find_session_index(mark.t_s + origin, starts) == session_index
        ),
        field_counts=MappingProxyType(counts),
        warnings=tuple(warnings),
    )


def _find_pauses(segments: list[FloatArray]) -> Spans:
    """The gaps between a session's segments that are longer than the steps between its points."""
    steps_s = np.concatenate([np.diff(t_s) for t_s in segments])
    steps_s = steps_s[steps_s > 0.0]
    longest_s = max(MIN_PAUSE_S, MIN_PAUSE_STEPS * float(np.median(steps_s))) if len(steps_s) else 0.0
    gaps = ((float(one[-1]), float(two[0])) for one, two in pairwise(segments))
    return as_spans((start, end) for start, end in gaps if end - start > longest_s)


def _find_session_index(posix_s: float, starts: list[float]) -> int:
    """Which of the sessions a moment belongs to: the last that had begun by then, or the first."""
    return max(bisect_right(starts, posix_s) - 1, 0)


def _read_waypoint(waypoint: Any, origin: float) -> Waypoint:
    time = waypoint.time
    if time is not None and time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return Waypoint(
        t_s=time.timestamp() - origin if time is not None else np.nan,
        name=_stripped_text(waypoint.name),
        note=_stripped_text(waypoint.description) or _stripped_text(waypoint.comment),
        lat_deg=float(waypoint.latitude) if waypoint.latitude is not None else np.nan,
        lon_deg=float(waypoint.longitude) if waypoint.longitude is not None else np.nan,
    )


def _collect_warnings(points: GpxPoints) -> list[str]:
    said = []
    if points.unusable_position_count:
        said.append(
            f"{points.unusable_position_count} point{'s' * (points.unusable_position_count > 1)} without a usable position dropped"
        )
    if points.dropped_waypoint_count:
        said.append(f"waypoints and route points without a usable position left out: {points.dropped_waypoint_count}")
    if points.missing_time_count:
        said.append(
            f"{points.missing_time_count} of {points.missing_time_count + points.point_count} points have no time and were left out"
        )
    if points.missing_zone_count:
        said.append("times name no zone: taken as UTC")
    return said


def _explain_no_activity(points: GpxPoints, rest: Any, path: str) -> ReadError:
    if points.missing_time_count:
        reason = "has no times (a planned route, or times removed): without them neither pace nor duration can be known"
        return ReadError(reason, path=path)
    if points.unusable_position_count:
        return ReadError("has no point with a usable latitude and longitude", path=path)
    if rest.routes:
        return NoActivityError("holds a planned route, not a recording", "a planned route", path=path)
    if rest.waypoints:
        return NoActivityError("holds waypoints only, no recording", "waypoints", path=path)
    return ReadError("holds no track points: there is nothing to analyse", path=path)


def _stripped_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
