"""Pairs: as far forward as backward, again and again, or a quarter mile each way with a rest between.

A forward stretch beside a backward one is its partner if both are as long, in metres or in seconds, and it is no jog to
recover on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.intervals.bouts import Bouts
from retropace.intervals.efforts import Effort, measure_effort

MAX_PAIR_GAP_S = 360.0
"""Two works further apart are no pair."""
MAX_LOG_LENGTH_DIFF, EDGE_ERROR_S = 0.08, 2.0
"""Partners are as long up to this difference of logs, and what edges that are off by two seconds add."""
MAX_JOG_RATIO = 0.92
"""Slower than this share of the session's own easy pace is a jog to recover on."""
ACCELERATION_COST_S = 2.0
"""What getting up to speed costs (a time constant of about two seconds, see :mod:`.rep_edges`)."""
MIN_FAST_RATIO = 1.08
"""A single pair is one if its forward half is faster than easy by this."""
MIN_PAIRED_SHARE = 0.6
MIN_EASY_S = 100.0
"""Easy pace is told from forward stretches so long, away from the backward ones."""

EffortPair = tuple[Effort | None, Effort]
"""The forward half, None where it cannot be told from what follows, and the backward one."""


def find_pairs(
    cleaned: CleanedActivity, bouts: Bouts, backward_rows: Sequence[tuple[int, int]], efforts: Sequence[Effort]
) -> list[EffortPair]:
    """The pairs of a session whose backward ``works`` are the bouts ``backward``; empty if it is not made of pairs."""
    if not efforts:
        return []
    gait = find_most_common_gait(efforts)
    easy = compute_easy_speed_mps(bouts, backward_rows, gait)
    best: list[EffortPair] = []
    for way in (1, -1):
        found = [
            find_partners(cleaned, bouts, rows, work, way) for rows, work in zip(backward_rows, efforts, strict=True)
        ]
        for unit in ("seconds",) if gait == "walk" else ("metres", "seconds"):
            halves = [find_equal_half(some, work, unit, easy) for some, work in zip(found, efforts, strict=True)]
            matched = sum(one is not None for one in halves)
            enough = matched >= max(2, MIN_PAIRED_SHARE * (len(efforts) - 1)) or _is_single_pair(
                efforts, halves, unit, easy
            )
            if enough and matched > sum(half is not None for half, _ in best):
                best = list(zip(halves, efforts, strict=True))
    return best


def find_most_common_gait(efforts: Sequence[Effort]) -> str:
    """The gait of most works."""
    gaits = [work.gait for work in efforts]
    return max(sorted(set(gaits)), key=gaits.count)


def _is_single_pair(
    efforts: Sequence[Effort], halves: Sequence[Effort | None], unit: str, easy_speed_mps: float
) -> bool:
    """Whether a single pair is one: the same way fast forward, a rest, backward."""
    half = halves[0]
    if len(efforts) != 1 or half is None or unit != "metres":
        return False
    return not np.isfinite(easy_speed_mps) or float(np.exp(half.log_speed)) > MIN_FAST_RATIO * easy_speed_mps


def find_partners(
    cleaned: CleanedActivity, bouts: Bouts, rows: tuple[int, int], effort: Effort, step: int
) -> list[Effort]:
    """The nearest forward stretches before (-1) or after (1) a backward one: one bout, two that touch, and so on."""
    at = rows[1] if step > 0 else rows[0] - 1
    found: list[Effort] = []
    while 0 <= at < len(bouts):
        start_s, end_s = float(bouts.edges_s[at]), float(bouts.edges_s[at + 1])
        gap_s = start_s - effort.end_s if step > 0 else effort.start_s - end_s
        direction = str(bouts.direction[at])
        fits = direction == "forward" and bouts.gait[at] == effort.gait
        if gap_s > MAX_PAIR_GAP_S or direction == "backward" or (found and not fits):
            break
        if fits:
            if found:
                start_s, end_s = min(start_s, found[-1].start_s), max(end_s, found[-1].end_s)
            found.append(measure_effort(cleaned, start_s, end_s, "forward", effort.gait))
        at += step
    return found


def find_equal_half(halves: Sequence[Effort], effort: Effort, unit: str, easy_speed_mps: float) -> Effort | None:
    """The one that is as long as the backward work, if it is no jog."""
    known = [half for half in halves if getattr(half, unit) > 0.0 and getattr(effort, unit) > 0.0]
    if not known:
        return None
    apart = [abs(np.log(getattr(half, unit) / getattr(effort, unit))) for half in known]
    half = known[int(np.argmin(apart))]
    if min(apart) > MAX_LOG_LENGTH_DIFF + EDGE_ERROR_S / min(half.seconds, effort.seconds):
        return None
    # Getting up to speed costs a short one more of its mean pace.
    speed = half.metres / max(half.seconds - ACCELERATION_COST_S, 1.0)
    return None if np.isfinite(easy_speed_mps) and speed < MAX_JOG_RATIO * easy_speed_mps else half


def compute_easy_speed_mps(bouts: Bouts, backward_rows: Sequence[tuple[int, int]], gait: str) -> float:
    """The pace of forward running (or walking) outside the part with the backward stretches; NaN if there is none."""
    first, last = backward_rows[0][0], backward_rows[-1][1]
    rows = np.arange(len(bouts))
    away = (rows < first) | (rows >= last)
    picked = away & (bouts.direction == "forward") & (bouts.gait == gait) & (bouts.stats.elapsed_s >= MIN_EASY_S)
    metres, seconds = (column[picked].sum() for column in (bouts.stats.distance_m, bouts.stats.moving_s))
    return float(metres / seconds) if metres > 0.0 and seconds > 0.0 else np.nan
