"""The way over ground as lines: joined where the watch recorded on, broken where it did not, or where it is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, contains

MAX_JOIN_GAP_S = 60.0
"""Positions this far apart in time are joined by a line; smart recording leaves 10 s at most, a tunnel a minute."""
MAX_JOIN_GAP_FACTOR = 5.0
"""Where a watch records rarely, up to so many of its usual gaps."""


@dataclass(frozen=True, slots=True)
class Route:
    """The ``n`` positions that may be shown, in order, and whether a line leads from each to the next."""

    t_s: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    is_joined: NDArray[np.bool_]
    """``(n - 1,)``; none at all where there are no positions."""

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A piece of the way without a break, at least two positions, and the number of the stretch that it lies in."""

    stretch_index: int
    t_s: FloatArray
    lat_deg: FloatArray
    lon_deg: FloatArray


def extract_route(track: CleanedActivity, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> Route:
    """The way of a track without what is hidden. No line crosses a pause, a dropout or a hidden place."""
    there = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg)
    hidden = privacy_filter.hidden_mask(track) & there
    rows = np.flatnonzero(there & ~hidden)
    t_s = track.t_s[rows]
    gaps_s = np.diff(t_s)
    furthest_s = max(MAX_JOIN_GAP_S, MAX_JOIN_GAP_FACTOR * float(np.median(gaps_s))) if len(gaps_s) else MAX_JOIN_GAP_S
    hidden_before = np.cumsum(hidden)[rows]
    joined = (gaps_s <= furthest_s) & (np.diff(hidden_before) == 0)
    joined &= ~contains(track.pauses, (t_s[1:] + t_s[:-1]) / 2.0)
    return Route(t_s, track.lat_deg[rows], track.lon_deg[rows], joined)


def split_route(route: Route, edges_s: FloatArray) -> list[RouteLine]:
    """The way cut at the edges of stretches, in order; both sides of a cut share the position there.

    ``edges_s`` are the ``n + 1`` rising edges of ``n`` stretches.
    """
    if len(route) < 2:
        return []
    lon_deg = np.unwrap(route.lon_deg, period=360.0)  # across the date line the short way
    cuts = np.setdiff1d(edges_s[(edges_s > route.t_s[0]) & (edges_s < route.t_s[-1])], route.t_s)
    cuts = cuts[route.is_joined[np.searchsorted(route.t_s, cuts) - 1]]
    t_s = np.sort(np.concatenate((route.t_s, cuts)))
    lat_deg, lon_deg = np.interp(t_s, route.t_s, route.lat_deg), np.interp(t_s, route.t_s, lon_deg)
    lon_deg = (lon_deg + 180.0) % 360.0 - 180.0
    middle_s = (t_s[1:] + t_s[:-1]) / 2.0
    step_joined = route.is_joined[np.searchsorted(route.t_s, middle_s) - 1]
    stretch = np.clip(np.searchsorted(edges_s, middle_s, side="right") - 1, 0, len(edges_s) - 2)
    key = np.where(step_joined, stretch, -1)
    starts = np.flatnonzero(np.concatenate(([True], np.diff(key) != 0)))
    ends = np.append(starts[1:], len(key))
    return [
        RouteLine(int(key[first]), t_s[first : last + 1], lat_deg[first : last + 1], lon_deg[first : last + 1])
        for first, last in zip(starts.tolist(), ends.tolist(), strict=True)
        if key[first] >= 0
    ]
