"""What it costs to take a stretch of an activity for a step of a plan: too long, too short, or not of one kind.

Costs are negative log likelihoods in nats, up to constants. A second of movement is held against the level of its
kind of step (in the first round, when no level is known, against the mean of the stretch itself).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import Step
from retropace.annotations.workout_fit.activity_grid import NEAR_END_S, Course
from retropace.core.spans import Column

TIMED_SHARE, TIMED_S = 0.06, 3.0
"""How far the length of a timed step strays from the plan (standard deviation): glances at the wrist."""
MEASURED_SHARE, MEASURED_M = 0.06, 5.0
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
PACE_ABOUT_COST, STRIDE_COST = 0.05, 0.6
"""For each second of moving in a rest, and for each at walking pace or more: people pace about, but no faster."""
FREE_SHARE = 0.3
"""How far wandering counts within a warm-up or cool-down beside that."""
FREE_STAND_COST = 0.05
"""For each second of standing there: a traffic light is part of a warm-up, standing about before it is not."""
GAIT_COST = 0.3
"""For each second with the cadence of another gait than the step's."""
FAST_COST = 0.25
"""For each second of a backward step faster than the runner mostly is forward."""
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
    free = outer and step.label.direction == "forward"
    cost = cost_of(step, course, start, end, level=level, outer=outer, free=free)
    return Pairs(start.astype(np.intp), cost, ends.astype(np.intp), first)


def cost_of(
    step: Step,
    course: Course,
    start: NDArray[np.intp],
    end: NDArray[np.intp],
    *,
    level: Column | None,
    outer: bool,
    free: bool,
    strict: float = 1.0,
) -> Column:
    """What it costs to take each stretch between a start and an end edge for a step; arrays of one shape.

    ``free`` steps may change their pace within; ``strict`` says how much less than usual lengths may stray.
    """
    quantity, planned, spread = _measure(step, course, outer=outer)
    spread /= strict
    cost = _emission(step, course, start, end, level, free=free)
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
            cost = cost + np.where(course.pressed[end] | (end == len(course)), 0.0, UNPRESSED_COST)
    return cost


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
        free_cost: Column = FREE_SHARE * within + np.maximum(inner, 0.0) + FREE_STAND_COST * stood_s
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
    cost = apart2 if step.recovers else apart2 + STAND_COST * stood_s
    if step.label.direction == "backward":
        cost = cost + FAST_COST * (course.fast_s[end] - course.fast_s[start])
    if step.label.gait == "run":
        cost = cost + GAIT_COST * (course.walking_s[end] - course.walking_s[start])
    elif step.label.gait == "walk":
        cost = cost + GAIT_COST * (course.running_s[end] - course.running_s[start])
    return cost
