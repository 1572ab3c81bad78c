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

from retropace.core.activity import Activity, Device, Mark, Samples, Source
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import Column, Spans, as_spans
from retropace.core.sports import is_on_foot, sport_words
from retropace.readers.iso_times import parse_time
from retropace.readers.xml.gpx import PAUSED_S, PAUSED_STEPS
from retropace.readers.xml.gpx_points import QUANTITIES
from retropace.readers.xml.repair import local, tidy

POINT_TYPE = "trackpoint_type"
"""The array in which OpenTracks says what made it write a point."""
LOST_THE_WAY = "SEGMENT_START_AUTOMATIC"
"""What begins a part because the last position lay too far away: nobody paused."""
ENDS = ("start", "end")
"""Styles of the markers that My Tracks and old versions of OpenTracks set at both ends of a track: no runner did."""
PLACE = ("lon_deg", "lat_deg", "altitude_m")
UNSENSED = 2
"""How many points of a part may lack a distance: those written when recording starts and stops have no sensor."""

Element = ElementTree.Element
NO_TRACK = "holds no timed track"


@dataclass(frozen=True, slots=True)
class _Part:
    """One ``Track``: a row per moment, and whether recording may have paused before it."""

    rows: list[dict[str, float]]
    paused: bool


@dataclass(slots=True)
class _Told:
    """What is worth a word about a file's points, summed over all tracks."""

    kept: int = 0
    untimed: int = 0
    unplaced: int = 0
    unpaired: int = 0
    unzoned: int = 0
    types: dict[str, int] = field(default_factory=dict)
    """The words of ``trackpoint_type``, each with the number that stands for it."""

    def warnings(self) -> list[str]:
        said = []
        if self.unplaced:
            said.append(f"{self.unplaced} unusable position{'s' * (self.unplaced > 1)} left out")
        if self.untimed:
            said.append(f"{self.untimed} of {self.untimed + self.kept} points have no time and were left out")
        if self.unpaired:
            said.append(f"times and positions differ in number: the last {self.unpaired} were left out")
        if self.unzoned:
            said.append("times name no zone: taken as UTC")
        return said


def read_kml(data: bytes, path: str) -> list[Activity]:
    """Every session of the file in order of time; raises :class:`ReadError` if there is none."""
    document = tidy(data, path, complete=("coord", "value"))
    try:
        root = ElementTree.fromstring(document.text)  # tidy() has refused any document type
    except ElementTree.ParseError as bad:
        raise ReadError(f"is no usable KML: {bad}", path=path) from None
    told = _Told()
    tracks: list[tuple[Element, list[_Part]]] = []
    markers: list[Element] = []
    for place in root.iter():
        if local(place.tag) not in ("Placemark", "PhotoOverlay"):
            continue
        elements = [element for element in place.iter() if local(element.tag) == "Track"]
        parts = [_part(element, told) for element in elements]
        if elements:
            tracks.append((place, [part for part in parts if part.rows]))
        else:
            markers.append(place)
    tracks = sorted(((place, parts) for place, parts in tracks if parts), key=lambda track: _first_s(track[1]))
    if not tracks:
        raise _why_nothing(root, told, document.warnings, path)
    warnings = (*document.warnings, *told.warnings())
    starts = [_first_s(parts) for _, parts in tracks]
    product, title = _text(root, "generator"), next(filter(None, (_child(element, "name") for element in root)), "")
    activities = []
    for number, (place, parts) in enumerate(tracks):
        marks = [mark for element in markers if (mark := _mark(element, starts[number])) is not None]
        activities.append(
            Activity(
                source=Source(path, "kml", session=number),
                samples=_samples(parts, starts[number], told.types, _text(place, "trackid") != ""),
                start_time=datetime.fromtimestamp(starts[number], UTC),
                sport=_sport(place),
                name=_child(place, "name") or title,
                description=_child(place, "description"),
                device=Device(product=product),
                pauses=_pauses(parts, starts[number]),
                # A marker belongs to the last session that had begun by then, one without a time to each.
                marks=tuple(
                    mark
                    for mark in marks
                    if np.isnan(mark.t_s) or max(bisect_right(starts, mark.t_s + starts[number]) - 1, 0) == number
                ),
                fields=MappingProxyType(_counts(parts)),
                warnings=warnings,
            )
        )
    return activities


def _part(track: Element, told: _Told) -> _Part:
    """The moments of one ``Track``; what has no time is left out and counted."""
    whens = [element.text or "" for element in track.iter() if local(element.tag) == "when"]
    coords = [(element.text or "").split() for element in track.iter() if local(element.tag) == "coord"]
    arrays = {
        element.get("name", ""): [(value.text or "").strip() for value in element if local(value.tag) == "value"]
        for element in track.iter()
        if local(element.tag) == "SimpleArrayData" and element.get("name")
    }
    types = arrays.pop(POINT_TYPE, [])
    told.unpaired += abs(len(whens) - len(coords)) if coords else 0
    rows = []
    for at, when in enumerate(whens[: len(coords)] if coords else whens):
        parsed = parse_time(when)
        if parsed is None:
            told.untimed += 1
            continue
        told.unzoned += not parsed[1]
        row = {"posix_s": parsed[0]}
        place = dict(zip(PLACE, map(_number, coords[at]), strict=False)) if coords else {}
        if _usable(place):
            row |= {name: value for name, value in place.items() if np.isfinite(value)}
        elif place:
            told.unplaced += 1
        for name, values in arrays.items():
            if at < len(values) and np.isfinite(value := _number(values[at])):
                row[name] = value
        if at < len(types) and types[at]:
            row[POINT_TYPE] = told.types.setdefault(types[at], len(told.types))
        rows.append(row)
    told.kept += len(rows)
    return _Part(rows, paused=types[:1] != [LOST_THE_WAY])


def _samples(parts: list[_Part], origin: float, types: dict[str, int], opentracks: bool) -> Samples:
    rows = [row for part in parts for row in part.rows]
    names = {name for row in rows for name in row} - {"posix_s"}
    columns = {name: _column(rows, name) for name in sorted(names)}
    ours = {name: columns.pop(name) for name in PLACE if name in columns}
    extra = dict(columns)
    for name in sorted(extra):
        if (known := QUANTITIES.get(name.lower())) is not None and known not in ours:
            ours[known] = extra.pop(name)
    if opentracks and "distance" in extra and _sensed(parts):
        # OpenTracks writes how far its sensor says one came since the point before, not since the start.
        ours["distance_m"] = np.cumsum(np.nan_to_num(extra.pop("distance")))
    texts = {POINT_TYPE: tuple(types)} if POINT_TYPE in extra else {}
    return Samples.from_columns(_column(rows, "posix_s") - origin, extra, texts, **ours)


def _sensed(parts: list[_Part]) -> bool:
    """Whether a sensor measured the whole way: a sum over half of it would be taken for all."""
    return all(sum("distance" not in row for row in part.rows) <= UNSENSED for part in parts)


def _pauses(parts: list[_Part], origin: float) -> Spans:
    """The gaps between a session's parts, where recording paused and for longer than between two points."""
    steps_s = np.concatenate([np.diff(_column(part.rows, "posix_s")) for part in parts])
    steps_s = steps_s[steps_s > 0.0]
    longest_s = max(PAUSED_S, PAUSED_STEPS * float(np.median(steps_s))) if len(steps_s) else 0.0
    gaps = [(one.rows[-1]["posix_s"], two.rows[0]["posix_s"]) for one, two in pairwise(parts) if two.paused]
    return as_spans((start - origin, end - origin) for start, end in gaps if end - start > longest_s)


def _mark(place: Element, origin: float) -> Mark | None:
    """A marker, None if it has no usable position or stands for an end of the track."""
    if _child(place, "styleUrl").rpartition("#")[2] in ENDS:
        return None
    point = next((element for element in place if local(element.tag) == "Point"), None)
    numbers = [_number(part) for part in _text(point, "coordinates").split(",")] if point is not None else []
    where = dict(zip(PLACE, numbers, strict=False))
    if not _usable(where):
        return None
    parsed = parse_time(_text(place, "when"))
    return Mark(
        t_s=parsed[0] - origin if parsed is not None else np.nan,
        name=_child(place, "name"),
        note=_child(place, "description"),
        lat_deg=where["lat_deg"],
        lon_deg=where["lon_deg"],
    )


def _sport(place: Element) -> str:
    """The kind of activity: ``activityType``, else ``type``, else the icon.

    ``type`` is in the language of the phone, so that an icon that is not on foot tells more than a word nobody knows.
    """
    told = {
        element.get("name", ""): _text(element, "value") for element in place.iter() if local(element.tag) == "Data"
    }
    icon = _child(place, "icon").lower().removesuffix("unknown")
    said = told.get("activityType") or told.get("type") or told.get("category") or _child(place, "TYPE")
    if told.get("activityType") or (said and is_on_foot(icon)):
        return sport_words(said)
    return sport_words(icon or said)


def _counts(parts: list[_Part]) -> dict[str, int]:
    names = [name for part in parts for row in part.rows for name in row if name != "posix_s"]
    return {name: names.count(name) for name in sorted(set(names))}


def _first_s(parts: list[_Part]) -> float:
    return parts[0].rows[0]["posix_s"]


def _usable(place: dict[str, float]) -> bool:
    return abs(place.get("lat_deg", np.nan)) <= 90.0 and abs(place.get("lon_deg", np.nan)) <= 180.0


def _column(rows: list[dict[str, float]], name: str) -> Column:
    return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def _child(element: Element, name: str) -> str:
    """The text of the first child of this name."""
    return next(((child.text or "").strip() for child in element if local(child.tag) == name), "")


def _text(element: Element, name: str) -> str:
    """The text of the first element of this name anywhere within."""
    return next(((inner.text or "").strip() for inner in element.iter() if local(inner.tag) == name), "")


def _why_nothing(root: Element, told: _Told, damage: tuple[str, ...], path: str) -> ReadError:
    if broken := [said for said in damage if said.startswith("damaged")]:
        return ReadError(f"{NO_TRACK}: {broken[0]}", path=path)
    if told.untimed:
        reason = "its positions have no times, without which neither pace nor duration can be known"
        return ReadError(f"{NO_TRACK}: {reason}", path=path)
    names = {local(element.tag) for element in root.iter()}
    if names & {"LineString", "Point", "Polygon"}:
        reason = "lines and places without times are a map, not a recording"
        return NoActivityError(f"{NO_TRACK}: {reason}", "a map", path=path)
    return ReadError(f"{NO_TRACK}: there is nothing to analyse", path=path)
