"""Split of backward stretches that are as long as two of the others with a gap, as the turns between were missed."""

from itertools import product

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, cumulate, find_owner, midpoints, true_runs
from retropace.intervals.bouts import Bouts, measure_bouts

MIN_OTHER_REPS = 4
"""Number of backward stretches of usual length below which nothing is split."""
MAX_LOG_LENGTH_SD = 0.25
"""Standard deviation of log duration of the stretches taken for single reps above which nothing is split."""
MAX_LOG_LENGTH_DIFF = 0.2
"""Largest difference between the log duration of a stretch to be split and that of two reps with their gap."""
MIN_BREAK_SPEED_RATIO = 1.1
"""Least ratio of speed in the middle of a stretch to that before and after at which it is split."""
MAX_TURN_SHIFT_S = 6.0
"""Seconds within which a turn is searched around where it would lie if reps and gap had their usual proportions."""
MAX_TURN_INTERVAL_S = 60.0
"""Median duration (s) of reps, or of gaps, above which no turns are assumed to be missed."""


def split_missed_turns(cleaned: CleanedActivity, bouts: Bouts) -> Bouts:
    """Return the bouts with each backward stretch that holds two reps split at the most likely turns."""
    rows = true_runs(bouts.direction == "backward")
    if len(rows) < MIN_OTHER_REPS + 1:
        return bouts
    starts, ends = bouts.edges_s[rows[:, 0]], bouts.edges_s[rows[:, 1]]
    durations_s, gaps_s = ends - starts, starts[1:] - ends[:-1]
    median_s, median_gap_s = float(np.median(durations_s)), float(np.median(gaps_s))
    is_regular = np.abs(np.log(durations_s / median_s)) < 3.0 * MAX_LOG_LENGTH_SD
    if is_regular.sum() < MIN_OTHER_REPS or max(median_s, median_gap_s) > MAX_TURN_INTERVAL_S:
        return bouts
    if np.std(np.log(durations_s[is_regular])) > MAX_LOG_LENGTH_SD:
        return bouts
    merged_s = 2.0 * median_s + median_gap_s
    for index in np.flatnonzero(np.abs(np.log(durations_s / merged_s)) < MAX_LOG_LENGTH_DIFF).tolist():
        turns = _find_turns(cleaned, float(starts[index]), float(ends[index]), median_s / merged_s)
        if turns is not None:
            bouts = _split_at_turns(cleaned, bouts, turns)
    return bouts


def _find_turns(cleaned: CleanedActivity, start_s: float, end_s: float, rep_share: float) -> tuple[float, float] | None:
    """Return the two turns within a stretch, between which speed is highest above the rest; None if not clearly so."""
    times_s = np.arange(np.ceil(start_s), np.floor(end_s))
    speed_mps: FloatArray = np.interp(times_s, cleaned.t_s, cleaned.speed_mps)
    total_s, cumulative = len(times_s), cumulate(speed_mps)
    starts, ends = (
        range(int(share * total_s - MAX_TURN_SHIFT_S), int(share * total_s + MAX_TURN_SHIFT_S) + 1)
        for share in (rep_share, 1.0 - rep_share)
    )
    best_score, turns = -np.inf, None
    for start, end in product(starts, ends):
        if start < 3 or end < start + 5 or end > total_s - 3:
            continue
        middle_s = end - start
        middle_mps = (cumulative[end] - cumulative[start]) / middle_s
        outer_mps = (cumulative[start] + cumulative[-1] - cumulative[end]) / (start + total_s - end)
        # The square of the score is the sum of squares that the step explains.
        score = (middle_mps - outer_mps) * middle_s**0.5 * (1.0 - middle_s / total_s) ** 0.5
        if middle_mps > MIN_BREAK_SPEED_RATIO * outer_mps and score > best_score:
            best_score, turns = score, (float(times_s[start]), float(times_s[end]))
    return turns


def _split_at_turns(cleaned: CleanedActivity, bouts: Bouts, turn_times_s: tuple[float, float]) -> Bouts:
    is_inside = (bouts.edges_s > turn_times_s[0]) & (bouts.edges_s < turn_times_s[1])
    edges = np.union1d(bouts.edges_s[~is_inside], turn_times_s)
    middles_s = midpoints(edges)
    owner = find_owner(bouts.edges_s, middles_s)
    is_between = (middles_s > turn_times_s[0]) & (middles_s < turn_times_s[1])
    direction = np.where(is_between, "forward", bouts.direction[owner])
    return measure_bouts(cleaned, edges, direction, bouts.gait[owner], bouts.marked[owner] & ~is_between)
