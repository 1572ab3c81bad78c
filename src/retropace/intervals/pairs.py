"""Pairs: as far forward as backward, again and again, or a quarter mile each way with a rest between.

A forward stretch beside a backward one is its partner if both are as long, in metres or in seconds, and it is no jog to
recover on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retropace.intervals.bouts import Bouts
from retropace.intervals.works import Work, work_of
from retropace.track import Track

LONGEST_GAP_S = 360.0
"""Two works further apart are no pair."""
EQUAL, EDGES_S = 0.08, 2.0
"""Partners are as long up to this difference of logs, and what edges that are off by two seconds add."""
JOG = 0.92
"""Slower than this share of the session's own easy pace is a jog to recover on."""
UP_TO_SPEED_S = 2.0
"""What getting up to speed costs (a time constant of about two seconds, see :mod:`.rep_edges`)."""
FAST = 1.08
"""A single pair is one if its forward half is faster than easy by this."""
LEAST_SHARE = 0.6
EASY_S = 100.0
"""Easy pace is told from forward stretches so long, away from the backward ones."""

Pair = tuple[Work | None, Work]
"""The forward half, None where it cannot be told from what follows, and the backward one."""


def pairs_among(track: Track, bouts: Bouts, backward: Sequence[tuple[int, int]], works: Sequence[Work]) -> list[Pair]:
    """The pairs of a session whose backward ``works`` are the bouts ``backward``; empty if it is not made of pairs."""
    if not works:
        return []
    gait = max({work.gait for work in works}, key=lambda one: sum(work.gait == one for work in works))
    easy = _easy_mps(bouts, backward, gait)
    best: list[Pair] = []
    for way in (1, -1):
        found = [_partner(track, bouts, rows, work, way) for rows, work in zip(backward, works, strict=True)]
        for unit in ("seconds",) if gait == "walk" else ("metres", "seconds"):
            halves = [_if_equal(one, work, unit, easy) for one, work in zip(found, works, strict=True)]
            matched = sum(one is not None for one in halves)
            enough = matched >= max(2, LEAST_SHARE * (len(works) - 1)) or _is_test(works, halves, unit, easy)
            if enough and matched > sum(half is not None for half, _ in best):
                best = list(zip(halves, works, strict=True))
    return best


def _is_test(works: Sequence[Work], halves: Sequence[Work | None], unit: str, easy: float) -> bool:
    """Whether a single pair is one: the same way fast forward, a rest, backward."""
    half = halves[0]
    if len(works) != 1 or half is None or unit != "metres":
        return False
    return not np.isfinite(easy) or float(np.exp(half.log_speed)) > FAST * easy


def _partner(track: Track, bouts: Bouts, rows: tuple[int, int], work: Work, way: int) -> Work | None:
    """The nearest forward work before (-1) or after (1) a backward one."""
    at = rows[1] if way > 0 else rows[0] - 1
    while 0 <= at < len(bouts):
        start_s, end_s = float(bouts.edges_s[at]), float(bouts.edges_s[at + 1])
        gap_s = start_s - work.end_s if way > 0 else work.start_s - end_s
        direction = str(bouts.direction[at])
        if gap_s > LONGEST_GAP_S or direction == "backward":
            return None
        if direction == "forward" and bouts.gait[at] == work.gait:
            return work_of(track, start_s, end_s, "forward", work.gait)
        at += way
    return None


def _if_equal(half: Work | None, work: Work, unit: str, easy: float) -> Work | None:
    if half is None:
        return None
    one, other = getattr(half, unit), getattr(work, unit)
    if not one > 0.0 or not other > 0.0:
        return None
    if abs(np.log(one / other)) > EQUAL + EDGES_S / min(half.seconds, work.seconds):
        return None
    # Getting up to speed costs a short one more of its mean pace.
    speed = half.metres / max(half.seconds - UP_TO_SPEED_S, 1.0)
    return None if np.isfinite(easy) and speed < JOG * easy else half


def _easy_mps(bouts: Bouts, backward: Sequence[tuple[int, int]], gait: str) -> float:
    """The pace of forward running (or walking) outside the part with the backward stretches; NaN if there is none."""
    first, last = backward[0][0], backward[-1][1]
    rows = np.arange(len(bouts))
    away = (rows < first) | (rows >= last)
    picked = away & (bouts.direction == "forward") & (bouts.gait == gait) & (bouts.figures.elapsed_s >= EASY_S)
    speed = bouts.figures.speed_mps[picked]
    speed = speed[np.isfinite(speed)]
    return float(np.min(speed)) if len(speed) else np.nan
