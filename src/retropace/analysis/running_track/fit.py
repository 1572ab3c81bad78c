"""A running track told from the shape of the way: two parallel straights, two bends, round and round.

A lane is the line at one distance from a straight piece: half a bend's radius and a straight's length say all of it.
On a track distance is known from laps better than from positions: these wander, and what wanders is longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from retropace.analysis.running_track.lap_distance import all_round, by_rounds, rounds_of
from retropace.core.cleaned_activity import Track
from retropace.core.geodesy import tangent_m
from retropace.core.spans import Column, Spans, as_spans

LAP_M = 400.0
STRAIGHT_M = 84.39
"""The straights of the standard track (World Athletics, Track and Field Facilities Manual, 2019)."""
LEAST_STRAIGHT_M, MOST_STRAIGHT_M = 70.0, 105.0
"""Straights of 400 m tracks in use, from wide bends to narrow ones (ibid., table of equal quadrant and double bend
tracks)."""
MEASURED_M, MEASURED_OUTSIDE_M, LANE_M, LANES = 0.30, 0.20, 1.22, 8
"""A lane is measured 0.30 m from the kerb, or 0.20 m from the line inside, and is 1.22 m wide (ibid.)."""
WINDOW_LAPS = 1.4
"""A track is looked for in stretches of so many laps, whose outline shows it whole."""
MOST_OFF_M, TYPICAL_OFF_M = 9.0, 3.5
"""Positions of a stretch on a track lie so near to the lane: all but a few, and half of them."""
NEAR_M = 12.0
"""What lies further from the lane was run elsewhere."""
LEAST_LAPS = 2.0
LEAST_LAP_M, MOST_LAP_M = 375.0, 475.0
"""Once round a 400 m track, from too near the kerb to lane eight (453 m), positions being off."""
NEWS_S = 30.0
"""Errors of positions last for tens of seconds."""
OVER_READS = {"positions": (0.005, 0.007)}
OTHERS_OVER_READ = (0.0, 0.012)
"""By what share a lap is over-read, and the standard deviation of that: what wanders is longer, even when smoothed."""
OTHER_LANE = 1.0
"""How much rarer than the first other lanes are, in nats."""
ROUNDS = 25
LEAST_POSITIONS = 60


@dataclass(frozen=True, slots=True)
class Stadium:
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

    east: float
    north: float
    angle: float
    half: float
    radius: float

    def off_m(self, east: Column, north: Column) -> Column:
        """How far positions lie outside the lane; negative inside."""
        x, y = self._turned(east, north)
        return np.hypot(np.maximum(np.abs(x) - self.half, 0.0), y) - self.radius

    def along_m(self, east: Column, north: Column) -> Column:
        """Where round the lane the positions lie, from the end of a straight, counterclockwise, in metres."""
        x, y = self._turned(east, north)
        beyond = np.abs(x) > self.half
        bend = np.pi * self.radius
        turn = np.arctan2(y, np.where(beyond, x - np.sign(x) * self.half, 0.0))
        right, left = beyond & (x > 0.0), beyond & (x < 0.0)
        place = np.where(y < 0.0, x + self.half, 2.0 * self.half + bend + self.half - x)
        place = np.where(right, 2.0 * self.half + self.radius * (turn + np.pi / 2.0), place)
        from_left = np.where(turn < 0.0, turn + 2.0 * np.pi, turn) - np.pi / 2.0
        return np.where(left, 4.0 * self.half + bend + self.radius * from_left, place)

    @property
    def lap_m(self) -> float:
        return 4.0 * self.half + 2.0 * np.pi * self.radius

    def _turned(self, east: Column, north: Column) -> tuple[Column, Column]:
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        x, y = east - self.east, north - self.north
        return cos * x + sin * y, cos * y - sin * x


def find_stadium(track: Track, lap_m: float | None = None, given: Spans | None = None) -> tuple[Stadium, Track] | None:
    """The running track that a session was run on, and the session with distance from its laps; None off a track.

    Without ``lap_m`` only tracks of 400 m are known, in whichever lane; with it the lap is that long. Where a distance
    was ``given`` it stays.
    """
    known = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg)
    if known.sum() < LEAST_POSITIONS:
        return None
    lat, lon = float(np.median(track.lat_deg[known])), float(np.median(track.lon_deg[known]))
    east, north = tangent_m(track.lat_deg[known], track.lon_deg[known], lat, lon)
    t_s = track.t_s[known]
    counted = track.at("distance_m", t_s)
    lane = _fitted(counted, east, north, lap_m)
    if lane is None:
        return None
    near = np.abs(lane.off_m(east, north)) <= NEAR_M
    rounds = rounds_of(t_s, lane.along_m(east, north) / lane.lap_m, counted / lane.lap_m, near)
    laps = sum(one.laps for one in rounds)
    if laps < LEAST_LAPS or not all_round(rounds):
        return None
    counted_m = sum(float(np.ptp(counted[one.rows])) for one in rounds)
    number, sure = 0, 1.0
    on_s = sum(one.seconds for one in rounds)
    if lap_m is None:
        lane, number, sure = _snapped(lane, east[near], north[near], counted_m / laps, on_s, track.distance_source)
    share = laps * lane.lap_m / counted_m if counted_m > 0.0 else 1.0
    here = _place(lat, lon, lane)
    stadium = Stadium(
        lat_deg=here[0],
        lon_deg=here[1],
        turned_deg=float(np.degrees(lane.angle) % 180.0),
        straight_m=2.0 * lane.half,
        radius_m=lane.radius,
        lap_m=lane.lap_m,
        lane=number,
        lane_probability=sure,
        laps=laps,
        over_reading=1.0 / share - 1.0,
    )
    return stadium, by_rounds(track, rounds, lane.lap_m, share, as_spans([]) if given is None else given)


def _fitted(way_m: Column, east: Column, north: Column, lap_m: float | None) -> _Lane | None:
    """The line round and round that fits; None if nothing looks like a track."""
    start = _first_window(way_m, east, north, lap_m or LAP_M)
    lane = None if start is None else _least_squares(east, north, start, lap_m)
    if lane is None:
        return None
    off = np.abs(lane.off_m(east, north))
    near = off[off <= NEAR_M]
    if len(near) < 60 or np.median(near) > TYPICAL_OFF_M or np.quantile(near, 0.95) > MOST_OFF_M:
        return None
    lane_fits = lap_m is not None or LEAST_LAP_M <= lane.lap_m <= MOST_LAP_M
    return lane if lane_fits else None


def _first_window(way_m: Column, east: Column, north: Column, lap_m: float) -> _Lane | None:
    """A first guess from a stretch whose outline has the size of a track, by shapely's least rectangle around it."""
    scale = lap_m / LAP_M
    least, most = scale * (LEAST_STRAIGHT_M + 64.0), scale * (MOST_STRAIGHT_M + 98.0)
    begin_m = np.arange(0.0, max(way_m[-1] - lap_m, 1.0), lap_m / 4.0)
    firsts, ends = (np.searchsorted(way_m, edge_m).tolist() for edge_m in (begin_m, begin_m + WINDOW_LAPS * lap_m))
    for first, end in zip(firsts, ends, strict=True):
        rows = slice(first, end)
        across = max(float(np.ptp(east[rows])), float(np.ptp(north[rows]))) if end - first >= 20 else 0.0
        # A stretch of road is longer than any track: for most sessions shapely need not be loaded.
        if not 0.5 * least <= across <= most:
            continue
        import shapely

        points = np.column_stack((east[rows], north[rows]))
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


def _least_squares(east: Column, north: Column, lane: _Lane, lap_m: float | None) -> _Lane | None:
    """Gauss–Newton on the distances from the lane, with what lies far off counting less (Huber 1964).

    Straights are held near those of the standard track, which positions that wander tell badly.
    """
    scale = (lap_m or LAP_M) / LAP_M
    values = np.array([lane.east, lane.north, lane.angle, lane.half, lane.radius])
    steps = np.array([0.01, 0.01, 1e-4, 0.01, 0.01])
    for round_ in range(ROUNDS):
        now = _Lane(*values.tolist())
        off = now.off_m(east, north)
        reach = 40.0 if round_ < 5 else 15.0
        rows = np.abs(off) <= reach
        if rows.sum() < 60:
            return None
        jacobian = np.empty((int(rows.sum()), 5))
        for at in range(5):
            moved = values.copy()
            moved[at] += steps[at]
            jacobian[:, at] = (_Lane(*moved.tolist()).off_m(east[rows], north[rows]) - off[rows]) / steps[at]
        weight = 1.0 / np.maximum(np.abs(off[rows]) / 6.0, 1.0)
        normal = jacobian.T @ (weight[:, None] * jacobian)
        pull = jacobian.T @ (weight * off[rows])
        # A standard straight, to some metres, as strongly as a few laps of positions say otherwise.
        held = rows.sum() / 3.0
        normal[3, 3] += held
        pull[3] += held * (values[3] - scale * STRAIGHT_M / 2.0)
        if lap_m is not None:
            stiff = np.array([0.0, 0.0, 0.0, 4.0, 2.0 * np.pi])
            normal += rows.sum() * np.outer(stiff, stiff)
            pull += rows.sum() * stiff * (now.lap_m - lap_m)
        values -= np.linalg.solve(normal + 1e-9 * np.eye(5), pull)
        values[3] = np.clip(values[3], scale * LEAST_STRAIGHT_M / 2.0, scale * MOST_STRAIGHT_M / 2.0)
    return _Lane(*values.tolist())


def _snapped(
    lane: _Lane, east: Column, north: Column, counted_m: float, on_s: float, by: str
) -> tuple[_Lane, int, float]:
    """The lane of a 400 m track with such straights that is the likeliest, its number, and how likely it is.

    Told by how far positions lie off it, of which only one in half a minute is news, by how much the recording would
    over-read a lap of ``counted_m``, and by most people's running in the first.
    """
    usual, spread = OVER_READS.get(by, OTHERS_OVER_READ)
    kerb = (LAP_M - 4.0 * lane.half) / (2.0 * np.pi) - MEASURED_M
    ways = []
    for number in range(1, LANES + 1):
        radius = kerb + (MEASURED_M if number == 1 else (number - 1) * LANE_M + MEASURED_OUTSIDE_M)
        one = replace(lane, radius=radius)
        ways.append((float(np.mean(np.minimum(np.abs(one.off_m(east, north)), MOST_OFF_M) ** 2)), number, one))
    spread2 = min(off2 for off2, _, _ in ways)
    costs = [
        on_s / NEWS_S * off2 / (2.0 * spread2)
        + 0.5 * ((counted_m / one.lap_m - 1.0 - usual) / spread) ** 2
        + (OTHER_LANE if number > 1 else 0.0)
        for off2, number, one in ways
    ]
    best = int(np.argmin(costs))
    _, number, one = ways[best]
    return one, number, 1.0 / float(np.exp(costs[best] - np.array(costs)).sum())


def _place(lat_deg: float, lon_deg: float, lane: _Lane) -> tuple[float, float]:
    """The middle of the track, found by taking the plane's small offsets back to degrees."""
    east, _ = tangent_m(np.array([lat_deg, lat_deg]), np.array([lon_deg, lon_deg + 1e-4]), lat_deg, lon_deg)
    _, up = tangent_m(np.array([lat_deg + 1e-4]), np.array([lon_deg]), lat_deg, lon_deg)
    return lat_deg + 1e-4 * lane.north / float(up[0]), lon_deg + 1e-4 * lane.east / float(east[1])
