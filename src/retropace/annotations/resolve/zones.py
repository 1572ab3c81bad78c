"""Annotations from zones, areas on the map with a label: stretches within an area get its label."""

from itertools import pairwise
from typing import Any

import numpy as np

from retropace.annotations.inputs.geojson import Zone, Zones, active_spans
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import Finding, note, warn
from retropace.core.geodesy import project_to_tangent_plane_m
from retropace.core.spans import FloatArray, Spans, as_spans, clip, subtract, union

POSITION_NOISE_M = 5.0
"""Distance (m) from the boundary at which a crossing counts at once; watches in the open are 2–4 m off."""
MAX_FLICKER_S = 30.0
"""Longest stay (s) inside or outside a zone that is ignored if it keeps close to the boundary."""
EDGE_TOLERANCE_S = 5.0
"""Seconds by which an edge may be off: time for two or three standard deviations of the position error."""
MAX_BRIDGED_GAP_S = 15.0
"""Longest gap (s) between positions over which the route is interpolated; longer ones count as outside."""


def find_zone_annotations(zones: Zones, cleaned: CleanedActivity) -> tuple[list[Annotation], tuple[Finding, ...]]:
    """Return the stretches within zones as annotations, and findings; of overlapping zones the smallest counts."""
    known = np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg)
    if known.sum() < 2:
        text = f"{zones.path}: the recording holds no positions, zones were not used"
        return [], () if zones.home else (warn("zones-need-positions", text),)
    times, lat, lon = cleaned.t_s[known], cleaned.lat_deg[known], cleaned.lon_deg[known]
    centre = float(np.median(lat)), float(np.median(lon))
    east, north = project_to_tangent_plane_m(lat, lon, *centre)
    seconds = np.arange(times[0], times[-1] + 0.5, 1.0)
    points = np.column_stack((np.interp(seconds, times, east), np.interp(seconds, times, north)))
    after = np.clip(np.searchsorted(times, seconds), 1, len(times) - 1)
    in_gap = times[after] - times[after - 1] > MAX_BRIDGED_GAP_S

    annotations: list[Annotation] = []
    covered = as_spans([])
    needs_clock = cleaned.start_time is None and any(zone.active_hours for zone in zones.zones)
    shapes = sorted(((_project_zone(zone, centre), zone) for zone in zones.zones), key=lambda pair: float(pair[0].area))
    for shape, zone in shapes:
        active = active_spans(zone.active_hours, cleaned.start_time, cleaned.elapsed_s)
        stays = _find_stays(shape, points, seconds, in_gap)
        spans = union(as_spans(pair for low, high in active.tolist() for pair in clip(stays, low, high).tolist()))
        origin = Origin("home zone" if zones.home else "zone", f'zone "{zone.name}"')
        for start, end in subtract(spans, covered).tolist() if len(spans) else []:
            annotations.append(Annotation(start, end, zone.label, "", origin, EDGE_TOLERANCE_S))
        covered = union(np.concatenate((covered, spans)))
    if needs_clock:
        text = f"{zones.path}: zones with a time need the clock that the recording lacks"
        return annotations, (warn("zones-need-clock", text),)
    if not annotations and not zones.home:
        return [], (note("no-zone-met", f"{zones.path}: the way never went through a zone"),)
    return annotations, ()


def _project_zone(zone: Zone, centre: tuple[float, float]) -> Any:
    import shapely

    def project(coordinates: FloatArray) -> FloatArray:
        return np.column_stack(project_to_tangent_plane_m(coordinates[:, 1], coordinates[:, 0], *centre))

    flat = shapely.transform(zone.geometry, project)
    return shapely.buffer(flat, zone.width_m / 2.0) if zone.width_m > 0.0 else flat


def _find_stays(
    shape: Any, points: FloatArray, times_s: FloatArray, in_gap: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Spans:
    """Return the spans in which a route of ``points`` ``(n, 2)`` is within a shape, without very short crossings."""
    depth = _compute_depths(shape, points)
    depth[in_gap] = -np.inf
    inside = depth > 0.0
    if not np.any(inside):
        return as_spans([])
    # A zone narrower than the positions' noise counts from its half width on.
    import shapely

    half_width = float(shape.area) / max(float(shapely.length(shape)), 1e-9)
    enter_m, leave_m = min(POSITION_NOISE_M, half_width), POSITION_NOISE_M
    edges = np.flatnonzero(np.diff(inside)) + 1
    bounds = np.concatenate(([0], edges, [len(inside)]))
    stays = [[start, end, bool(inside[start])] for start, end in pairwise(bounds.tolist())]
    stays = _remove_flicker(stays, depth, leave_m, inside=False)
    stays = _remove_flicker(stays, depth, enter_m, inside=True)
    edges_s = [[_interpolate_crossing(row, depth, times_s) for row in stay[:2]] for stay in stays if stay[2]]
    return np.reshape(edges_s, (-1, 2))


def _compute_depths(shape: Any, points: FloatArray) -> FloatArray:
    """Return the distance of each point from a shape's boundary in metres, negative outside; about -20 if far away."""
    import shapely

    margin = 4.0 * POSITION_NOISE_M
    low, high = np.reshape(shape.bounds, (2, 2))
    is_near = np.all((points > low - margin) & (points < high + margin), axis=1)
    depth = np.full(len(points), -margin)
    if np.any(is_near):
        shapely.prepare(shape)
        x, y = points[is_near].T
        distances_m = shapely.distance(shapely.boundary(shape), shapely.points(x, y))
        depth[is_near] = np.where(shapely.contains_xy(shape, x, y), distances_m, -distances_m)
    return depth


def _remove_flicker(stays: list[list[Any]], depth: FloatArray, min_depth_m: float, *, inside: bool) -> list[list[Any]]:
    """Return the stays ``[start, end, is_in]``; short shallow ones with ``is_in == inside`` join their neighbours."""
    merged: list[list[Any]] = []
    for number, (start, end, is_in) in enumerate(stays):
        is_shallow = float(np.max(np.abs(depth[start:end]))) < min_depth_m and end - start <= MAX_FLICKER_S
        is_first_or_last = number in (0, len(stays) - 1)
        flips = is_in == inside and is_shallow and not (is_first_or_last and not inside)
        is_now_in = is_in != flips
        if merged and merged[-1][2] == is_now_in:
            merged[-1][1] = end
        else:
            merged.append([start, end, is_now_in])
    return merged


def _interpolate_crossing(row: int, depth: FloatArray, times_s: FloatArray) -> float:
    """Return the time between the points ``row - 1`` and ``row`` at which the route crosses the boundary."""
    if not 0 < row < len(times_s):
        return float(times_s[0 if row <= 0 else -1])
    depth_before, depth_after = depth[row - 1], depth[row]
    if not (np.isfinite(depth_before) and np.isfinite(depth_after)) or depth_before == depth_after:
        return float(times_s[row])
    share = float(np.clip(depth_before / (depth_before - depth_after), 0.0, 1.0))
    return float(times_s[row - 1] + share * (times_s[row] - times_s[row - 1]))
