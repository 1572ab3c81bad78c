"""Writing of an activity as a GPX file with heart rate and cadence."""

from __future__ import annotations

from datetime import timedelta

import gpxpy.gpx
import numpy as np

from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.core.gpx_builder import build_point, build_track
from retropace.core.spans import contains, midpoints


def gpx_text(activity: Activity) -> str:
    """Return the GPX document: a track in which each pause starts a new segment, without records that lack a position.

    Raises :class:`RetropaceError` if the activity has no start time.
    """
    if activity.start_time is None:
        raise RetropaceError("an activity without a start time cannot be written as GPX")
    samples = activity.samples
    document, track = build_track("retropace simulator", activity.name, activity.sport)
    resumed = np.flatnonzero(contains(activity.pauses, midpoints(samples.t_s))) + 1
    for rows in np.split(np.arange(len(samples)), resumed):
        points = []
        for row in rows[np.isfinite(samples.lat_deg[rows])].tolist():
            lat_deg, lon_deg = float(samples.lat_deg[row]), float(samples.lon_deg[row])
            time = activity.start_time + timedelta(seconds=float(samples.t_s[row]))
            sensors = {"hr": samples.heart_rate_bpm[row], "cad": samples.cadence_recorded[row]}
            known = {name: int(value) for name, value in sensors.items() if np.isfinite(value)}
            points.append(build_point(lat_deg, lon_deg, float(samples.altitude_m[row]), time, known))
        if points:
            track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    return str(document.to_xml(prettyprint=False))
