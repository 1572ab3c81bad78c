"""Bouts: uninterrupted stretches of one direction and pace, built from segments and cut at manual laps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.grade import LOG_SPEED_PER_GRADE, mean_grade
from retropace.core.segment_stats import SegmentStats, curve_increments, stats_from_increments
from retropace.core.segments import Segments, StrArray
from retropace.core.spans import FloatArray, find_owner, midpoints

MAX_LAP_SNAP_S = 10.0
"""Largest shift (s) of a segment edge to a manual lap: runners press in passing, and watches smooth."""
MIN_LAP_S = 5.0
"""Duration (s) of a lap below which the press that ends it is taken as accidental."""
MIN_LAPS = 5
"""Number of manual laps below which they are not searched for a set: three reps with two recoveries."""
MAX_INTERRUPTION_S = {"rest": 8.0, "unknown": 30.0, "forward": 9.0, "backward": 9.0}
"""Longest interruption (s) that does not end a bout: a stumble, a signal dropout, a short turn or a wrong label."""
MAX_BRIDGED_LOG_SPEED_DIFF = 0.3
"""Largest difference of log speed around an interruption that does not end a bout; stumbles slow runners down."""
MAX_MERGED_LOG_SPEED_DIFF = 0.10
"""Largest difference of log speed between neighbouring stretches of one direction that form one bout."""


@dataclass(frozen=True, slots=True)
class Bouts:
    """The ``n`` bouts that cover an activity; columns have shape ``(n,)``, with values as in :class:`Segments`."""

    edges_s: FloatArray  # starts of all bouts and the end of the last, in elapsed seconds, shape ``(n + 1,)``
    direction: StrArray
    gait: StrArray
    marked: NDArray[np.bool_]  # whether the runner annotated the direction of any part of the bout
    stats: SegmentStats
    log_speed: FloatArray  # natural log of grade-adjusted speed (m/s); NaN without distance or movement

    def __len__(self) -> int:
        return len(self.direction)

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Whether the runner ran or walked in each bout."""
        return np.isin(self.direction, ("forward", "backward"))


def find_bouts(cleaned: CleanedActivity, segments: Segments) -> Bouts:
    """Return the bouts of an activity, merged from its segments, with edges moved to manual laps close to them."""
    edges, owner = _snap_to_laps(segments.edges_s, find_manual_lap_times_s(cleaned))
    marked = segments.basis[owner] == "annotated"
    bouts = measure_bouts(cleaned, edges, segments.direction[owner], segments.gait[owner], marked)
    return _merge_similar(cleaned, _bridge_interruptions(cleaned, bouts))


def build_lap_bouts(cleaned: CleanedActivity, segments: Segments) -> Bouts | None:
    """Return one bout for each manual lap, labelled as the longest segment within it; None below ``MIN_LAPS`` laps."""
    edges = np.concatenate(([0.0], find_manual_lap_times_s(cleaned), [cleaned.elapsed_s]))
    if len(edges) < MIN_LAPS + 1:
        return None
    all_edges_s = np.union1d(edges, segments.edges_s)
    middles_s = midpoints(all_edges_s)
    owner, lap = find_owner(segments.edges_s, middles_s), find_owner(edges, middles_s)
    rows_by_lap = [np.flatnonzero(lap == number) for number in range(len(edges) - 1)]
    longest = [int(owner[rows[np.argmax(np.diff(all_edges_s)[rows])]]) for rows in rows_by_lap]
    marked = np.array([bool(np.any(segments.basis[owner[rows]] == "annotated")) for rows in rows_by_lap])
    return measure_bouts(cleaned, edges, segments.direction[longest], segments.gait[longest], marked)


def find_manual_lap_times_s(cleaned: CleanedActivity) -> FloatArray:
    """Return the rising times (s) at which a lap, of at least ``MIN_LAP_S``, was pressed or a workout step ended."""
    laps = list(zip(cleaned.laps, is_autolap(cleaned.laps), strict=True))[:-1]
    times_s: list[float] = []
    for end_s in sorted(lap.end_s for lap, is_automatic in laps if not is_automatic):
        if 0.0 < end_s < cleaned.elapsed_s and (not times_s or end_s - times_s[-1] >= MIN_LAP_S):
            times_s.append(end_s)
    return np.array(times_s)


def _snap_to_laps(edges_s: FloatArray, lap_times_s: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return the edges, moved or added to be at each lap time, and the segment index of each interval between them."""
    moved = edges_s.copy()
    for lap in lap_times_s.tolist():
        inner = moved[1:-1]
        if len(inner) == 0:
            break
        nearest = 1 + int(np.argmin(np.abs(inner - lap)))
        if abs(moved[nearest] - lap) <= MAX_LAP_SNAP_S and moved[nearest - 1] < lap < moved[nearest + 1]:
            moved[nearest] = lap
    all_edges_s = np.union1d(moved, lap_times_s)
    return all_edges_s, find_owner(moved, midpoints(all_edges_s))


def measure_bouts(
    cleaned: CleanedActivity, edges_s: FloatArray, direction: StrArray, gait: StrArray, marked: NDArray[np.bool_]
) -> Bouts:
    """Return bouts with ``n + 1`` edges and ``n`` labels, with their statistics and grade-adjusted speed measured."""
    stats = stats_from_increments(curve_increments(cleaned, edges_s), cleaned)
    moving = np.isin(direction, ("forward", "backward"))
    log_speed = np.log(np.where(moving, stats.speed_mps, np.nan))
    log_speed += LOG_SPEED_PER_GRADE * mean_grade(cleaned, edges_s[:-1], edges_s[1:])
    return Bouts(edges_s, direction, gait, marked, stats, log_speed)


def _merge_into(cleaned: CleanedActivity, bouts: Bouts, row: int, count: int, labelled: int) -> Bouts:
    """Return the bouts with the ``count`` bouts after ``row`` merged into it, with the gait of bout ``labelled``."""
    gait, marked = bouts.gait.copy(), bouts.marked.copy()
    gait[row] = gait[labelled]
    marked[row] |= marked[row + count]
    merged = np.arange(row + 1, row + count + 1)
    edges_s, direction = np.delete(bouts.edges_s, merged), np.delete(bouts.direction, merged)
    return measure_bouts(cleaned, edges_s, direction, np.delete(gait, merged), np.delete(marked, merged))


def _bridge_interruptions(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """Return the bouts with each short interruption merged into the two similar bouts around it, the shortest first."""
    while len(bouts) > 2:
        length_s, direction = bouts.stats.elapsed_s, bouts.direction
        limit = np.array([MAX_INTERRUPTION_S[name] for name in direction[1:-1].tolist()])
        can_bridge = (direction[:-2] == direction[2:]) & bouts.moving[:-2] & (bouts.gait[:-2] == bouts.gait[2:])
        can_bridge &= np.nan_to_num(np.abs(bouts.log_speed[2:] - bouts.log_speed[:-2])) < MAX_BRIDGED_LOG_SPEED_DIFF
        can_bridge &= (direction[1:-1] != direction[:-2]) & (length_s[1:-1] <= limit)
        can_bridge &= np.minimum(length_s[:-2], length_s[2:]) > length_s[1:-1]
        if not np.any(can_bridge):
            break
        before = int(np.argmin(np.where(can_bridge, length_s[1:-1], np.inf)))
        bouts = _merge_into(cleaned, bouts, before, count=2, labelled=before)
    return bouts


def _merge_similar(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """Return the bouts with neighbours of one direction and similar speed merged, the most similar two first."""
    while len(bouts) > 1:
        dissimilarity = _compute_dissimilarity(bouts)
        nearest = int(np.argmin(dissimilarity))
        if dissimilarity[nearest] > MAX_MERGED_LOG_SPEED_DIFF:
            break
        longer = nearest + int(bouts.stats.elapsed_s[nearest] < bouts.stats.elapsed_s[nearest + 1])
        bouts = _merge_into(cleaned, bouts, nearest, count=1, labelled=longer)
    return bouts


def _compute_dissimilarity(bouts: Bouts) -> FloatArray:
    """Return the differences of log speed of neighbours, raised if gaits differ; infinity for different directions."""
    same = bouts.direction[1:] == bouts.direction[:-1]
    gait_cost = np.where(bouts.gait[1:] != bouts.gait[:-1], MAX_MERGED_LOG_SPEED_DIFF / 2.0, 0.0)
    difference = np.nan_to_num(np.abs(np.diff(bouts.log_speed)), posinf=0.0) + gait_cost
    return np.where(same & ~bouts.moving[1:], 0.0, np.where(same, difference, np.inf))
