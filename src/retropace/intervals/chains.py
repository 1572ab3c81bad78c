"""Partition of efforts, the stretches that may be reps, into chains of similar length, pace and recovery: sets."""

from collections.abc import Callable, Sequence
from itertools import compress, pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.intervals.efforts import Effort

LOG_LENGTH_SD = 0.13
"""Usual standard deviation of the log length of reps within a set; for strides (short sprints by feel) it is 0.09."""
MAX_LOG_LENGTH_DEVIATION = 0.28
"""Largest difference of log length between a rep and the median of its set: one third longer or a quarter shorter."""
MAX_LOG_SPEED_DEVIATION = 0.25
"""Largest difference of log speed between an effort of a set and the median of the set."""
LONG_BREAK_RATIO = 2.2
"""Ratio to the median gap between efforts above which a gap may separate two sets."""
LONG_BREAK_EXCESS_S = 75.0
"""Seconds by which a gap must also exceed the median gap to separate two sets."""
MIN_LOG_LENGTH_SD = 0.03
"""Least standard deviation of log length that is used when a chain is scored."""
MAX_INCOHERENT_EXTENSIONS = 4
"""Most times in a row that a growing chain may fail to be a set; after one more, longer chains are not tried."""

Chain = tuple[int, int]
"""Half-open index range ``(first, last)`` of the efforts that form one set."""
T = TypeVar("T")
"""Type of the items that are grouped."""


def find_best_chains(items: Sequence[T], score: Callable[[Sequence[T]], float], min_size: int) -> list[Chain]:
    """Return the chains of at least ``min_size`` items, without overlap, whose scores have the largest sum.

    A score is positive if the chain is better than its items in no chain, minus infinity if it cannot be a set.

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
        if (chain := last_chain[end]) is not None:
            chains.append(chain)
        end = end - 1 if chain is None else chain[0]
    return chains[::-1]


def is_consistent(efforts: Sequence[Effort], max_outliers: int = 0) -> bool:
    """Return whether efforts share direction, speed (or gait) and length; ``max_outliers`` inner lengths may differ."""
    speeds = np.array([effort.log_speed for effort in efforts])
    if np.all(np.isfinite(speeds)):
        has_one_pace = np.max(np.abs(speeds - np.median(speeds))) <= MAX_LOG_SPEED_DEVIATION
    else:
        has_one_pace = len({effort.gait for effort in efforts}) == 1
    if not has_one_pace or len({effort.direction for effort in efforts}) > 1:
        return False
    masks = [_find_typical(lengths) for lengths in compute_log_lengths(efforts)]
    return any(mask[0] and mask[-1] and int((~mask).sum()) <= max_outliers for mask in masks)


def _find_typical(lengths: FloatArray) -> NDArray[np.bool_]:
    return np.abs(lengths - np.median(lengths)) <= MAX_LOG_LENGTH_DEVIATION


def select_typical(efforts: Sequence[Effort]) -> list[Effort]:
    """Return the efforts of a length close to the median, by duration or by distance, whichever keeps more efforts."""
    mask = max(map(_find_typical, compute_log_lengths(efforts)), key=lambda candidate: int(candidate.sum()))
    return list(compress(efforts, mask.tolist()))


def length_spread(efforts: Sequence[Effort]) -> float:
    """Return the smaller standard deviation of typical log durations or distances, at least ``MIN_LOG_LENGTH_SD``."""
    spreads = [sample_sd(lengths[_find_typical(lengths)]) for lengths in compute_log_lengths(efforts)]
    return max(min(spreads), MIN_LOG_LENGTH_SD)


def compute_log_lengths(efforts: Sequence[Effort]) -> list[FloatArray]:
    """Return the log durations of efforts and, if all distances are known, their log distances, ``(n,)`` each."""
    seconds = np.log([max(effort.seconds, 1.0) for effort in efforts])
    metres = np.log([max(effort.metres, 1.0) for effort in efforts])
    return [seconds, metres] if np.all(np.isfinite(metres)) else [seconds]


def sample_sd(values: FloatArray) -> float:
    """Return the sample standard deviation; 0 for a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def compute_gaps_s(efforts: Sequence[Effort]) -> FloatArray:
    """Return the seconds between consecutive efforts, shape ``(n - 1,)``."""
    return np.array([after.start_s - before.end_s for before, after in pairwise(efforts)])


def has_long_recovery(efforts: Sequence[Effort]) -> bool:
    """Return whether the longest gap between efforts exceeds the median gap so far that it separates two sets."""
    gaps_s = compute_gaps_s(efforts)
    if len(gaps_s) < 2:
        return False
    median_s = float(np.median(gaps_s))
    return float(np.max(gaps_s)) > max(LONG_BREAK_RATIO * median_s, median_s + LONG_BREAK_EXCESS_S)


def score_chain(efforts: Sequence[Effort], max_outliers: int = 0) -> float:
    """Return how well efforts form one set: higher for more and for more equal ones; minus infinity if they cannot."""
    if not is_consistent(efforts, max_outliers) or has_long_recovery(efforts):
        return -np.inf
    return len(efforts) - 1.0 - 2.0 * length_spread(efforts)
