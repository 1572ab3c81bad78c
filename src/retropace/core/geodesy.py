"""Distances between positions on the WGS 84 ellipsoid, good for the metres between two records."""

from __future__ import annotations

import numpy as np

from retropace.core.spans import FloatArray

SEMI_MAJOR_M = 6_378_137.0
"""Equatorial radius of the WGS 84 ellipsoid (NIMA TR8350.2, 2000)."""
FLATTENING = 1.0 / 298.257_223_563
"""Flattening of the WGS 84 ellipsoid (NIMA TR8350.2, 2000)."""
MAX_DEGREE_LENGTH_M = 111_700.0
"""No degree of latitude, or of longitude, is longer on it: 111 694 m at the poles."""
_ECCENTRICITY_SQUARED = FLATTENING * (2.0 - FLATTENING)


def compute_offsets_m(lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Metres east and north from each position to the next, shapes ``(n - 1,)``; NaN where either is missing.

    Uses the ellipsoid's two radii of curvature at the mean latitude (Rapp, Geometric Geodesy I, 1991). Over the
    metres between records this agrees with the geodesic to nanometres; a sphere would be off by up to 0.67 %.
    """
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    mid = (lat[1:] + lat[:-1]) / 2.0
    bend = 1.0 - _ECCENTRICITY_SQUARED * np.sin(mid) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / bend**1.5
    normal_m = SEMI_MAJOR_M / np.sqrt(bend)
    turn = (np.diff(lon) + np.pi) % (2.0 * np.pi) - np.pi  # the short way round across the date line
    return normal_m * np.cos(mid) * turn, meridian_m * np.diff(lat)


def compute_distances_m(lat_deg: FloatArray, lon_deg: FloatArray) -> FloatArray:
    """Metres from each position to the next, shape ``(n - 1,)``; NaN where either is missing."""
    return np.hypot(*compute_offsets_m(lat_deg, lon_deg))


def project_along_path_m(lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The positions as metres east and north of the first known one, following the way point by point.

    Missing positions stay NaN. Step lengths in the plane are those on the ellipsoid.
    """
    east, north = np.full(len(lat_deg), np.nan), np.full(len(lat_deg), np.nan)
    known = np.flatnonzero(np.isfinite(lat_deg) & np.isfinite(lon_deg))
    if len(known) == 0:
        return east, north
    right, up = compute_offsets_m(lat_deg[known], lon_deg[known])
    east[known] = np.concatenate(([0.0], np.cumsum(right)))
    north[known] = np.concatenate(([0.0], np.cumsum(up)))
    return east, north


def project_to_tangent_plane_m(
    lat_deg: FloatArray, lon_deg: FloatArray, origin_lat_deg: float, origin_lon_deg: float
) -> tuple[FloatArray, FloatArray]:
    """Metres east and north of a place, on the plane that touches the ellipsoid there: good for some kilometres."""
    lat = np.radians(origin_lat_deg)
    bend = 1.0 - _ECCENTRICITY_SQUARED * np.sin(lat) ** 2
    meridian_m = SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / bend**1.5
    turn = (np.radians(lon_deg - origin_lon_deg) + np.pi) % (2.0 * np.pi) - np.pi
    east: FloatArray = SEMI_MAJOR_M / np.sqrt(bend) * np.cos(lat) * turn
    north: FloatArray = meridian_m * np.radians(lat_deg - origin_lat_deg)
    return east, north
