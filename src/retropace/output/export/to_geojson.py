"""GeoJSON (RFC 7946) for maps: a feature for every unbroken piece of a stretch, with its label and its figures.

What has no line, because no position is known or none may be shown, is a feature without a geometry, so that the
features' distances add up to the analysis'.
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.analysis.json_document import activity_document
from retropace.core.geodesy import project_along_path_m
from retropace.core.spans import FloatArray
from retropace.output.charts.route import RouteLine
from retropace.output.export.line_segments import LineSegments, line_segment_to_dict
from retropace.output.export.sample_rows import COORDINATE_DECIMALS

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

SCHEMA = "retropace.geojson/1"


def format_geojson(analysis: Analysis, line_segments: LineSegments, simplify_m: float = 0.0) -> str:
    """A FeatureCollection of the pieces of an analysis.

    With ``simplify_m`` lines have no more positions than it takes to stay that near the way; distances remain those of
    the whole way. Beside the features it holds the ``activity`` and the file's name, without its folder, as such a file
    is made to be passed on.
    """
    document = {
        "type": "FeatureCollection",
        "schema": SCHEMA,
        "file": PurePath(analysis.activity.source.path).name,
        "activity": activity_document(analysis.activity, analysis.cleaned),
        "features": [
            {
                "type": "Feature",
                "geometry": None if line is None else _build_geometry(line, simplify_m),
                "properties": line_segment_to_dict(line_segments, at, analysis),
            }
            for at, line in enumerate(line_segments.lines)
        ],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def _build_geometry(line: RouteLine, simplify_m: float) -> dict[str, Any]:
    """The line, cut in two where it crosses the date line."""
    lat_deg, lon_deg = line.lat_deg, line.lon_deg
    if simplify_m > 0.0:
        kept = _simplify(lat_deg, lon_deg, simplify_m)
        lat_deg, lon_deg = lat_deg[kept], lon_deg[kept]
    parts = [
        np.round(part, COORDINATE_DECIMALS).tolist()
        for part in _split_at_antimeridian(lat_deg, np.unwrap(lon_deg, period=360.0))
    ]
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _simplify(lat_deg: FloatArray, lon_deg: FloatArray, tolerance_m: float) -> Any:
    """Which positions stay (Douglas & Peucker 1973), both ends among them."""
    from shapely import LineString

    east, north = project_along_path_m(lat_deg, lon_deg)
    # The number of each position goes along as its height.
    line = LineString(np.column_stack((east, north, np.arange(len(east)))))
    return np.array(line.simplify(tolerance_m, preserve_topology=False).coords)[:, 2].astype(np.intp)


def _split_at_antimeridian(lat_deg: FloatArray, lon_deg: FloatArray) -> list[Any]:
    """Longitude and latitude of the parts between crossings of ±180°, of a line whose longitudes go on beyond.

    Both sides of a cut end on the meridian. A side that is a single position on it is none.
    """
    turn = np.floor((lon_deg + 180.0) / 360.0)
    crossings = np.flatnonzero(np.diff(turn) != 0.0)
    if len(crossings) == 0:
        return [np.column_stack((lon_deg - 360.0 * turn, lat_deg))]
    parts = []
    first: list[list[float]] = []
    start = 0
    for at in [*crossings.tolist(), len(lon_deg) - 1]:
        own = np.column_stack((lon_deg[start : at + 1] - 360.0 * turn[start], lat_deg[start : at + 1])).tolist()
        part = [*first, *own]
        if at + 1 < len(lon_deg):
            meridian = 360.0 * max(turn[at], turn[at + 1]) - 180.0
            share = (meridian - lon_deg[at]) / (lon_deg[at + 1] - lon_deg[at])
            lat = float(lat_deg[at] + share * (lat_deg[at + 1] - lat_deg[at]))
            part.append([float(meridian - 360.0 * turn[at]), lat])
            first = [[float(meridian - 360.0 * turn[at + 1]), lat]]
        if any(position != part[0] for position in part):
            parts.append(np.array(part))
        start = at + 1
    return parts
