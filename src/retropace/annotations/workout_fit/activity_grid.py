"""An activity read on a grid as cumulative quantities, so that any stretch of it costs the same to look at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Lap, is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, contains
from retropace.segmentation.signals import CORRELATION_TIME_S, StandardizedSignals

FAST_SHARE, FAST_QUANTILE = 0.97, 0.8
"""Backward running reaches 0.55–0.80 of one's forward speed: what is about as fast as the faster fifth of the session
is hardly it. That tells which of two alternating paces is the backward one."""
MIN_RUN_CADENCE_SPM, MAX_WALK_CADENCE_SPM = 130.0, 145.0
"""Below nobody runs, above nobody walks (see :mod:`retropace.core.gait`, with room on both sides)."""
MAX_CHANGE_COST, STAND_EDGE_COST = 8.0, 1.5
"""For each change of pace within a warm-up or cool-down half its squared noises, at most this much; for each edge of a
stand this. Pace rises and falls there, there are traffic lights and a few strides, and all of it is the warm-up, while
a set of reps is not."""
ROBUST_LIMIT_SD = 2.5
"""From so many noises off the session's median on."""
EDGE_MARGIN_S = 6.0
MIN_STRIDE_SPEED_MPS = 0.9
"""Walking pace: somebody who paces about is slower."""


@dataclass(frozen=True, slots=True)
class CumulativeSpread:
    """Cumulative sums by which the spread of any stretch is read: ``(n + 1, 2)`` each."""

    sums: FloatArray
    squares: FloatArray
    counts: FloatArray

    def deviation_cost(self, start: NDArray[np.intp], end: NDArray[np.intp]) -> FloatArray:
        """How little the seconds of each stretch are like their mean, in nats."""
        counts, sums = self.counts[end] - self.counts[start], self.sums[end] - self.sums[start]
        apart2 = self.squares[end] - self.squares[start] - sums**2 / np.maximum(counts, 1.0)
        cost: FloatArray = apart2.sum(axis=-1) / (2.0 * CORRELATION_TIME_S)
        return cost


@dataclass(frozen=True, slots=True)
class ActivityGrid:
    """An activity read at the ``n + 1`` edges of a grid: cumulative quantities, each ``(n + 1,)``, ``(n + 1, 2)``."""

    edge_s: FloatArray
    timer_s: FloatArray
    distance_m: FloatArray
    standing_s: FloatArray
    spread: CumulativeSpread
    robust_spread: CumulativeSpread
    """The same with seconds far from the session's median drawn nearer: a walk within a warm-up is no other step."""
    walking_s: FloatArray
    running_s: FloatArray
    fast_s: FloatArray
    striding_s: FloatArray
    change_cost: FloatArray
    """What the change points up to each edge cost, those at the edge included."""
    is_near_change: NDArray[np.bool_]
    """Whether a change point, a pressed lap or an end of the activity is near each edge."""
    is_near_lap_press: NDArray[np.bool_]
    signals: StandardizedSignals
    cell_s: float
    is_moving: NDArray[np.bool_]
    """By second: moving and not paused."""

    def __len__(self) -> int:
        return len(self.edge_s) - 1

    def accumulate(self, per_second: FloatArray) -> FloatArray:
        """The sum of a quantity per second up to each edge."""
        total = np.concatenate(([0.0], np.cumsum(per_second)))
        return total[np.minimum(self.edge_s.astype(np.intp), len(total) - 1)]


def build_activity_grid(
    track: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray, max_cells: int
) -> ActivityGrid:
    """The course of a track, cut at ``edges_s``, on a grid of at most ``most_cells`` cells of whole seconds."""
    seconds = len(signals)
    step = max(int(np.ceil(seconds / max_cells)), 1)
    at_s = np.append(np.arange(0.0, float(seconds), float(step)), float(seconds))
    middle = np.arange(seconds, dtype=np.float64) + 0.5
    paused, still = contains(track.pauses, middle), contains(track.standing, middle)
    moving = ~paused & ~still
    known = signals.known & moving[:, None]
    levels = np.where(known, signals.values, 0.0)
    spm = np.interp(middle, track.t_s, np.nan_to_num(track.cadence_spm, nan=137.0))

    def summed(values: FloatArray) -> FloatArray:
        total = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))
        picked: FloatArray = total[at_s.astype(np.intp)]
        return picked

    speed = np.interp(middle, track.t_s, np.nan_to_num(track.speed_mps))
    fast = FAST_SHARE * float(np.quantile(speed[moving], FAST_QUANTILE)) if np.any(moving) else np.inf

    changed = np.zeros(len(at_s))
    at_edge, cost = _compute_change_costs(signals, moving, edges_s)
    np.add.at(changed, _find_nearest_edges(at_s, at_edge), cost)
    counts = summed(known.astype(np.float64))
    usual = np.nan_to_num(signals.select(np.flatnonzero(moving)).median_level(slice(None)))
    near_usual = np.where(known, np.clip(levels, usual - ROBUST_LIMIT_SD, usual + ROBUST_LIMIT_SD), 0.0)
    ends = np.array(find_pressed_lap_ends(track.laps), dtype=np.float64)
    near = np.zeros(len(at_s), dtype=bool)
    near[_find_nearest_edges(at_s, ends)] = True
    return ActivityGrid(
        edge_s=at_s,
        timer_s=summed((~paused).astype(np.float64)),
        distance_m=np.interp(at_s, track.t_s, track.curves["distance_m"]),
        standing_s=summed(still.astype(np.float64)),
        spread=CumulativeSpread(summed(levels), summed(levels**2), counts),
        robust_spread=CumulativeSpread(summed(near_usual), summed(near_usual**2), counts),
        walking_s=summed((moving & (spm < MIN_RUN_CADENCE_SPM)).astype(np.float64)),
        running_s=summed((moving & (spm > MAX_WALK_CADENCE_SPM)).astype(np.float64)),
        change_cost=np.cumsum(changed),
        striding_s=summed((moving & (speed > MIN_STRIDE_SPEED_MPS)).astype(np.float64)),
        fast_s=summed((moving & (speed > fast)).astype(np.float64)),
        is_near_change=_is_near(at_s, np.concatenate((edges_s, ends)), EDGE_MARGIN_S) if len(edges_s) else near,
        is_near_lap_press=near,
        signals=signals,
        is_moving=moving,
        cell_s=float(step),
    )


def _find_nearest_edges(edge_s: FloatArray, times_s: FloatArray) -> NDArray[np.intp]:
    """The edge that lies nearest to each moment."""
    after = np.clip(np.searchsorted(edge_s, times_s), 1, len(edge_s) - 1)
    nearest: NDArray[np.intp] = after - (times_s - edge_s[after - 1] < edge_s[after] - times_s)
    return nearest


def _is_near(edge_s: FloatArray, times_s: FloatArray, tolerance_s: float) -> NDArray[np.bool_]:
    """Whether one of some moments lies near each edge."""
    ordered = np.sort(times_s)
    after = np.searchsorted(ordered, edge_s)
    before_s, after_s = np.append(-np.inf, ordered)[after], np.append(ordered, np.inf)[after]
    near: NDArray[np.bool_] = np.minimum(edge_s - before_s, after_s - edge_s) <= tolerance_s
    return near


def _compute_change_costs(
    signals: StandardizedSignals, is_moving: NDArray[np.bool_], edges_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The inner change points and what each costs within a step that should hold none."""
    inner = edges_s[1:-1]
    parts = [np.arange(int(a), min(int(np.ceil(b)), len(is_moving))) for a, b in pairwise(edges_s.tolist())]
    levels = [signals.select(part[is_moving[part]]).median_level(slice(None)) for part in parts]
    cost = np.array([0.5 * float(np.nansum((two - one) ** 2)) for one, two in pairwise(levels)])
    stops = np.array([bool(np.any(np.isnan(one)) or np.any(np.isnan(two))) for one, two in pairwise(levels)])
    return inner, np.where(stops, STAND_EDGE_COST, np.minimum(cost, MAX_CHANGE_COST)) if len(inner) else np.empty(0)


def find_pressed_lap_ends(laps: tuple[Lap, ...]) -> list[float]:
    """When laps were ended by a press or by a workout step: not by the watch's own count, nor by the session's end."""
    own = is_autolap(laps)
    return [lap.end_s for lap, is_own in zip(laps[:-1], own[:-1], strict=True) if not is_own]
