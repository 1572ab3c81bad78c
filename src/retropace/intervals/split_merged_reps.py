"""Turns that were overlooked, found again by the rhythm of the others.

Where forward and backward take turns every few seconds, a turn may be missed, and two reps and the break between are
one stretch. If the other stretches are regular, if the long one is as long as two of them and their break, and if pace
changes within it as it does between the others, then it was two.
"""

from __future__ import annotations

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column, runs
from retropace.intervals.bouts import Bouts, measured

LEAST_OTHERS = 4
REGULAR = 0.25
"""The others differ in length by no more (standard deviation of logs)."""
AS_LONG = 0.2
"""Two reps and their break are as long as the long one up to this difference of logs."""
FASTER = 1.1
"""In the break pace is so much faster than beside it."""
MOVE_S = 6.0
"""The turns are looked for so near to where rhythm puts them."""
LONGEST_S = 60.0
"""Turns are overlooked only where they follow each other fast."""


def with_overlooked_turns(track: Track, bouts: Bouts) -> Bouts:
    """The bouts with backward stretches split at turns that the rhythm of the others tells of."""
    rows = runs(bouts.direction == "backward")
    if len(rows) < LEAST_OTHERS + 1:
        return bouts
    starts, ends = bouts.edges_s[rows[:, 0]], bouts.edges_s[rows[:, 1]]
    length, pause = ends - starts, starts[1:] - ends[:-1]
    usual, usual_pause = float(np.median(length)), float(np.median(pause))
    like = np.abs(np.log(length / usual)) < 3.0 * REGULAR
    if like.sum() < LEAST_OTHERS or np.std(np.log(length[like])) > REGULAR or max(usual, usual_pause) > LONGEST_S:
        return bouts
    for at in np.flatnonzero(np.abs(np.log(length / (2.0 * usual + usual_pause))) < AS_LONG).tolist():
        turns = _turns(track, float(starts[at]), float(ends[at]), usual / (2.0 * usual + usual_pause))
        if turns is not None:
            bouts = _split(track, bouts, turns)
    return bouts


def _turns(track: Track, start_s: float, end_s: float, share: float) -> tuple[float, float] | None:
    """The two turns that part a long stretch into slow, fast, slow; None if the middle is not faster."""
    moments = np.arange(np.ceil(start_s), np.floor(end_s))
    speed: Column = np.interp(moments, track.t_s, track.speed_mps)
    total = np.concatenate(([0.0], np.cumsum(speed)))
    first, last = share * len(moments), (1.0 - share) * len(moments)
    best, turns = -np.inf, None
    for low in range(max(int(first - MOVE_S), 3), int(first + MOVE_S) + 1):
        for high in range(max(int(last - MOVE_S), low + 5), min(int(last + MOVE_S), len(moments) - 3) + 1):
            fast = (total[high] - total[low]) / (high - low)
            slow = (total[low] + total[-1] - total[high]) / (low + len(moments) - high)
            # What a step explains of all that speed varies by.
            gain = (fast - slow) * (high - low) ** 0.5 * (1.0 - (high - low) / len(moments)) ** 0.5
            if fast > FASTER * slow and gain > best:
                best, turns = gain, (float(moments[low]), float(moments[high]))
    return turns


def _split(track: Track, bouts: Bouts, turns: tuple[float, float]) -> Bouts:
    """The bouts with what lies between two turns run forward."""
    inner = (bouts.edges_s > turns[0]) & (bouts.edges_s < turns[1])
    edges = np.union1d(bouts.edges_s[~inner], turns)
    middle = (edges[1:] + edges[:-1]) / 2.0
    owner = np.clip(np.searchsorted(bouts.edges_s, middle, side="right") - 1, 0, len(bouts) - 1)
    between = (middle > turns[0]) & (middle < turns[1])
    direction = np.where(between, "forward", bouts.direction[owner])
    return measured(track, edges, direction, bouts.gait[owner], bouts.marked[owner] & ~between)
