"""Stretches within a place on the map carry its label: for people who always turn round on the same bit of path.

A zone's edge is crossed where the way, interpolated between records, crosses it. Positions wander by metres, so a
crossing counts only if the way goes on into the zone, or out of it, by more than that.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from retropace.annotations.inputs.active_hours import counted
from retropace.annotations.inputs.geojson import Zone, Zones
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.core.cleaned_activity import Track
from retropace.core.geodesy import tangent_m
from retropace.core.spans import Column, Spans, as_spans, clip, union, without

NOISE_M = 5.0
"""Watches in the open are 2–4 m off (one standard deviation): a way that strays less did not leave a zone, or enter."""
FLICKER_S = 30.0
"""Somebody who runs along just inside or outside an edge for longer than this means it."""
SURE_S = 5.0
"""Two or three standard deviations of the position, at running pace."""
BRIDGED_S = 15.0
"""Between records further apart than this the way is not known."""


def from_zones(zones: Zones, track: Track) -> tuple[list[Annotation], tuple[str, ...]]:
    """The stretches within the zones; of two zones that overlap the smaller one counts."""
    known = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg)
    if known.sum() < 2:
        said = (f"{zones.path}: the recording holds no positions, zones were not used",)
        return [], () if zones.home else said
    times, centre = track.t_s[known], (float(np.median(track.lat_deg[known])), float(np.median(track.lon_deg[known])))
    east, north = tangent_m(track.lat_deg[known], track.lon_deg[known], *centre)
    moments = np.arange(times[0], times[-1] + 0.5, 1.0)
    points = np.column_stack((np.interp(moments, times, east), np.interp(moments, times, north)))
    after = np.clip(np.searchsorted(times, moments), 1, len(times) - 1)
    silent = times[after] - times[after - 1] > BRIDGED_S

    found: list[Annotation] = []
    taken = as_spans([])
    clockless = track.start_time is None and any(zone.when for zone in zones.zones)
    shapes = sorted(((_shape(zone, centre), zone) for zone in zones.zones), key=lambda pair: float(pair[0].area))
    for shape, zone in shapes:
        holding = counted(zone.when, track.start_time, track.elapsed_s)
        stays = _within(shape, points, moments, silent)
        spans = union(as_spans(pair for low, high in holding.tolist() for pair in clip(stays, low, high).tolist()))
        origin = Origin("home zone" if zones.home else "zone", f'zone "{zone.name}"')
        for start, end in without(spans, taken).tolist() if len(spans) else []:
            found.append(Annotation(start, end, zone.label, "", origin, SURE_S))
        taken = union(np.concatenate((taken, spans)))
    warnings = [f"{zones.path}: zones with a time need the clock that the recording lacks"] if clockless else []
    if not found and not zones.home and not warnings:
        warnings.append(f"{zones.path}: the way never went through a zone")
    return found, tuple(warnings)


def _shape(zone: Zone, centre: tuple[float, float]) -> Any:
    """The zone as an area in metres around the centre."""
    import shapely

    def onto_plane(coordinates: Column) -> Column:
        return np.column_stack(tangent_m(coordinates[:, 1], coordinates[:, 0], *centre))

    flat = shapely.transform(zone.geometry, onto_plane)
    return shapely.buffer(flat, zone.width_m / 2.0) if zone.width_m > 0.0 else flat


def _within(shape: Any, points: Column, moments: Column, silent: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Spans:
    """When the way is within a shape, ``(n, 2)``, edges interpolated between moments, without flicker."""
    depth = _depths(shape, points)
    depth[silent] = -np.inf
    inside = depth > 0.0
    if not np.any(inside):
        return as_spans([])
    # A narrow zone is entered by less than positions wander.
    import shapely

    half_width = float(shape.area) / max(float(shapely.length(shape)), 1e-9)
    enter_m, leave_m = min(NOISE_M, half_width), NOISE_M
    edges = np.flatnonzero(np.diff(inside)) + 1
    bounds = np.concatenate(([0], edges, [len(inside)]))
    stays = [[start, end, bool(inside[start])] for start, end in pairwise(bounds.tolist())]
    stays = _settled(stays, depth, leave_m, among=False)
    stays = _settled(stays, depth, enter_m, among=True)
    return as_spans(
        (_crossing(start, depth, moments), _crossing(end, depth, moments)) for start, end, is_in in stays if is_in
    )


def _depths(shape: Any, points: Column) -> Column:
    """How deep within a shape each point lies, negative outside; far away simply far."""
    import shapely

    low_x, low_y, high_x, high_y = shape.bounds
    margin = 4.0 * NOISE_M
    near = (
        (points[:, 0] > low_x - margin)
        & (points[:, 0] < high_x + margin)
        & (points[:, 1] > low_y - margin)
        & (points[:, 1] < high_y + margin)
    )
    depth = np.full(len(points), -margin)
    if np.any(near):
        shapely.prepare(shape)
        x, y = points[near].T
        away = shapely.distance(shapely.boundary(shape), shapely.points(x, y))
        depth[near] = np.where(shapely.contains_xy(shape, x, y), away, -away)
    return depth


def _settled(stays: list[list[Any]], depth: Column, least_m: float, *, among: bool) -> list[list[Any]]:
    """Stays inside (``among``) or outside that are short and shallow given to their neighbours."""
    kept: list[list[Any]] = []
    for number, (start, end, is_in) in enumerate(stays):
        shallow = float(np.max(np.abs(depth[start:end]))) < least_m and end - start <= FLICKER_S
        at_the_edge = number in (0, len(stays) - 1)
        flips = is_in == among and shallow and not (at_the_edge and not among)
        now = is_in != flips
        if kept and kept[-1][2] == now:
            kept[-1][1] = end
        else:
            kept.append([start, end, now])
    return kept


def _crossing(row: int, depth: Column, moments: Column) -> float:
    """The moment between two rows at which the depth is nothing."""
    if row <= 0:
        return float(moments[0])
    if row >= len(moments):
        return float(moments[-1])
    one, two = depth[row - 1], depth[row]
    if not (np.isfinite(one) and np.isfinite(two)) or one == two:
        return float(moments[row])
    share = float(np.clip(one / (one - two), 0.0, 1.0))
    return float(moments[row - 1] + share * (moments[row] - moments[row - 1]))
