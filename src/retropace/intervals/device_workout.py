"""The workout that the watch guided the session by, as it was carried out: laps say which step each of them was."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from retropace.annotations.implicit.device_workout import plan_of
from retropace.annotations.model.plan import Step, steps_of
from retropace.annotations.model.workout import DoneStep, Workout
from retropace.annotations.workout_fit.fit import fit_workout
from retropace.core.activity import automatic
from retropace.core.cleaned_activity import Track
from retropace.core.errors import AnnotationError
from retropace.core.segments import Segments
from retropace.intervals.efforts import timer_s
from retropace.segmentation.signals import signals_of


def guided_workout(track: Track, segments: Segments) -> Workout | None:
    """The workout in the file with what was done of it; None if there is none, or none that fits.

    Where no lap says which step it carried out, the workout is laid along the session, cut at its segments.
    """
    if not track.steps:
        return None
    try:
        plan = plan_of(track.steps)
    except AnnotationError:
        return None
    if all(lap.step_index is None for lap in track.laps):
        laid = fit_workout(plan, track, signals_of(track), segments.edges_s)
        return laid if laid.fits else None
    # A step's place in the text is its place among those that are no repeats.
    indices = [step.index for step in track.steps if step.duration_kind != "repeat"]
    steps = dict(zip(indices, enumerate(steps_of(plan.items)), strict=True))
    done = []
    for start_s, end_s, index in _spans(track):
        if index in steps:
            kind, step = steps[index]
            done.append(_done(track, step, kind, start_s, end_s))
    return Workout(plan, tuple(done), 0, 0) if done else None


def _spans(track: Track) -> list[tuple[float, float, int]]:
    """Start, end and step of every step carried out; laps that the watch ended within one are parts of it."""
    own = automatic(track.laps)
    first = [0, *(at + 1 for at, is_own in enumerate(own[:-1]) if not is_own), len(track.laps)]
    found = []
    for begin, end in pairwise(first):
        index = track.laps[begin].step_index
        if index is not None:
            found.append((track.laps[begin].start_s, min(track.laps[end - 1].end_s, track.elapsed_s), index))
    return found


def _done(track: Track, step: Step, kind: int, start_s: float, end_s: float) -> DoneStep:
    seconds = timer_s(track, start_s, end_s)
    metres = float(track.between("distance_m", np.array([start_s, end_s]))[0])
    done = seconds if step.metres is None else metres
    planned = step.metres or step.seconds
    return DoneStep(step, kind, start_s, end_s, done, np.nan if planned is None else done / planned, 1.0)
