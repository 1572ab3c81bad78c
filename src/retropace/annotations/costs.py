"""What it costs to take a stretch of an activity for a step of a plan: too long, too short, or not of one kind.

Costs are negative log likelihoods in nats, up to constants. A second of movement is held against the level of its
kind of step (in the first round, when no level is known, against the mean of the stretch itself).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.activity import Lap, automatic
from retropace.annotations.plan import Step
from retropace.signals import INDEPENDENT_S, MOST2, Signals
from retropace.spans import Column, covered
from retropace.track import Track

TIMED_SHARE, TIMED_S = 0.06, 4.0
"""How far the length of a timed step strays from the plan (standard deviation): glances at the wrist."""
MEASURED_SHARE, MEASURED_M = 0.05, 12.0
"""The same for distances as the watch counts them, whose model is made for steps forward."""
RESTED_SHARE, RESTED_S = 0.15, 10.0
"""Rests are taken less strictly."""
OUTER_SHARE = 0.2
"""So are the first and last step of a session."""
WINDOW = 3.5
"""A step off by more of its standard deviations than this is another step."""
HUBER = 2.0
"""From so many standard deviations on the cost rises evenly: once wrong, it matters less by how much."""
STAND_COST = 0.3
"""For each second of standing in a step that moves: traffic lights happen."""
MOVE_COST = 0.08
"""For each second of moving in a rest: people pace about."""
GAIT_COST = 0.3
"""For each second with the cadence of another gait than the step's."""
FAST_COST = 0.25
"""For each second of a backward step faster than the runner mostly is forward."""
FAST_SHARE, FAST_QUANTILE = 0.97, 0.8
"""Backward running reaches 0.55–0.80 of one's forward speed: what is about as fast as the faster fifth of the session
is hardly it. That tells which of two alternating paces is the backward one."""
WALK_SPM, RUN_SPM = 130.0, 145.0
"""Below nobody runs, above nobody walks (see :mod:`retropace.gait`, with room on both sides)."""
PACE_SHARE = 0.12
"""How far a pace strays from the one that was planned."""
PRESSED_GAIN = 3.0
"""For a boundary at a pressed lap."""
UNPRESSED_COST = 15.0
"""For a step "until lap" that ends where no lap was pressed."""


@dataclass(frozen=True, slots=True)
class Course:
    """An activity read at the ``n + 1`` edges of a grid: cumulative quantities, each ``(n + 1,)``, ``(n + 1, 2)``."""

    at_s: Column
    timer_s: Column
    distance_m: Column
    stand_s: Column
    sums: Column
    squares: Column
    counts: Column
    walking_s: Column
    running_s: Column
    fast_s: Column
    pressed: NDArray[np.bool_]
    signals: Signals
    moving: NDArray[np.bool_]
    """By second: moving and not paused."""

    def __len__(self) -> int:
        return len(self.at_s) - 1

    def on_grid(self, per_second: Column) -> Column:
        """The sum of a quantity per second up to each edge."""
        total = np.concatenate(([0.0], np.cumsum(per_second)))
        return total[np.minimum(self.at_s.astype(np.intp), len(total) - 1)]


def course_of(track: Track, signals: Signals, most_cells: int) -> Course:
    """The course of a track on a grid of at most ``most_cells`` cells of whole seconds."""
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

    ends = np.array(pressed_ends(track.laps))
    near = np.zeros(len(at_s), dtype=bool)
    if len(ends):
        near[np.abs(at_s[None, :] - ends[:, None]).argmin(axis=1)] = True
    return Course(
        at_s=at_s,
        timer_s=summed((~paused).astype(np.float64)),
        distance_m=np.interp(at_s, track.t_s, track.curves["distance_m"]),
        stand_s=summed(still.astype(np.float64)),
        sums=summed(levels),
        squares=summed(levels**2),
        counts=summed(known.astype(np.float64)),
        walking_s=summed((moving & (spm < WALK_SPM)).astype(np.float64)),
        running_s=summed((moving & (spm > RUN_SPM)).astype(np.float64)),
        fast_s=summed((moving & (speed > fast)).astype(np.float64)),
        pressed=near,
        signals=signals,
        moving=moving,
    )


def pressed_ends(laps: tuple[Lap, ...]) -> list[float]:
    """When laps were ended by a press or by a workout step: not by the watch's own count, nor by the session's end."""
    own = automatic(laps)
    return [lap.end_s for lap, is_own in zip(laps[:-1], own[:-1], strict=True) if not is_own]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every pair of a start and an end that a step may have, by end, and what it costs: columns of one length.

    ``first[e]`` is where the pairs that end at edge ``ends[e]`` begin.
    """

    start: NDArray[np.intp]
    cost: Column
    ends: NDArray[np.intp]
    first: NDArray[np.intp]


def pairs_of(step: Step, course: Course, *, outer: bool, level: Column | None) -> Pairs:
    """The pairs of a step; ``outer`` is the first or last one of a session; ``level`` its kind's, if known."""
    count = len(course)
    quantity, planned, spread = _measure(step, course, outer=outer)
    ends = np.arange(1, count + 1)
    if planned is None:
        low, high = np.zeros(count, dtype=np.intp), ends - 1
    else:
        reach = WINDOW * spread
        low = np.searchsorted(quantity, quantity[ends] - planned * np.exp(reach), side="left")
        high = np.searchsorted(quantity, quantity[ends] - planned * np.exp(-reach), side="right") - 1
        high = np.minimum(high, ends - 1)
    sizes = np.maximum(high - low + 1, 0)
    kept = sizes > 0
    ends, low, sizes = ends[kept], low[kept], sizes[kept]
    first = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
    start = np.arange(int(sizes.sum())) - np.repeat(first - low, sizes)
    end = np.repeat(ends, sizes)
    cost = _emission(step, course, start, end, level)
    if planned is not None:
        off = np.abs(np.log(np.maximum(quantity[end] - quantity[start], 1e-9) / planned)) / spread
        cost = cost + np.where(off <= HUBER, 0.5 * off**2, HUBER * off - 0.5 * HUBER**2)
    if step.speed_mps is not None:
        moved_s = (course.timer_s - course.stand_s)[end] - (course.timer_s - course.stand_s)[start]
        speed = (course.distance_m[end] - course.distance_m[start]) / np.maximum(moved_s, 1.0)
        off = np.abs(np.log(np.maximum(speed, 0.05) / step.speed_mps)) / PACE_SHARE
        cost = cost + np.where(off <= HUBER, 0.5 * off**2, HUBER * off - 0.5 * HUBER**2)
    if np.any(course.pressed):
        cost = cost - PRESSED_GAIN * course.pressed[end]
        if step.until_lap:
            cost = cost + np.where(course.pressed[end] | (end == count), 0.0, UNPRESSED_COST)
    return Pairs(start.astype(np.intp), cost, ends.astype(np.intp), first)


def spread_of(step: Step, *, outer: bool) -> float:
    """The standard deviation of the logarithm of a step's length."""
    if step.label.direction == "rest" and step.seconds is not None:
        share, slack = RESTED_SHARE, RESTED_S / step.seconds
    elif step.seconds is not None:
        share, slack = TIMED_SHARE, TIMED_S / step.seconds
    else:
        share, slack = MEASURED_SHARE, MEASURED_M / (step.metres or 1.0)
    return float(np.hypot(max(share, OUTER_SHARE) if outer else share, min(slack, 0.25)))


def _measure(step: Step, course: Course, *, outer: bool) -> tuple[Column, float | None, float]:
    """What a step is measured in, how long it should be, and how far it may stray."""
    spread = spread_of(step, outer=outer)
    if step.metres is not None:
        return course.distance_m, step.metres, spread
    if step.seconds is not None:
        # A rest goes on while the watch is paused.
        return (course.at_s if step.label.direction == "rest" else course.timer_s), step.seconds, spread
    return course.at_s, None, spread


def _emission(
    step: Step, course: Course, start: NDArray[np.intp], end: NDArray[np.intp], level: Column | None
) -> Column:
    resting = step.label.direction == "rest"
    stood_s = course.stand_s[end] - course.stand_s[start]
    if level is None:
        counts = course.counts[end] - course.counts[start]
        sums, squares = course.sums[end] - course.sums[start], course.squares[end] - course.squares[start]
        apart2 = (squares - sums**2 / np.maximum(counts, 1.0)).sum(axis=1) / (2.0 * INDEPENDENT_S)
    else:
        unlike = course.on_grid(course.signals.unlike(level) * course.moving)
        apart2 = unlike[end] - unlike[start]
    if resting:
        moved_s = (course.timer_s - course.stand_s)[end] - (course.timer_s - course.stand_s)[start]
        cost: Column = MOVE_COST * moved_s + 0.5 * apart2
        return cost
    cost = apart2 + STAND_COST * stood_s
    if step.label.direction == "backward":
        cost = cost + FAST_COST * (course.fast_s[end] - course.fast_s[start])
    if step.label.gait == "run":
        cost = cost + GAIT_COST * (course.walking_s[end] - course.walking_s[start])
    elif step.label.gait == "walk":
        cost = cost + GAIT_COST * (course.running_s[end] - course.running_s[start])
    return cost


def most_cost() -> float:
    """What a second of movement costs at most that is nothing like its step."""
    return 2.0 * MOST2 / (2.0 * INDEPENDENT_S)
