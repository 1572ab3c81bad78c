"""Partition of efforts, the stretches that may be reps, into chains: those that follow each other and form one set.

The efforts of a chain have similar length, in metres or in seconds, similar pace and similar recoveries. Dynamic
programming over all efforts finds the best partition, so that one outlying rep does not split a set and two different
sets are not merged.
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
"""Standard deviation of the log length of reps that is usual within a regular set. For strides, short sprints run by
feel, it is 0.09."""
MAX_LOG_LENGTH_DEVIATION = 0.28
"""Maximum difference of log length between a rep and the median of its set: one third longer or a quarter shorter."""
MAX_LOG_SPEED_DEVIATION = 0.25
"""Maximum difference between the log speed of an effort and the median log speed of the efforts beside which it would
form a set. If any effort differs more, they are not one set."""
LONG_BREAK_RATIO = 2.2
"""Ratio to the median gap between efforts that a gap must exceed to separate two sets."""
LONG_BREAK_EXCESS_S = 75.0
"""Seconds by which a gap between efforts must exceed the median gap to separate two sets. It must also exceed
``LONG_BREAK_RATIO``."""
MIN_LOG_LENGTH_SD = 0.03
"""Least standard deviation of log length that is used when a chain is scored."""
MAX_INCOHERENT_EXTENSIONS = 4
"""Largest number of successive failures when a chain is extended by one effort at a time. A failure is a chain that
cannot be a set. After more failures no longer chains are tried."""

Chain = tuple[int, int]
"""Half-open index range ``(first, last)`` of the efforts that form one set."""
T = TypeVar("T")
"""Type of the items that are grouped."""


def find_best_chains(items: Sequence[T], score: Callable[[Sequence[T]], float], min_size: int) -> list[Chain]:
    """Return the chains of at least ``min_size`` items, without overlap, whose scores have the largest sum.

    A chain is a range of consecutive items; items may remain in none.

    ``score`` rates a chain: positive if it is better than leaving its items ungrouped, minus infinity if it cannot be a
    set.

    Example:
        >>> find_best_chains([1, 1, 1, 5, 5], lambda chain: len(chain) - 1 if len(set(chain)) == 1 else -9.0, 2)
        [(0, 3), (3, 5)]

    """
    count = len(items)
    best = np.zeros(count + 1)
    last_chain: list[Chain | None] = [None] * (count + 1)
    for end in range(1, count + 1):
        best[end] = best[end - 1]
        incoherent = 0
        for first in range(end - min_size, -1, -1):
            value = score(items[first:end])
            # An incoherent chain may become coherent when extended, as one outlier is allowed, but not much later.
            incoherent = incoherent + 1 if value == -np.inf else 0
            if incoherent > MAX_INCOHERENT_EXTENSIONS:
                break
            if value > 0.0 and best[first] + value > best[end] + 1e-9:
                best[end], last_chain[end] = best[first] + value, (first, end)
    chains: list[Chain] = []
    end = count
    while end > 0:
        chain = last_chain[end]
        if chain is None:
            end -= 1
        else:
            chains.append(chain)
            end = chain[0]
    return chains[::-1]


def is_consistent(efforts: Sequence[Effort], max_outliers: int = 0) -> bool:
    """Whether efforts have one direction, similar speed (one gait where speed is unknown) and similar length.

    Up to ``max_outliers`` lengths other than the first and last may deviate, as for a rep that was cut short.
    """
    speeds = np.array([effort.log_speed for effort in efforts])
    has_speed = bool(np.all(np.isfinite(speeds)))
    if len({effort.direction for effort in efforts}) > 1 or (
        has_speed and max_deviation(speeds) > MAX_LOG_SPEED_DEVIATION
    ):
        return False
    if not has_speed and len({effort.gait for effort in efforts}) > 1:
        return False
    return any(_count_outliers(lengths) <= max_outliers for lengths in compute_log_lengths(efforts))


def _find_typical(lengths: FloatArray) -> NDArray[np.bool_]:
    """Return a mask of the log lengths that differ from their median by at most ``MAX_LOG_LENGTH_DEVIATION``."""
    is_typical: NDArray[np.bool_] = np.abs(lengths - np.median(lengths)) <= MAX_LOG_LENGTH_DEVIATION
    return is_typical


def _count_outliers(lengths: FloatArray) -> float:
    """Return the number of outliers: log lengths that differ from their median by more than the limit.

    The limit is ``MAX_LOG_LENGTH_DEVIATION``. The result is infinity if the first or last length is an outlier.
    """
    is_typical = _find_typical(lengths)
    return int((~is_typical).sum()) if is_typical[0] and is_typical[-1] else np.inf


def select_typical(efforts: Sequence[Effort]) -> list[Effort]:
    """Return the efforts whose length is close to the median, in metres or seconds, whichever keeps more efforts."""
    mask = max(
        (_find_typical(lengths) for lengths in compute_log_lengths(efforts)), key=lambda candidate: int(candidate.sum())
    )
    return [effort for effort, is_typical in zip(efforts, mask.tolist(), strict=True) if is_typical]


def length_spread(efforts: Sequence[Effort]) -> float:
    """Return the standard deviation of the log duration or the log distance of efforts, whichever is smaller.

    Lengths far from the median are left out. The result is at least ``MIN_LOG_LENGTH_SD``.
    """
    return min(
        max(sample_sd(lengths[_find_typical(lengths)]), MIN_LOG_LENGTH_SD) for lengths in compute_log_lengths(efforts)
    )


def compute_log_lengths(efforts: Sequence[Effort]) -> list[FloatArray]:
    """Return the log durations of efforts and, where all distances are known, their log distances, ``(n,)`` each."""
    seconds = np.log([max(effort.seconds, 1.0) for effort in efforts])
    metres = np.log([max(effort.metres, 1.0) for effort in efforts])
    return [seconds, metres] if np.all(np.isfinite(metres)) else [seconds]


def max_deviation(values: FloatArray) -> float:
    """Return the largest absolute deviation from the median; 0 for no values."""
    return float(np.max(np.abs(values - np.median(values)))) if len(values) else 0.0


def sample_sd(values: FloatArray) -> float:
    """Return the sample standard deviation; 0 for a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def compute_gaps_s(efforts: Sequence[Effort]) -> FloatArray:
    """Return the seconds between consecutive efforts (stretches that may be reps), shape ``(n - 1,)``."""
    return np.array([after.start_s - before.end_s for before, after in pairwise(efforts)])


def has_long_recovery(efforts: Sequence[Effort]) -> bool:
    """Whether the longest gap between efforts is so much longer than the median gap that it separates two sets."""
    gaps_s = compute_gaps_s(efforts)
    if len(gaps_s) < 2:
        return False
    median_s = float(np.median(gaps_s))
    longest_s = float(np.max(gaps_s))
    return longest_s > LONG_BREAK_RATIO * median_s and longest_s > median_s + LONG_BREAK_EXCESS_S


def score_chain(efforts: Sequence[Effort], max_outliers: int = 0) -> float:
    """Return how well efforts form one set; higher for more efforts and for more equal lengths.

    The score is minus infinity if the efforts cannot form a set.
    """
    if not is_consistent(efforts, max_outliers) or has_long_recovery(efforts):
        return -np.inf
    return len(efforts) - 1.0 - 2.0 * length_spread(efforts)
