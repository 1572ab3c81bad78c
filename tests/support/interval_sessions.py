"""Sessions for the tests: carried out exactly, watched well, backward stretches marked."""

from __future__ import annotations

from collections.abc import Sequence

from retropace.analysis.pipeline import analyze
from retropace.intervals import Intervals, intervals_of
from retropace.simulate import PlannedStretch, SimulatedAthlete, SimulatedPlace, SimulatedSession, Watch, simulate
from tests.benchmarks.intervals import marked_backward

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
