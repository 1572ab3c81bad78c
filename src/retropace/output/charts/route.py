"""The route over ground: as lines, broken at pauses, gaps and hidden positions, and projected to a plane."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.geodesy import SEMI_MAJOR_M, project_to_tangent_plane_m
from retropace.core.spans import FloatArray, contains, cumulate, find_owner, midpoints

MAX_JOIN_GAP_S = 60.0
"""Two consecutive positions are joined by a line if they are at most this many seconds apart, as in a tunnel."""
MAX_JOIN_GAP_FACTOR = 5.0
"""Two consecutive positions are joined too if they are at most this multiple of the median interval apart."""
MIN_TOLERANCE_M = 0.3
"""First tolerance in metres that :meth:`Projection.simplify` tries; on any screen less than the width of the line."""


@dataclass(frozen=True, slots=True)
class Route:
    """The ``n`` positions that are not hidden, in order of time, and whether a line joins each to the next."""

    t_s: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    is_joined: NDArray[np.bool_]  # whether a line joins a position to the next, shape ``(n - 1,)``; maybe empty

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True)
class RouteLine:
    """An unbroken line of at least two positions of the route, within one stretch, such as a segment."""

    stretch_index: int
    t_s: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray


def find_shown(cleaned: CleanedActivity, privacy_filter: PrivacyFilter) -> NDArray[np.bool_]:
    """Return whether each row of an activity has a position that is not hidden, shape ``(n,)``."""
    return np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg) & ~privacy_filter.hidden_mask(cleaned)


def extract_route(cleaned: CleanedActivity, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> Route:
    """Return the route of an activity without hidden positions; no line crosses a pause, a gap or what is hidden."""
    is_shown = find_shown(cleaned, privacy_filter)
    is_hidden = np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg) & ~is_shown
    indices = np.flatnonzero(is_shown)
    t_s = cleaned.t_s[indices]
    gaps_s = np.diff(t_s)
    max_gap_s = max(MAX_JOIN_GAP_S, MAX_JOIN_GAP_FACTOR * float(np.median(gaps_s))) if len(gaps_s) else MAX_JOIN_GAP_S
    hidden_before = np.cumsum(is_hidden)[indices]
    is_joined = (gaps_s <= max_gap_s) & (np.diff(hidden_before) == 0)
    is_joined &= ~contains(cleaned.pauses, midpoints(t_s))
    return Route(t_s, cleaned.lat_deg[indices], cleaned.lon_deg[indices], is_joined)


def split_route(route: Route, edges_s: FloatArray) -> list[RouteLine]:
    """Return the route as unbroken lines, cut at the rising ``edges_s``; both sides share that position."""
    if len(route) < 2:
        return []
    lon_deg = np.unwrap(route.lon_deg, period=360.0)  # the short way across the antimeridian
    cuts = np.setdiff1d(edges_s[(edges_s > route.t_s[0]) & (edges_s < route.t_s[-1])], route.t_s)
    cuts = cuts[route.is_joined[np.searchsorted(route.t_s, cuts) - 1]]
    t_s = np.sort(np.concatenate((route.t_s, cuts)))
    lat_deg, lon_deg = np.interp(t_s, route.t_s, route.lat_deg), np.interp(t_s, route.t_s, lon_deg)
    lon_deg = (lon_deg + 180.0) % 360.0 - 180.0
    middle_s = midpoints(t_s)
    is_step_joined = route.is_joined[np.searchsorted(route.t_s, middle_s) - 1]
    stretch_indices = find_owner(edges_s, middle_s)
    line_keys = np.where(is_step_joined, stretch_indices, -1)
    starts = np.flatnonzero(np.concatenate(([True], np.diff(line_keys) != 0)))
    ends = np.append(starts[1:], len(line_keys))
    return [
        RouteLine(int(line_keys[first]), t_s[first : last + 1], lat_deg[first : last + 1], lon_deg[first : last + 1])
        for first, last in zip(starts.tolist(), ends.tolist(), strict=True)
        if line_keys[first] >= 0
    ]


@dataclass(frozen=True, slots=True)
class Projection:
    """The ``n`` positions of a route on a plane, x to the east and y to the north."""

    x_m: FloatArray  # metres east of the origin, shape ``(n,)``
    y_m: FloatArray  # metres north of the origin, shape ``(n,)``
    origin_x_m: float  # Web Mercator x of the origin; 0 for local metres, which do not reveal where on earth they lie
    origin_y_m: float  # Web Mercator y of the origin; 0 for local metres

    def simplify(
        self, route: Route, max_positions: int, edges_s: FloatArray, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER
    ) -> tuple[Route, Projection]:
        """Return the route and its projection, reduced to about ``max_positions``.

        Ends of unbroken lines and positions around ``edges_s`` stay, and all where a privacy zone would be crossed.
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
    """Return indices of positions whose line is within ``tolerance_m`` of all others (Douglas & Peucker 1973)."""
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
    """Return the route in metres east and north of the centre of its bounding box."""
    if len(route) == 0:
        return Projection(np.empty(0), np.empty(0), 0.0, 0.0)
    lon_deg = np.unwrap(route.lon_deg, period=360.0)
    centre = (float(np.ptp(column) / 2.0 + np.min(column)) for column in (route.lat_deg, lon_deg))
    east, north = project_to_tangent_plane_m(route.lat_deg, route.lon_deg, *centre)
    return Projection(east, north, 0.0, 0.0)


def project_mercator(route: Route) -> Projection:
    """Return the route in Web Mercator (EPSG 3857), with its mean position as origin so that float32 suffices."""
    if len(route) == 0:
        return Projection(np.empty(0), np.empty(0), 0.0, 0.0)
    x_m = SEMI_MAJOR_M * np.radians(np.unwrap(route.lon_deg, period=360.0))
    y_m = SEMI_MAJOR_M * np.arctanh(np.sin(np.radians(np.clip(route.lat_deg, -85.0, 85.0))))
    origin = (float(np.mean(x_m)), float(np.mean(y_m)))
    return Projection(x_m - origin[0], y_m - origin[1], *origin)
