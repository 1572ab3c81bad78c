"""An activity read on a grid as cumulative quantities, so that any stretch of it costs the same to look at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Lap, automatic
from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column, covered
from retropace.segmentation.signals import INDEPENDENT_S, Signals

FAST_SHARE, FAST_QUANTILE = 0.97, 0.8
"""Backward running reaches 0.55–0.80 of one's forward speed: what is about as fast as the faster fifth of the session
is hardly it. That tells which of two alternating paces is the backward one."""
WALK_SPM, RUN_SPM = 130.0, 145.0
"""Below nobody runs, above nobody walks (see :mod:`retropace.core.gait`, with room on both sides)."""
CHANGE_MOST, STOP_COST = 8.0, 1.5
"""For each change of pace within a warm-up or cool-down half its squared noises, at most this much; for each edge of a
stand this. Pace rises and falls there, there are traffic lights and a few strides, and all of it is the warm-up, while
a set of reps is not."""
CALM = 2.5
"""From so many noises off the session's median on."""
NEAR_END_S = 6.0
STRIDE_MPS = 0.9
"""Walking pace: somebody who paces about is slower."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Cumulative sums by which the spread of any stretch is read: ``(n + 1, 2)`` each."""

    sums: Column
    squares: Column
    counts: Column

    def within(self, start: NDArray[np.intp], end: NDArray[np.intp]) -> Column:
        """How little the seconds of each stretch are like their mean, in nats."""
        counts, sums = self.counts[end] - self.counts[start], self.sums[end] - self.sums[start]
        apart2 = self.squares[end] - self.squares[start] - sums**2 / np.maximum(counts, 1.0)
        cost: Column = apart2.sum(axis=-1) / (2.0 * INDEPENDENT_S)
        return cost


@dataclass(frozen=True, slots=True)
class Course:
    """An activity read at the ``n + 1`` edges of a grid: cumulative quantities, each ``(n + 1,)``, ``(n + 1, 2)``."""

    at_s: Column
    timer_s: Column
    distance_m: Column
    stand_s: Column
    spread: Spread
    calm: Spread
    """The same with seconds far from the session's median drawn nearer: a walk within a warm-up is no other step."""
    walking_s: Column
    running_s: Column
    fast_s: Column
    striding_s: Column
    changes: Column
    """What the change points up to each edge cost, those at the edge included."""
    turning: NDArray[np.bool_]
    """Whether a change point, a pressed lap or an end of the activity is near each edge."""
    pressed: NDArray[np.bool_]
    signals: Signals
    cell_s: float
    moving: NDArray[np.bool_]
    """By second: moving and not paused."""

    def __len__(self) -> int:
        return len(self.at_s) - 1

    def on_grid(self, per_second: Column) -> Column:
        """The sum of a quantity per second up to each edge."""
        total = np.concatenate(([0.0], np.cumsum(per_second)))
        return total[np.minimum(self.at_s.astype(np.intp), len(total) - 1)]


def course_of(track: Track, signals: Signals, edges_s: Column, most_cells: int) -> Course:
    """The course of a track, cut at ``edges_s``, on a grid of at most ``most_cells`` cells of whole seconds."""
    seconds = len(signals)
    step = max(int(np.ceil(seconds / most_cells)), 1)
    at_s = np.append(np.arange(0.0, float(seconds), float(step)), float(seconds))
    middle = np.arange(seconds, dtype=np.float64) + 0.5
    paused, still = covered(track.pauses, middle), covered(track.standing, middle)
    moving = ~paused & ~still
    known = signals.known & moving[:, None]
    levels = np.where(known, signals.levels, 0.0)
    spm = np.interp(middle, track.t_s, np.nan_to_num(track.cadence_spm, nan=137.0))

    def summed(values: Column) -> Column:
        total = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))
        picked: Column = total[at_s.astype(np.intp)]
        return picked

    speed = np.interp(middle, track.t_s, np.nan_to_num(track.speed_mps))
    fast = FAST_SHARE * float(np.quantile(speed[moving], FAST_QUANTILE)) if np.any(moving) else np.inf

    changed = np.zeros(len(at_s))
    at_edge, cost = _changes(signals, moving, edges_s)
    np.add.at(changed, _nearest(at_s, at_edge), cost)
    counts = summed(known.astype(np.float64))
    usual = np.nan_to_num(signals.rows(np.flatnonzero(moving)).level(slice(None)))
    near_usual = np.where(known, np.clip(levels, usual - CALM, usual + CALM), 0.0)
    ends = np.array(pressed_ends(track.laps), dtype=np.float64)
    near = np.zeros(len(at_s), dtype=bool)
    near[_nearest(at_s, ends)] = True
    return Course(
        at_s=at_s,
        timer_s=summed((~paused).astype(np.float64)),
        distance_m=np.interp(at_s, track.t_s, track.curves["distance_m"]),
        stand_s=summed(still.astype(np.float64)),
        spread=Spread(summed(levels), summed(levels**2), counts),
        calm=Spread(summed(near_usual), summed(near_usual**2), counts),
        walking_s=summed((moving & (spm < WALK_SPM)).astype(np.float64)),
        running_s=summed((moving & (spm > RUN_SPM)).astype(np.float64)),
        changes=np.cumsum(changed),
        striding_s=summed((moving & (speed > STRIDE_MPS)).astype(np.float64)),
        fast_s=summed((moving & (speed > fast)).astype(np.float64)),
        turning=_is_near(at_s, np.concatenate((edges_s, ends)), NEAR_END_S) if len(edges_s) else near,
        pressed=near,
        signals=signals,
        moving=moving,
        cell_s=float(step),
    )


def _nearest(at_s: Column, moments_s: Column) -> NDArray[np.intp]:
    """The edge that lies nearest to each moment."""
    after = np.clip(np.searchsorted(at_s, moments_s), 1, len(at_s) - 1)
    nearest: NDArray[np.intp] = after - (moments_s - at_s[after - 1] < at_s[after] - moments_s)
    return nearest


def _is_near(at_s: Column, moments_s: Column, within_s: float) -> NDArray[np.bool_]:
    """Whether one of some moments lies near each edge."""
    ordered = np.sort(moments_s)
    after = np.searchsorted(ordered, at_s)
    before_s, after_s = np.append(-np.inf, ordered)[after], np.append(ordered, np.inf)[after]
    near: NDArray[np.bool_] = np.minimum(at_s - before_s, after_s - at_s) <= within_s
    return near


def _changes(signals: Signals, moving: NDArray[np.bool_], edges_s: Column) -> tuple[Column, Column]:
    """The inner change points and what each costs within a step that should hold none."""
    inner = edges_s[1:-1]
    parts = [np.arange(int(a), min(int(np.ceil(b)), len(moving))) for a, b in pairwise(edges_s.tolist())]
    levels = [signals.rows(part[moving[part]]).level(slice(None)) for part in parts]
    cost = np.array([0.5 * float(np.nansum((two - one) ** 2)) for one, two in pairwise(levels)])
    stops = np.array([bool(np.any(np.isnan(one)) or np.any(np.isnan(two))) for one, two in pairwise(levels)])
    return inner, np.where(stops, STOP_COST, np.minimum(cost, CHANGE_MOST)) if len(inner) else np.empty(0)


def pressed_ends(laps: tuple[Lap, ...]) -> list[float]:
    """When laps were ended by a press or by a workout step: not by the watch's own count, nor by the session's end."""
    own = automatic(laps)
    return [lap.end_s for lap, is_own in zip(laps[:-1], own[:-1], strict=True) if not is_own]
