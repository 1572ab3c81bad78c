"""Where they do it: a way along which a distance becomes a position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.geodesy import FLATTENING, SEMI_MAJOR_M
from retropace.core.spans import FloatArray

TRACK_STRAIGHT_M, TRACK_RADIUS_M = 84.39, 36.50
"""The standard track: straights of 84.39 m, bends of 36.50 m radius, measured 0.30 m outside the kerb: 400 m
(World Athletics, Track and Field Facilities Manual, 2019)."""
KERB_OFFSET_M, LINE_OFFSET_M, LANE_WIDTH_M = 0.30, 0.20, 1.22
"""Lane 1 is measured 0.30 m from the kerb, the others 0.20 m from the line inside; lanes are 1.22 m wide (ibid.)."""
LOOP_LENGTH_M = 1700.0
"""Once round a park."""


@dataclass(frozen=True, slots=True)
class SimulatedPlace:
    """A place: ``track``, ``loop``, ``path`` (out and back) or ``treadmill``, at a latitude and longitude."""

    kind: str
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    hill_height_m: float = 0.0
    """Height of its hills above their feet."""
    hill_spacing_m: float = 900.0
    """From one top to the next."""
    lane: int = 1
    """Of a track."""
    rotation_deg: float = 0.0
    """By how much the straights of a track are turned, counterclockwise from east."""

    def altitude_m(self, distance_m: FloatArray) -> FloatArray:
        """Metres above sea after each distance."""
        height: FloatArray = 41.0 + self.hill_height_m / 2.0 * (
            1.0 - np.cos(2.0 * np.pi * distance_m / self.hill_spacing_m)
        )
        return height

    def grade(self, distance_m: float) -> float:
        """Rise per metre after a distance."""
        if not self.hill_height_m:
            return 0.0
        turn = 2.0 * np.pi / self.hill_spacing_m
        return float(self.hill_height_m / 2.0 * turn * np.sin(turn * distance_m))

    def positions(self, distance_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Metres east and north of the place after each distance; NaN on a treadmill."""
        if self.kind == "track":
            return _track_positions(distance_m, self.lane, np.radians(self.rotation_deg))
        if self.kind == "path":
            return _path_positions(distance_m)
        if self.kind == "loop":
            turn = 2.0 * np.pi * distance_m / LOOP_LENGTH_M
            return LOOP_LENGTH_M / (2.0 * np.pi) * np.sin(turn), LOOP_LENGTH_M / (2.0 * np.pi) * (1.0 - np.cos(turn))
        missing = np.full(len(distance_m), np.nan)
        return missing, missing

    def degrees(self, east_m: FloatArray, north_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude of metres east and north, on the ellipsoid's tangent."""
        ecc2 = FLATTENING * (2.0 - FLATTENING)
        bend = 1.0 - ecc2 * np.sin(np.radians(self.lat_deg)) ** 2
        meridian, normal = SEMI_MAJOR_M * (1.0 - ecc2) / bend**1.5, SEMI_MAJOR_M / np.sqrt(bend)
        lat = self.lat_deg + np.degrees(north_m / meridian)
        lon = self.lon_deg + np.degrees(east_m / (normal * np.cos(np.radians(self.lat_deg))))
        return lat, lon


def lane_radius_m(lane: int) -> float:
    """The radius of the line along which a lane is measured: 0.30 m from the kerb, 0.20 m from the lines of others."""
    return TRACK_RADIUS_M + (KERB_OFFSET_M if lane == 1 else (lane - 1) * LANE_WIDTH_M + LINE_OFFSET_M)


def _track_positions(distance_m: FloatArray, lane: int, rotation_rad: float) -> tuple[FloatArray, FloatArray]:
    """Round a lane, counterclockwise, from the start of the home straight."""
    radius = lane_radius_m(lane)
    bend = np.pi * radius
    lap = 2.0 * (TRACK_STRAIGHT_M + bend)
    at = distance_m % lap
    second = at >= lap / 2.0
    half = np.where(second, at - lap / 2.0, at)
    turn = np.clip((half - TRACK_STRAIGHT_M) / radius, 0.0, np.pi)
    along = np.minimum(half, TRACK_STRAIGHT_M)
    x = along - TRACK_STRAIGHT_M / 2.0 + radius * np.sin(turn)
    y = -radius * np.cos(turn)
    x, y = np.where(second, -x, x), np.where(second, -y, y)
    cos, sin = np.cos(rotation_rad), np.sin(rotation_rad)
    return cos * x - sin * y, sin * x + cos * y


def _path_positions(distance_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Out along a gently winding path and back after 2.5 km."""
    reach = 2500.0
    phase = distance_m % (2.0 * reach)
    along = np.where(phase <= reach, phase, 2.0 * reach - phase)
    fine = np.arange(0.0, reach + 1.0)
    heading = 0.4 + 0.5 * np.sin(fine / 240.0) + 0.25 * np.sin(fine / 77.0)
    east = np.concatenate(([0.0], np.cumsum(np.cos(heading[:-1]))))
    north = np.concatenate(([0.0], np.cumsum(np.sin(heading[:-1]))))
    return np.interp(along, fine, east), np.interp(along, fine, north)
