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

from retropace.core.activity import Activity, Device, Mark, Samples, Source, Split
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import Column, Spans, as_spans
from retropace.core.sports import sport_words
from retropace.readers.xml.gpx_points import POINT, TEXT, Points, read_points, wanted
from retropace.readers.xml.point_values import Row
from retropace.readers.xml.repair import Alike, tidy

SAME_SESSION_S = 12 * 3600.0
"""Tracks further apart than this are sessions of their own."""
PAUSED_S, PAUSED_STEPS = 3.0, 2.0
"""A gap between segments is a pause if it is longer than this and than so many usual steps between points."""
_XMLNS = r"\sxmlns\s*=\s*(\"[^\"]*\"|'[^']*')"
COLUMNS = ("lat_deg", "lon_deg", "altitude_m", "speed_mps", "cadence_recorded", "heart_rate_bpm")


@dataclass(frozen=True, slots=True)
class _Described:
    """A track's points in its segments, with what gpxpy says about it."""

    parts: tuple[Row, ...]
    first_s: float
    last_s: float
    name: str
    description: str
    sport: str


def read_gpx(data: bytes, path: str) -> list[Activity]:
    """Every session of the file in order of time; raises :class:`ReadError` if there is none."""
    points, rest, warnings = _read(data, path, Alike(POINT, wanted))
    tracks = [track for track in _described(points, rest) if track.parts]
    if not tracks:
        raise _why_nothing(points, rest, path)
    warnings += _said(points)
    sessions: list[list[_Described]] = []
    for track in sorted(tracks, key=lambda track: track.first_s):
        if sessions:
            before = sessions[-1][-1]
            if track.sport == before.sport and 0.0 <= track.first_s - before.last_s <= SAME_SESSION_S:
                sessions[-1].append(track)
                continue
        sessions.append([track])
    starts = [session[0].first_s for session in sessions]
    return [_activity(session, points, rest, starts, number, path, warnings) for number, session in enumerate(sessions)]


def _read(data: bytes, path: str, alike: Alike | None) -> tuple[Points, Any, list[str]]:
    """The points, the rest as gpxpy reads it, and what is to be said."""
    document = tidy(data, path, complete=(POINT, "wpt", "rtept"), alike=alike)
    points = read_points(document)
    if points is not None:
        warnings = list(document.warnings)
        rest = _through_gpxpy(points.rest, warnings)
        # Where gpxpy refuses something it may name a line, which is another one if points were taken out before it.
        if not document.stretches or len(warnings) == len(document.warnings):
            return points, rest, warnings
    return _read(data, path, None)


def _through_gpxpy(text: str, warnings: list[str]) -> Any:
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
    text = re.sub(rf"\sxmlns(:{prefix})?\s*=\s*(\"[^\"]*\"|'[^']*')" if prefix else _XMLNS, "", head) + body
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


def _described(points: Points, rest: Any) -> list[_Described]:
    described = []
    posix_s = points.columns["posix_s"]
    for at, parts in enumerate(points.tracks):
        told = rest.tracks[at] if at < len(rest.tracks) else None
        text = [told.description, told.comment] if told is not None else []
        described.append(
            _Described(
                parts=parts,
                first_s=float(posix_s[parts[0][0]]) if parts else np.nan,
                last_s=float(posix_s[parts[-1][-1]]) if parts else np.nan,
                name=_text(told and told.name) or _text(rest.name),
                description="\n".join(dict.fromkeys(_text(part) for part in text if _text(part))),
                sport=sport_words(_text(told and told.type)),
            )
        )
    return described


def _activity(
    session: list[_Described],
    points: Points,
    rest: Any,
    starts: list[float],
    number: int,
    path: str,
    warnings: list[str],
) -> Activity:
    parts = [part for track in session for part in track.parts]
    rows = np.concatenate(parts)
    held = {name: column[rows] for name, column in points.columns.items()}
    held = {name: column for name, column in held.items() if np.any(np.isfinite(column))}
    origin = starts[number]
    t_s = held.pop("posix_s") - origin
    columns = {name: held.pop(name) for name in COLUMNS if name in held}
    extra = {name: held[name] for name in sorted(held)}
    texts = {}
    for name in [name for name in extra if name in points.texts]:
        plain = name.removeprefix(TEXT)
        plain = f"{plain} (text)" if plain in extra else plain
        extra[plain], texts[plain] = extra.pop(name), points.texts[name]
    marks = [_mark(waypoint, origin) for waypoint in rest.waypoints]
    counts = {name: int(np.isfinite(values).sum()) for name, values in sorted((columns | extra).items())}
    return Activity(
        source=Source(path, "gpx", session=number),
        samples=Samples.from_columns(t_s, extra, texts, **columns),
        start_time=datetime.fromtimestamp(origin, UTC),
        sport=session[0].sport,
        name=session[0].name,
        description="\n".join(dict.fromkeys(track.description for track in session if track.description)),
        device=Device(product=_text(rest.creator)),
        splits=tuple(
            Split(track.first_s - origin, track.last_s - origin, "track", name=track.name) for track in session
        )
        if len(session) > 1
        else (),
        pauses=_pauses([points.columns["posix_s"][part] - origin for part in parts]),
        marks=tuple(mark for mark in marks if np.isnan(mark.t_s) or _home(mark.t_s + origin, starts) == number),
        fields=MappingProxyType(counts),
        warnings=tuple(warnings),
    )


def _pauses(parts: list[Column]) -> Spans:
    """The gaps between a session's segments that are longer than the steps between its points."""
    steps_s = np.concatenate([np.diff(t_s) for t_s in parts])
    steps_s = steps_s[steps_s > 0.0]
    longest_s = max(PAUSED_S, PAUSED_STEPS * float(np.median(steps_s))) if len(steps_s) else 0.0
    gaps = ((float(one[-1]), float(two[0])) for one, two in pairwise(parts))
    return as_spans((start, end) for start, end in gaps if end - start > longest_s)


def _home(posix_s: float, starts: list[float]) -> int:
    """Which of the sessions a moment belongs to: the last that had begun by then, or the first."""
    return max(bisect_right(starts, posix_s) - 1, 0)


def _mark(waypoint: Any, origin: float) -> Mark:
    time = waypoint.time
    if time is not None and time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return Mark(
        t_s=time.timestamp() - origin if time is not None else np.nan,
        name=_text(waypoint.name),
        note=_text(waypoint.description) or _text(waypoint.comment),
        lat_deg=float(waypoint.latitude) if waypoint.latitude is not None else np.nan,
        lon_deg=float(waypoint.longitude) if waypoint.longitude is not None else np.nan,
    )


def _said(points: Points) -> list[str]:
    said = []
    if points.unplaced:
        said.append(f"{points.unplaced} point{'s' * (points.unplaced > 1)} without a usable position dropped")
    if points.lost_waypoints:
        said.append(f"waypoints and route points without a usable position left out: {points.lost_waypoints}")
    if points.untimed:
        said.append(f"{points.untimed} of {points.untimed + points.kept} points have no time and were left out")
    if points.unzoned:
        said.append("times name no zone: taken as UTC")
    return said


def _why_nothing(points: Points, rest: Any, path: str) -> ReadError:
    if points.untimed:
        reason = "has no times (a planned route, or times removed): without them neither pace nor duration can be known"
        return ReadError(reason, path=path)
    if points.unplaced:
        return ReadError("has no point with a usable latitude and longitude", path=path)
    if rest.routes:
        return NoActivityError("holds a planned route, not a recording", "a planned route", path=path)
    if rest.waypoints:
        return NoActivityError("holds waypoints only, no recording", "waypoints", path=path)
    return ReadError("holds no track points: there is nothing to analyse", path=path)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
