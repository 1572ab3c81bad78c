"""What it costs to take a stretch of an activity for a step of a plan: too long, too short, or not of one kind.

Costs are negative log likelihoods in nats, up to constants. A second of movement is held against the level of its
kind of step (in the first round, when no level is known, against the mean of the stretch itself).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.activity import Lap, automatic
from retropace.annotations.plan import Step
from retropace.signals import INDEPENDENT_S, MOST2, Signals
from retropace.spans import Column, covered
from retropace.track import Track

TIMED_SHARE, TIMED_S = 0.06, 4.0
"""How far the length of a timed step strays from the plan (standard deviation): glances at the wrist."""
MEASURED_SHARE, MEASURED_M = 0.06, 15.0
"""The same for distances as the watch counts them, whose model is made for steps forward."""
RESTED_SHARE, RESTED_S = 0.15, 10.0
"""Rests are taken less strictly."""
OUTER_SHARE = 0.2
"""So are the first and last step of a session."""
WINDOW = 4.0
"""A step off by more of its standard deviations than this is another step."""
HUBER = 2.0
"""From so many standard deviations on the cost rises evenly: once wrong, it matters less by how much."""
STAND_COST = 0.3
"""For each second of standing in a step that moves: traffic lights happen."""
PACE_ABOUT_COST, STRIDE_COST, STRIDE_MPS = 0.05, 0.6, 0.9
"""For each second of moving in a rest, and for each at walking pace or more: people pace about, but no faster."""
CHANGE_MOST, STOP_COST = 8.0, 1.5
"""For each change of pace within a warm-up or cool-down half its squared noises, at most this much; for each edge of a
stand this. Pace rises and falls there, there are traffic lights and a few strides, and all of it is the warm-up, while
a set of reps is not."""
FREE_SHARE = 0.3
"""How far wandering counts within a warm-up or cool-down beside that."""
CALM = 2.5
"""From so many noises off the session's median on."""
NEAR_END_S = 6.0
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
NO_CHANGE_COST = 3.0
"""For a boundary without a change point near it: twenty to one that a step ends with a change of pace or cadence."""
RAMP_S, RAMP_SHARE = 5.0, 0.25
"""So long getting from one pace to the next takes on a watch, and so much of a short step at most."""
PRESSED_GAIN = 3.0
"""For a boundary at a pressed lap."""
UNPRESSED_COST = 15.0
"""For a step "until lap" that ends where no lap was pressed."""


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
        cost: Column = apart2.sum(axis=1) / (2.0 * INDEPENDENT_S)
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
    np.add.at(changed, np.abs(at_s[None, :] - at_edge[:, None]).argmin(axis=1) if len(at_edge) else [], cost)
    counts = summed(known.astype(np.float64))
    usual = np.nan_to_num(signals.rows(np.flatnonzero(moving)).level(slice(None)))
    near_usual = np.where(known, np.clip(levels, usual - CALM, usual + CALM), 0.0)
    ends = np.array(pressed_ends(track.laps))
    near = np.zeros(len(at_s), dtype=bool)
    if len(ends):
        near[np.abs(at_s[None, :] - ends[:, None]).argmin(axis=1)] = True
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
    cost = _emission(step, course, start, end, level, free=outer and step.label.direction == "forward")
    if planned is not None:
        off = np.abs(np.log(np.maximum(quantity[end] - quantity[start], 1e-9) / planned)) / spread
        cost = cost + np.where(off <= HUBER, 0.5 * off**2, HUBER * off - 0.5 * HUBER**2)
    if step.speed_mps is not None:
        moved_s = (course.timer_s - course.stand_s)[end] - (course.timer_s - course.stand_s)[start]
        speed = (course.distance_m[end] - course.distance_m[start]) / np.maximum(moved_s, 1.0)
        off = np.abs(np.log(np.maximum(speed, 0.05) / step.speed_mps)) / PACE_SHARE
        cost = cost + np.where(off <= HUBER, 0.5 * off**2, HUBER * off - 0.5 * HUBER**2)
    cost = cost + NO_CHANGE_COST * ~course.turning[end]
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
    step: Step, course: Course, start: NDArray[np.intp], end: NDArray[np.intp], level: Column | None, *, free: bool
) -> Column:
    if step.label.direction == "rest":
        moved_s = (course.timer_s - course.stand_s)[end] - (course.timer_s - course.stand_s)[start]
        resting: Column = PACE_ABOUT_COST * moved_s + STRIDE_COST * (course.striding_s[end] - course.striding_s[start])
        return resting
    stood_s = course.stand_s[end] - course.stand_s[start]
    if free:
        within = course.calm.within(start, end)
        # Change points are a few seconds off: those near an end are that end.
        near = int(np.ceil(NEAR_END_S / course.cell_s))
        inner = course.changes[np.maximum(end - near, 0)] - course.changes[np.minimum(start + near, len(course))]
        free_cost: Column = FREE_SHARE * within + np.maximum(inner, 0.0)
        return free_cost
    if level is not None:
        unlike = course.on_grid(course.signals.unlike(level) * course.moving)
        apart2 = unlike[end] - unlike[start]
    else:
        # Watches smooth: the first and last seconds of a step are a ramp, which is no unrest of its own.
        length_s = course.at_s[end] - course.at_s[start]
        trim = (np.minimum(RAMP_S, RAMP_SHARE * length_s) / course.cell_s).astype(np.intp)
        apart2 = course.spread.within(start + trim, end - trim)
    cost: Column
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
