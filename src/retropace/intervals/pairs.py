"""Pairs: a forward and a backward effort of equal length, run in turn, such as a quarter mile each way.

A forward effort is paired with the backward effort beside it if both have the same length in metres or in seconds and
the forward one is faster than a recovery jog.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.intervals.bouts import Bouts
from retropace.intervals.efforts import Effort, measure_effort

MAX_PAIR_GAP_S = 360.0
"""Longest gap (s) between the forward and the backward effort of a pair."""
MAX_LOG_LENGTH_DIFF = 0.08
"""Largest difference of log length between the forward and the backward effort of a pair, beside ``EDGE_ERROR_S``. At a
larger difference they form no pair."""
EDGE_ERROR_S = 2.0
"""Difference of duration (s) that is allowed between the two efforts of a pair in addition to ``MAX_LOG_LENGTH_DIFF``,
because their edges are not exact."""
MAX_JOG_RATIO = 0.92
"""Ratio of a forward effort's speed to easy speed (the mean forward speed outside the reps) below which the effort
counts as a recovery jog and forms no pair."""
ACCELERATION_COST_S = 2.0
"""Time (s) that a rep loses to acceleration, subtracted from its duration before its speed is compared with easy speed.
It is the body's time constant in :mod:`.speed_response`."""
MIN_FAST_RATIO = 1.08
"""Minimum ratio of the forward effort's speed to easy speed (the mean forward speed outside the reps) if a session has
a single pair. At a lower ratio the two efforts are no pair."""
MIN_PAIRED_SHARE = 0.6
"""Minimum share of the backward efforts that must have a forward partner; with a smaller share the session has no
pairs. One backward effort without a partner is tolerated."""
MIN_EASY_S = 100.0
"""Minimum duration (s) of a forward bout outside the reps from which easy speed is estimated."""

EffortPair = tuple[Effort | None, Effort]
"""Forward and backward effort of a pair. The forward one is None if none of equal length is beside the backward one."""


def find_pairs(
    cleaned: CleanedActivity, bouts: Bouts, backward_rows: Sequence[tuple[int, int]], efforts: Sequence[Effort]
) -> list[EffortPair]:
    """Return the pairs of a session; empty if too few backward efforts have a forward partner.

    ``backward_rows`` are the half-open bout ranges of the backward ``efforts``.
    """
    if not efforts:
        return []
    gait = find_most_common_gait(efforts)
    easy_speed_mps = compute_easy_speed_mps(bouts, backward_rows, gait)
    best: list[EffortPair] = []
    for step in (1, -1):
        candidates = [
            find_partners(cleaned, bouts, rows, effort, step)
            for rows, effort in zip(backward_rows, efforts, strict=True)
        ]
        for unit in ("seconds",) if gait == "walk" else ("metres", "seconds"):
            halves = [
                find_equal_half(options, effort, unit, easy_speed_mps)
                for options, effort in zip(candidates, efforts, strict=True)
            ]
            count = sum(half is not None for half in halves)
            is_enough = count >= max(2, MIN_PAIRED_SHARE * (len(efforts) - 1))
            is_enough = is_enough or _is_single_pair(efforts, halves, unit, easy_speed_mps)
            if is_enough and count > sum(half is not None for half, _ in best):
                best = list(zip(halves, efforts, strict=True))
    return best


def find_most_common_gait(efforts: Sequence[Effort]) -> str:
    """Return the most frequent gait of the efforts."""
    gaits = [effort.gait for effort in efforts]
    return max(sorted(set(gaits)), key=gaits.count)


def _is_single_pair(
    efforts: Sequence[Effort], halves: Sequence[Effort | None], unit: str, easy_speed_mps: float
) -> bool:
    """Whether the only backward effort of a session forms a pair with a fast forward effort of equal distance."""
    half = halves[0]
    if len(efforts) != 1 or half is None or unit != "metres":
        return False
    return not np.isfinite(easy_speed_mps) or float(np.exp(half.log_speed)) > MIN_FAST_RATIO * easy_speed_mps


def find_partners(
    cleaned: CleanedActivity, bouts: Bouts, rows: tuple[int, int], effort: Effort, step: int
) -> list[Effort]:
    """Return the forward stretches that may be paired with a backward effort.

    The first is the nearest forward bout on one side; the second also includes the next bout on that side, and so on.

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
    """Return the forward stretch whose length is nearest to that of the backward effort; None if none is near enough.

    ``unit`` is the measure of length, ``metres`` or ``seconds``. None is also returned if the nearest stretch is a
    recovery jog.
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


def compute_easy_speed_mps(bouts: Bouts, backward_rows: Sequence[tuple[int, int]], gait: str) -> float:
    """Return mean forward speed before the first and after the last backward effort; NaN if unknown."""
    first, last = backward_rows[0][0], backward_rows[-1][1]
    rows = np.arange(len(bouts))
    is_outside = (rows < first) | (rows >= last)
    is_easy = is_outside & (bouts.direction == "forward") & (bouts.gait == gait) & (bouts.stats.elapsed_s >= MIN_EASY_S)
    metres, seconds = (column[is_easy].sum() for column in (bouts.stats.distance_m, bouts.stats.moving_s))
    return float(metres / seconds) if metres > 0.0 and seconds > 0.0 else np.nan
