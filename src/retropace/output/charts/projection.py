"""The way on a flat map: metres around its middle, or Web Mercator where tiles lie below."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.geodesy import SEMI_MAJOR_M, project_to_tangent_plane_m
from retropace.core.spans import FloatArray
from retropace.output.charts.route import Route

MIN_TOLERANCE_M = 0.3
"""How far the way may be off at first when it is thinned: less than the width of its line on any screen."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Where the ``n`` positions of a way lie on a plane, east to the right and north up, from an origin."""

    x_m: FloatArray
    y_m: FloatArray
    origin_x_m: float
    origin_y_m: float
    """0, 0 where the plane is to say nothing of where on earth it lies."""

    def simplify(
        self, route: Route, max_positions: int, edges_s: FloatArray, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER
    ) -> tuple[Route, Projection]:
        """The way and its plane with about ``most`` positions, the ends of its unbroken pieces among them.

        Douglas & Peucker (1973): what is left out lies next to what stays, by the tolerance found to be enough. The
        positions before and after each of ``edges_s`` stay: pace changes there, and a straight line would not show it.
        Where a shorter way would lead through what is hidden, all positions around it stay.
        """
        if len(route) <= max_positions:
            return route, self
        from shapely import LineString

        cuts = np.union1d(np.flatnonzero(~route.is_joined) + 1, np.searchsorted(route.t_s, edges_s))
        pieces = np.split(np.arange(len(route)), cuts[(cuts > 0) & (cuts < len(route))])
        tolerance_m = MIN_TOLERANCE_M
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
            if len(rows) <= max(max_positions, 2 * len(pieces)):
                break
            tolerance_m *= 2.0
        rows = _keep_detours(route, rows, privacy_filter)
        breaks_before = np.concatenate(([0], np.cumsum(~route.is_joined)))
        fewer = Route(route.t_s[rows], route.lat_deg[rows], route.lon_deg[rows], np.diff(breaks_before[rows]) == 0)
        return fewer, replace(self, x_m=self.x_m[rows], y_m=self.y_m[rows])


def _keep_detours(route: Route, indices: NDArray[np.intp], privacy_filter: PrivacyFilter) -> NDArray[np.intp]:
    """The rows of a way, and those between two of them whose line would cross a hidden place."""
    lat_deg, lon_deg = route.lat_deg[indices], route.lon_deg[indices]
    for place in privacy_filter.zones:
        crossed = np.flatnonzero(place.intersects_lines(lat_deg, lon_deg))
        between = [np.arange(indices[at], indices[at + 1]) for at in crossed.tolist()]
        indices = np.unique(np.concatenate((indices, *between)))
        lat_deg, lon_deg = route.lat_deg[indices], route.lon_deg[indices]
    return indices


def project_locally(route: Route) -> Projection:
    """Metres east and north of the middle of the way."""
    if len(route) == 0:
        return Projection(np.empty(0), np.empty(0), 0.0, 0.0)
    lon_deg = np.unwrap(route.lon_deg, period=360.0)
    middle = (
        float(np.ptp(route.lat_deg) / 2.0 + np.min(route.lat_deg)),
        float(np.ptp(lon_deg) / 2.0 + np.min(lon_deg)),
    )
    east, north = project_to_tangent_plane_m(route.lat_deg, route.lon_deg, *middle)
    return Projection(east, north, 0.0, 0.0)


def project_mercator(route: Route) -> Projection:
    """Web Mercator (EPSG 3857), its origin in the middle of the way so that float32 is exact enough."""
    if len(route) == 0:
        return Projection(np.empty(0), np.empty(0), 0.0, 0.0)
    x_m = SEMI_MAJOR_M * np.radians(np.unwrap(route.lon_deg, period=360.0))
    y_m = SEMI_MAJOR_M * np.arctanh(np.sin(np.radians(np.clip(route.lat_deg, -85.0, 85.0))))
    origin = (float(np.mean(x_m)), float(np.mean(y_m)))
    return Projection(x_m - origin[0], y_m - origin[1], *origin)
