"""From segments to bouts: what a runner would call one stretch, whatever interrupted or subdivided it for a moment.

A rep that was cut by a stumble, a dropout, an automatic lap or a change of pace within it is one bout. Laps that were
pressed say where a bout begins and ends, if it begins or ends there at all; laps that the watch ended by itself say
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segment_stats import SegmentStats, curve_increments, stats_from_increments
from retropace.core.segments import Segments, StrArray
from retropace.core.spans import FloatArray
from retropace.labelling.features import LOG_SPEED_PER_GRADE, mean_grade

MAX_LAP_SNAP_S = 10.0
"""A change of pace this near to a pressed lap is that lap: buttons are pressed in passing, watches smooth."""
MIN_LAP_S = 5.0
"""A shorter lap was pressed twice by accident."""
MIN_LAPS = 5
"""Three reps with their recoveries between are five laps."""
MAX_BRIDGED_STAND_S = 8.0
"""A shorter stand between two stretches alike is a stumble, a shoelace, a look at the watch."""
MAX_BRIDGED_DROPOUT_S = 30.0
"""A shorter stretch without any signal between two alike went on as they did."""
MAX_LABEL_GLITCH_S = 9.0
"""A shorter stretch the other way round is a look ahead or a label that is off."""
_MAX_INTERRUPTION_S = {"rest": MAX_BRIDGED_STAND_S, "unknown": MAX_BRIDGED_DROPOUT_S}
MAX_BRIDGED_LOG_SPEED_DIFF = 0.3
"""What an interruption parts may differ by so much in log speed: who stumbles is slower for a while."""
MAX_MERGED_LOG_SPEED_DIFF = 0.10
"""Neighbouring stretches of one direction and gait are one bout up to this difference of log speed."""


@dataclass(frozen=True, slots=True)
class Bouts:
    """``n`` bouts between ``n + 1`` rising edges that cover the activity; columns as in :class:`Segments`."""

    edges_s: FloatArray
    direction: StrArray
    gait: StrArray
    marked: NDArray[np.bool_]
    """Whether the runner said of any part of it what it was."""
    stats: SegmentStats
    log_speed: FloatArray
    """Of what the same effort would have given on the flat; NaN without distance and where nobody moved."""

    def __len__(self) -> int:
        return len(self.direction)

    @property
    def moving(self) -> NDArray[np.bool_]:
        """Which of them were run or walked."""
        return np.isin(self.direction, ("forward", "backward"))


def find_bouts(cleaned: CleanedActivity, segments: Segments) -> Bouts:
    """The bouts of an activity."""
    edges, direction, gait = segments.edges_s, segments.direction, segments.gait
    edges, owner = _snap_to_laps(edges, find_manual_lap_times_s(cleaned))
    bouts = measure_bouts(cleaned, edges, direction[owner], gait[owner], segments.basis[owner] == "annotated")
    bouts = _bridge_interruptions(cleaned, bouts)
    return _merge_similar(cleaned, bouts)


def build_lap_bouts(cleaned: CleanedActivity, segments: Segments) -> Bouts | None:
    """The pressed laps as bouts, each what most of it was; None if there are too few for a set."""
    edges = np.concatenate(([0.0], find_manual_lap_times_s(cleaned), [cleaned.elapsed_s]))
    if len(edges) < MIN_LAPS + 1:
        return None
    every = np.union1d(edges, segments.edges_s)
    middle = (every[1:] + every[:-1]) / 2.0
    owner = np.clip(np.searchsorted(segments.edges_s, middle, side="right") - 1, 0, len(segments) - 1)
    lap = np.searchsorted(edges, middle, side="right") - 1
    longest = [
        int(owner[rows[np.argmax(np.diff(every)[rows])]])
        for rows in (np.flatnonzero(lap == at) for at in range(len(edges) - 1))
    ]
    marked = np.array([bool(np.any(segments.basis[owner[lap == at]] == "annotated")) for at in range(len(edges) - 1)])
    return measure_bouts(cleaned, edges, segments.direction[longest], segments.gait[longest], marked)


def find_manual_lap_times_s(cleaned: CleanedActivity) -> FloatArray:
    """Where laps were pressed or a workout step ended, in order; a lap shorter than 5 s is one press."""
    laps = cleaned.laps
    own = is_autolap(laps)
    ends = [lap.end_s for lap, is_own in zip(laps[:-1], own[:-1], strict=True) if not is_own]
    ends = [end for end in ends if 0.0 < end < cleaned.elapsed_s]
    pressed: list[float] = []
    for end in sorted(ends):
        if not pressed or end - pressed[-1] >= MIN_LAP_S:
            pressed.append(end)
    return np.array(pressed)


def _snap_to_laps(edges_s: FloatArray, lap_times_s: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """The edges with those near a pressed lap moved to it and the other laps added, and which segment each part is."""
    moved = edges_s.copy()
    for lap in lap_times_s.tolist():
        inner = moved[1:-1]
        if len(inner) == 0:
            break
        at = 1 + int(np.argmin(np.abs(inner - lap)))
        if abs(moved[at] - lap) <= MAX_LAP_SNAP_S and moved[at - 1] < lap < moved[at + 1]:
            moved[at] = lap
    every = np.union1d(moved, lap_times_s)
    owner = np.searchsorted(moved, (every[1:] + every[:-1]) / 2.0, side="right") - 1
    return every, np.clip(owner, 0, len(edges_s) - 2)


def measure_bouts(
    cleaned: CleanedActivity, edges_s: FloatArray, direction: StrArray, gait: StrArray, marked: NDArray[np.bool_]
) -> Bouts:
    """Bouts with what the watch measured of them."""
    figures = stats_from_increments(curve_increments(cleaned, edges_s), cleaned)
    moving = (direction == "forward") | (direction == "backward")
    speed = np.log(np.where(moving, figures.speed_mps, np.nan))
    speed += LOG_SPEED_PER_GRADE * mean_grade(cleaned, edges_s[:-1], edges_s[1:])
    return Bouts(edges_s, direction, gait, marked, figures, speed)


def _bridge_interruptions(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """The bouts with short interruptions between two alike made part of them, the shortest first."""
    while len(bouts) > 2:
        length_s = bouts.stats.elapsed_s
        limit = np.array([_MAX_INTERRUPTION_S.get(str(word), MAX_LABEL_GLITCH_S) for word in bouts.direction[1:-1]])
        same = (bouts.direction[:-2] == bouts.direction[2:]) & bouts.moving[:-2] & (bouts.gait[:-2] == bouts.gait[2:])
        same &= np.nan_to_num(np.abs(bouts.log_speed[2:] - bouts.log_speed[:-2])) < MAX_BRIDGED_LOG_SPEED_DIFF
        same &= (bouts.direction[1:-1] != bouts.direction[:-2]) & (length_s[1:-1] <= limit)
        same &= np.minimum(length_s[:-2], length_s[2:]) > length_s[1:-1]
        if not np.any(same):
            break
        at = 1 + int(np.argmin(np.where(same, length_s[1:-1], np.inf)))
        marked = bouts.marked.copy()
        marked[at - 1] |= marked[at + 1]
        bouts = measure_bouts(
            cleaned,
            np.delete(bouts.edges_s, [at, at + 1]),
            np.delete(bouts.direction, [at, at + 1]),
            np.delete(bouts.gait, [at, at + 1]),
            np.delete(marked, [at, at + 1]),
        )
    return bouts


def _merge_similar(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """The bouts with neighbours alike made one, the most alike first."""
    while len(bouts) > 1:
        apart = _compute_dissimilarity(bouts)
        nearest = int(np.argmin(apart))
        if apart[nearest] > MAX_MERGED_LOG_SPEED_DIFF:
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
    """How unlike each two neighbours are: the difference of their log speeds; infinite for different directions."""
    apart = np.abs(np.diff(bouts.log_speed))
    same = bouts.direction[1:] == bouts.direction[:-1]
    still = same & ~bouts.moving[1:]
    unlike_gait = bouts.gait[1:] != bouts.gait[:-1]
    apart = np.where(np.isfinite(apart), apart, 0.0) + np.where(unlike_gait, MAX_MERGED_LOG_SPEED_DIFF / 2.0, 0.0)
    return np.where(still, 0.0, np.where(same, apart, np.inf))
