"""The segments of an activity with what is said of each: one column per fact, spans that cover the activity exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs

DIRECTIONS = ("forward", "backward", "rest", "unknown")
GAITS = ("run", "walk", "stand")
BASES = ("annotated", "suspected", "assumed", "measured")

StrArray = NDArray[np.str_]
"""``(n,)`` short words."""


@dataclass(frozen=True, slots=True)
class Segments:
    """``n`` segments between ``n + 1`` rising edges in elapsed seconds, each ``[edges_s[i], edges_s[i + 1])``."""

    edges_s: FloatArray
    direction: StrArray
    """One of ``DIRECTIONS``."""
    gait: StrArray
    """One of ``GAITS``; empty where it cannot be told."""
    basis: StrArray
    """Why it has its direction, one of ``BASES``."""
    confidence: FloatArray
    """Probability in 0..1 that the direction is right; NaN where nothing was there to judge by."""

    def __len__(self) -> int:
        return len(self.direction)

    @property
    def start_s(self) -> FloatArray:
        """Where each segment starts, shape ``(n,)``."""
        return self.edges_s[:-1]

    @property
    def end_s(self) -> FloatArray:
        """Where each segment ends, shape ``(n,)``."""
        return self.edges_s[1:]


@dataclass(frozen=True, slots=True)
class BorderlineSegment:
    """A stretch ``[start_s, end_s)`` taken as forward that may have been backward, with the probability of that."""

    start_s: float
    end_s: float
    probability: float


def find_borderline(segments: Segments, min_probability: float) -> tuple[BorderlineSegment, ...]:
    """The forward stretches that nobody marked whose probability of backward is at least so much, neighbours as one."""
    chance = np.where((segments.direction == "forward") & (segments.basis == "assumed"), 1.0 - segments.confidence, 0.0)
    found = []
    for first, end in true_runs(chance >= min_probability).tolist():
        seconds = np.diff(segments.edges_s[first : end + 1])
        mean = float(np.average(chance[first:end], weights=seconds))
        found.append(BorderlineSegment(float(segments.edges_s[first]), float(segments.edges_s[end]), mean))
    return tuple(found)
