"""Export to GeoJSON (RFC 7946): a feature per line segment, without a geometry where no position is visible."""

import json
from pathlib import PurePath
from typing import Any

import numpy as np

from retropace.analysis.json_document import activity_document
from retropace.analysis.pipeline import Analysis
from retropace.core.geodesy import COORDINATE_DECIMALS, project_along_path_m
from retropace.core.spans import FloatArray
from retropace.output.charts.route import RouteLine, find_simplified_indices
from retropace.output.export.line_segments import LineSegments, line_segment_to_dict

SCHEMA = "retropace.geojson/1"
"""The name and version of the document's format."""


def format_geojson(analysis: Analysis, line_segments: LineSegments, simplify_m: float = 0.0) -> str:
    """Return a FeatureCollection of the line segments, with lines simplified by up to ``simplify_m``, distances not."""
    document = {
        "type": "FeatureCollection",
        "schema": SCHEMA,
        "file": PurePath(analysis.activity.source.path).name,
        "activity": activity_document(analysis.activity, analysis.cleaned),
        "features": [
            {
                "type": "Feature",
                "geometry": None if line is None else _build_geometry(line, simplify_m),
                "properties": line_segment_to_dict(line_segments, index, analysis),
            }
            for index, line in enumerate(line_segments.lines)
        ],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def _build_geometry(line: RouteLine, simplify_m: float) -> dict[str, Any]:
    """Return the GeoJSON geometry of a line: LineString, or MultiLineString if it crosses the antimeridian (±180°)."""
    lat_deg, lon_deg = line.lat_deg, line.lon_deg
    if simplify_m > 0.0:
        indices = find_simplified_indices(*project_along_path_m(lat_deg, lon_deg), simplify_m)
        lat_deg, lon_deg = lat_deg[indices], lon_deg[indices]
    parts = [
        np.round(part, COORDINATE_DECIMALS).tolist()
        for part in _split_at_antimeridian(lat_deg, np.unwrap(lon_deg, period=360.0))
    ]
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _split_at_antimeridian(lat_deg: FloatArray, lon_deg: FloatArray) -> list[Any]:
    """Cut a line of continuous longitudes at ±180°; each part is ``(m, 2)``: longitudes and latitudes (degrees)."""
    turn = np.floor((lon_deg + 180.0) / 360.0)
    positions = np.column_stack((lon_deg - 360.0 * turn, lat_deg))
    crossings = np.flatnonzero(np.diff(turn) != 0.0)
    if len(crossings) == 0:
        return [positions]
    parts = []
    seam: list[list[float]] = []
    start = 0
    for last in [*crossings.tolist(), len(lon_deg) - 1]:
        part = [*seam, *positions[start : last + 1].tolist()]
        if last + 1 < len(lon_deg):
            meridian = 360.0 * max(turn[last], turn[last + 1]) - 180.0
            share = (meridian - lon_deg[last]) / (lon_deg[last + 1] - lon_deg[last])
            lat = float(lat_deg[last] + share * (lat_deg[last + 1] - lat_deg[last]))
            part.append([float(meridian - 360.0 * turn[last]), lat])
            seam = [[float(meridian - 360.0 * turn[last + 1]), lat]]
        if any(position != part[0] for position in part):
            parts.append(np.array(part))
        start = last + 1
    return parts
