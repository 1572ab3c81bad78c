"""Reader of zones from GeoJSON (RFC 7946); the property ``when`` limits one to dates or hours (docs/annotations.md)."""

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from retropace.annotations.inputs.location import parse_utc_offset
from retropace.annotations.inputs.sidecar import read_text
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.label import Label
from retropace.core.errors import AnnotationError
from retropace.core.spans import Spans, as_spans, clip, union

MAX_FEATURES = 1000
"""Largest number of features that a file may hold; more are an error."""
DEFAULT_LINE_WIDTH_M = 10.0
"""Width (m) of a line for which none is given: about what a watch's positions can resolve."""
GEOMETRY_TYPES = ("Polygon", "MultiPolygon", "LineString", "MultiLineString")
"""GeoJSON geometry types that a zone may have."""
_DATE_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})?\s*(?:\.\.|/|\bto\b)\s*(\d{4}-\d{2}-\d{2})?|(\d{4}-\d{2}-\d{2})")
"""Pattern of a range of dates with one or both ends, or of a single date."""
_CLOCK_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})"
"""Pattern of a time of day with its UTC offset."""
_CLOCK_RANGE = re.compile(rf"{_CLOCK_TIME}\s*(?:-|–|\.\.|/|\bto\b)\s*{_CLOCK_TIME}", re.IGNORECASE)
"""Pattern of a range of times of day."""
DAY_S = 86400.0
"""Seconds in a day."""


@dataclass(frozen=True, slots=True)
class ActiveHours:
    """A range of dates, or a range of hours of every day."""

    first_date: date | None = None
    last_date: date | None = None
    daily_window_s: tuple[float, float] | None = None  # seconds after midnight UTC; end below start passes midnight


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon, or a line with a width, on the map with the label of what is run there."""

    label: Label
    geometry: Any  # Shapely geometry in degrees (WGS 84), longitude first
    width_m: float  # width (m) of a line; 0 for a polygon
    name: str
    active_hours: tuple[ActiveHours, ...] = ()  # that must all hold for the zone to apply; always without any


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one file."""

    path: str
    zones: tuple[Zone, ...]
    home: bool = False  # whether the file is the user's own, whose zones apply to every activity


def read_zones(path: str | os.PathLike[str], *, home: bool = False) -> Zones:
    """Return the zones in a GeoJSON file, as home zones with ``home``; raises :class:`AnnotationError`."""
    return parse_zones(read_text(path), os.fspath(path), home=home)


def parse_zones(text: str, path: str, *, home: bool = False) -> Zones:
    """Return the zones in a GeoJSON text; raises :class:`AnnotationError` with ``path`` and line or feature."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{error.lineno}:{error.colno}"
        raise AnnotationError(f"is no JSON: {error.msg}; zones are GeoJSON", path=path, where=where) from None
    except RecursionError:
        raise AnnotationError("is nested too deep for GeoJSON", path=path) from None
    if not isinstance(document, dict):
        raise AnnotationError("is no GeoJSON: it should be a FeatureCollection", path=path)
    crs, kind = json.dumps(document.get("crs") or ""), document.get("type")
    if document.get("crs") and not any(name in crs for name in ("CRS84", "4326", "WGS84", "WGS 84")):
        advice = "export it as WGS 84 (EPSG:4326), degrees of longitude and latitude"
        raise AnnotationError(f"has coordinates in another system: {advice}", path=path)
    if kind == "FeatureCollection":
        features = document.get("features")
    elif kind == "Feature":
        features = [document]
    else:
        content = f"a bare {kind}" if kind in GEOMETRY_TYPES else "no GeoJSON that zones could be read from"
        raise AnnotationError(f'is {content}: give features with a property "label"', path=path)
    if not isinstance(features, list) or not features:
        raise AnnotationError("holds no features, so no zones", path=path)
    if len(features) > MAX_FEATURES:
        raise AnnotationError(f"holds {len(features)} features, more than {MAX_FEATURES}", path=path)
    zones = []
    for number, feature in enumerate(features, 1):
        try:
            zones.append(_parse_zone(feature))
        except AnnotationError as error:
            raise AnnotationError(error.message, path=path, where=f"feature {number}") from None
    return Zones(path, tuple(zones), home)


def _parse_zone(feature: Any) -> Zone:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise AnnotationError("is no GeoJSON feature")
    properties = feature["properties"] if isinstance(feature.get("properties"), dict) else {}
    label_text = properties.get("label")
    if not isinstance(label_text, str) or not label_text.strip():
        raise AnnotationError('has no property "label": say what is run there, for example "backward"')
    label = parse_label(label_text)
    geometry = _parse_geometry(feature.get("geometry"))
    width = properties.get("width", DEFAULT_LINE_WIDTH_M)
    if isinstance(width, bool) or not isinstance(width, (int, float)) or not 0.0 < width <= 1000.0:
        raise AnnotationError(f'has the width "{width}": it is in metres, from above 0 to 1000')
    width_m = float(width) if "Line" in geometry.geom_type else 0.0
    name = properties.get("name") or feature.get("id") or label_text
    when = properties.get("when") or []
    active_hours = map(parse_active_hours, when if isinstance(when, list) else [when])
    return Zone(label, geometry, width_m, str(name), tuple(active_hours))


def _parse_geometry(geometry_json: Any) -> Any:
    import shapely
    from shapely.geometry import shape

    kind = geometry_json.get("type") if isinstance(geometry_json, dict) else None
    if kind not in GEOMETRY_TYPES:
        raise AnnotationError(f"is a {kind or 'feature without geometry'}: a zone is a polygon or a line with a width")
    try:
        geometry = shape(geometry_json)
        coordinates = shapely.get_coordinates(geometry)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise AnnotationError(f"has a geometry that cannot be read: {' '.join(str(error).split())[:80]}") from None
    if len(coordinates) < 2 or not np.all(np.isfinite(coordinates)):
        raise AnnotationError("has a geometry without usable coordinates")
    if np.any(np.abs(coordinates[:, 0]) > 180.0) or np.any(np.abs(coordinates[:, 1]) > 90.0):
        advice = "export it as WGS 84 (EPSG:4326), longitude first"
        raise AnnotationError(f"has coordinates that are no degrees (projected?): {advice}")
    if "Polygon" in str(kind) and not shapely.is_valid(geometry):
        raise AnnotationError(f"has a polygon that makes no area: {shapely.is_valid_reason(geometry)}")
    return geometry


def parse_active_hours(text: Any) -> ActiveHours:
    """Return a range of dates or hours parsed from text; raises :class:`AnnotationError` for any other text."""
    if isinstance(text, str) and (match := _DATE_RANGE.fullmatch(text.strip())) and any(match.groups()):
        try:
            first, last, day = (None if part is None else date.fromisoformat(part) for part in match.groups())
        except ValueError as error:
            raise AnnotationError(f'has "when": "{text}", which is no date: {error}') from None
        first, last = day or first, day or last
        if first and last and last < first:
            raise AnnotationError(f'has "when": "{text}", which ends before it starts')
        return ActiveHours(first, last)
    if isinstance(text, str) and (match := _CLOCK_RANGE.fullmatch(text.strip())):
        groups = match.groups()
        window_s = (_parse_seconds_of_day(groups[:4], text), _parse_seconds_of_day(groups[4:], text))
        return ActiveHours(daily_window_s=window_s)
    examples = "2025-05-01..2025-09-30, or 18:00Z-20:00Z with the zone of the clock"
    raise AnnotationError(f'has "when": "{text}": write {examples}')


def _parse_seconds_of_day(parts: tuple[str, ...], text: str) -> float:
    hours, minutes, seconds, offset_text = parts
    try:
        time_of_day = time(int(hours), int(minutes), int(seconds or 0))
    except ValueError as error:
        raise AnnotationError(f'has "when": "{text}", which is no time of day: {error}') from None
    since_midnight = datetime.combine(date.min, time_of_day) - datetime.combine(date.min, time(0))
    return (since_midnight - parse_utc_offset(offset_text)) % timedelta(days=1) / timedelta(seconds=1)


def active_spans(active_hours: tuple[ActiveHours, ...], start_time: datetime | None, elapsed_s: float) -> Spans:
    """Return the spans of an activity that lie in all the given ranges; none if these need a clock that it lacks."""
    spans = as_spans([(0.0, elapsed_s)])
    if not active_hours:
        return spans
    if start_time is None:
        return as_spans([])
    start = start_time.astimezone(UTC)
    midnight_s = (datetime.combine(start.date(), time(0), tzinfo=UTC) - start) / timedelta(seconds=1)
    for hours in active_hours:
        if hours.daily_window_s is None:
            if not (hours.first_date or date.min) <= start.date() <= (hours.last_date or date.max):
                return as_spans([])
            continue
        start_s, end_s = hours.daily_window_s
        length_s = (end_s - start_s) % DAY_S or DAY_S
        days = range(-1, int(elapsed_s // DAY_S) + 2)
        starts_s = [midnight_s + day * DAY_S + start_s for day in days]
        windows = union(as_spans((start_s, start_s + length_s) for start_s in starts_s))
        pieces = [clip(windows, low, high) for low, high in spans.tolist()]
        spans = union(np.concatenate((as_spans([]), *pieces)))
    return spans
