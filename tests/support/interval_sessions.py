"""Sessions for the tests: carried out exactly, watched well, backward stretches marked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, Label
from retropace.intervals import Intervals, intervals_of
from retropace.simulate import (
    PlannedStretch,
    SimulatedAthlete,
    SimulatedPlace,
    SimulatedSession,
    Watch,
    backward,
    forward,
    rest,
    simulate,
    walk,
)

PATH = SimulatedPlace("path", 52.5, 13.3)


def session(
    plan: Sequence[PlannedStretch], seed: int = 1, place: SimulatedPlace = PATH, watch: Watch | None = None
) -> SimulatedSession:
    """The plan carried out by somebody whose backward running is easily told."""
    return simulate(
        plan, athlete=SimulatedAthlete(run_mps=3.0, backward_speed_ratio=0.65), place=place, watch=watch, seed=seed
    )


def understood(
    plan: Sequence[PlannedStretch], seed: int = 1, place: SimulatedPlace = PATH, watch: Watch | None = None
) -> Intervals:
    """What is made of it when every backward stretch was marked."""
    made = session(plan, seed, place, watch)
    return intervals_of(analyze(made.activity, marked_backward(made)))


def marked_backward(session: SimulatedSession) -> list[Annotation]:
    """The backward stretches of a session, marked."""
    truth = session.truth
    return [
        Annotation(float(start), float(end), Label("backward"))
        for start, end, direction in zip(truth.edges_s[:-1], truth.edges_s[1:], truth.direction, strict=True)
        if direction == "backward"
    ]


def quarter_mile_session(ratio: float, seed: int) -> tuple[SimulatedSession, float]:
    """A session with one quarter-mile test about so slow, laps pressed, and its true ratio."""
    rng = np.random.default_rng((9, seed))
    run_mps, effort = float(rng.uniform(2.6, 3.4)), float(rng.uniform(1.2, 1.4))
    athlete = SimulatedAthlete(run_mps=run_mps, backward_speed_ratio=effort / ratio)
    plan: list[PlannedStretch] = [forward(seconds=420), forward(metres=400, effort=effort)]
    plan += [rest(float(rng.integers(90, 150))), backward(metres=400), walk("forward", 120), forward(seconds=300)]
    place = SimulatedPlace(str(rng.choice(["track", "path"])), 52.5, 13.3)
    made = simulate(plan, athlete=athlete, place=place, watch=Watch(position_error_sd_m=2.0), seed=seed)
    took = np.diff(made.truth.edges_s)
    return made, float(took[3] / took[1])
