"""Distances between nearby positions on the WGS 84 ellipsoid, and projections to metres east and north."""

import numpy as np

from retropace.core.spans import FloatArray, cumulate, midpoints

SEMI_MAJOR_M = 6_378_137.0
"""Equatorial radius of the WGS 84 ellipsoid (NIMA TR8350.2, 2000)."""
FLATTENING = 1.0 / 298.257_223_563
"""Flattening of the WGS 84 ellipsoid (NIMA TR8350.2, 2000)."""
MAX_DEGREE_LENGTH_M = 111_700.0
"""Upper bound in metres of the length of a degree of latitude or longitude: 111 694 m at the poles."""
COORDINATE_DECIMALS = 7
"""Decimals of coordinates in degrees that are written to files, a resolution of about a centimetre."""
_ECCENTRICITY_SQUARED = FLATTENING * (2.0 - FLATTENING)
"""Square of the first eccentricity of the WGS 84 ellipsoid."""


def compute_offsets_m(lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return metres east and north from each position to the next, ``(n - 1,)`` each; NaN if one of the two is missing.

    The two radii of curvature at the mean latitude (Rapp, Geometric Geodesy I, 1991) agree with the geodesic to
    nanometres over the metres between records; a sphere would be off by up to 0.67 %.
    """
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    mid = midpoints(lat)
    meridian_m, normal_m = compute_radii_m(mid)
    turn = (np.diff(lon) + np.pi) % (2.0 * np.pi) - np.pi  # the short way across the date line
    return normal_m * np.cos(mid) * turn, meridian_m * np.diff(lat)


def compute_radii_m(lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the meridian and the prime-vertical radius of curvature, in metres, at latitudes in radians."""
    curvature = 1.0 - _ECCENTRICITY_SQUARED * np.sin(lat) ** 2
    return SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / curvature**1.5, SEMI_MAJOR_M / np.sqrt(curvature)


def compute_distances_m(lat_deg: FloatArray, lon_deg: FloatArray) -> FloatArray:
    """Return metres from each position to the next, shape ``(n - 1,)``; NaN if one of the two is missing."""
    return np.hypot(*compute_offsets_m(lat_deg, lon_deg))


def project_along_path_m(lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return positions as metres east and north of the first known one, by adding up the exact offsets."""
    east, north = np.full(len(lat_deg), np.nan), np.full(len(lat_deg), np.nan)
    known = np.flatnonzero(np.isfinite(lat_deg) & np.isfinite(lon_deg))
    if len(known):
        east[known], north[known] = map(cumulate, compute_offsets_m(lat_deg[known], lon_deg[known]))
    return east, north


def project_to_tangent_plane_m(
    lat_deg: FloatArray, lon_deg: FloatArray, origin_lat_deg: float, origin_lon_deg: float
) -> tuple[FloatArray, FloatArray]:
    """Return the positions as metres east and north of an origin, ``(n,)`` each; accurate for some kilometres."""
    lat = np.radians(origin_lat_deg)
    meridian_m, normal_m = compute_radii_m(lat)
    turn = (np.radians(lon_deg - origin_lon_deg) + np.pi) % (2.0 * np.pi) - np.pi
    east: FloatArray = normal_m * np.cos(lat) * turn
    north: FloatArray = meridian_m * np.radians(lat_deg - origin_lat_deg)
    return east, north
