"""GPX 1.1 with Garmin's TrackPointExtension, through gpxpy: one track, one segment of it for every piece of a stretch.

One ``trk`` for the session, not one for each stretch: readers, ours too, take a track for a session of its own, and
Strava, Garmin Connect and map programs show a session as one way whatever its ``trkseg``. GPX has no name for a
segment, so that the label stands in an extension of it, in a namespace of our own; readers that do not know it pass it
over. What has no positions cannot be a segment: its label stands in the extensions of the track. Every ``stretch``
element of the document counts once, and together they are the whole session.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

from retropace.cleaning.clock import clean_time_axis
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
RETROPACE_NAMESPACE = "urn:retropace:analysis:1"


def format_gpx(analysis: Analysis, line_segments: LineSegments, rows: SampleRows) -> str:
    """The GPX document of the pieces, altitude as in the rows; heart rate and cadence (of one foot) as recorded.

    Where a stretch ends between two records stands a point at the end of the one and the start of the other, without
    heart rate and cadence, which nobody measured there.
    Raises :class:`RetropaceError` if there is not one line: GPX holds positions or nothing. Without a clock the points
    have no times.
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
    clock = clean_time_axis(analysis.activity.samples.t_s)
    pulse_bpm, rpm = (
        clock.align(analysis.activity.samples.heart_rate_bpm),
        compute_recorded_cadence_rpm(analysis, clock),
    )
    for at, line in enumerate(line_segments.lines):
        label = _build_label_element(line_segment_to_dict(line_segments, at, analysis))
        if line is None:
            track.extensions.append(label)
            continue
        altitude_m = rows.altitude_m[np.searchsorted(rows.t_s, line.t_s)]
        sensors = {
            "hr": look_up_at_records(line.t_s, clock, pulse_bpm),
            "cad": look_up_at_records(line.t_s, clock, rpm),
        }
        segment = gpxpy.gpx.GPXTrackSegment(_build_points(analysis.cleaned.start_time, line, altitude_m, sensors))
        segment.extensions.append(label)
        track.segments.append(segment)
    return str(document.to_xml(prettyprint=True)) + "\n"


def _build_label_element(label: dict[str, Any]) -> ElementTree.Element:
    told = {name: str(value) for name, value in label.items() if value is not None}
    return ElementTree.Element(f"{{{RETROPACE_NAMESPACE}}}stretch", told)


def _build_points(
    start: datetime | None, line: RouteLine, altitude_m: FloatArray, sensors: Mapping[str, FloatArray]
) -> list[gpxpy.gpx.GPXTrackPoint]:
    import gpxpy.gpx

    points = []
    for at, t_s in enumerate(line.t_s.tolist()):
        point = gpxpy.gpx.GPXTrackPoint(
            latitude=round(float(line.lat_deg[at]), COORDINATE_DECIMALS),
            longitude=round(float(line.lon_deg[at]), COORDINATE_DECIMALS),
            elevation=round(float(altitude_m[at]), 2) if np.isfinite(altitude_m[at]) else None,
            time=None if start is None else start + timedelta(milliseconds=round(1000.0 * t_s)),
        )
        told = [(name, float(column[at])) for name, column in sensors.items() if np.isfinite(column[at])]
        if told:
            extension = ElementTree.Element(f"{{{GARMIN_NAMESPACE}}}TrackPointExtension")
            for name, value in told:
                ElementTree.SubElement(extension, f"{{{GARMIN_NAMESPACE}}}{name}").text = str(round(value))
            point.extensions.append(extension)
        points.append(point)
    return points
