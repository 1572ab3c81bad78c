"""GPX 1.1 tracks with Garmin's TrackPointExtension, built by gpxpy, for exports and simulated recordings."""

from collections.abc import Mapping
from datetime import datetime
from xml.etree import ElementTree

import gpxpy.gpx
import numpy as np

from retropace.core.geodesy import COORDINATE_DECIMALS

GARMIN_NAMESPACE = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
"""XML namespace of Garmin's TrackPointExtension, which holds heart rate and cadence."""


def build_track(creator: str, name: str, sport: str) -> tuple[gpxpy.gpx.GPX, gpxpy.gpx.GPXTrack]:
    """Return a GPX document and its only track, which has no points yet; an empty name or sport is left out."""
    document = gpxpy.gpx.GPX()
    document.creator = creator
    document.nsmap["gpxtpx"] = GARMIN_NAMESPACE
    track = gpxpy.gpx.GPXTrack(name=name or None)
    track.type = sport or None  # type: ignore[assignment]  # gpxpy declares it as None only
    document.tracks.append(track)
    return document, track


def build_point(
    lat_deg: float, lon_deg: float, altitude_m: float, time: datetime | None, sensors: Mapping[str, int]
) -> gpxpy.gpx.GPXTrackPoint:
    """Return a point without an altitude of NaN; ``sensors`` are the values of Garmin's extension, such as ``hr``."""
    point = gpxpy.gpx.GPXTrackPoint(
        latitude=round(lat_deg, COORDINATE_DECIMALS),
        longitude=round(lon_deg, COORDINATE_DECIMALS),
        elevation=round(altitude_m, 2) if np.isfinite(altitude_m) else None,
        time=time,
    )
    if sensors:
        extension = ElementTree.Element(f"{{{GARMIN_NAMESPACE}}}TrackPointExtension")
        for name, value in sensors.items():
            ElementTree.SubElement(extension, f"{{{GARMIN_NAMESPACE}}}{name}").text = str(value)
        point.extensions.append(extension)
    return point
