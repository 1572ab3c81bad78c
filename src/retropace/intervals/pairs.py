"""Pairs: as far forward as backward, again and again, or a quarter mile each way with a rest between.

A forward stretch beside a backward one is its partner if both are as long, in metres or in seconds, and it is no jog to
recover on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.intervals.bouts import Bouts
from retropace.intervals.efforts import Work, work_of

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
    gait = usual_gait(works)
    easy = easy_mps(bouts, backward, gait)
    best: list[Pair] = []
    for way in (1, -1):
        found = [partners(track, bouts, rows, work, way) for rows, work in zip(backward, works, strict=True)]
        for unit in ("seconds",) if gait == "walk" else ("metres", "seconds"):
            halves = [equal_half(some, work, unit, easy) for some, work in zip(found, works, strict=True)]
            matched = sum(one is not None for one in halves)
            enough = matched >= max(2, LEAST_SHARE * (len(works) - 1)) or _is_test(works, halves, unit, easy)
            if enough and matched > sum(half is not None for half, _ in best):
                best = list(zip(halves, works, strict=True))
    return best


def usual_gait(works: Sequence[Work]) -> str:
    """The gait of most works."""
    gaits = [work.gait for work in works]
    return max(sorted(set(gaits)), key=gaits.count)


def _is_test(works: Sequence[Work], halves: Sequence[Work | None], unit: str, easy: float) -> bool:
    """Whether a single pair is one: the same way fast forward, a rest, backward."""
    half = halves[0]
    if len(works) != 1 or half is None or unit != "metres":
        return False
    return not np.isfinite(easy) or float(np.exp(half.log_speed)) > FAST * easy


def partners(track: Track, bouts: Bouts, rows: tuple[int, int], work: Work, way: int) -> list[Work]:
    """The nearest forward stretches before (-1) or after (1) a backward one: one bout, two that touch, and so on."""
    at = rows[1] if way > 0 else rows[0] - 1
    found: list[Work] = []
    while 0 <= at < len(bouts):
        start_s, end_s = float(bouts.edges_s[at]), float(bouts.edges_s[at + 1])
        gap_s = start_s - work.end_s if way > 0 else work.start_s - end_s
        direction = str(bouts.direction[at])
        fits = direction == "forward" and bouts.gait[at] == work.gait
        if gap_s > LONGEST_GAP_S or direction == "backward" or (found and not fits):
            break
        if fits:
            if found:
                start_s, end_s = min(start_s, found[-1].start_s), max(end_s, found[-1].end_s)
            found.append(work_of(track, start_s, end_s, "forward", work.gait))
        at += way
    return found


def equal_half(halves: Sequence[Work], work: Work, unit: str, easy: float) -> Work | None:
    """The one that is as long as the backward work, if it is no jog."""
    known = [half for half in halves if getattr(half, unit) > 0.0 and getattr(work, unit) > 0.0]
    if not known:
        return None
    apart = [abs(np.log(getattr(half, unit) / getattr(work, unit))) for half in known]
    half = known[int(np.argmin(apart))]
    if min(apart) > EQUAL + EDGES_S / min(half.seconds, work.seconds):
        return None
    # Getting up to speed costs a short one more of its mean pace.
    speed = half.metres / max(half.seconds - UP_TO_SPEED_S, 1.0)
    return None if np.isfinite(easy) and speed < JOG * easy else half


def easy_mps(bouts: Bouts, backward: Sequence[tuple[int, int]], gait: str) -> float:
    """The pace of forward running (or walking) outside the part with the backward stretches; NaN if there is none."""
    first, last = backward[0][0], backward[-1][1]
    rows = np.arange(len(bouts))
    away = (rows < first) | (rows >= last)
    picked = away & (bouts.direction == "forward") & (bouts.gait == gait) & (bouts.figures.elapsed_s >= EASY_S)
    metres, seconds = (column[picked].sum() for column in (bouts.figures.distance_m, bouts.figures.moving_s))
    return float(metres / seconds) if metres > 0.0 and seconds > 0.0 else np.nan
