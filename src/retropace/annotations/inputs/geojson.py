"""Reader of zones, areas on the map with the label of what is run there, from GeoJSON files (RFC 7946)."""

import json
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.annotations.inputs.active_hours import ActiveHours, parse_active_hours
from retropace.annotations.inputs.sidecar import read_text
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.label import Label
from retropace.core.errors import AnnotationError

MAX_FEATURES = 1000
"""Largest number of features that a file may hold; more are an error."""
DEFAULT_LINE_WIDTH_M = 10.0
"""Width (m) of a line for which none is given: about what a watch's positions can resolve."""
GEOMETRY_TYPES = ("Polygon", "MultiPolygon", "LineString", "MultiLineString")
"""GeoJSON geometry types that a zone may have."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon, or a line with a width, on the map with the label of what is run there."""

    label: Label
    geometry: Any
    """Shapely geometry in degrees (WGS 84), longitude first."""
    width_m: float
    """Width (m) of a line; 0 for a polygon."""
    name: str
    active_hours: tuple[ActiveHours, ...] = ()
    """Dates and hours that must all hold for the zone to apply; without any it always applies."""


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one file."""

    path: str
    zones: tuple[Zone, ...]
    home: bool = False
    """Whether the file is the user's own, whose zones apply to every activity."""


def read_zones(path: str | os.PathLike[str], *, home: bool = False) -> Zones:
    """Return the zones in a GeoJSON file; raises :class:`AnnotationError` with file and line or feature."""
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
