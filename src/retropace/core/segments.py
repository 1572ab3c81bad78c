"""The labelled segments of an activity, which cover it without gaps or overlaps; one column per attribute."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs

DIRECTIONS = ("forward", "backward", "rest", "unknown")
"""Possible directions of a segment; ``rest``: standing or paused, ``unknown``: neither speed nor cadence."""
GAITS = ("run", "walk", "stand")
"""Possible gaits of a segment."""
BASES = ("annotated", "suspected", "assumed", "measured")
"""Reasons for a direction: an annotation, the model's suspicion, nothing against forward, or measured rest."""

StrArray = NDArray[np.str_]
"""Array of strings, ``(n,)``."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """``n`` segments between ``n + 1`` rising edges in elapsed seconds, each ``[edges_s[i], edges_s[i + 1])``."""

    edges_s: FloatArray
    direction: StrArray  # one of ``DIRECTIONS``
    gait: StrArray  # one of ``GAITS``; empty where unknown
    basis: StrArray  # one of ``BASES``
    confidence: FloatArray  # probability in 0..1 that the direction is right; NaN where there is no evidence

    def __len__(self) -> int:
        return len(self.direction)

    @property
    def start_s(self) -> FloatArray:
        """Start of each segment."""
        return self.edges_s[:-1]

    @property
    def end_s(self) -> FloatArray:
        """End of each segment."""
        return self.edges_s[1:]


@dataclass(frozen=True, slots=True)
class BorderlineSegment:
    """A stretch ``[start_s, end_s)`` labelled forward, with its probability of having been run backward."""

    start_s: float
    end_s: float
    probability: float


MAX_SUGGESTIONS = 5
"""Largest number of stretches of a session that are suggested for the runner to look at."""


def find_borderline(segments: Segments, min_probability: float) -> tuple[BorderlineSegment, ...]:
    """Find up to ``MAX_SUGGESTIONS`` stretches assumed forward, backward with ``min_probability``; likeliest first."""
    is_assumed = (segments.direction == "forward") & (segments.basis == "assumed")
    probability = np.where(is_assumed, 1.0 - segments.confidence, 0.0)
    borderline = []
    for first, end in true_runs(probability >= min_probability).tolist():
        seconds = np.diff(segments.edges_s[first : end + 1])
        mean = float(np.average(probability[first:end], weights=seconds))
        borderline.append(BorderlineSegment(float(segments.edges_s[first]), float(segments.edges_s[end]), mean))
    return tuple(sorted(borderline, key=lambda stretch: -stretch.probability)[:MAX_SUGGESTIONS])
