"""The way on a flat map: metres around its middle, or Web Mercator where tiles lie below."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.core.geodesy import SEMI_MAJOR_M, tangent_m
from retropace.core.spans import Column
from retropace.output.charts.route import Way

FINEST_M = 0.3
"""How far the way may be off at first when it is thinned: less than the width of its line on any screen."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where the ``n`` positions of a way lie on a plane, east to the right and north up, from an origin."""

    x_m: Column
    y_m: Column
    origin_x_m: float
    origin_y_m: float
    """0, 0 where the plane is to say nothing of where on earth it lies."""

    def thinned(self, way: Way, most: int, edges_s: Column, hiding: Hiding = NOTHING_HIDDEN) -> tuple[Way, Plane]:
        """The way and its plane with about ``most`` positions, the ends of its unbroken pieces among them.

        Douglas & Peucker (1973): what is left out lies next to what stays, by the tolerance found to be enough. The
        positions before and after each of ``edges_s`` stay: pace changes there, and a straight line would not show it.
        Where a shorter way would lead through what is hidden, all positions around it stay.
        """
        if len(way) <= most:
            return way, self
        from shapely import LineString

        cuts = np.union1d(np.flatnonzero(~way.joined) + 1, np.searchsorted(way.t_s, edges_s))
        pieces = np.split(np.arange(len(way)), cuts[(cuts > 0) & (cuts < len(way))])
        tolerance_m = FINEST_M
        while True:
            kept = []
            for piece in pieces:
                if len(piece) < 3:
                    kept.append(piece)
                    continue
                # The number of each position goes along as its height.
                line = LineString(np.column_stack((self.x_m[piece], self.y_m[piece], piece)))
                kept.append(np.array(line.simplify(tolerance_m, preserve_topology=False).coords)[:, 2].astype(np.intp))
            rows = np.concatenate(kept)
            if len(rows) <= max(most, 2 * len(pieces)):
                break
            tolerance_m *= 2.0
        rows = _led_around(way, rows, hiding)
        breaks_before = np.concatenate(([0], np.cumsum(~way.joined)))
        fewer = Way(way.t_s[rows], way.lat_deg[rows], way.lon_deg[rows], np.diff(breaks_before[rows]) == 0)
        return fewer, replace(self, x_m=self.x_m[rows], y_m=self.y_m[rows])


def _led_around(way: Way, rows: NDArray[np.intp], hiding: Hiding) -> NDArray[np.intp]:
    """The rows of a way, and those between two of them whose line would cross a hidden place."""
    lat_deg, lon_deg = way.lat_deg[rows], way.lon_deg[rows]
    for place in hiding.places:
        crossed = np.flatnonzero(place.crossed(lat_deg, lon_deg))
        between = [np.arange(rows[at], rows[at + 1]) for at in crossed.tolist()]
        rows = np.unique(np.concatenate((rows, *between)))
        lat_deg, lon_deg = way.lat_deg[rows], way.lon_deg[rows]
    return rows


def local_plane(way: Way) -> Plane:
    """Metres east and north of the middle of the way."""
    if len(way) == 0:
        return Plane(np.empty(0), np.empty(0), 0.0, 0.0)
    lon_deg = np.unwrap(way.lon_deg, period=360.0)
    middle = (float(np.ptp(way.lat_deg) / 2.0 + np.min(way.lat_deg)), float(np.ptp(lon_deg) / 2.0 + np.min(lon_deg)))
    east, north = tangent_m(way.lat_deg, way.lon_deg, *middle)
    return Plane(east, north, 0.0, 0.0)


def mercator_plane(way: Way) -> Plane:
    """Web Mercator (EPSG 3857), its origin in the middle of the way so that float32 is exact enough."""
    if len(way) == 0:
        return Plane(np.empty(0), np.empty(0), 0.0, 0.0)
    x_m = SEMI_MAJOR_M * np.radians(np.unwrap(way.lon_deg, period=360.0))
    y_m = SEMI_MAJOR_M * np.arctanh(np.sin(np.radians(np.clip(way.lat_deg, -85.0, 85.0))))
    origin = (float(np.mean(x_m)), float(np.mean(y_m)))
    return Plane(x_m - origin[0], y_m - origin[1], *origin)
