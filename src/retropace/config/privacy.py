"""Where nobody else is to look: positions near home, or at both ends of the way, that no picture and no export shows.

Only positions are hidden. Distances, times and everything else of the analysis stay as they are.
"""

from __future__ import annotations

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
    """A circle on the ground."""

    lat_deg: float
    lon_deg: float
    radius_m: float

    def contains(self, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
        """For each position whether it lies within; a missing one does not."""
        offset = _geocentric_m(lat_deg, lon_deg) - _geocentric_m(self.lat_deg, self.lon_deg)[:, None]
        away: NDArray[np.bool_] = np.sqrt(np.sum(offset**2, axis=0)) <= self.radius_m
        return away

    def intersects_lines(self, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
        """For each two neighbouring positions whether the line between them comes within, shape ``(n - 1,)``.

        Straight over ground and straight on a map are two lines, kilometres apart near a pole: either counts.
        """
        return self._passes_within(*self._project_on_ground_m(lat_deg, lon_deg)) | self._passes_within(
            *self._project_on_map_m(lat_deg, lon_deg)
        )

    def _passes_within(self, east: FloatArray, north: FloatArray) -> NDArray[np.bool_]:
        right, up = np.diff(east), np.diff(north)
        length2 = right**2 + up**2
        nearest = np.clip(-(east[:-1] * right + north[:-1] * up) / np.where(length2 > 0.0, length2, 1.0), 0.0, 1.0)
        return np.hypot(east[:-1] + nearest * right, north[:-1] + nearest * up) <= self.radius_m

    def _project_on_ground_m(self, lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Metres east and north of the middle, seen from straight above; NaN on the other side of the earth."""
        lat, lon = math.radians(self.lat_deg), math.radians(self.lon_deg)
        offset = _geocentric_m(lat_deg, lon_deg) - _geocentric_m(self.lat_deg, self.lon_deg)[:, None]
        outward = np.cos(lon) * offset[0] + np.sin(lon) * offset[1]
        east = np.cos(lon) * offset[1] - np.sin(lon) * offset[0]
        north = np.cos(lat) * offset[2] - np.sin(lat) * outward
        beyond = np.cos(lat) * outward + np.sin(lat) * offset[2] < -SEMI_MAJOR_M / 2.0
        return np.where(beyond, np.nan, east), np.where(beyond, np.nan, north)

    def _project_on_map_m(self, lat_deg: FloatArray, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The same where a degree is as long everywhere as in the middle; NaN on the other side of the earth."""
        east, north = project_to_tangent_plane_m(lat_deg, lon_deg, self.lat_deg, self.lon_deg)
        beyond = np.cos(np.radians(lon_deg - self.lon_deg)) < 0.0
        return np.where(beyond, np.nan, east), north


def _geocentric_m(lat_deg: Any, lon_deg: Any) -> NDArray[np.float64]:
    """Metres from the middle of the earth, ``(3,)`` or ``(3, n)``: to longitude 0, to 90° east, to the north pole."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    squeezed = (1.0 - FLATTENING) ** 2
    normal_m = SEMI_MAJOR_M / np.sqrt(np.cos(lat) ** 2 + squeezed * np.sin(lat) ** 2)
    return np.stack(
        (normal_m * np.cos(lat) * np.cos(lon), normal_m * np.cos(lat) * np.sin(lon), squeezed * normal_m * np.sin(lat))
    )


def parse_privacy_zone(text: str) -> PrivacyZone:
    """The place in ``48.137,11.575,300m``, its radius last; raises :class:`RetropaceError` if it is none."""
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
    """Metres from ``300``, ``300m`` or ``0.3km``; raises :class:`RetropaceError` for anything else."""
    metres = parse_distance_m(f"{text}m" if text.strip()[-1:].isdigit() else text)
    if metres is None or not math.isfinite(metres):
        raise RetropaceError(f'"{text}" is no distance: give metres, for example 300m')
    return metres


@dataclass(frozen=True, slots=True)
class PrivacyFilter:
    """What is not to be shown: everything within ``places``, and the first and last ``ends_m`` metres of the way."""

    zones: tuple[PrivacyZone, ...] = ()
    ends_m: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.zones) or self.ends_m > 0.0

    def hidden_mask(self, activity: CleanedActivity) -> NDArray[np.bool_]:
        """For each row of the track whether its position is hidden, shape ``(n,)``.

        Two neighbouring positions whose connecting line would cross a hidden place are both hidden.
        """
        start_s, end_s = self.visible_range_s(activity)
        hidden: NDArray[np.bool_] = (activity.t_s < start_s) | (activity.t_s > end_s)
        known = np.flatnonzero(np.isfinite(activity.lat_deg) & np.isfinite(activity.lon_deg))
        lat, lon = activity.lat_deg[known], activity.lon_deg[known]
        for place in self.zones:
            hidden[known] |= place.contains(lat, lon)
            crossing = place.intersects_lines(lat, lon)
            hidden[known[1:]] |= crossing
            hidden[known[:-1]] |= crossing
        return hidden

    def visible_range_s(self, activity: CleanedActivity) -> tuple[float, float]:
        """From when to when positions are far enough from both ends of the way, in elapsed seconds.

        Where the whole way is shorter than both ends, nothing is: the start lies behind the end.
        """
        if not self.ends_m > 0.0:
            return 0.0, activity.elapsed_s
        way_m = activity.curves["distance_m"]
        start_s = activity.time_at_distance_s(self.ends_m)
        if not (math.isfinite(start_s) and way_m[-1] > 2.0 * self.ends_m):
            return math.inf, -math.inf
        return start_s, activity.time_at_distance_s(float(way_m[-1]) - self.ends_m)


NO_PRIVACY_FILTER = PrivacyFilter()
