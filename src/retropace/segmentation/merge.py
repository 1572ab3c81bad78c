"""Merging of a fine segmentation: the least important edges go, and the rest move to where the change began."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray

MAX_CONTRAST_SD = 5.0
"""Largest change (sd of noise) that unsettles what is beside; more would hide those from warm-up to first rep."""
MIN_CONTRAST_RATIO = 1.5
"""Least ratio of squared changes at which that at the next edge is larger, lest alternating reps hide each other."""
MAX_ONSET_S = 6.0
"""Largest time in seconds by which an edge moves to an earlier moment, at which the change began."""
SLOWING_SHARE = 0.2
"""Share of a slowing that has happened at its edge, where runners press laps; the best step is a median 5–9 s late."""
QUICKENING_SHARE = 0.5
"""Share of a change to a faster pace that has happened at its edge; the best step in the data is 2–4 s late."""


class Stretches(NamedTuple):
    """``n`` adjacent stretches of an activity, with their sums of standardized speed and cadence."""

    edges_s: FloatArray  # starts of all stretches and the end of the last, ``(n + 1,)`` elapsed seconds
    sums: FloatArray  # sum of the known values of each signal, in standard deviations of its noise, ``(n, 2)``
    counts: FloatArray  # number of known values of each signal, ``(n, 2)``
    is_fixed: NDArray[np.bool_]
    """Whether each edge must stay, because a rest or a dropout begins or ends there, ``(n + 1,)``."""

    @property
    def means(self) -> FloatArray:
        """Mean of each signal, ``(n, 2)``; NaN if all its values are unknown."""
        return np.where(self.counts > 0.0, self.sums / np.maximum(self.counts, 1.0), np.nan)


def merge_stretches(stretches: Stretches, wander_sd: float, parameters: SegmentParameters) -> Stretches:
    """Merge neighbours until every change matters and none is too short; ``wander_sd`` is of means, in sd of noise."""
    while True:
        strength = _measure_strength(stretches, wander_sd, parameters)
        around = np.concatenate(([np.inf], strength, [np.inf]))
        # Edges weaker than those next to them do not share a stretch: all of them can go at once.
        is_dropped = (strength < 1.0) & (strength <= around[:-2]) & (strength < around[2:])
        if not np.any(is_dropped):
            return stretches
        is_kept = np.concatenate(([True], ~is_dropped, [True]))
        first = np.flatnonzero(is_kept[:-1])
        sums, counts = np.add.reduceat(stretches.sums, first), np.add.reduceat(stretches.counts, first)
        stretches = Stretches(stretches.edges_s[is_kept], sums, counts, stretches.is_fixed[is_kept])


def _measure_strength(stretches: Stretches, wander_sd: float, parameters: SegmentParameters) -> FloatArray:
    """Return the strength of each inner edge, ``(n - 1,)``: its squared change by the least one that matters.

    Where the change at the next edge is larger, ``settling_s`` seconds of it are added, spread over the lengths, as
    pace swings there. It is below 1 beside a stretch shorter than ``min_segment_s``, and infinite at a fixed edge.
    """
    is_free = ~stretches.is_fixed[1:-1]
    change2 = np.where(is_free, np.nansum(np.diff(stretches.means, axis=0) ** 2, axis=1), 0.0)
    around = np.concatenate(([0.0], change2, [0.0]))
    contrast2 = np.minimum(np.maximum(around[:-2], around[2:]), MAX_CONTRAST_SD**2)
    contrast2 = np.maximum(contrast2 - MIN_CONTRAST_RATIO * change2, 0.0)
    seconds = np.maximum(np.max(stretches.counts, axis=1), 0.5) * parameters.grid_s
    inverse_length = 1.0 / seconds[:-1] + 1.0 / seconds[1:]
    least2 = np.maximum(parameters.min_change_sd**2 + wander_sd**2, parameters.penalty * inverse_length)
    least2 = (least2 + parameters.settling_s * contrast2 * inverse_length) / parameters.sensitivity**2
    strength = change2 / least2
    is_short = np.diff(stretches.edges_s) < parameters.min_segment_s
    strength = np.where(is_short[:-1] | is_short[1:], strength / (1.0 + strength), strength)
    return np.where(is_free, strength, np.inf)


def find_onset(values: FloatArray, known: NDArray[np.bool_], before: FloatArray, after: FloatArray) -> int:
    """Return how many rows before its end a stretch, ``(n, 2)``, began to change from level ``before`` to ``after``."""
    change = np.nan_to_num(after - before)
    share = np.where(known, values - np.nan_to_num(before), 0.0) @ change / max(float(change @ change), 1e-9)
    is_before = share < (SLOWING_SHARE if change[0] < 0.0 else QUICKENING_SHARE)
    return int(np.argmax(is_before[::-1])) if np.any(is_before) else len(share)
