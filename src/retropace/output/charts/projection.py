"""The route projected to a plane: local metres, or Web Mercator where map tiles are drawn below it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.geodesy import SEMI_MAJOR_M, project_to_tangent_plane_m
from retropace.core.spans import FloatArray, cumulate
from retropace.output.charts.route import Route

MIN_TOLERANCE_M = 0.3
"""First tolerance in metres that :meth:`Projection.simplify` tries; on any screen less than the width of the line."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The ``n`` positions of a route on a plane, x to the east and y to the north."""

    x_m: FloatArray
    """Metres east of the origin, shape ``(n,)``."""
    y_m: FloatArray
    """Metres north of the origin, shape ``(n,)``."""
    origin_x_m: float
    """The Web Mercator x of the origin; 0 for local metres, which do not reveal where on earth they lie."""
    origin_y_m: float
    """The Web Mercator y of the origin; 0 for local metres."""

    def simplify(
        self, route: Route, max_positions: int, edges_s: FloatArray, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER
    ) -> tuple[Route, Projection]:
        """The route and its projection, reduced to about ``max_positions``.

        The tolerance of :func:`find_simplified_indices` doubles until few enough remain. The ends of unbroken lines
        stay, and so do the positions around each segment edge in ``edges_s``, because speed changes there. Where a
        simplified line would cross a privacy zone, all positions between its ends stay.
        """
        if len(route) <= max_positions:
            return route, self
        cuts = np.union1d(np.flatnonzero(~route.is_joined) + 1, np.searchsorted(route.t_s, edges_s))
        pieces = np.split(np.arange(len(route)), cuts[(cuts > 0) & (cuts < len(route))])
        tolerance_m = MIN_TOLERANCE_M
        while True:
            indices = np.concatenate(
                [piece[find_simplified_indices(self.x_m[piece], self.y_m[piece], tolerance_m)] for piece in pieces]
            )
            if len(indices) <= max(max_positions, 2 * len(pieces)):
                break
            tolerance_m *= 2.0
        indices = _keep_detours(route, indices, privacy_filter)
        is_joined = np.diff(cumulate((~route.is_joined).astype(np.float64))[indices]) == 0.0
        simplified = Route(route.t_s[indices], route.lat_deg[indices], route.lon_deg[indices], is_joined)
        return simplified, replace(self, x_m=self.x_m[indices], y_m=self.y_m[indices])


def find_simplified_indices(x_m: FloatArray, y_m: FloatArray, tolerance_m: float) -> NDArray[np.intp]:
    """The rising indices of the positions of a line that simplification keeps, its ends among them.

    No other position lies further than ``tolerance_m`` from the simplified line (Douglas & Peucker 1973).
    """
    from shapely import LineString

    if len(x_m) < 3:
        return np.arange(len(x_m))
    # The z coordinate carries each position's index through the simplification.
    line = LineString(np.column_stack((x_m, y_m, np.arange(len(x_m)))))
    return np.array(line.simplify(tolerance_m, preserve_topology=False).coords)[:, 2].astype(np.intp)


def _keep_detours(route: Route, indices: NDArray[np.intp], privacy_filter: PrivacyFilter) -> NDArray[np.intp]:
    """Add to ``indices`` all positions between each two of them whose joining line crosses a privacy zone."""
    for zone in privacy_filter.zones:
        crossing = np.flatnonzero(zone.intersects_lines(route.lat_deg[indices], route.lon_deg[indices]))
        detours = [np.arange(indices[start], indices[start + 1]) for start in crossing.tolist()]
        indices = np.unique(np.concatenate((indices, *detours)))
    return indices


def project_locally(route: Route) -> Projection:
    """The route in metres east and north of the centre of its bounding box."""
    if len(route) == 0:
        return Projection(np.empty(0), np.empty(0), 0.0, 0.0)
    lon_deg = np.unwrap(route.lon_deg, period=360.0)
    centre = (float(np.ptp(column) / 2.0 + np.min(column)) for column in (route.lat_deg, lon_deg))
    east, north = project_to_tangent_plane_m(route.lat_deg, route.lon_deg, *centre)
    return Projection(east, north, 0.0, 0.0)


def project_mercator(route: Route) -> Projection:
    """The route in Web Mercator (EPSG 3857), with its mean position as origin so that float32 is precise enough."""
    if len(route) == 0:
        return Projection(np.empty(0), np.empty(0), 0.0, 0.0)
    x_m = SEMI_MAJOR_M * np.radians(np.unwrap(route.lon_deg, period=360.0))
    y_m = SEMI_MAJOR_M * np.arctanh(np.sin(np.radians(np.clip(route.lat_deg, -85.0, 85.0))))
    origin = (float(np.mean(x_m)), float(np.mean(y_m)))
    return Projection(x_m - origin[0], y_m - origin[1], *origin)
