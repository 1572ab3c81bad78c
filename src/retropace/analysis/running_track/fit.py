"""Detection of a running track from the shape of the route; its laps measure distance better than positions do."""

from dataclasses import dataclass, replace

import numpy as np

from retropace.analysis.running_track import lane as geometry
from retropace.analysis.running_track.lane import STANDARD_LAP_M, STRAIGHT_RANGE_M, Lane
from retropace.analysis.running_track.lap_distance import covers_whole_lap, detect_lap_passes, rescale_to_laps
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.geodesy import project_to_tangent_plane_m
from retropace.core.spans import FloatArray, Spans, as_spans

MIN_POSITIONS = 60
"""Smallest number of positions to which a lane is fitted; with fewer no track is found."""
WINDOW_LAPS = 1.4
"""Length, in laps, of the parts of the route whose outlines are compared with that of a track."""
MIN_WINDOW_POSITIONS = 20
"""Smallest number of positions in a part of the route whose outline is compared; parts with fewer are skipped."""
OUTLINE_WIDTH_RANGE_M = (64.0, 98.0)
"""Smallest and largest width (m) of the outline of a 400 m track; its length is this plus the length of a straight."""
ASPECT_RATIO_RANGE = (0.36, 0.62)
"""Smallest and largest ratio of width to length of the outline of a track."""
ITERATIONS = 25
"""Number of Gauss–Newton iterations of the least-squares fit of a lane."""
WIDE_ITERATIONS = 5
"""Number of first iterations: they use positions within ``WIDE_REACH_M`` of the lane, later ones within ``REACH_M``."""
WIDE_REACH_M = 40.0
"""Distance (m) from the lane within which the first iterations use positions."""
REACH_M = 15.0
"""Distance (m) from the lane within which later iterations use positions."""
HUBER_M = 6.0
"""Distance (m) from the lane beyond which a position has less weight in the fit than a nearer one (Huber 1964)."""
MAX_DEVIATION_M = 9.0
"""Largest 95 % quantile (m) of the distances between positions and lane; if it is larger, the lane is rejected."""
MAX_MEDIAN_DEVIATION_M = 3.5
"""Largest median (m) of the distances between positions and lane; if it is larger, the lane is rejected."""
MAX_LANE_DISTANCE_M = 12.0
"""Distance (m) from the lane; positions further away are taken to be off the track."""
MIN_LAPS = 2.0
"""Smallest number of laps run on the lane; with fewer no track is found."""
LAP_RANGE_M = (375.0, 475.0)
"""Shortest and longest lap (m) of a lane fitted to a 400 m track, whose lanes measure 400 to 453 m."""
POSITION_CORRELATION_TIME_S = 30.0
"""Time in seconds after which the error of a position counts as independent of the earlier error."""
OVER_READING_BY_SOURCE = {"positions": (0.005, 0.007)}
"""Mean and standard deviation of the fraction by which recorded laps are too long, by source of the distance."""
DEFAULT_OVER_READING = (0.0, 0.012)
"""Mean and standard deviation of the fraction by which recorded laps are too long, for other sources of distance."""
OTHER_LANE_PENALTY = 1.0
"""Log-odds by which lane 1 is more likely than each of lanes 2 to 8 before positions are looked at."""


@dataclass(frozen=True, slots=True)
class RunningTrack:
    """The lane of a running track, at the coordinates of its centre, in which a session was run."""

    lat_deg: float
    lon_deg: float
    turned_deg: float  # direction of the straights in degrees, 0 to 180, counterclockwise from east
    straight_m: float
    radius_m: float  # radius of the bends of the lane
    lap_m: float
    lane: int  # number of the lane, counted from the inside; 0 if the length of a lap was given
    lane_probability: float  # probability that the number of the lane is right
    laps: float  # number of laps run, clockwise and anticlockwise added up
    over_reading: float  # fraction by which recorded distance is longer than that of the laps, 0.01 for 1 %


def fit_running_track(
    cleaned: CleanedActivity, lap_m: float | None = None, fixed_spans: Spans | None = None
) -> tuple[RunningTrack, CleanedActivity] | None:
    """Return the running track and the session corrected by its laps, outside ``fixed_spans``; None if not on one."""
    known = np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg)
    if known.sum() < MIN_POSITIONS:
        return None
    t_s, lat_deg, lon_deg = cleaned.t_s[known], cleaned.lat_deg[known], cleaned.lon_deg[known]
    origin = float(np.median(lat_deg)), float(np.median(lon_deg))
    east_m, north_m = project_to_tangent_plane_m(lat_deg, lon_deg, *origin)
    recorded_m = cleaned.value_at("distance_m", t_s)
    lane = _fit_lane(recorded_m, east_m, north_m, lap_m)
    if lane is None:
        return None
    is_near = np.abs(lane.signed_distance_m(east_m, north_m)) <= MAX_LANE_DISTANCE_M
    lap_fraction = lane.arc_position_m(east_m, north_m) / lane.lap_m
    passes = detect_lap_passes(t_s, lap_fraction, recorded_m / lane.lap_m, is_near)
    laps = sum(lap_pass.laps for lap_pass in passes)
    if laps < MIN_LAPS or not covers_whole_lap(passes):
        return None
    passes_m = sum(float(np.ptp(recorded_m[lap_pass.rows])) for lap_pass in passes)
    number, probability = 0, 1.0
    if lap_m is None:
        passes_s = sum(float(np.ptp(lap_pass.t_s)) for lap_pass in passes)
        lane, number, probability = _choose_lane(
            lane, east_m[is_near], north_m[is_near], passes_m / laps, passes_s, cleaned.distance_source
        )
    true_share = laps * lane.lap_m / passes_m if passes_m > 0.0 else 1.0
    running_track = RunningTrack(
        *_lane_centre_deg(*origin, lane),
        turned_deg=float(np.degrees(lane.angle_rad) % 180.0),
        straight_m=2.0 * lane.half_straight_m,
        radius_m=lane.radius_m,
        lap_m=lane.lap_m,
        lane=number,
        lane_probability=probability,
        laps=laps,
        over_reading=1.0 / true_share - 1.0,
    )
    fixed = as_spans([]) if fixed_spans is None else fixed_spans
    return running_track, rescale_to_laps(cleaned, passes, lane.lap_m, true_share, fixed)


def _fit_lane(distance_m: FloatArray, east_m: FloatArray, north_m: FloatArray, lap_m: float | None) -> Lane | None:
    initial = _find_initial_lane(distance_m, east_m, north_m, lap_m or STANDARD_LAP_M)
    lane = None if initial is None else _refine_lane(east_m, north_m, initial, lap_m)
    if lane is None:
        return None
    deviation_m = np.abs(lane.signed_distance_m(east_m, north_m))
    near_m = deviation_m[deviation_m <= MAX_LANE_DISTANCE_M]
    if len(near_m) < MIN_POSITIONS or np.median(near_m) > MAX_MEDIAN_DEVIATION_M:
        return None
    has_valid_length = lap_m is not None or LAP_RANGE_M[0] <= lane.lap_m <= LAP_RANGE_M[1]
    return lane if has_valid_length and np.quantile(near_m, 0.95) <= MAX_DEVIATION_M else None


def _find_initial_lane(distance_m: FloatArray, east_m: FloatArray, north_m: FloatArray, lap_m: float) -> Lane | None:
    """Return a lane from the first part of the route whose outline, the smallest rectangle, is a track's; else None."""
    scale = lap_m / STANDARD_LAP_M
    min_length_m, max_length_m = scale * (np.array(STRAIGHT_RANGE_M) + OUTLINE_WIDTH_RANGE_M)
    start_m = np.arange(0.0, max(distance_m[-1] - lap_m, 1.0), lap_m / 4.0)
    firsts, ends = (np.searchsorted(distance_m, edge_m).tolist() for edge_m in (start_m, start_m + WINDOW_LAPS * lap_m))
    for first, end in zip(firsts, ends, strict=True):
        if end - first < MIN_WINDOW_POSITIONS:
            continue
        east, north = east_m[first:end], north_m[first:end]
        extent_m = max(float(np.ptp(east)), float(np.ptp(north)))
        # Stretches of road are longer than a track, so that most sessions need not load shapely.
        if not 0.5 * min_length_m <= extent_m <= max_length_m:
            continue
        import shapely

        rectangle = shapely.minimum_rotated_rectangle(shapely.linestrings(np.column_stack((east, north))))
        corners = shapely.get_coordinates(rectangle)
        if len(corners) < 5:
            continue
        sides = np.diff(corners[:3], axis=0)
        sides_m = np.hypot(*sides.T)
        length_m, width_m = float(sides_m.max()), float(sides_m.min())
        has_aspect = ASPECT_RATIO_RANGE[0] <= width_m / length_m <= ASPECT_RATIO_RANGE[1]
        if not (min_length_m <= length_m <= max_length_m and has_aspect):
            continue
        long_side = sides[int(np.argmax(sides_m))]
        centre, angle_rad = corners[:4].mean(axis=0), float(np.arctan2(long_side[1], long_side[0]))
        return Lane(float(centre[0]), float(centre[1]), angle_rad, (length_m - width_m) / 2.0, width_m / 2.0)
    return None


def _refine_lane(east_m: FloatArray, north_m: FloatArray, lane: Lane, lap_m: float | None) -> Lane | None:
    """Return the lane fitted by Gauss–Newton with Huber weights and a prior on straights; None without positions."""
    scale = (lap_m or STANDARD_LAP_M) / STANDARD_LAP_M
    values = np.array([lane.east_m, lane.north_m, lane.angle_rad, lane.half_straight_m, lane.radius_m])
    steps = np.array([0.01, 0.01, 1e-4, 0.01, 0.01])
    for iteration in range(ITERATIONS):
        current = Lane(*values.tolist())
        residual_m = current.signed_distance_m(east_m, north_m)
        is_used = np.abs(residual_m) <= (WIDE_REACH_M if iteration < WIDE_ITERATIONS else REACH_M)
        count = is_used.sum()
        if count < MIN_POSITIONS:
            return None
        east, north, residual = east_m[is_used], north_m[is_used], residual_m[is_used]
        jacobian = np.empty((int(count), 5))
        for column in range(5):
            shifted = values.copy()
            shifted[column] += steps[column]
            shifted_m = Lane(*shifted.tolist()).signed_distance_m(east, north)
            jacobian[:, column] = (shifted_m - residual) / steps[column]
        weight = 1.0 / np.maximum(np.abs(residual) / HUBER_M, 1.0)
        hessian = jacobian.T @ (weight[:, None] * jacobian)
        gradient = jacobian.T @ (weight * residual)
        # The prior on the straights counts as much as a third of the positions do.
        prior_weight = count / 3.0
        hessian[3, 3] += prior_weight
        gradient[3] += prior_weight * (values[3] - scale * geometry.STANDARD_STRAIGHT_M / 2.0)
        if lap_m is not None:
            lap_gradient = np.array([0.0, 0.0, 0.0, 4.0, 2.0 * np.pi])
            hessian += count * np.outer(lap_gradient, lap_gradient)
            gradient += count * lap_gradient * (current.lap_m - lap_m)
        values -= np.linalg.solve(hessian + 1e-9 * np.eye(5), gradient)
        values[3] = np.clip(values[3], *(scale * np.array(STRAIGHT_RANGE_M) / 2.0))
    return Lane(*values.tolist())


def _choose_lane(
    lane: Lane, east_m: FloatArray, north_m: FloatArray, recorded_lap_m: float, track_s: float, distance_source: str
) -> tuple[Lane, int, float]:
    """Return the most probable lane of the track on which ``lane`` was fitted, its number and its probability."""
    mean_excess, excess_sd = OVER_READING_BY_SOURCE.get(distance_source, DEFAULT_OVER_READING)
    kerb_radius_m = (STANDARD_LAP_M - 4.0 * lane.half_straight_m) / (2.0 * np.pi) - geometry.KERB_OFFSET_M
    numbers = range(1, geometry.LANE_COUNT + 1)
    offsets_m = [(number - 1) * geometry.LANE_WIDTH_M + geometry.LINE_OFFSET_M for number in numbers]
    offsets_m[0] = geometry.KERB_OFFSET_M
    lanes = [replace(lane, radius_m=kerb_radius_m + offset_m) for offset_m in offsets_m]
    squared_m2 = [
        float(np.mean(np.minimum(np.abs(candidate.signed_distance_m(east_m, north_m)), MAX_DEVIATION_M) ** 2))
        for candidate in lanes
    ]
    costs = [
        track_s / POSITION_CORRELATION_TIME_S * distance_m2 / (2.0 * min(squared_m2))
        + 0.5 * ((recorded_lap_m / candidate.lap_m - 1.0 - mean_excess) / excess_sd) ** 2
        + (OTHER_LANE_PENALTY if number > 1 else 0.0)
        for number, candidate, distance_m2 in zip(numbers, lanes, squared_m2, strict=True)
    ]
    best = int(np.argmin(costs))
    return lanes[best], numbers[best], 1.0 / float(np.exp(costs[best] - np.array(costs)).sum())


def _lane_centre_deg(lat_deg: float, lon_deg: float, lane: Lane) -> tuple[float, float]:
    step_deg = 1e-4
    east_m, north_m = project_to_tangent_plane_m(
        np.array([lat_deg, lat_deg + step_deg]), np.array([lon_deg + step_deg, lon_deg]), lat_deg, lon_deg
    )
    centre_lat = lat_deg + step_deg * lane.north_m / float(north_m[1])
    return centre_lat, lon_deg + step_deg * lane.east_m / float(east_m[0])
