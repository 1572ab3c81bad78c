"""A plan held against an activity: aligned, polished, judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.model.plan import Plan
from retropace.annotations.model.workout import DoneStep, Workout
from retropace.annotations.workout_fit.acceptance import STANDS_OUT, impossible, stands_out_by, why_not
from retropace.annotations.workout_fit.activity_grid import Course, course_of
from retropace.annotations.workout_fit.alignment import Path, Placed, align, kind_levels
from retropace.annotations.workout_fit.cost_model import spread_of
from retropace.annotations.workout_fit.refine_edges import polish
from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column, Spans, union
from retropace.segmentation.signals import Signals

STOP_SURE_S = 8.0
"""A rest begins where the runner comes to a stop within so many seconds."""
AT_THE_ENDS_S = 15.0
"""Getting going and coming to a stop are part of the first and last step."""


def fit_workout(plan: Plan, track: Track, signals: Signals, edges_s: Column) -> Workout:
    """Lay a plan along a track; ``edges_s`` are its change points, to see what the plan leaves unexplained."""
    reason = impossible(plan, track)
    path = None if reason else align(plan, track, signals, edges_s)
    if path is None or not path.placed:
        return Workout(plan, (), 0, 0, reason or "no way was found to lay its steps along the activity")
    course = course_of(track, signals, edges_s, len(signals) + 1)
    levels = kind_levels(path, course)
    gains = [stands_out_by(number, path, levels, course) for number in range(len(path.placed))]
    done = tuple(_done(one, gain, course) for one, gain in zip(path.placed, gains, strict=True))
    reason = why_not(plan, path, done, gains, levels, course, edges_s)
    if not reason:
        refined = _refined(path, levels, course, union(np.concatenate((track.pauses, track.standing))))
        done = tuple(_done(one, gain, course) for one, gain in zip(refined, gains, strict=True))
    return Workout(plan, done, path.missing, path.extra, reason)


def _refined(path: Path, levels: dict[int, Column], course: Course, halts: Spans) -> tuple[Placed, ...]:
    """The steps with their edges to the second."""
    placed = _to_stands(polish(path, levels, course, path.cell_s), halts)
    if placed[0].start_s <= AT_THE_ENDS_S:
        placed[0] = replace(placed[0], start_s=0.0)
    if placed[-1].end_s >= course.at_s[-1] - AT_THE_ENDS_S:
        placed[-1] = replace(placed[-1], end_s=float(course.at_s[-1]))
    return tuple(placed)


def _to_stands(placed: list[Placed], halts: Spans) -> list[Placed]:
    """The steps with the edges of rests where the runner really came to a stop and set off again."""
    moved = list(placed)
    for number, one in enumerate(moved):
        if one.step.label.direction != "rest" or len(halts) == 0:
            continue
        stop, go = (
            float(halts[np.abs(halts[:, 0] - one.start_s).argmin(), 0]),
            float(halts[np.abs(halts[:, 1] - one.end_s).argmin(), 1]),
        )
        start_s = stop if abs(stop - one.start_s) <= STOP_SURE_S else one.start_s
        end_s = go if abs(go - one.end_s) <= STOP_SURE_S else one.end_s
        before = moved[number - 1] if number > 0 else None
        after = moved[number + 1] if number + 1 < len(moved) else None
        if start_s >= end_s or (before and before.start_s >= start_s) or (after and after.end_s <= end_s):
            continue
        if before and before.end_s == one.start_s:
            moved[number - 1] = replace(before, end_s=start_s)
        if after and after.start_s == one.end_s:
            moved[number + 1] = replace(after, start_s=end_s)
        moved[number] = replace(one, start_s=start_s, end_s=end_s)
    return moved


def _done(one: Placed, gain: float, course: Course) -> DoneStep:
    at = np.array([one.start_s, one.end_s])
    step = one.step
    elapsed = course.at_s if step.label.direction == "rest" else course.timer_s
    done = float(np.diff(np.interp(at, course.at_s, course.distance_m if step.metres is not None else elapsed))[0])
    planned = step.metres or step.seconds
    if planned is None:
        return DoneStep(step, one.kind, one.start_s, one.end_s, done, np.nan, 1.0)
    ratio = done / planned
    off = np.log(max(ratio, 1e-3)) / spread_of(step, outer=one.outer)
    fit = float(np.exp(-0.5 * off**2)) * (0.5 if gain < STANDS_OUT else 1.0)
    return DoneStep(step, one.kind, one.start_s, one.end_s, done, ratio, fit)
