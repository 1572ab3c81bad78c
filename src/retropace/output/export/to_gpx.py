"""Export to GPX 1.1 with Garmin's TrackPointExtension: one ``trk``, one ``trkseg`` per line segment.

The session is a single ``trk``, because readers treat each ``trk`` as a session of its own. GPX has no name for a
``trkseg``, so its label is a ``stretch`` element among its extensions, in a namespace that other readers skip. The
label of a line segment without positions is among the extensions of the ``trk``.
"""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import gpxpy.gpx
import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import RetropaceError
from retropace.core.gpx_builder import build_point, build_track
from retropace.core.sanitize import strip_control_chars
from retropace.output.charts.route import RouteLine
from retropace.output.export.line_segments import LineSegments, line_segment_to_dict
from retropace.output.export.sample_rows import compute_recorded_cadence_rpm

RETROPACE_NAMESPACE = "urn:retropace:analysis:1"
"""The XML namespace of ``stretch`` elements, which hold the labels in an exported GPX file."""


def format_gpx(analysis: Analysis, line_segments: LineSegments, rows: CleanedActivity) -> str:
    """Return the GPX document of the line segments; raises :class:`RetropaceError` if none has a visible position."""
    activity = analysis.activity
    if not line_segments.has_lines:
        raise RetropaceError(
            "there are no positions to show, and GPX holds nothing else: export to fit, csv or json",
            path=activity.source.path,
        )
    name, sport = strip_control_chars(activity.name), strip_control_chars(activity.sport).replace("_", " ")
    document, track = build_track("retropace", name, sport)
    document.nsmap["retropace"] = RETROPACE_NAMESPACE
    heart_rate_bpm = analysis.cleaned.time_axis.align(activity.samples.heart_rate_bpm)
    sensors = {"hr": heart_rate_bpm, "cad": compute_recorded_cadence_rpm(analysis)}
    for index, line in enumerate(line_segments.lines):
        values = line_segment_to_dict(line_segments, index, analysis)
        attributes = {name: str(value) for name, value in values.items() if value is not None}
        label = ElementTree.Element(f"{{{RETROPACE_NAMESPACE}}}stretch", attributes)
        if line is None:
            track.extensions.append(label)
            continue
        segment = gpxpy.gpx.GPXTrackSegment(_build_points(analysis, line, rows, sensors))
        segment.extensions.append(label)
        track.segments.append(segment)
    return str(document.to_xml(prettyprint=True)) + "\n"


def _build_points(
    analysis: Analysis, line: RouteLine, rows: CleanedActivity, sensors: dict[str, Any]
) -> list[gpxpy.gpx.GPXTrackPoint]:
    """Return the points of a line; ``sensors`` are columns with a value for each record."""
    start, records_s = analysis.cleaned.start_time, analysis.cleaned.time_axis.t_s
    points = []
    for t_s, lat_deg, lon_deg in zip(line.t_s.tolist(), line.lat_deg.tolist(), line.lon_deg.tolist(), strict=True):
        record = int(np.searchsorted(records_s, t_s))
        is_record = record < len(records_s) and records_s[record] == t_s
        values = {name: float(column[record]) if is_record else np.nan for name, column in sensors.items()}
        altitude_m = float(rows.altitude_m[np.searchsorted(rows.t_s, t_s)])
        time = None if start is None else start + timedelta(milliseconds=round(1000.0 * t_s))
        known = {name: round(value) for name, value in values.items() if np.isfinite(value)}
        points.append(build_point(lat_deg, lon_deg, altitude_m, time, known))
    return points
