"""Planned against done: each step of a workout with what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from retropace.annotations.model.plan import Item, Step, steps_of
from retropace.annotations.model.workout import DoneStep, Workout
from retropace.core.cleaned_activity import Track

SHORT, LONG = 0.95, 1.05
"""A step that misses its length by more than a twentieth was cut short or drawn out."""
AT_THE_ENDS = 0.2
"""Warm-ups and cool-downs end when they end: they may be off by so much."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A planned step, or one done that no plan holds (``extra``)."""

    step: Step
    status: str
    """``done``, ``short``, ``long``, ``missed`` or ``extra``."""
    done: DoneStep | None
    """None if it was missed."""


def planned_against_done(workout: Workout, track: Track) -> tuple[PlannedStep, ...]:
    """Every planned step in order, those missed and those done beyond the plan among them; empty if nothing fits.

    What was done in metres is what ``track`` counts.
    """
    if not workout.fits:
        return ()
    kinds = {id(step): kind for kind, step in enumerate(steps_of(workout.plan.items))}
    planned = [(step, kinds[id(step)]) for step in _carried_out(workout.plan.items)]
    done = [_measured(one, track) for one in workout.steps]
    wanted = [kind for _, kind in planned]
    found: list[PlannedStep] = []
    at = 0
    for number, (step, kind) in enumerate(planned):
        # What was done of a kind that the rest of the plan holds too seldom is beyond it.
        while at < len(done) and done[at].kind != kind and done[at].kind not in wanted[number:]:
            found.append(PlannedStep(done[at].step, "extra", done[at]))
            at += 1
        if at < len(done) and done[at].kind == kind:
            outer = number in (0, len(planned) - 1)
            found.append(PlannedStep(step, _status(done[at], outer=outer), done[at]))
            at += 1
        else:
            found.append(PlannedStep(step, "missed", None))
    found += [PlannedStep(one.step, "extra", one) for one in done[at:]]
    return tuple(found)


def _measured(one: DoneStep, track: Track) -> DoneStep:
    if one.step.metres is None:
        return one
    metres = float(track.between("distance_m", np.array([one.start_s, one.end_s]))[0])
    return replace(one, done=metres, ratio=metres / one.step.metres)


def _carried_out(items: tuple[Item, ...]) -> Iterator[Step]:
    for item in items:
        if isinstance(item, Step):
            yield item
        else:
            for _ in range(item.times):
                yield from _carried_out(item.body)


def _status(one: DoneStep, *, outer: bool) -> str:
    if not np.isfinite(one.ratio):
        return "done"
    short, long = (1.0 - AT_THE_ENDS, 1.0 + AT_THE_ENDS) if outer else (SHORT, LONG)
    return "short" if one.ratio < short else "long" if one.ratio > long else "done"
