"""Interval sessions: sets, reps and recoveries of an analysis, and the comparison of forward with backward."""

from retropace.core.best_effort import BestEffort
from retropace.intervals.compare import Comparison, DirectionRatios
from retropace.intervals.json_document import intervals_document
from retropace.intervals.nominal import NominalLength
from retropace.intervals.pairs import QuarterMileTest
from retropace.intervals.planned_vs_actual import StepOutcome
from retropace.intervals.reps import Recovery, Rep
from retropace.intervals.session import Intervals, SessionPart, intervals_of
from retropace.intervals.sets import IntervalSet, SetStatistics

__all__ = [
    "BestEffort",
    "Comparison",
    "DirectionRatios",
    "IntervalSet",
    "Intervals",
    "NominalLength",
    "QuarterMileTest",
    "Recovery",
    "Rep",
    "SessionPart",
    "SetStatistics",
    "StepOutcome",
    "intervals_document",
    "intervals_of",
]
