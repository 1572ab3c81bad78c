"""Totals per direction, all read off the track's cumulative curves, so that the parts add up to the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import Track
from retropace.core.segment_stats import Figures, figures_of, gains_between
from retropace.core.segments import DIRECTIONS, Segments
from retropace.core.spans import Column


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of every segment, of every direction (in the order of ``DIRECTIONS``), and of the whole activity."""

    segments: Figures
    directions: Figures
    whole: Figures
    counts: NDArray[np.intp]
    """How many segments each direction has."""
    annotated_m: Column
    """Metres of each direction that the runner marked."""
    suspected_m: Column
    """Metres of each direction that are suspected."""


def summarize(track: Track, segments: Segments) -> Summary:
    """Sum up the segments. The directions' distances and times add up to the activity's."""
    gains = gains_between(track, segments.edges_s)
    member = segments.direction[None, :] == np.array(DIRECTIONS)[:, None]
    everything = np.ones((1, len(segments)), dtype=bool)

    def total(groups: NDArray[np.bool_]) -> Figures:
        return figures_of({name: groups.astype(np.float64) @ gain for name, gain in gains.items()}, track)

    return Summary(
        segments=figures_of(gains, track),
        directions=total(member),
        whole=total(everything),
        counts=member.sum(axis=1),
        annotated_m=total(member & (segments.basis == "annotated")).distance_m,
        suspected_m=total(member & (segments.basis == "suspected")).distance_m,
    )
