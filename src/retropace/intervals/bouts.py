"""Bouts: uninterrupted stretches of one direction and pace, built from segments.

A segment boundary caused by a stumble, a signal dropout, an autolap or a small change of pace does not end a bout.
Manual laps do: their times are used as exact bout edges. Laps that the watch ended by itself are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segment_stats import SegmentStats, curve_increments, stats_from_increments
from retropace.core.segments import Segments, StrArray
from retropace.core.spans import FloatArray, find_owner, midpoints
from retropace.labelling.features import LOG_SPEED_PER_GRADE, mean_grade

MAX_LAP_SNAP_S = 10.0
"""Largest number of seconds by which a segment edge may move to a manual lap: runners press in passing, and watches
smooth."""
MIN_LAP_S = 5.0
"""Minimum duration (s) of a lap; the press that ends a shorter one is taken as accidental."""
MIN_LAPS = 5
"""Minimum number of manual laps; with fewer, laps are not searched for a set. Five are three reps with two
recoveries."""
MAX_BRIDGED_STAND_S = 8.0
"""Longest time of standing (s) that does not end a bout, as after a stumble or to tie a shoelace."""
MAX_BRIDGED_DROPOUT_S = 30.0
"""Longest signal dropout (s) that does not end a bout."""
MAX_LABEL_GLITCH_S = 9.0
"""Longest stretch (s) of the other direction that does not end a bout, as when the runner turns for a moment or a label
is wrong."""
_MAX_INTERRUPTION_S = {"rest": MAX_BRIDGED_STAND_S, "unknown": MAX_BRIDGED_DROPOUT_S}
"""Longest interruption (s) that does not end a bout, by the direction of the interruption. ``MAX_LABEL_GLITCH_S`` holds
for directions not listed."""
MAX_BRIDGED_LOG_SPEED_DIFF = 0.3
"""Largest difference of log speed before and after an interruption at which the bout goes on after it. At a larger
difference two bouts result. Runners are slower after a stumble."""
MAX_MERGED_LOG_SPEED_DIFF = 0.10
"""Largest difference of log speed between neighbouring stretches of one direction that form one bout."""


@dataclass(frozen=True, slots=True)
class Bouts:
    """The ``n`` bouts that cover an activity; columns have shape ``(n,)``, with values as in :class:`Segments`."""

    edges_s: FloatArray
    """Starts of all bouts and the end of the last, in elapsed seconds, shape ``(n + 1,)``."""
    direction: StrArray
    gait: StrArray
    marked: NDArray[np.bool_]
    """Whether the runner annotated the direction of any part of the bout."""
    stats: SegmentStats
    log_speed: FloatArray
    """Natural logarithm of the speed (m/s) that the same effort gives on level ground; NaN without distance or
    movement."""

    def __len__(self) -> int:
        return len(self.direction)

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Whether the runner ran or walked in each bout, shape ``(n,)``."""
        return np.isin(self.direction, ("forward", "backward"))


def find_bouts(cleaned: CleanedActivity, segments: Segments) -> Bouts:
    """Return the bouts of an activity, merged from its segments, with edges moved to manual laps close to them."""
    edges, direction, gait = segments.edges_s, segments.direction, segments.gait
    edges, owner = _snap_to_laps(edges, find_manual_lap_times_s(cleaned))
    bouts = measure_bouts(cleaned, edges, direction[owner], gait[owner], segments.basis[owner] == "annotated")
    bouts = _bridge_interruptions(cleaned, bouts)
    return _merge_similar(cleaned, bouts)


def build_lap_bouts(cleaned: CleanedActivity, segments: Segments) -> Bouts | None:
    """Return one bout for each manual lap, with the direction and gait of the longest segment within it.

    Returns None if there are fewer than ``MIN_LAPS`` laps.
    """
    edges = np.concatenate(([0.0], find_manual_lap_times_s(cleaned), [cleaned.elapsed_s]))
    if len(edges) < MIN_LAPS + 1:
        return None
    all_edges_s = np.union1d(edges, segments.edges_s)
    middles_s = midpoints(all_edges_s)
    owner, lap = find_owner(segments.edges_s, middles_s), find_owner(edges, middles_s)
    longest = [
        int(owner[rows[np.argmax(np.diff(all_edges_s)[rows])]])
        for rows in (np.flatnonzero(lap == number) for number in range(len(edges) - 1))
    ]
    marked = np.array(
        [bool(np.any(segments.basis[owner[lap == number]] == "annotated")) for number in range(len(edges) - 1)]
    )
    return measure_bouts(cleaned, edges, segments.direction[longest], segments.gait[longest], marked)


def find_manual_lap_times_s(cleaned: CleanedActivity) -> FloatArray:
    """Return the times at which a lap was pressed or a workout step ended, in rising elapsed seconds.

    Presses less than ``MIN_LAP_S`` after the previous one are dropped.
    """
    laps = cleaned.laps
    is_auto = is_autolap(laps)
    ends = [lap.end_s for lap, is_automatic in zip(laps[:-1], is_auto[:-1], strict=True) if not is_automatic]
    ends = [end for end in ends if 0.0 < end < cleaned.elapsed_s]
    times_s: list[float] = []
    for end in sorted(ends):
        if not times_s or end - times_s[-1] >= MIN_LAP_S:
            times_s.append(end)
    return np.array(times_s)


def _snap_to_laps(edges_s: FloatArray, lap_times_s: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return the edges after moving the nearest to each lap time, and the segment index of each interval between them.

    An edge moves by at most ``MAX_LAP_SNAP_S``. Lap times without a near edge become additional edges.
    """
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
    moving = (direction == "forward") | (direction == "backward")
    log_speed = np.log(np.where(moving, stats.speed_mps, np.nan))
    log_speed += LOG_SPEED_PER_GRADE * mean_grade(cleaned, edges_s[:-1], edges_s[1:])
    return Bouts(edges_s, direction, gait, marked, stats, log_speed)


def _bridge_interruptions(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """Return the bouts with each short interruption merged into the two similar bouts around it, the shortest first."""
    while len(bouts) > 2:
        length_s = bouts.stats.elapsed_s
        limit = np.array(
            [_MAX_INTERRUPTION_S.get(str(direction), MAX_LABEL_GLITCH_S) for direction in bouts.direction[1:-1]]
        )
        can_bridge = (
            (bouts.direction[:-2] == bouts.direction[2:]) & bouts.moving[:-2] & (bouts.gait[:-2] == bouts.gait[2:])
        )
        can_bridge &= np.nan_to_num(np.abs(bouts.log_speed[2:] - bouts.log_speed[:-2])) < MAX_BRIDGED_LOG_SPEED_DIFF
        can_bridge &= (bouts.direction[1:-1] != bouts.direction[:-2]) & (length_s[1:-1] <= limit)
        can_bridge &= np.minimum(length_s[:-2], length_s[2:]) > length_s[1:-1]
        if not np.any(can_bridge):
            break
        index = 1 + int(np.argmin(np.where(can_bridge, length_s[1:-1], np.inf)))
        marked = bouts.marked.copy()
        marked[index - 1] |= marked[index + 1]
        bouts = measure_bouts(
            cleaned,
            np.delete(bouts.edges_s, [index, index + 1]),
            np.delete(bouts.direction, [index, index + 1]),
            np.delete(bouts.gait, [index, index + 1]),
            np.delete(marked, [index, index + 1]),
        )
    return bouts


def _merge_similar(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """Return the bouts with neighbours of one direction and similar speed merged, the most similar two first."""
    while len(bouts) > 1:
        dissimilarity = _compute_dissimilarity(bouts)
        nearest = int(np.argmin(dissimilarity))
        if dissimilarity[nearest] > MAX_MERGED_LOG_SPEED_DIFF:
            break
        keep = int(bouts.stats.elapsed_s[nearest] < bouts.stats.elapsed_s[nearest + 1])
        gait, marked = bouts.gait.copy(), bouts.marked.copy()
        gait[nearest] = gait[nearest + keep]
        marked[nearest] |= marked[nearest + 1]
        bouts = measure_bouts(
            cleaned,
            np.delete(bouts.edges_s, nearest + 1),
            np.delete(bouts.direction, nearest + 1),
            np.delete(gait, nearest + 1),
            np.delete(marked, nearest + 1),
        )
    return bouts


def _compute_dissimilarity(bouts: Bouts) -> FloatArray:
    """Return how unlike neighbouring bouts are, shape ``(n - 1,)``; infinity for different directions.

    The value is the difference of log speed, raised if the gait differs.
    """
    difference = np.abs(np.diff(bouts.log_speed))
    same = bouts.direction[1:] == bouts.direction[:-1]
    both_still = same & ~bouts.moving[1:]
    gait_differs = bouts.gait[1:] != bouts.gait[:-1]
    difference = np.where(np.isfinite(difference), difference, 0.0) + np.where(
        gait_differs, MAX_MERGED_LOG_SPEED_DIFF / 2.0, 0.0
    )
    return np.where(both_still, 0.0, np.where(same, difference, np.inf))
