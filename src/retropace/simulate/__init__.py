"""Sessions with known truth: an athlete carries out a plan somewhere, and a watch records it."""

from retropace.simulate.athlete import Athlete
from retropace.simulate.body import Truth
from retropace.simulate.place import Place
from retropace.simulate.plan import Stretch, backward, forward, rest, walk
from retropace.simulate.session import Session, simulate
from retropace.simulate.watch import Watch

__all__ = [
    "Athlete",
    "Place",
    "Session",
    "Stretch",
    "Truth",
    "Watch",
    "backward",
    "forward",
    "rest",
    "simulate",
    "walk",
]
