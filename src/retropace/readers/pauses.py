"""Pauses that a file shows by gaps between its records."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from retropace.core.spans import FloatArray, Spans, as_spans

MIN_PAUSE_S = 3.0
"""Shortest pause in seconds; shorter gaps, and smaller differences of elapsed and timer time, are rounding."""
MIN_PAUSE_STEPS = 2.0
"""A gap between records is a pause only if it also lasts this many times the median time between records."""
MIN_STEPS_PER_PART = 3
"""Least mean number of steps between records per part at which the gaps between parts can be told from other steps."""


def min_pause_s(steps_s: FloatArray) -> float:
    """Return how long a gap must be to be a pause, in seconds, from the times between records; 0 if none is above 0."""
    steps_s = steps_s[steps_s > 0.0]
    return max(MIN_PAUSE_S, MIN_PAUSE_STEPS * float(np.median(steps_s))) if len(steps_s) else 0.0


def place_pauses(
    t_s: FloatArray, gap_order: Iterable[int], paused_s: float, min_gap_s: float
) -> list[tuple[float, float]]:
    """Place pauses of ``paused_s`` in total in gaps in ``gap_order``, up to the first not above ``min_gap_s``."""
    gaps_s = np.diff(t_s)
    pauses = []
    for index in gap_order:
        if not paused_s > MIN_PAUSE_S or gaps_s[index] <= min_gap_s:
            break
        length_s = min(paused_s, float(gaps_s[index]))
        pauses.append((float(t_s[index]), float(t_s[index]) + length_s))
        paused_s -= length_s
    return pauses


def find_pauses(
    parts: Sequence[FloatArray], may_follow_pause: Sequence[bool] | None = None, origin_s: float = 0.0
) -> Spans:
    """Find the pauses (s after ``origin_s``): long gaps before parts, in any order, that may follow a pause."""
    steps_s = np.concatenate([np.diff(times_s) for times_s in parts])
    if len(steps_s) < MIN_STEPS_PER_PART * (len(parts) - 1):
        steps_s = np.diff(np.concatenate(parts))  # parts of one or two records are not parts between pauses
    min_gap_s = min_pause_s(np.abs(steps_s))
    edges = [(min(part[0], part[-1]), max(part[0], part[-1])) for part in parts]
    ordered = sorted(zip(edges, may_follow_pause or [True] * len(parts), strict=True), key=lambda part: part[0])
    gaps = [(earlier[1], later[0]) for (earlier, _), (later, is_possible) in pairwise(ordered) if is_possible]
    return as_spans((start - origin_s, end - origin_s) for start, end in gaps if end - start > min_gap_s)
