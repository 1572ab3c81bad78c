"""Simulated sessions with known truth: a simulated runner carries out a plan at a place, and a watch records it."""

from retropace.simulate.athlete import SimulatedAthlete as SimulatedAthlete
from retropace.simulate.body import Truth as Truth
from retropace.simulate.place import SimulatedPlace as SimulatedPlace
from retropace.simulate.plan import PlannedStretch as PlannedStretch
from retropace.simulate.plan import backward as backward
from retropace.simulate.plan import forward as forward
from retropace.simulate.plan import rest as rest
from retropace.simulate.plan import walk as walk
from retropace.simulate.session import SimulatedSession as SimulatedSession
from retropace.simulate.session import simulate as simulate
from retropace.simulate.watch import Watch as Watch
