"""Export to GPX 1.1 with Garmin's TrackPointExtension, through gpxpy: one ``trk``, one ``trkseg`` per line segment.

A line segment is a part of a segment over which the drawn route does not break. The session is a single ``trk``,
because readers treat each ``trk`` as a session of its own. GPX has no name for a ``trkseg``, so its label is a
``stretch`` element among its extensions, in a namespace that other readers skip. The label of a line segment without
positions is among the extensions of the ``trk``. Together, the ``stretch`` elements of a document cover the session
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars
from retropace.core.spans import FloatArray
from retropace.output.charts.route import RouteLine
from retropace.output.export.line_segments import LineSegments, line_segment_to_dict
from retropace.output.export.recorded_columns import compute_recorded_cadence_rpm, look_up_at_records
from retropace.output.export.sample_rows import COORDINATE_DECIMALS, SampleRows

if TYPE_CHECKING:
    import gpxpy.gpx

    from retropace.analysis.pipeline import Analysis

GARMIN_NAMESPACE = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
"""The XML namespace of Garmin's TrackPointExtension, which holds heart rate and cadence."""
RETROPACE_NAMESPACE = "urn:retropace:analysis:1"
"""The XML namespace of the ``stretch`` elements."""


def format_gpx(analysis: Analysis, line_segments: LineSegments, rows: SampleRows) -> str:
    """The GPX document of the line segments, with altitude from ``rows`` and recorded heart rate and one-foot cadence.

    A segment edge between two records is a point of both adjoining line segments, without heart rate and cadence.
    Points have no time if the activity has no start time. Raises :class:`RetropaceError` if no line segment has a
    visible position.
    """
    import gpxpy.gpx

    if not line_segments.has_lines:
        raise RetropaceError(
            "there are no positions to show, and GPX holds nothing else: export to fit, csv or json",
            path=analysis.activity.source.path,
        )
    document = gpxpy.gpx.GPX()
    document.creator = "retropace"
    document.nsmap["gpxtpx"] = GARMIN_NAMESPACE
    document.nsmap["retropace"] = RETROPACE_NAMESPACE
    track = gpxpy.gpx.GPXTrack(name=strip_control_chars(analysis.activity.name) or None)
    track.type = strip_control_chars(analysis.activity.sport).replace("_", " ") or None  # type: ignore[assignment]  # gpxpy declares it as None only
    document.tracks.append(track)
    time_axis = analysis.cleaned.time_axis
    heart_rate_bpm = time_axis.align(analysis.activity.samples.heart_rate_bpm)
    rpm = compute_recorded_cadence_rpm(analysis)
    for index, line in enumerate(line_segments.lines):
        label = _build_label_element(line_segment_to_dict(line_segments, index, analysis))
        if line is None:
            track.extensions.append(label)
            continue
        altitude_m = rows.altitude_m[np.searchsorted(rows.t_s, line.t_s)]
        sensors = {
            "hr": look_up_at_records(line.t_s, time_axis, heart_rate_bpm),
            "cad": look_up_at_records(line.t_s, time_axis, rpm),
        }
        segment = gpxpy.gpx.GPXTrackSegment(_build_points(analysis.cleaned.start_time, line, altitude_m, sensors))
        segment.extensions.append(label)
        track.segments.append(segment)
    return str(document.to_xml(prettyprint=True)) + "\n"


def _build_label_element(label: dict[str, Any]) -> ElementTree.Element:
    attributes = {name: str(value) for name, value in label.items() if value is not None}
    return ElementTree.Element(f"{{{RETROPACE_NAMESPACE}}}stretch", attributes)


def _build_points(
    start: datetime | None, line: RouteLine, altitude_m: FloatArray, sensors: Mapping[str, FloatArray]
) -> list[gpxpy.gpx.GPXTrackPoint]:
    import gpxpy.gpx

    points = []
    for index, t_s in enumerate(line.t_s.tolist()):
        point = gpxpy.gpx.GPXTrackPoint(
            latitude=round(float(line.lat_deg[index]), COORDINATE_DECIMALS),
            longitude=round(float(line.lon_deg[index]), COORDINATE_DECIMALS),
            elevation=round(float(altitude_m[index]), 2) if np.isfinite(altitude_m[index]) else None,
            time=None if start is None else start + timedelta(milliseconds=round(1000.0 * t_s)),
        )
        readings = [(name, float(column[index])) for name, column in sensors.items() if np.isfinite(column[index])]
        if readings:
            extension = ElementTree.Element(f"{{{GARMIN_NAMESPACE}}}TrackPointExtension")
            for name, value in readings:
                ElementTree.SubElement(extension, f"{{{GARMIN_NAMESPACE}}}{name}").text = str(round(value))
            point.extensions.append(extension)
        points.append(point)
    return points
