"""The route over ground as lines, broken at pauses, recording gaps and hidden positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, contains, find_owner, midpoints

MAX_JOIN_GAP_S = 60.0
"""Two consecutive positions are joined by a line if they are at most this many seconds apart, as in a tunnel."""
MAX_JOIN_GAP_FACTOR = 5.0
"""Where the median interval between positions is long, positions up to this multiple of it apart are joined too."""


@dataclass(frozen=True, slots=True)
class Route:
    """The ``n`` positions that are not hidden, in order of time, and whether a line joins each to the next."""

    t_s: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    is_joined: NDArray[np.bool_]
    """Whether a line joins a position to the next, shape ``(n - 1,)``, empty without positions."""

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
    """Whether each row of an activity has a position that is not hidden, shape ``(n,)``."""
    return np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg) & ~privacy_filter.hidden_mask(cleaned)


def extract_route(cleaned: CleanedActivity, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> Route:
    """The route of an activity without hidden positions; no line crosses a pause, a recording gap or what is hidden."""
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
    """The route as unbroken lines, which also end at the rising edges ``edges_s`` of stretches.

    The lines before and after an edge share the position there, interpolated if none was recorded.
    """
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
