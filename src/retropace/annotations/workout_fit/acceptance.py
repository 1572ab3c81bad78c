"""Why a plan does not fit an activity: then it labels nothing, and the runner is told the reason.

A plan fits if most of the activity is some step, lengths are about as planned, every backward stretch stands out from
its neighbours, and nothing outside of them looks like another one.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from retropace.annotations.model.plan import Item, Plan, Step, count_steps
from retropace.annotations.model.workout import DoneStep
from retropace.annotations.workout_fit.activity_grid import Course
from retropace.annotations.workout_fit.alignment import Path, Placed
from retropace.annotations.workout_fit.cost_model import spread_of
from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column
from retropace.core.units import clock

LEAST_COVERED = 0.6
"""Share of the session that has to be some step: watches are started early and stopped late, but not for half of it."""
LEAST_DONE = 0.6
"""Share of the planned steps that has to have been done: people cut a session short, but not by half."""
MOST_CHANGES = 3
"""So often pace may change before the first step and after the last."""
MOST_STRAY = 1.5
"""How far lengths may stray from the plan, as the root mean square of standard deviations."""
MOST_WRONG = 0.15
"""Share of the steps that may be off by three standard deviations."""
STANDS_OUT = 3.0
"""Nats by which a stretch has to fit its own pace and cadence better than its neighbours': twenty to one."""
LEAST_APART = 0.8
"""Noises that a step has to be apart from its neighbours: long enough, any two stretches differ reliably by less."""
LEAST_BACKWARD, LEAST_OTHERS = 0.7, 0.5
"""Share of the backward stretches, and of all steps, that have to stand out."""
RESTING_MPS, STANDING_SHARE = 0.4, 0.4
"""Somebody who rests stands for much of it, or paces about: slower than anybody walks, even backward (0.5 m/s)."""
MOST_BETWEEN = 0.05
"""Share of the session that may be movement between steps: pauses are expected there, runs are not."""
LEAST_EXPLAINED = 0.5
"""Share of what the best change points explain of the session that the steps have to explain."""
ALIKE = 0.3
"""Nats per second up to which a stretch looks like a kind of step: between one and two noises from it."""
LOOKALIKE = (0.6, 1.6)
"""How long a stretch outside the backward steps may not be, in lengths of these, while looking like one."""


def impossible(plan: Plan, track: Track) -> str:
    """Why a plan cannot fit before trying: it is longer than the activity by far."""
    planned_s, planned_m = _totals(plan.items)
    whole_m = float(track.curves["distance_m"][-1])
    if planned_s > 1.6 * track.elapsed_s + 60.0:
        return f"its timed steps alone take {clock(planned_s)}, the activity lasts {clock(track.elapsed_s)}"
    if track.distance_source == "none" and planned_m > 0.0:
        return "it has steps by distance, and the recording holds none"
    if planned_m > 1.6 * whole_m + 100.0:
        return f"its steps by distance alone are {planned_m:.0f} m, the activity is {whole_m:.0f} m long"
    if count_steps(plan.items) * 3.0 > track.elapsed_s:
        return f"it has {count_steps(plan.items)} steps, the activity lasts {clock(track.elapsed_s)}"
    return ""


def _totals(items: tuple[Item, ...]) -> tuple[float, float]:
    """Seconds and metres of all timed and all measured steps."""
    seconds = metres = 0.0
    for item in items:
        if isinstance(item, Step):
            seconds, metres = seconds + (item.seconds or 0.0), metres + (item.metres or 0.0)
        else:
            once = _totals(item.body)
            seconds, metres = seconds + item.times * once[0], metres + item.times * once[1]
    return seconds, metres


def stands_out_by(number: int, path: Path, levels: dict[int, Column], course: Course) -> float:
    """By how many nats a step fits its own level better than those of the steps beside it; NaN if that says nothing."""
    one = path.placed[number]
    rows = _rows(one)
    moving = course.moving[rows]
    if one.step.label.direction == "rest":
        metres = float(np.diff(np.interp([one.start_s, one.end_s], course.at_s, course.distance_m))[0])
        stands = 1.0 - float(np.mean(moving)) >= STANDING_SHARE if len(moving) else True
        return np.inf if stands or metres / max(one.end_s - one.start_s, 1.0) <= RESTING_MPS else 0.0
    beside = [path.placed[at] for at in (number - 1, number + 1) if 0 <= at < len(path.placed)]
    beside = [other for other in beside if other.kind != one.kind]
    if one.kind not in levels or not beside:
        return np.nan
    apart2 = [
        float(np.nansum((levels[other.kind] - levels[one.kind]) ** 2)) for other in beside if other.kind in levels
    ]
    if apart2 and min(apart2) < LEAST_APART**2:
        return 0.0
    own = course.signals.rows(rows).unlike(levels[one.kind])[moving]
    gains = [
        float((course.signals.rows(rows).unlike(levels[other.kind])[moving] - own).sum())
        for other in beside
        if other.kind in levels and other.step.label.direction != "rest"
    ]
    return min(gains) if gains else np.inf


def why_not(
    plan: Plan,
    path: Path,
    done: tuple[DoneStep, ...],
    gains: list[float],
    levels: dict[int, Column],
    course: Course,
    edges_s: Column,
) -> str:
    """The first reason why a plan does not fit, in words; empty if it does."""
    first, last = path.placed[0], path.placed[-1]
    planned = count_steps(plan.items)
    if len(path.placed) < LEAST_DONE * planned:
        return f"only {len(path.placed)} of its {planned} steps would have been done"
    covered_s = sum(one.end_s - one.start_s for one in path.placed)
    whole_s = float(course.at_s[-1])
    if covered_s < LEAST_COVERED * whole_s:
        return f"it explains only {clock(covered_s)} of {clock(whole_s)}"
    off = [
        np.log(max(one.ratio, 1e-3)) / spread_of(one.step, outer=placed.outer)
        for one, placed in zip(done, path.placed, strict=True)
        if np.isfinite(one.ratio)
    ]
    if off and (float(np.sqrt(np.mean(np.square(off)))) > MOST_STRAY or float(np.mean(np.abs(off) > 3.0)) > MOST_WRONG):
        worst = done[[number for number, one in enumerate(done) if np.isfinite(one.ratio)][int(np.argmax(np.abs(off)))]]
        return (
            f'its lengths are not those of the activity: "{worst.step}" would have to be '
            f"{clock(worst.start_s)} to {clock(worst.end_s)}, {100.0 * worst.ratio:.0f} % of what was planned"
        )
    backward = [gain for gain, one in zip(gains, path.placed, strict=True) if one.step.label.direction == "backward"]
    rests = [gain for gain, one in zip(gains, path.placed, strict=True) if one.step.label.direction == "rest"]
    if sum(gain == 0.0 for gain in rests) > 0.5 * len(rests):
        return "nobody rested where its rests would have to be: if you walked or jogged there, say so"
    if said := _other_gait(path, course):
        return said
    told = [gain for gain in gains if not np.isnan(gain)]
    weak = sum(not gain > STANDS_OUT for gain in backward if not np.isnan(gain))
    if backward and weak > (1.0 - LEAST_BACKWARD) * len(backward):
        return (
            f"{weak} of its {len(backward)} backward stretches do not stand out by pace or cadence from what is "
            "beside them, where they would have to be"
        )
    if told and sum(gain > STANDS_OUT for gain in told) < LEAST_OTHERS * len(told):
        return "pace and cadence do not change where its steps would have to"
    lost = _unexplained(path, levels, course, edges_s, slice(int(first.start_s), int(np.ceil(last.end_s))))
    if lost < LEAST_EXPLAINED:
        return f"its steps explain {100.0 * max(lost, 0.0):.0f} % of the changes of pace and cadence in the activity"
    return _outside(path, course, edges_s) or _lookalike(path, levels, course, edges_s)


def _other_gait(path: Path, course: Course) -> str:
    """Steps said to be walked that were run, or the other way round, in words."""
    for gait, seconds, other in (("walk", course.running_s, "run"), ("run", course.walking_s, "walked")):
        said = [one for one in path.placed if one.step.label.gait == gait]
        wrong = 0
        for one in said:
            at = np.array([one.start_s, one.end_s])
            moved_s = float(np.diff(np.interp(at, course.at_s, course.timer_s - course.stand_s))[0])
            wrong += float(np.diff(np.interp(at, course.at_s, seconds))[0]) > 0.6 * moved_s
        if wrong > 0.5 * len(said):
            return (
                f"{wrong} of the {len(said)} stretches that it says were {gait}{'ed' * (gait == 'walk')} were {other}"
            )
    return ""


def _outside(path: Path, course: Course, edges_s: Column) -> str:
    """What goes on between the steps, before and after them, in words: then the plan is not that of this session."""
    moved_s = course.timer_s - course.stand_s
    gaps = [(one.end_s, two.start_s) for one, two in pairwise(path.placed) if one.end_s < two.start_s]
    moving_s = [float(np.diff(np.interp(gap, course.at_s, moved_s))[0]) for gap in gaps]
    if sum(moving_s) > MOST_BETWEEN * float(course.at_s[-1]) + 15.0:
        start, end = gaps[int(np.argmax(moving_s))]
        return f"somebody moved on from {clock(start)} to {clock(end)}, where it has no step"
    for start, end in ((0.0, path.placed[0].start_s), (path.placed[-1].end_s, float(course.at_s[-1]))):
        inside = edges_s[(edges_s > start + 5.0) & (edges_s < end - 5.0)]
        if len(inside) >= MOST_CHANGES and end - start > 0.1 * float(course.at_s[-1]):
            return f"pace changes {len(inside)} times from {clock(start)} to {clock(end)}, where it has no steps"
    return ""


def _unexplained(path: Path, levels: dict[int, Column], course: Course, edges_s: Column, within: slice) -> float:
    """The share of what the best change points explain that the steps explain; 1 if there is nothing to explain."""
    moving = np.zeros(len(course.moving), dtype=bool)
    moving[within] = course.moving[within]
    one, best, own = 0.0, 0.0, 0.0
    rows = np.flatnonzero(moving)
    if len(rows) == 0:
        return 1.0
    whole = course.signals.rows(rows)
    one = float(whole.unlike(whole.level(slice(None))).sum())
    for start, end in zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True):
        part = np.arange(int(start), min(int(end), len(moving)))
        part = part[moving[part]]
        if len(part):
            piece = course.signals.rows(part)
            best += float(piece.unlike(piece.level(slice(None))).sum())
    for placed in path.placed:
        if placed.kind in levels and placed.step.label.direction != "rest":
            part = np.arange(*_rows(placed).indices(len(moving)))
            own += float(course.signals.rows(part[moving[part]]).unlike(levels[placed.kind]).sum())
    # A steady session has nothing to explain: whether its steps stand out was asked before.
    return 1.0 if one - best < 0.02 * len(rows) else (one - own) / (one - best)


def _lookalike(path: Path, levels: dict[int, Column], course: Course, edges_s: Column) -> str:
    """What looks like a backward step outside of them all, in words: then reps are missing in the plan."""
    backward = [one for one in path.placed if one.step.label.direction == "backward" and one.kind in levels]
    if not backward:
        return ""
    kinds = {one.kind for one in backward}
    typical_s = {kind: np.median([one.end_s - one.start_s for one in backward if one.kind == kind]) for kind in kinds}
    lengths = course.at_s[-1]
    owner = np.full(int(np.ceil(lengths)) + 1, -1)
    for one in path.placed:
        owner[_rows(one)] = one.kind
    for start, end in zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True):
        rows = np.arange(int(np.ceil(start)), min(int(end), len(course.moving)))
        rows = rows[course.moving[rows]]
        # How somebody sets off and comes home is no rep.
        at_the_ends = start <= 0.0 or end >= float(course.at_s[-1]) - 1.0
        if len(rows) < 10 or at_the_ends or np.any(np.isin(owner[rows], list(kinds))):
            continue
        piece = course.signals.rows(rows)
        mine = int(owner[rows[len(rows) // 2]])
        own = float(piece.unlike(levels[mine]).sum()) if mine in levels else np.inf
        for kind in kinds:
            alike = float(piece.unlike(levels[kind]).sum())
            near = alike < ALIKE * len(rows) and own - alike > 2.0 * STANDS_OUT
            if near and LOOKALIKE[0] * typical_s[kind] <= end - start <= LOOKALIKE[1] * typical_s[kind]:
                return f"{clock(start)} to {clock(end)} looks like its backward stretches, but it has no step for it"
    return ""


def _rows(one: Placed) -> slice:
    return slice(int(one.start_s), int(np.ceil(one.end_s)))
