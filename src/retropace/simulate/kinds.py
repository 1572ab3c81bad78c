"""Random sessions of every kind: plan, athlete, place and watch are all drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from retropace.simulate import backward_kinds, forward_kinds
from retropace.simulate.athlete import SimulatedAthlete
from retropace.simulate.backward_kinds import SessionPlan
from retropace.simulate.draws import draw_athlete, draw_place, draw_plain, draw_watch
from retropace.simulate.session import SimulatedSession, simulate

SessionKind = Callable[[np.random.Generator], SessionPlan]
"""Function that draws a random plan of one kind of session, with its workout sentence."""

BACKWARD_KINDS: dict[str, SessionKind] = {
    "reps": backward_kinds.reps,
    "quarter mile": backward_kinds.quarter_mile,
    "mixed": backward_kinds.mixed,
    "beginner": backward_kinds.beginner,
    "alternating": backward_kinds.alternating,
    "long": backward_kinds.long,
}
"""Kinds of sessions with backward stretches, by name."""
FORWARD_KINDS: dict[str, SessionKind] = {
    "easy": forward_kinds.easy,
    "tempo": forward_kinds.tempo,
    "strides": forward_kinds.strides,
    "run/walk": forward_kinds.run_walk,
    "recovery jogs": forward_kinds.recovery_jogs,
    "stop and go": forward_kinds.stop_and_go,
    "stroll": forward_kinds.stroll,
}
"""Kinds of sessions without backward stretches, by name."""
INTERVAL_KINDS: dict[str, SessionKind] = {
    "pyramid": backward_kinds.pyramid,
    "two sets": backward_kinds.two_sets,
}
"""Kinds of interval sessions whose backward repetitions have several lengths, by name."""
WATCH_STOP_PROBABILITY = 0.25
"""Probability that the runner of a random session stops the watch each time they stand still."""
_ALL_KINDS = BACKWARD_KINDS | FORWARD_KINDS | INTERVAL_KINDS
"""All kinds of sessions by name. Their order must not change, because the index of a kind is part of its random
seed."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A random session, with the workout sentence that describes it and the athlete who ran it."""

    session: SimulatedSession
    sentence: str
    athlete: SimulatedAthlete


def draw(kind: str, seed: int, athlete: SimulatedAthlete | None = None, *, plain: bool = False) -> Draw:
    """Draw a session of a kind by ``athlete``, else by a random one; the same arguments give the same session.

    A ``plain`` session is run on the flat with a watch that writes every second and loses nothing. Raises
    ``ValueError`` for an unknown kind.
    """
    rng = np.random.default_rng((list(_ALL_KINDS).index(kind), seed))
    plan, sentence = _ALL_KINDS[kind](rng)
    athlete = athlete or draw_athlete(rng)
    if plain:
        place, watch = draw_plain(rng)
        return Draw(
            simulate(plan, athlete=athlete, place=place, watch=watch, name=f"{kind} {seed}", seed=seed),
            sentence,
            athlete,
        )
    place = draw_place(rng)
    length_s = sum(
        stretch.seconds or (stretch.metres or 0.0) / athlete.speed_mps(stretch.direction, stretch.gait, stretch.effort)
        for stretch in plan
    )
    watch = draw_watch(rng, length_s, place.kind == "treadmill")
    if rng.random() < WATCH_STOP_PROBABILITY:
        plan = [replace(stretch, paused=stretch.gait == "stand") for stretch in plan]
    session = simulate(plan, athlete=athlete, place=place, watch=watch, name=f"{kind} {seed}", seed=seed)
    return Draw(session, sentence, athlete)
