"""Pairs: a forward and a backward effort of equal length (m or s), run in turn, such as a quarter mile each way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.intervals.bouts import Bouts
from retropace.intervals.efforts import BackwardEfforts, Effort, measure_effort

MAX_PAIR_GAP_S = 360.0
"""Longest gap (s) between the forward and the backward effort of a pair."""
MAX_LOG_LENGTH_DIFF = 0.08
"""Largest difference of log length between the two efforts of a pair, to which ``EDGE_ERROR_S`` adds."""
EDGE_ERROR_S = 2.0
"""Difference of duration (s) between the two efforts of a pair that comes from their edges, which are not exact."""
MAX_JOG_RATIO = 0.92
"""Ratio to easy speed (mean forward speed outside the reps) below which a forward effort is a recovery jog."""
ACCELERATION_COST_S = 2.0
"""Time (s) that a rep loses to acceleration: the body's time constant in :mod:`.speed_response`."""
MIN_FAST_RATIO = 1.08
"""Least ratio of the forward effort's speed to easy speed if a session has a single pair."""
MIN_PAIRED_SHARE = 0.6
"""Least share of the backward efforts, not counting one, with a forward partner in a session of pairs."""
MIN_EASY_S = 100.0
"""Least duration (s) of a forward bout outside the reps from which easy speed is estimated."""

EffortPair = tuple[Effort | None, Effort]
"""Forward and backward effort of a pair; the forward one is None if none of equal length is beside the other."""


def find_pairs(cleaned: CleanedActivity, bouts: Bouts, backward: BackwardEfforts) -> list[EffortPair]:
    """Return the pairs of a session; empty if too few backward efforts have a forward partner."""
    efforts = backward.efforts
    easy_speed_mps = compute_easy_speed_mps(bouts, backward)
    best: list[EffortPair] = []
    for step, unit in product((1, -1), ("metres", "seconds")):
        if efforts and (backward.gait != "walk" or unit == "seconds"):
            halves = [
                find_equal_half(find_partners(cleaned, bouts, rows, effort, step), effort, unit, easy_speed_mps)
                for rows, effort in zip(backward.bout_rows, efforts, strict=True)
            ]
            count = sum(half is not None for half in halves)
            is_enough = count >= max(2, MIN_PAIRED_SHARE * (len(efforts) - 1))
            if len(efforts) == 1 and halves[0] is not None and unit == "metres":
                speed_mps = float(np.exp(halves[0].log_speed))
                is_enough = not np.isfinite(easy_speed_mps) or speed_mps > MIN_FAST_RATIO * easy_speed_mps
            if is_enough and count > sum(half is not None for half, _ in best):
                best = list(zip(halves, efforts, strict=True))
    return best


def find_partners(
    cleaned: CleanedActivity, bouts: Bouts, rows: tuple[int, int], effort: Effort, step: int
) -> list[Effort]:
    """Return the forward stretches that may be paired with a backward effort: the nearest one, two … bouts on one side.

    ``rows`` is the effort's half-open range of bouts; ``step`` is 1 for the bouts after it and -1 for those before.
    """
    row = rows[1] if step > 0 else rows[0] - 1
    partners: list[Effort] = []
    while 0 <= row < len(bouts):
        start_s, end_s = float(bouts.edges_s[row]), float(bouts.edges_s[row + 1])
        gap_s = start_s - effort.end_s if step > 0 else effort.start_s - end_s
        direction = str(bouts.direction[row])
        fits = direction == "forward" and bouts.gait[row] == effort.gait
        if gap_s > MAX_PAIR_GAP_S or direction == "backward" or (partners and not fits):
            break
        if fits:
            if partners:
                start_s, end_s = min(start_s, partners[-1].start_s), max(end_s, partners[-1].end_s)
            partners.append(measure_effort(cleaned, start_s, end_s, "forward", effort.gait))
        row += step
    return partners


def find_equal_half(halves: Sequence[Effort], effort: Effort, unit: str, easy_speed_mps: float) -> Effort | None:
    """Return the forward stretch nearest in length to a backward effort; None if it is not near or is a recovery jog.

    ``unit`` is the measure of length, ``metres`` or ``seconds``.
    """
    known = [half for half in halves if getattr(half, unit) > 0.0 and getattr(effort, unit) > 0.0]
    if not known:
        return None
    differences = [abs(np.log(getattr(half, unit) / getattr(effort, unit))) for half in known]
    half = known[int(np.argmin(differences))]
    if min(differences) > MAX_LOG_LENGTH_DIFF + EDGE_ERROR_S / min(half.seconds, effort.seconds):
        return None
    # Acceleration lowers the mean speed of a short effort more, so its time is excluded.
    speed_mps = half.metres / max(half.seconds - ACCELERATION_COST_S, 1.0)
    return None if np.isfinite(easy_speed_mps) and speed_mps < MAX_JOG_RATIO * easy_speed_mps else half


def compute_easy_speed_mps(bouts: Bouts, backward: BackwardEfforts) -> float:
    """Return mean forward speed before the first and after the last backward effort; NaN if unknown."""
    if not backward.efforts:
        return np.nan
    is_easy = (bouts.direction == "forward") & (bouts.gait == backward.gait) & (bouts.stats.elapsed_s >= MIN_EASY_S)
    is_easy[backward.bout_rows[0][0] : backward.bout_rows[-1][1]] = False
    metres, seconds = (column[is_easy].sum() for column in (bouts.stats.distance_m, bouts.stats.moving_s))
    return float(metres / seconds) if metres > 0.0 and seconds > 0.0 else np.nan
