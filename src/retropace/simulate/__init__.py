"""Simulated sessions with known truth: a simulated runner carries out a plan at a place, and a watch records it.

Example:
>>> session = simulate([forward(seconds=60), backward(seconds=30)])
>>> session.truth.direction
('forward', 'backward')

"""

from retropace.simulate.athlete import SimulatedAthlete
from retropace.simulate.body import Truth
from retropace.simulate.place import SimulatedPlace
from retropace.simulate.plan import PlannedStretch, backward, forward, rest, walk
from retropace.simulate.session import SimulatedSession, simulate
from retropace.simulate.watch import Watch

__all__ = [
    "PlannedStretch",
    "SimulatedAthlete",
    "SimulatedPlace",
    "SimulatedSession",
    "Truth",
    "Watch",
    "backward",
    "forward",
    "rest",
    "simulate",
    "walk",
]
