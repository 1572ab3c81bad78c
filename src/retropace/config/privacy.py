"""Privacy filter: hides positions, but no distances or times, from every chart and export."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import RetropaceError
from retropace.core.geodesy import FLATTENING, SEMI_MAJOR_M, project_to_tangent_plane_m
from retropace.core.spans import FloatArray
from retropace.core.units import parse_distance_m


@dataclass(frozen=True, slots=True)
class PrivacyZone:
    """A place whose positions are hidden: a circle on the ground."""

    lat_deg: float
    lon_deg: float
    radius_m: float

    def contains(self, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
        """Return for each position whether it lies in the zone, shape ``(n,)``; False for a missing position."""
        offset = _geocentric_m(lat_deg, lon_deg) - _geocentric_m(self.lat_deg, self.lon_deg)[:, None]
        is_inside: NDArray[np.bool_] = np.sqrt(np.sum(offset**2, axis=0)) <= self.radius_m
        return is_inside

    def intersects_lines(self, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
        """Return whether lines between adjacent positions, over ground or on a map, enter the zone, ``(n - 1,)``."""
        on_ground, on_map = self._project_on_ground_m(lat_deg, lon_deg), self._project_on_map_m(lat_deg, lon_deg)
        return self._passes_within(*on_ground) | self._passes_within(*on_map)

    def _passes_within(self, east_m: FloatArray, north_m: FloatArray) -> NDArray[np.bool_]:
        """Return for each two adjacent points whether the line between them enters the zone."""
        right_m, up_m = np.diff(east_m), np.diff(north_m)
        length2 = right_m**2 + up_m**2
        scale2 = np.where(length2 > 0.0, length2, 1.0)
        nearest = np.clip(-(east_m[:-1] * right_m + north_m[:-1] * up_m) / scale2, 0.0, 1.0)
        return np.hypot(east_m[:-1] + nearest * right_m, north_m[:-1] + nearest * up_m) <= self.radius_m

    def _project_on_ground_m(self, lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return positions as metres east and north of the centre (orthographic), NaN on the earth's far side."""
        lat, lon = math.radians(self.lat_deg), math.radians(self.lon_deg)
        offset = _geocentric_m(lat_deg, lon_deg) - _geocentric_m(self.lat_deg, self.lon_deg)[:, None]
        outward = np.cos(lon) * offset[0] + np.sin(lon) * offset[1]
        east = np.cos(lon) * offset[1] - np.sin(lon) * offset[0]
        north = np.cos(lat) * offset[2] - np.sin(lat) * outward
        is_far_side = np.cos(lat) * outward + np.sin(lat) * offset[2] < -SEMI_MAJOR_M / 2.0
        return np.where(is_far_side, np.nan, east), np.where(is_far_side, np.nan, north)

    def _project_on_map_m(self, lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return positions as metres east and north of the centre (equirectangular), NaN on the earth's far side."""
        east, north = project_to_tangent_plane_m(lat_deg, lon_deg, self.lat_deg, self.lon_deg)
        is_far_side = np.cos(np.radians(lon_deg - self.lon_deg)) < 0.0
        return np.where(is_far_side, np.nan, east), north


def _geocentric_m(lat_deg: Any, lon_deg: Any) -> NDArray[np.float64]:
    """Convert positions to metres from the earth's centre toward 0° E, 90° E and the north pole, ``(3,)`` or (3, n)."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    axis_ratio2 = (1.0 - FLATTENING) ** 2
    normal_m = SEMI_MAJOR_M / np.sqrt(np.cos(lat) ** 2 + axis_ratio2 * np.sin(lat) ** 2)
    outward_m = normal_m * np.cos(lat)
    return np.stack((outward_m * np.cos(lon), outward_m * np.sin(lon), axis_ratio2 * normal_m * np.sin(lat)))


def parse_privacy_zone(text: str) -> PrivacyZone:
    """Parse latitude, longitude and radius of a zone; raises :class:`RetropaceError` for any other text.

    >>> parse_privacy_zone("48.137,11.575,300m")
    PrivacyZone(lat_deg=48.137, lon_deg=11.575, radius_m=300.0)
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3:
        raise RetropaceError(f'"{text}" is no place: give LAT,LON,RADIUS, for example 48.137,11.575,300m')
    try:
        lat_deg, lon_deg = float(parts[0]), float(parts[1])
    except ValueError:
        raise RetropaceError(f'"{text}" is no place: latitude and longitude are degrees, as 48.137,11.575') from None
    if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
        raise RetropaceError(f'"{text}" is no place on earth: latitude goes to ±90, longitude to ±180')
    radius_m = parse_metres(parts[2])
    if radius_m == 0.0:
        raise RetropaceError(f'"{text}" has no radius and would hide nothing: give one, for example 300m')
    return PrivacyZone(lat_deg, lon_deg, radius_m)


def parse_metres(text: str) -> float:
    """Parse ``300``, ``300m`` or ``0.3km`` to metres; raises :class:`RetropaceError` for anything else."""
    metres = parse_distance_m(f"{text}m" if text.strip()[-1:].isdigit() else text)
    if metres is None or not math.isfinite(metres):
        raise RetropaceError(f'"{text}" is no distance: give metres, for example 300m')
    return metres


@dataclass(frozen=True, slots=True)
class PrivacyFilter:
    """The positions to hide: those in ``zones``, and those in the first and last ``ends_m`` metres of the route."""

    zones: tuple[PrivacyZone, ...] = ()
    ends_m: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.zones) or self.ends_m > 0.0

    def hidden_mask(self, cleaned: CleanedActivity) -> NDArray[np.bool_]:
        """Return which rows of the activity to hide, ``(n,)``: those with a hidden position or a line into a zone."""
        start_s, end_s = self.visible_range_s(cleaned)
        hidden: NDArray[np.bool_] = (cleaned.t_s < start_s) | (cleaned.t_s > end_s)
        known = np.flatnonzero(np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg))
        lat, lon = cleaned.lat_deg[known], cleaned.lon_deg[known]
        for zone in self.zones:
            hidden[known] |= zone.contains(lat, lon)
            is_crossing = zone.intersects_lines(lat, lon)
            hidden[known[1:]] |= is_crossing
            hidden[known[:-1]] |= is_crossing
        return hidden

    def visible_range_s(self, cleaned: CleanedActivity) -> tuple[float, float]:
        """Return the elapsed seconds between which ``ends_m`` hides nothing; infinity and -infinity if it hides all."""
        if not self.ends_m > 0.0:
            return 0.0, cleaned.elapsed_s
        route_m = cleaned.curves["distance_m"]
        start_s = cleaned.time_at_distance_s(self.ends_m)
        if not (math.isfinite(start_s) and route_m[-1] > 2.0 * self.ends_m):
            return math.inf, -math.inf
        return start_s, cleaned.time_at_distance_s(float(route_m[-1]) - self.ends_m)


NO_PRIVACY_FILTER = PrivacyFilter()
"""The filter that hides nothing."""
