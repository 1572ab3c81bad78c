"""Turns that were overlooked, found again by the rhythm of the others.

Where forward and backward take turns every few seconds, a turn may be missed, and two reps and the break between are
one stretch. If the other stretches are regular, if the long one is as long as two of them and their break, and if pace
changes within it as it does between the others, then it was two.
"""

from __future__ import annotations

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, true_runs
from retropace.intervals.bouts import Bouts, measure_bouts

MIN_OTHER_REPS = 4
MAX_LOG_LENGTH_SD = 0.25
"""The others differ in length by no more (standard deviation of logs)."""
MAX_LOG_LENGTH_DIFF = 0.2
"""Two reps and their break are as long as the long one up to this difference of logs."""
MIN_BREAK_SPEED_RATIO = 1.1
"""In the break pace is so much faster than beside it."""
MAX_TURN_SHIFT_S = 6.0
"""The turns are looked for so near to where rhythm puts them."""
MAX_TURN_INTERVAL_S = 60.0
"""Turns are overlooked only where they follow each other fast."""


def split_missed_turns(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """The bouts with backward stretches split at turns that the rhythm of the others tells of."""
    rows = true_runs(bouts.direction == "backward")
    if len(rows) < MIN_OTHER_REPS + 1:
        return bouts
    starts, ends = bouts.edges_s[rows[:, 0]], bouts.edges_s[rows[:, 1]]
    length, pause = ends - starts, starts[1:] - ends[:-1]
    usual, usual_pause = float(np.median(length)), float(np.median(pause))
    like = np.abs(np.log(length / usual)) < 3.0 * MAX_LOG_LENGTH_SD
    if (
        like.sum() < MIN_OTHER_REPS
        or np.std(np.log(length[like])) > MAX_LOG_LENGTH_SD
        or max(usual, usual_pause) > MAX_TURN_INTERVAL_S
    ):
        return bouts
    for at in np.flatnonzero(np.abs(np.log(length / (2.0 * usual + usual_pause))) < MAX_LOG_LENGTH_DIFF).tolist():
        turns = _find_turns(cleaned, float(starts[at]), float(ends[at]), usual / (2.0 * usual + usual_pause))
        if turns is not None:
            bouts = _split_at_turns(cleaned, bouts, turns)
    return bouts


def _find_turns(cleaned: CleanedActivity, start_s: float, end_s: float, rep_share: float) -> tuple[float, float] | None:
    """The two turns that part a long stretch into slow, fast, slow; None if the middle is not faster."""
    moments = np.arange(np.ceil(start_s), np.floor(end_s))
    speed: FloatArray = np.interp(moments, cleaned.t_s, cleaned.speed_mps)
    total = np.concatenate(([0.0], np.cumsum(speed)))
    first, last = rep_share * len(moments), (1.0 - rep_share) * len(moments)
    best, turns = -np.inf, None
    for low in range(max(int(first - MAX_TURN_SHIFT_S), 3), int(first + MAX_TURN_SHIFT_S) + 1):
        for high in range(
            max(int(last - MAX_TURN_SHIFT_S), low + 5), min(int(last + MAX_TURN_SHIFT_S), len(moments) - 3) + 1
        ):
            fast = (total[high] - total[low]) / (high - low)
            slow = (total[low] + total[-1] - total[high]) / (low + len(moments) - high)
            # What a step explains of all that speed varies by.
            gain = (fast - slow) * (high - low) ** 0.5 * (1.0 - (high - low) / len(moments)) ** 0.5
            if fast > MIN_BREAK_SPEED_RATIO * slow and gain > best:
                best, turns = gain, (float(moments[low]), float(moments[high]))
    return turns


def _split_at_turns(cleaned: CleanedActivity, bouts: Bouts, turn_times_s: tuple[float, float]) -> Bouts:
    """The bouts with what lies between two turns run forward."""
    inner = (bouts.edges_s > turn_times_s[0]) & (bouts.edges_s < turn_times_s[1])
    edges = np.union1d(bouts.edges_s[~inner], turn_times_s)
    middle = (edges[1:] + edges[:-1]) / 2.0
    owner = np.clip(np.searchsorted(bouts.edges_s, middle, side="right") - 1, 0, len(bouts) - 1)
    between = (middle > turn_times_s[0]) & (middle < turn_times_s[1])
    direction = np.where(between, "forward", bouts.direction[owner])
    return measure_bouts(cleaned, edges, direction, bouts.gait[owner], bouts.marked[owner] & ~between)
