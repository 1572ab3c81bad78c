"""Chains: works that follow one another, alike in length, with recoveries alike between them. They become sets.

Lengths are alike in metres or in seconds. The best way to part works into chains is found by dynamic programming over
all of them, so that one odd rep does not tear a set and two sets are not taken for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.intervals.efforts import Effort

LOG_LENGTH_SD = 0.13
"""The lengths of a set's reps spread by no more (standard deviation of logs): strides by feel spread by 9 %."""
MAX_LOG_LENGTH_DEVIATION = 0.28
"""No rep of a set is further from its median: what is a third longer is another rep."""
MAX_LOG_SPEED_DEVIATION = 0.25
"""Nor further in log speed."""
LONG_BREAK_RATIO, LONG_BREAK_EXCESS_S = 2.2, 75.0
"""A recovery so many times, and so many seconds, longer than the others parts two sets."""
MIN_LOG_LENGTH_SD = 0.03
MAX_INCOHERENT_EXTENSIONS = 4
"""After so many longer chains that do not hold together none is looked for."""

Chain = tuple[int, int]
"""Works ``first`` to ``last - 1``."""
T = TypeVar("T")


def find_best_chains(items: Sequence[T], score: Callable[[Sequence[T]], float], min_size: int) -> list[Chain]:
    """The disjoint chains of at least ``least`` works whose worth is greatest in sum, in order.

    ``worth`` is how much a chain is worth more than its works on their own; nothing or less if it is none.
    """
    count = len(items)
    best = np.zeros(count + 1)
    came: list[Chain | None] = [None] * (count + 1)
    for end in range(1, count + 1):
        best[end] = best[end - 1]
        apart = 0
        for first in range(end - min_size, -1, -1):
            value = score(items[first:end])
            # What does not hold together may with more of it, one being odd; but not with much more.
            apart = apart + 1 if value == -np.inf else 0
            if apart > MAX_INCOHERENT_EXTENSIONS:
                break
            if value > 0.0 and best[first] + value > best[end] + 1e-9:
                best[end], came[end] = best[first] + value, (first, end)
    chains: list[Chain] = []
    end = count
    while end > 0:
        chain = came[end]
        if chain is None:
            end -= 1
        else:
            chains.append(chain)
            end = chain[0]
    return chains[::-1]


def is_consistent(efforts: Sequence[Effort], max_outliers: int = 0) -> bool:
    """Whether these are reps of one set by their direction, length and pace, or gait where pace is not known.

    So many may be ``odd`` in length, which are not the first or the last: reps are cut short.
    """
    speeds = np.array([work.log_speed for work in efforts])
    known = bool(np.all(np.isfinite(speeds)))
    if len({work.direction for work in efforts}) > 1 or (known and max_deviation(speeds) > MAX_LOG_SPEED_DEVIATION):
        return False
    if not known and len({work.gait for work in efforts}) > 1:
        return False
    return any(_count_outliers(lengths) <= max_outliers for lengths in compute_log_lengths(efforts))


def _find_typical(lengths: FloatArray) -> NDArray[np.bool_]:
    """Which of the logs of lengths are not far from their median."""
    usual: NDArray[np.bool_] = np.abs(lengths - np.median(lengths)) <= MAX_LOG_LENGTH_DEVIATION
    return usual


def _count_outliers(lengths: FloatArray) -> float:
    """How many lengths are far from the median; too many if the first or the last is."""
    usual = _find_typical(lengths)
    return int((~usual).sum()) if usual[0] and usual[-1] else np.inf


def select_typical(efforts: Sequence[Effort]) -> list[Effort]:
    """Those that are not odd: not far from the median in metres, or in seconds if fewer are so."""
    most = max((_find_typical(lengths) for lengths in compute_log_lengths(efforts)), key=lambda mask: int(mask.sum()))
    return [work for work, keep in zip(efforts, most.tolist(), strict=True) if keep]


def length_spread(efforts: Sequence[Effort]) -> float:
    """How much the lengths differ: the smaller spread of their logs, of metres or of seconds, without odd ones."""
    return min(
        max(sample_sd(lengths[_find_typical(lengths)]), MIN_LOG_LENGTH_SD) for lengths in compute_log_lengths(efforts)
    )


def compute_log_lengths(efforts: Sequence[Effort]) -> list[FloatArray]:
    """The logs of the lengths in seconds and, where they are known, in metres."""
    seconds = np.log([max(work.seconds, 1.0) for work in efforts])
    metres = np.log([max(work.metres, 1.0) for work in efforts])
    return [seconds, metres] if np.all(np.isfinite(metres)) else [seconds]


def max_deviation(values: FloatArray) -> float:
    """How far the furthest value lies from the median."""
    return float(np.max(np.abs(values - np.median(values)))) if len(values) else 0.0


def sample_sd(values: FloatArray) -> float:
    """Standard deviation, 0 for a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def compute_gaps_s(efforts: Sequence[Effort]) -> FloatArray:
    """The seconds between each two works, shape ``(n - 1,)``."""
    return np.array([after.start_s - before.end_s for before, after in pairwise(efforts)])


def has_long_recovery(efforts: Sequence[Effort]) -> bool:
    """Whether a break within them is so much longer than the others that it parts two sets."""
    pauses = compute_gaps_s(efforts)
    if len(pauses) < 2:
        return False
    usual = float(np.median(pauses))
    longest = float(np.max(pauses))
    return longest > LONG_BREAK_RATIO * usual and longest > usual + LONG_BREAK_EXCESS_S
