"""Interval sessions: sets, reps and recoveries, forward against backward."""

from retropace.intervals.best_efforts import Best
from retropace.intervals.compare import Comparison, Ratios
from retropace.intervals.json_document import intervals_document
from retropace.intervals.nominal import Nominal
from retropace.intervals.planned_vs_actual import PlannedStep
from retropace.intervals.quarter_mile import QuarterMile
from retropace.intervals.reps import Recovery, Rep
from retropace.intervals.session import Intervals, Part, intervals_of
from retropace.intervals.sets import IntervalSet, Statistics

__all__ = [
    "Best",
    "Comparison",
    "IntervalSet",
    "Intervals",
    "Nominal",
    "Part",
    "PlannedStep",
    "QuarterMile",
    "Ratios",
    "Recovery",
    "Rep",
    "Statistics",
    "intervals_document",
    "intervals_of",
]
