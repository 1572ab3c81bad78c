"""Simulated interval sessions with accurate recordings, and annotations of their backward stretches."""

from collections.abc import Sequence
from functools import cache

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
from retropace.simulate.kinds import FORWARD_KINDS, draw
from tests.support.simulated_labels import condition

PATH = SimulatedPlace("path", 52.5, 13.3)
SEEDS = range(2000, 2005)
"""The seeds whose sessions of each kind several tests look at."""


@cache
def find_drawn_intervals(kind: str, seed: int) -> Intervals:
    """Find the intervals of a drawn session, of whose backward reps one is annotated; computed once."""
    return intervals_of(condition(draw(kind, seed), seed, "nothing" if kind in FORWARD_KINDS else "one rep"))


def simulate_session(
    plan: Sequence[PlannedStretch], seed: int = 1, place: SimulatedPlace = PATH, watch: Watch | None = None
) -> SimulatedSession:
    """Simulate a plan carried out by a runner whose backward running is easy to detect."""
    return simulate(
        plan, athlete=SimulatedAthlete(run_mps=3.0, backward_speed_ratio=0.65), place=place, watch=watch, seed=seed
    )


def find_intervals(
    plan: Sequence[PlannedStretch], seed: int = 1, place: SimulatedPlace = PATH, watch: Watch | None = None
) -> Intervals:
    """Find the intervals of a simulated session in which every backward stretch is annotated."""
    made = simulate_session(plan, seed, place, watch)
    return intervals_of(analyze(made.activity, annotate_backward(made)))


def annotate_backward(session: SimulatedSession) -> list[Annotation]:
    """Annotate all backward stretches of a session."""
    truth = session.truth
    return [
        Annotation(float(start), float(end), Label("backward"))
        for start, end, direction in zip(truth.edges_s[:-1], truth.edges_s[1:], truth.direction, strict=True)
        if direction == "backward"
    ]


def simulate_quarter_mile(ratio: float, seed: int) -> tuple[SimulatedSession, float]:
    """Simulate a session with manual laps and one quarter-mile test near a ratio, and return the true ratio."""
    rng = np.random.default_rng((9, seed))
    run_mps, effort = float(rng.uniform(2.6, 3.4)), float(rng.uniform(1.2, 1.4))
    athlete = SimulatedAthlete(run_mps=run_mps, backward_speed_ratio=effort / ratio)
    plan: list[PlannedStretch] = [forward(seconds=420), forward(metres=400, effort=effort)]
    plan += [rest(float(rng.integers(90, 150))), backward(metres=400), walk("forward", 120), forward(seconds=300)]
    place = SimulatedPlace(str(rng.choice(["track", "path"])), 52.5, 13.3)
    made = simulate(plan, athlete=athlete, place=place, watch=Watch(position_error_sd_m=2.0), seed=seed)
    durations_s = np.diff(made.truth.edges_s)
    return made, float(durations_s[3] / durations_s[1])
