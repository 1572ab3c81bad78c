"""Writing of an activity as a GPX 1.1 file with Garmin's TrackPointExtension, by the library gpxpy."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import numpy as np

from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.core.spans import contains, midpoints

NAMESPACE = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
"""XML namespace of the extension by Garmin that adds heart rate and cadence to a point of a GPX file."""


def gpx_text(activity: Activity) -> str:
    """Return the GPX document: a track in which each pause starts a new segment.

    Records without a position are left out.

    Raises :class:`RetropaceError` if the activity has no start time.
    """
    import gpxpy.gpx

    if activity.start_time is None:
        raise RetropaceError("an activity without a start time cannot be written as GPX")
    samples = activity.samples
    document = gpxpy.gpx.GPX()
    document.creator = "retropace simulator"
    document.nsmap["gpxtpx"] = NAMESPACE
    track = gpxpy.gpx.GPXTrack(name=activity.name)
    track.type = activity.sport  # type: ignore[assignment]  # gpxpy declares it as None only
    document.tracks.append(track)
    segment = gpxpy.gpx.GPXTrackSegment()
    is_after_pause = np.concatenate(([False], contains(activity.pauses, midpoints(samples.t_s))))
    for row in range(len(samples)):
        if is_after_pause[row] and segment.points:
            track.segments.append(segment)
            segment = gpxpy.gpx.GPXTrackSegment()
        if not np.isfinite(samples.lat_deg[row]):
            continue
        point = gpxpy.gpx.GPXTrackPoint(
            latitude=round(float(samples.lat_deg[row]), 7),
            longitude=round(float(samples.lon_deg[row]), 7),
            elevation=round(float(samples.altitude_m[row]), 1),
            time=activity.start_time + timedelta(seconds=float(samples.t_s[row])),
        )
        extension = ElementTree.Element(f"{{{NAMESPACE}}}TrackPointExtension")
        for name, column in (("hr", samples.heart_rate_bpm), ("cad", samples.cadence_recorded)):
            if np.isfinite(column[row]):
                ElementTree.SubElement(extension, f"{{{NAMESPACE}}}{name}").text = str(int(column[row]))
        point.extensions.append(extension)
        segment.points.append(point)
    track.segments.append(segment)
    return str(document.to_xml(prettyprint=False))
