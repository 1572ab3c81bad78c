"""Works within one direction: told by pace, where faster and slower stretches take turns regularly.

Nothing but regularity tells reps from a run through a town: stops at lights and a climb change pace too. So a pace is
looked for above which the stretches are alike in length, with recoveries alike between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.core.spans import runs
from retropace.intervals.bouts import Bouts
from retropace.intervals.chains import LENGTH_SPREAD as LENGTHS
from retropace.intervals.chains import Chain, alike, best_chains, breaks_s, parted, spread, unlike
from retropace.intervals.efforts import Work, work_of
from retropace.labelling.features import SLOWED_BY, grades

LEAST_REPS = 3
RECOVERIES = 0.35
"""The recoveries of a usual set spread by no more (standard deviation of logs)."""
EDGES_S = 2.0
"""The ends of a rep are known to about so much, which makes short ones look unlike."""
IRREGULAR = (0.0, 0.0, 0.0, 0.7, 0.95, 1.1, 1.2)
"""How irregular so many reps may be: three of anything may be alike by chance, six are not."""
LEAST_SHARE = 0.34
"""A set is at least a third of the stretches that are as fast: of many, some are alike by chance."""
CONTRAST = 0.15
"""Reps are at least so much faster than their recoveries, in log speed."""
SHORTEST_S = 9.0
SHORT_BREAK, MANY = 0.12, 6
"""Breaks so short beside what they part are lights and shoelaces, unless they come again and again."""
LONGEST_RECOVERY = 8.0
"""A break so many times longer than the reps is no recovery."""


def works_by_pace(track: Track, bouts: Bouts, first: int, last: int) -> list[list[Work]]:
    """The sets among the bouts ``first`` to ``last - 1``, which have one direction: lists of works, in order."""
    speed = np.exp(np.where(np.isfinite(bouts.log_speed), bouts.log_speed, -np.inf))[first:last]
    long_enough = bouts.figures.elapsed_s[first:last] >= SHORTEST_S
    levels = np.unique(speed[bouts.moving[first:last] & long_enough & (speed > 0.0)])

    # From one pace to the next few stretches change: what was found out about the others holds.
    @cache
    def work(begin: int, end: int) -> Work:
        rows = slice(first + begin, first + end)
        longest = first + begin + int(np.argmax(bouts.figures.elapsed_s[rows]))
        start_s, end_s = float(bouts.edges_s[first + begin]), float(bouts.edges_s[first + end])
        return work_of(track, start_s, end_s, str(bouts.direction[longest]), str(bouts.gait[longest]))

    @cache
    def worth(some: tuple[Chain, ...]) -> float:
        return _worth(track, [work(begin, end) for begin, end in some])

    best: list[list[Work]] = []
    most = 0.0
    for slower, faster in pairwise([0.0, *levels.tolist()]):
        fast = runs(speed > (slower + faster) / 2.0) + first
        seconds = bouts.edges_s[fast[:, 1]] - bouts.edges_s[fast[:, 0]]
        spans = tuple((begin, end) for begin, end in (fast[seconds >= SHORTEST_S] - first).tolist())
        least = LEAST_SHARE * len(spans)

        def judged(some: Sequence[Chain], least: float = least) -> float:
            value = worth(tuple(some))
            return 0.0 if value > 0.0 and len(some) < least else value

        chains = best_chains(spans, judged, LEAST_REPS)
        value = sum(judged(spans[begin:end]) for begin, end in chains)
        if value > most:
            most, best = value, [[work(*span) for span in spans[begin:end]] for begin, end in chains]
    return best


def _worth(track: Track, works: Sequence[Work]) -> float:
    """How much better these are as a set than on their own."""
    if not alike(works) or parted(works):
        return -np.inf
    pauses = np.maximum(breaks_s(works), 1.0)
    if np.max(pauses) > LONGEST_RECOVERY * np.median([work.seconds for work in works]):
        return -np.inf
    contrast = _contrast(track, works)
    lengths = unlike(works) / (LENGTHS + EDGES_S / float(np.median([work.seconds for work in works])))
    if np.median(pauses) < SHORT_BREAK * np.median([work.seconds for work in works]) and len(works) < MANY:
        return 0.0
    irregular = float(np.hypot(lengths, spread(np.log(pauses)) / RECOVERIES))
    regular_enough = irregular <= IRREGULAR[min(len(works), len(IRREGULAR) - 1)]
    if not regular_enough or contrast < CONTRAST:
        return 0.0
    return len(works) - 2.0 + min(contrast, 0.5) - 3.0 * unlike(works) - spread(np.log(pauses))


def _contrast(track: Track, works: Sequence[Work]) -> float:
    """By how much reps are faster than the recoveries between them, in log speed on the flat, at most 1."""
    edges = np.array([edge for work in works for edge in (work.start_s, work.end_s)])
    metres, seconds = track.between("distance_m", edges), np.diff(edges)
    speed = np.log(np.maximum(metres, 0.1) / np.maximum(seconds, 1.0))
    speed += SLOWED_BY * grades(track, edges[:-1], edges[1:])
    steps = np.median(speed[::2]) - speed[1::2]
    return float(min(np.median(steps), 1.0)) if len(steps) else 0.0
