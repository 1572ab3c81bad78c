"""Geometry of one lane of a running track: two parallel straights joined by two half circles.

Positions are metres east and north on a plane. The arc position is the distance along the lane, measured
counterclockwise from the start of a straight::

        .------------------.
      (      half_straight   )
     (          |<------->    )   radius_m: that of the bends
      (         centre       )
        '------------------'
        0 --> arc position
"""

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

STANDARD_LAP_M = 400.0
"""Length (m) of a lap in lane 1 of a standard track."""
STANDARD_STRAIGHT_M = 84.39
"""Length (m) of a straight of the standard track (World Athletics, Track and Field Facilities Manual, 2019)."""
STRAIGHT_RANGE_M = (70.0, 105.0)
"""Shortest and longest straight (m) of 400 m tracks in use (World Athletics 2019)."""
KERB_OFFSET_M = 0.30
"""Distance (m) from the kerb outward to the line along which lane 1 is measured (World Athletics 2019)."""
LINE_OFFSET_M = 0.20
"""Distance (m) from the inner line of a lane from 2 to 8 to the line where it is measured (World Athletics 2019)."""
LANE_WIDTH_M = 1.22
"""Width (m) of a lane (World Athletics 2019)."""
LANE_COUNT = 8
"""Number of lanes of a standard track."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The line along which a lane is measured, in metres on a plane."""

    east_m: float  # metres from the plane's origin eastward to the centre of the track
    north_m: float
    angle_rad: float  # direction of the straights in radians, counterclockwise from east
    half_straight_m: float
    radius_m: float

    @property
    def lap_m(self) -> float:
        """Length of a lap."""
        return 4.0 * self.half_straight_m + 2.0 * np.pi * self.radius_m

    def signed_distance_m(self, east_m: FloatArray, north_m: FloatArray) -> FloatArray:
        """Return the metres from the lane to each position, ``(n,)``; negative for positions inside of it."""
        x, y = self._to_lane_axes(east_m, north_m)
        return np.hypot(np.maximum(np.abs(x) - self.half_straight_m, 0.0), y) - self.radius_m

    def arc_position_m(self, east_m: FloatArray, north_m: FloatArray) -> FloatArray:
        """Return the arc position (metres along the lane) of the lane's point nearest to each position, ``(n,)``."""
        x, y = self._to_lane_axes(east_m, north_m)
        straight_m, bend_m = 2.0 * self.half_straight_m, np.pi * self.radius_m
        is_in_bend = np.abs(x) > self.half_straight_m
        angle = np.arctan2(y, np.where(is_in_bend, x - np.sign(x) * self.half_straight_m, 0.0))
        is_right, is_left = is_in_bend & (x > 0.0), is_in_bend & (x < 0.0)
        position_m = np.where(y < 0.0, x + self.half_straight_m, straight_m + bend_m + self.half_straight_m - x)
        position_m = np.where(is_right, straight_m + self.radius_m * (angle + np.pi / 2.0), position_m)
        left_angle = np.where(angle < 0.0, angle + 2.0 * np.pi, angle) - np.pi / 2.0
        return np.where(is_left, 2.0 * straight_m + bend_m + self.radius_m * left_angle, position_m)

    def _to_lane_axes(self, east_m: FloatArray, north_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return each position relative to the centre, in metres along the straights and metres across them."""
        cos, sin = np.cos(self.angle_rad), np.sin(self.angle_rad)
        x, y = east_m - self.east_m, north_m - self.north_m
        return cos * x + sin * y, cos * y - sin * x
