"""Stretches within a place on the map carry its label: for people who always turn round on the same bit of path.

A zone's edge is crossed where the way, interpolated between records, crosses it. Positions wander by metres, so a
crossing counts only if the way goes on into the zone, or out of it, by more than that.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from retropace.annotations.inputs.active_hours import active_spans
from retropace.annotations.inputs.geojson import Zone, Zones
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.geodesy import project_to_tangent_plane_m
from retropace.core.spans import FloatArray, Spans, as_spans, clip, subtract, union

POSITION_NOISE_M = 5.0
"""Watches in the open are 2–4 m off (one standard deviation): a way that strays less did not leave a zone, or enter."""
MAX_FLICKER_S = 30.0
"""Somebody who runs along just inside or outside an edge for longer than this means it."""
EDGE_TOLERANCE_S = 5.0
"""Two or three standard deviations of the position, at running pace."""
MAX_BRIDGED_GAP_S = 15.0
"""Between records further apart than this the way is not known."""


def find_zone_annotations(zones: Zones, track: CleanedActivity) -> tuple[list[Annotation], tuple[str, ...]]:
    """The stretches within the zones; of two zones that overlap the smaller one counts."""
    known = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg)
    if known.sum() < 2:
        said = (f"{zones.path}: the recording holds no positions, zones were not used",)
        return [], () if zones.home else said
    times, centre = track.t_s[known], (float(np.median(track.lat_deg[known])), float(np.median(track.lon_deg[known])))
    east, north = project_to_tangent_plane_m(track.lat_deg[known], track.lon_deg[known], *centre)
    moments = np.arange(times[0], times[-1] + 0.5, 1.0)
    points = np.column_stack((np.interp(moments, times, east), np.interp(moments, times, north)))
    after = np.clip(np.searchsorted(times, moments), 1, len(times) - 1)
    silent = times[after] - times[after - 1] > MAX_BRIDGED_GAP_S

    found: list[Annotation] = []
    taken = as_spans([])
    clockless = track.start_time is None and any(zone.active_hours for zone in zones.zones)
    shapes = sorted(((_project_zone(zone, centre), zone) for zone in zones.zones), key=lambda pair: float(pair[0].area))
    for shape, zone in shapes:
        holding = active_spans(zone.active_hours, track.start_time, track.elapsed_s)
        stays = _find_stays(shape, points, moments, silent)
        spans = union(as_spans(pair for low, high in holding.tolist() for pair in clip(stays, low, high).tolist()))
        origin = Origin("home zone" if zones.home else "zone", f'zone "{zone.name}"')
        for start, end in subtract(spans, taken).tolist() if len(spans) else []:
            found.append(Annotation(start, end, zone.label, "", origin, EDGE_TOLERANCE_S))
        taken = union(np.concatenate((taken, spans)))
    warnings = [f"{zones.path}: zones with a time need the clock that the recording lacks"] if clockless else []
    if not found and not zones.home and not warnings:
        warnings.append(f"{zones.path}: the way never went through a zone")
    return found, tuple(warnings)


def _project_zone(zone: Zone, centre: tuple[float, float]) -> Any:
    """The zone as an area in metres around the centre."""
    import shapely

    def onto_plane(coordinates: FloatArray) -> FloatArray:
        return np.column_stack(project_to_tangent_plane_m(coordinates[:, 1], coordinates[:, 0], *centre))

    flat = shapely.transform(zone.geometry, onto_plane)
    return shapely.buffer(flat, zone.width_m / 2.0) if zone.width_m > 0.0 else flat


def _find_stays(
    shape: Any, points: FloatArray, times_s: FloatArray, in_gap: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Spans:
    """When the way is within a shape, ``(n, 2)``, edges interpolated between moments, without flicker."""
    depth = _compute_depths(shape, points)
    depth[in_gap] = -np.inf
    inside = depth > 0.0
    if not np.any(inside):
        return as_spans([])
    # A narrow zone is entered by less than positions wander.
    import shapely

    half_width = float(shape.area) / max(float(shapely.length(shape)), 1e-9)
    enter_m, leave_m = min(POSITION_NOISE_M, half_width), POSITION_NOISE_M
    edges = np.flatnonzero(np.diff(inside)) + 1
    bounds = np.concatenate(([0], edges, [len(inside)]))
    stays = [[start, end, bool(inside[start])] for start, end in pairwise(bounds.tolist())]
    stays = _remove_flicker(stays, depth, leave_m, inside=False)
    stays = _remove_flicker(stays, depth, enter_m, inside=True)
    return as_spans(
        (_interpolate_crossing(start, depth, times_s), _interpolate_crossing(end, depth, times_s))
        for start, end, is_in in stays
        if is_in
    )


def _compute_depths(shape: Any, points: FloatArray) -> FloatArray:
    """How deep within a shape each point lies, negative outside; far away simply far."""
    import shapely

    low_x, low_y, high_x, high_y = shape.bounds
    margin = 4.0 * POSITION_NOISE_M
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


def _remove_flicker(stays: list[list[Any]], depth: FloatArray, min_depth_m: float, *, inside: bool) -> list[list[Any]]:
    """Stays inside (``among``) or outside that are short and shallow given to their neighbours."""
    kept: list[list[Any]] = []
    for number, (start, end, is_in) in enumerate(stays):
        shallow = float(np.max(np.abs(depth[start:end]))) < min_depth_m and end - start <= MAX_FLICKER_S
        at_the_edge = number in (0, len(stays) - 1)
        flips = is_in == inside and shallow and not (at_the_edge and not inside)
        now = is_in != flips
        if kept and kept[-1][2] == now:
            kept[-1][1] = end
        else:
            kept.append([start, end, now])
    return kept


def _interpolate_crossing(row: int, depth: FloatArray, times_s: FloatArray) -> float:
    """The moment between two rows at which the depth is nothing."""
    if row <= 0:
        return float(times_s[0])
    if row >= len(times_s):
        return float(times_s[-1])
    one, two = depth[row - 1], depth[row]
    if not (np.isfinite(one) and np.isfinite(two)) or one == two:
        return float(times_s[row])
    share = float(np.clip(one / (one - two), 0.0, 1.0))
    return float(times_s[row - 1] + share * (times_s[row] - times_s[row - 1]))
