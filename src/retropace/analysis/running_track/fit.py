"""A running track told from the shape of the way: two parallel straights, two bends, round and round.

A lane is the line at one distance from a straight piece: half a bend's radius and a straight's length say all of it.
On a track distance is known from laps better than from positions: these wander, and what wanders is longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from retropace.analysis.running_track.lap_distance import covers_whole_lap, detect_lap_passes, rescale_to_laps
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.geodesy import project_to_tangent_plane_m
from retropace.core.spans import FloatArray, Spans, as_spans

STANDARD_LAP_M = 400.0
STANDARD_STRAIGHT_M = 84.39
"""The straights of the standard track (World Athletics, Track and Field Facilities Manual, 2019)."""
MIN_STRAIGHT_M, MAX_STRAIGHT_M = 70.0, 105.0
"""Straights of 400 m tracks in use, from wide bends to narrow ones (ibid., table of equal quadrant and double bend
tracks)."""
KERB_OFFSET_M, LINE_OFFSET_M, LANE_WIDTH_M, LANE_COUNT = 0.30, 0.20, 1.22, 8
"""A lane is measured 0.30 m from the kerb, or 0.20 m from the line inside, and is 1.22 m wide (ibid.)."""
WINDOW_LAPS = 1.4
"""A track is looked for in stretches of so many laps, whose outline shows it whole."""
MAX_DEVIATION_M, MAX_MEDIAN_DEVIATION_M = 9.0, 3.5
"""Positions of a stretch on a track lie so near to the lane: all but a few, and half of them."""
MAX_LANE_DISTANCE_M = 12.0
"""What lies further from the lane was run elsewhere."""
MIN_LAPS = 2.0
MIN_LAP_M, MAX_LAP_M = 375.0, 475.0
"""Once round a 400 m track, from too near the kerb to lane eight (453 m), positions being off."""
POSITION_CORRELATION_TIME_S = 30.0
"""Errors of positions last for tens of seconds."""
OVER_READING_BY_SOURCE = {"positions": (0.005, 0.007)}
DEFAULT_OVER_READING = (0.0, 0.012)
"""By what share a lap is over-read, and the standard deviation of that: what wanders is longer, even when smoothed."""
OTHER_LANE_PENALTY = 1.0
"""How much rarer than the first other lanes are, in nats."""
ITERATIONS = 25
MIN_POSITIONS = 60


@dataclass(frozen=True, slots=True)
class RunningTrack:
    """A lane of a track: where, how it lies, how long it is, and how much of the session was run on it."""

    lat_deg: float
    lon_deg: float
    turned_deg: float
    """Of the straights, counterclockwise from east, 0 to 180."""
    straight_m: float
    radius_m: float
    lap_m: float
    """Once round the lane that was run in."""
    lane: int
    """Counted from the inside; 0 where the length of a lap was given."""
    lane_probability: float
    """How sure that is."""
    laps: float
    """How many laps were run, in sum."""
    over_reading: float
    """By how much the recording's distance exceeds the laps', as a share."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """A lane in the plane: the middle, the way of the straights, their half length, the radius."""

    east_m: float
    north_m: float
    angle_rad: float
    half_straight_m: float
    radius_m: float

    def signed_distance_m(self, east_m: FloatArray, north_m: FloatArray) -> FloatArray:
        """How far positions lie outside the lane; negative inside."""
        x, y = self._to_lane_axes(east_m, north_m)
        return np.hypot(np.maximum(np.abs(x) - self.half_straight_m, 0.0), y) - self.radius_m

    def arc_position_m(self, east_m: FloatArray, north_m: FloatArray) -> FloatArray:
        """Where round the lane the positions lie, from the end of a straight, counterclockwise, in metres."""
        x, y = self._to_lane_axes(east_m, north_m)
        beyond = np.abs(x) > self.half_straight_m
        bend = np.pi * self.radius_m
        turn = np.arctan2(y, np.where(beyond, x - np.sign(x) * self.half_straight_m, 0.0))
        right, left = beyond & (x > 0.0), beyond & (x < 0.0)
        place = np.where(
            y < 0.0, x + self.half_straight_m, 2.0 * self.half_straight_m + bend + self.half_straight_m - x
        )
        place = np.where(right, 2.0 * self.half_straight_m + self.radius_m * (turn + np.pi / 2.0), place)
        from_left = np.where(turn < 0.0, turn + 2.0 * np.pi, turn) - np.pi / 2.0
        return np.where(left, 4.0 * self.half_straight_m + bend + self.radius_m * from_left, place)

    @property
    def lap_m(self) -> float:
        return 4.0 * self.half_straight_m + 2.0 * np.pi * self.radius_m

    def _to_lane_axes(self, east_m: FloatArray, north_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        cos, sin = np.cos(self.angle_rad), np.sin(self.angle_rad)
        x, y = east_m - self.east_m, north_m - self.north_m
        return cos * x + sin * y, cos * y - sin * x


def fit_running_track(
    cleaned: CleanedActivity, lap_m: float | None = None, fixed_spans: Spans | None = None
) -> tuple[RunningTrack, CleanedActivity] | None:
    """The running track that a session was run on, and the session with distance from its laps; None off a track.

    Without ``lap_m`` only tracks of 400 m are known, in whichever lane; with it the lap is that long. Where a distance
    was ``given`` it stays.
    """
    known = np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg)
    if known.sum() < MIN_POSITIONS:
        return None
    lat, lon = float(np.median(cleaned.lat_deg[known])), float(np.median(cleaned.lon_deg[known]))
    east, north = project_to_tangent_plane_m(cleaned.lat_deg[known], cleaned.lon_deg[known], lat, lon)
    t_s = cleaned.t_s[known]
    counted = cleaned.value_at("distance_m", t_s)
    lane = _fit_lane(counted, east, north, lap_m)
    if lane is None:
        return None
    near = np.abs(lane.signed_distance_m(east, north)) <= MAX_LANE_DISTANCE_M
    rounds = detect_lap_passes(t_s, lane.arc_position_m(east, north) / lane.lap_m, counted / lane.lap_m, near)
    laps = sum(one.laps for one in rounds)
    if laps < MIN_LAPS or not covers_whole_lap(rounds):
        return None
    counted_m = sum(float(np.ptp(counted[one.rows])) for one in rounds)
    number, sure = 0, 1.0
    on_s = sum(one.duration_s for one in rounds)
    if lap_m is None:
        lane, number, sure = _choose_lane(
            lane, east[near], north[near], counted_m / laps, on_s, cleaned.distance_source
        )
    share = laps * lane.lap_m / counted_m if counted_m > 0.0 else 1.0
    here = _lane_centre_deg(lat, lon, lane)
    stadium = RunningTrack(
        lat_deg=here[0],
        lon_deg=here[1],
        turned_deg=float(np.degrees(lane.angle_rad) % 180.0),
        straight_m=2.0 * lane.half_straight_m,
        radius_m=lane.radius_m,
        lap_m=lane.lap_m,
        lane=number,
        lane_probability=sure,
        laps=laps,
        over_reading=1.0 / share - 1.0,
    )
    return stadium, rescale_to_laps(
        cleaned, rounds, lane.lap_m, share, as_spans([]) if fixed_spans is None else fixed_spans
    )


def _fit_lane(distance_m: FloatArray, east_m: FloatArray, north_m: FloatArray, lap_m: float | None) -> _Lane | None:
    """The line round and round that fits; None if nothing looks like a track."""
    start = _find_initial_lane(distance_m, east_m, north_m, lap_m or STANDARD_LAP_M)
    lane = None if start is None else _refine_lane(east_m, north_m, start, lap_m)
    if lane is None:
        return None
    off = np.abs(lane.signed_distance_m(east_m, north_m))
    near = off[off <= MAX_LANE_DISTANCE_M]
    if len(near) < 60 or np.median(near) > MAX_MEDIAN_DEVIATION_M or np.quantile(near, 0.95) > MAX_DEVIATION_M:
        return None
    lane_fits = lap_m is not None or MIN_LAP_M <= lane.lap_m <= MAX_LAP_M
    return lane if lane_fits else None


def _find_initial_lane(distance_m: FloatArray, east_m: FloatArray, north_m: FloatArray, lap_m: float) -> _Lane | None:
    """A first guess from a stretch whose outline has the size of a track, by shapely's least rectangle around it."""
    scale = lap_m / STANDARD_LAP_M
    least, most = scale * (MIN_STRAIGHT_M + 64.0), scale * (MAX_STRAIGHT_M + 98.0)
    begin_m = np.arange(0.0, max(distance_m[-1] - lap_m, 1.0), lap_m / 4.0)
    firsts, ends = (np.searchsorted(distance_m, edge_m).tolist() for edge_m in (begin_m, begin_m + WINDOW_LAPS * lap_m))
    for first, end in zip(firsts, ends, strict=True):
        rows = slice(first, end)
        across = max(float(np.ptp(east_m[rows])), float(np.ptp(north_m[rows]))) if end - first >= 20 else 0.0
        # A stretch of road is longer than any track: for most sessions shapely need not be loaded.
        if not 0.5 * least <= across <= most:
            continue
        import shapely

        points = np.column_stack((east_m[rows], north_m[rows]))
        box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.linestrings(points)))
        if len(box) < 5:
            continue
        sides = np.diff(box[:3], axis=0)
        lengths = np.hypot(*sides.T)
        long, wide = float(lengths.max()), float(lengths.min())
        if not least <= long <= most or not 0.36 <= wide / long <= 0.62:
            continue
        way = sides[int(np.argmax(lengths))]
        middle = box[:4].mean(axis=0)
        angle = float(np.arctan2(way[1], way[0]))
        return _Lane(float(middle[0]), float(middle[1]), angle, (long - wide) / 2.0, wide / 2.0)
    return None


def _refine_lane(east_m: FloatArray, north_m: FloatArray, lane: _Lane, lap_m: float | None) -> _Lane | None:
    """Gauss–Newton on the distances from the lane, with what lies far off counting less (Huber 1964).

    Straights are held near those of the standard track, which positions that wander tell badly.
    """
    scale = (lap_m or STANDARD_LAP_M) / STANDARD_LAP_M
    values = np.array([lane.east_m, lane.north_m, lane.angle_rad, lane.half_straight_m, lane.radius_m])
    steps = np.array([0.01, 0.01, 1e-4, 0.01, 0.01])
    for round_ in range(ITERATIONS):
        now = _Lane(*values.tolist())
        off = now.signed_distance_m(east_m, north_m)
        reach = 40.0 if round_ < 5 else 15.0
        rows = np.abs(off) <= reach
        if rows.sum() < 60:
            return None
        jacobian = np.empty((int(rows.sum()), 5))
        for at in range(5):
            moved = values.copy()
            moved[at] += steps[at]
            jacobian[:, at] = (
                _Lane(*moved.tolist()).signed_distance_m(east_m[rows], north_m[rows]) - off[rows]
            ) / steps[at]
        weight = 1.0 / np.maximum(np.abs(off[rows]) / 6.0, 1.0)
        normal = jacobian.T @ (weight[:, None] * jacobian)
        pull = jacobian.T @ (weight * off[rows])
        # A standard straight, to some metres, as strongly as a few laps of positions say otherwise.
        held = rows.sum() / 3.0
        normal[3, 3] += held
        pull[3] += held * (values[3] - scale * STANDARD_STRAIGHT_M / 2.0)
        if lap_m is not None:
            stiff = np.array([0.0, 0.0, 0.0, 4.0, 2.0 * np.pi])
            normal += rows.sum() * np.outer(stiff, stiff)
            pull += rows.sum() * stiff * (now.lap_m - lap_m)
        values -= np.linalg.solve(normal + 1e-9 * np.eye(5), pull)
        values[3] = np.clip(values[3], scale * MIN_STRAIGHT_M / 2.0, scale * MAX_STRAIGHT_M / 2.0)
    return _Lane(*values.tolist())


def _choose_lane(
    lane: _Lane,
    east_m: FloatArray,
    north_m: FloatArray,
    recorded_lap_m: float,
    time_on_track_s: float,
    distance_source: str,
) -> tuple[_Lane, int, float]:
    """The lane of a 400 m track with such straights that is the likeliest, its number, and how likely it is.

    Told by how far positions lie off it, of which only one in half a minute is news, by how much the recording would
    over-read a lap of ``counted_m``, and by most people's running in the first.
    """
    usual, spread = OVER_READING_BY_SOURCE.get(distance_source, DEFAULT_OVER_READING)
    kerb = (STANDARD_LAP_M - 4.0 * lane.half_straight_m) / (2.0 * np.pi) - KERB_OFFSET_M
    ways = []
    for number in range(1, LANE_COUNT + 1):
        radius = kerb + (KERB_OFFSET_M if number == 1 else (number - 1) * LANE_WIDTH_M + LINE_OFFSET_M)
        one = replace(lane, radius_m=radius)
        ways.append(
            (
                float(np.mean(np.minimum(np.abs(one.signed_distance_m(east_m, north_m)), MAX_DEVIATION_M) ** 2)),
                number,
                one,
            )
        )
    spread2 = min(off2 for off2, _, _ in ways)
    costs = [
        time_on_track_s / POSITION_CORRELATION_TIME_S * off2 / (2.0 * spread2)
        + 0.5 * ((recorded_lap_m / one.lap_m - 1.0 - usual) / spread) ** 2
        + (OTHER_LANE_PENALTY if number > 1 else 0.0)
        for off2, number, one in ways
    ]
    best = int(np.argmin(costs))
    _, number, one = ways[best]
    return one, number, 1.0 / float(np.exp(costs[best] - np.array(costs)).sum())


def _lane_centre_deg(lat_deg: float, lon_deg: float, lane: _Lane) -> tuple[float, float]:
    """The middle of the track, found by taking the plane's small offsets back to degrees."""
    east, _ = project_to_tangent_plane_m(
        np.array([lat_deg, lat_deg]), np.array([lon_deg, lon_deg + 1e-4]), lat_deg, lon_deg
    )
    _, up = project_to_tangent_plane_m(np.array([lat_deg + 1e-4]), np.array([lon_deg]), lat_deg, lon_deg)
    return lat_deg + 1e-4 * lane.north_m / float(up[0]), lon_deg + 1e-4 * lane.east_m / float(east[1])
