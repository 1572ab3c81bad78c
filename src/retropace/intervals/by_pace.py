"""Works within one direction: told by pace, where faster and slower stretches take turns regularly.

Nothing but regularity tells reps from a run through a town: stops at lights and a climb change pace too. So a pace is
looked for above which the stretches are alike in length, with recoveries alike between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import true_runs
from retropace.intervals.bouts import Bouts
from retropace.intervals.chains import LOG_LENGTH_SD as LENGTHS
from retropace.intervals.chains import (
    Chain,
    compute_gaps_s,
    find_best_chains,
    has_long_recovery,
    is_consistent,
    length_spread,
    sample_sd,
)
from retropace.intervals.efforts import Effort, measure_effort
from retropace.labelling.features import LOG_SPEED_PER_GRADE, mean_grade

MIN_REPS = 3
RECOVERY_LOG_SD = 0.35
"""The recoveries of a usual set spread by no more (standard deviation of logs)."""
EDGE_ERROR_S = 2.0
"""The ends of a rep are known to about so much, which makes short ones look unlike."""
MAX_IRREGULARITY = (0.0, 0.0, 0.0, 0.7, 0.95, 1.1, 1.2)
"""How irregular so many reps may be: three of anything may be alike by chance, six are not."""
MIN_FAST_SHARE = 0.34
"""A set is at least a third of the stretches that are as fast: of many, some are alike by chance."""
MIN_LOG_SPEED_CONTRAST = 0.15
"""Reps are at least so much faster than their recoveries, in log speed."""
MIN_REP_S = 9.0
SHORT_BREAK_RATIO, MIN_REPS_WITH_SHORT_BREAKS = 0.12, 6
"""Breaks so short beside what they part are lights and shoelaces, unless they come again and again."""
MAX_RECOVERY_RATIO = 8.0
"""A break so many times longer than the reps is no recovery."""


def find_efforts_by_pace(cleaned: CleanedActivity, bouts: Bouts, first: int, last: int) -> list[list[Effort]]:
    """The sets among the bouts ``first`` to ``last - 1``, which have one direction: lists of works, in order."""
    speed = np.exp(np.where(np.isfinite(bouts.log_speed), bouts.log_speed, -np.inf))[first:last]
    long_enough = bouts.stats.elapsed_s[first:last] >= MIN_REP_S
    levels = np.unique(speed[bouts.moving[first:last] & long_enough & (speed > 0.0)])

    # From one pace to the next few stretches change: what was found out about the others holds.
    @cache
    def work(begin: int, end: int) -> Effort:
        rows = slice(first + begin, first + end)
        longest = first + begin + int(np.argmax(bouts.stats.elapsed_s[rows]))
        start_s, end_s = float(bouts.edges_s[first + begin]), float(bouts.edges_s[first + end])
        return measure_effort(cleaned, start_s, end_s, str(bouts.direction[longest]), str(bouts.gait[longest]))

    @cache
    def worth(some: tuple[Chain, ...]) -> float:
        return _score(cleaned, [work(begin, end) for begin, end in some])

    best: list[list[Effort]] = []
    most = 0.0
    for slower, faster in pairwise([0.0, *levels.tolist()]):
        fast = true_runs(speed > (slower + faster) / 2.0) + first
        seconds = bouts.edges_s[fast[:, 1]] - bouts.edges_s[fast[:, 0]]
        spans = tuple((begin, end) for begin, end in (fast[seconds >= MIN_REP_S] - first).tolist())
        least = MIN_FAST_SHARE * len(spans)

        def judged(some: Sequence[Chain], least: float = least) -> float:
            value = worth(tuple(some))
            return 0.0 if value > 0.0 and len(some) < least else value

        chains = find_best_chains(spans, judged, MIN_REPS)
        value = sum(judged(spans[begin:end]) for begin, end in chains)
        if value > most:
            most, best = value, [[work(*span) for span in spans[begin:end]] for begin, end in chains]
    return best


def _score(cleaned: CleanedActivity, efforts: Sequence[Effort]) -> float:
    """How much better these are as a set than on their own."""
    if not is_consistent(efforts) or has_long_recovery(efforts):
        return -np.inf
    pauses = np.maximum(compute_gaps_s(efforts), 1.0)
    if np.max(pauses) > MAX_RECOVERY_RATIO * np.median([work.seconds for work in efforts]):
        return -np.inf
    contrast = _compute_contrast(cleaned, efforts)
    lengths = length_spread(efforts) / (LENGTHS + EDGE_ERROR_S / float(np.median([work.seconds for work in efforts])))
    if (
        np.median(pauses) < SHORT_BREAK_RATIO * np.median([work.seconds for work in efforts])
        and len(efforts) < MIN_REPS_WITH_SHORT_BREAKS
    ):
        return 0.0
    irregular = float(np.hypot(lengths, sample_sd(np.log(pauses)) / RECOVERY_LOG_SD))
    regular_enough = irregular <= MAX_IRREGULARITY[min(len(efforts), len(MAX_IRREGULARITY) - 1)]
    if not regular_enough or contrast < MIN_LOG_SPEED_CONTRAST:
        return 0.0
    return len(efforts) - 2.0 + min(contrast, 0.5) - 3.0 * length_spread(efforts) - sample_sd(np.log(pauses))


def _compute_contrast(cleaned: CleanedActivity, efforts: Sequence[Effort]) -> float:
    """By how much reps are faster than the recoveries between them, in log speed on the flat, at most 1."""
    edges = np.array([edge for work in efforts for edge in (work.start_s, work.end_s)])
    metres, seconds = cleaned.increments("distance_m", edges), np.diff(edges)
    speed = np.log(np.maximum(metres, 0.1) / np.maximum(seconds, 1.0))
    speed += LOG_SPEED_PER_GRADE * mean_grade(cleaned, edges[:-1], edges[1:])
    steps = np.median(speed[::2]) - speed[1::2]
    return float(min(np.median(steps), 1.0)) if len(steps) else 0.0
