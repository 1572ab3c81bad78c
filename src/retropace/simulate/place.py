"""Simulated places: routes that give the position and altitude of a runner after each distance run."""

from dataclasses import dataclass

import numpy as np

from retropace.core.geodesy import compute_radii_m
from retropace.core.spans import FloatArray, cumulate

TRACK_STRAIGHT_M = 84.39
"""Length in metres of a straight of the standard track (World Athletics, Track and Field Facilities Manual, 2019)."""
TRACK_RADIUS_M = 36.50
"""Radius in metres of the kerb in the bends of the standard track (World Athletics 2019)."""
KERB_OFFSET_M = 0.30
"""Distance in metres from the kerb outward to the line along which lane 1 is measured (World Athletics 2019)."""
LINE_OFFSET_M = 0.20
"""Metres from the inner line of lane 2 or higher outward to the line where it is measured (World Athletics 2019)."""
LANE_WIDTH_M = 1.22
"""Width in metres of a lane of the standard track (World Athletics 2019)."""
LOOP_LENGTH_M = 1700.0
"""Length in metres of one round of the place ``loop``, which is a circle."""
PATH_LENGTH_M = 2500.0
"""Distance in metres from the start of the place ``path`` to its turning point."""
BASE_ALTITUDE_M = 41.0
"""Altitude in metres above sea level of a flat place, and of the foot of the hills of any other place."""


@dataclass(frozen=True, slots=True)
class SimulatedPlace:
    """A place to run: ``track``, ``loop``, ``path`` (out and back) or ``treadmill``, at a latitude and longitude."""

    kind: str
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    hill_height_m: float = 0.0  # height of the hills from foot to top; 0 for a flat place
    hill_spacing_m: float = 900.0  # distance in metres along the route from one hilltop to the next
    lane: int = 1  # number of the lane of a track; 1 is the innermost
    rotation_deg: float = 0.0  # direction of the straights of a track, counterclockwise from east

    def altitude_m(self, distance_m: FloatArray) -> FloatArray:
        """Return the altitude above sea level after each distance, ``(n,)``."""
        wave: FloatArray = 1.0 - np.cos(2.0 * np.pi * distance_m / self.hill_spacing_m)
        return BASE_ALTITUDE_M + self.hill_height_m / 2.0 * wave

    def grade(self, distance_m: float) -> float:
        """Return the grade (metres of rise per metre) after a distance."""
        wavenumber = 2.0 * np.pi / self.hill_spacing_m
        return float(self.hill_height_m / 2.0 * wavenumber * np.sin(wavenumber * distance_m))

    def positions(self, distance_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return metres east and north of the place's coordinates after each distance; NaN on a treadmill."""
        if self.kind == "track":
            return _track_positions(distance_m, self.lane, np.radians(self.rotation_deg))
        if self.kind == "path":
            return _path_positions(distance_m)
        if self.kind == "loop":
            angle, radius_m = 2.0 * np.pi * distance_m / LOOP_LENGTH_M, LOOP_LENGTH_M / (2.0 * np.pi)
            return radius_m * np.sin(angle), radius_m * (1.0 - np.cos(angle))
        missing = np.full(len(distance_m), np.nan)
        return missing, missing

    def degrees(self, east_m: FloatArray, north_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Convert metres east and north of the place's coordinates to latitude and longitude (WGS 84 tangent plane)."""
        meridian_m, normal_m = compute_radii_m(np.radians(self.lat_deg))
        lat = self.lat_deg + np.degrees(north_m / meridian_m)
        return lat, self.lon_deg + np.degrees(east_m / (normal_m * np.cos(np.radians(self.lat_deg))))


def _track_positions(distance_m: FloatArray, lane: int, rotation_rad: float) -> tuple[FloatArray, FloatArray]:
    """Return the positions after each distance in a lane, counterclockwise from the start of a straight."""
    radius = TRACK_RADIUS_M + (KERB_OFFSET_M if lane == 1 else (lane - 1) * LANE_WIDTH_M + LINE_OFFSET_M)
    bend = np.pi * radius
    lap = 2.0 * (TRACK_STRAIGHT_M + bend)
    lap_position = distance_m % lap
    is_second_half = lap_position >= lap / 2.0
    half_position = np.where(is_second_half, lap_position - lap / 2.0, lap_position)
    angle = np.clip((half_position - TRACK_STRAIGHT_M) / radius, 0.0, np.pi)
    along = np.minimum(half_position, TRACK_STRAIGHT_M)
    x = along - TRACK_STRAIGHT_M / 2.0 + radius * np.sin(angle)
    y = -radius * np.cos(angle)
    x, y = np.where(is_second_half, -x, x), np.where(is_second_half, -y, y)
    cos, sin = np.cos(rotation_rad), np.sin(rotation_rad)
    return cos * x - sin * y, sin * x + cos * y


def _path_positions(distance_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the positions after each distance along a gently winding path, out to its turning point and back."""
    phase = distance_m % (2.0 * PATH_LENGTH_M)
    along = np.where(phase <= PATH_LENGTH_M, phase, 2.0 * PATH_LENGTH_M - phase)
    fine = np.arange(0.0, PATH_LENGTH_M + 1.0)
    heading = 0.4 + 0.5 * np.sin(fine / 240.0) + 0.25 * np.sin(fine / 77.0)
    east, north = cumulate(np.cos(heading[:-1])), cumulate(np.sin(heading[:-1]))
    return np.interp(along, fine, east), np.interp(along, fine, north)


def draw_place(rng: np.random.Generator) -> SimulatedPlace:
    """Draw a track, loop, path or treadmill near Berlin; some loops and paths have hills."""
    kind = str(rng.choice(["track", "loop", "path", "treadmill"], p=[0.3, 0.25, 0.35, 0.1]))
    hill_m = float(rng.uniform(4.0, 15.0)) if kind in ("loop", "path") and rng.random() < 0.3 else 0.0
    spacing_m = float(rng.uniform(600.0, 1200.0))
    return SimulatedPlace(kind, 52.5 + float(rng.normal(0.0, 0.1)), 13.3, hill_m, spacing_m)
