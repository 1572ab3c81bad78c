"""Exact change points of a piecewise constant signal: penalised least squares, pruned as by PELT."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.spans import Column

Indices = NDArray[np.intp]

BLOCK = 64
"""So many neighbouring candidates share a lower bound. Any number gives the same answer; this one is quick."""
MOST_AT_ONCE = 64
"""So many ends are worked on together at most, which bounds the memory of a long ``min_length``."""


def change_points(
    signal: Column, penalty: float, min_length: int = 1, known: NDArray[np.bool_] | None = None
) -> Indices:
    """The edges ``[0, …, n]`` of the cheapest cut of an ``(n, k)`` signal into stretches of constant mean.

    The cost of a cut is the sum of squared deviations from each stretch's mean, over all ``k`` columns, plus
    ``penalty`` for each edge between two stretches; no stretch is shorter than ``min_length``, unless the signal
    itself is. Where the ``(n, k)`` mask ``known`` is False a value, though finite, counts for nothing.

    The optimum is exact: optimal partitioning (Jackson et al. 2005, IEEE Signal Process Lett 12:105) with the pruning
    of PELT (Killick, Fearnhead & Eckley 2012, J Am Stat Assoc 107:1590).

    A steady hour prunes nothing in PELT, so that its cost would grow with the square of the length. Candidates are
    therefore judged in blocks first. Cutting a stretch never makes it costlier, so for each candidate ``s`` of a block
    that ends in ``e``, ``best(s) + cost(s, t) >= best(s) + cost(s, e) + cost(e, t)``; the least of
    ``best(s) + cost(s, e)`` is known once and for all. Where that bound loses, so does the whole block.

    Raises ``ValueError`` for a signal with missing values or of a wrong shape and for a penalty that is not
    positive and finite.
    """
    if signal.ndim != 2:
        raise ValueError(f"the signal must have shape (n, k), not {signal.shape}")
    if not np.all(np.isfinite(signal)):
        raise ValueError("the signal has missing or infinite values")
    if not 0.0 < penalty < np.inf:
        raise ValueError(f"the penalty must be positive and finite, not {penalty}")
    count, least = len(signal), max(int(min_length), 1)
    if count < 2 * least:
        return np.array([0, count], dtype=np.intp) if count else np.array([0], dtype=np.intp)
    before = _winners(_Costs(signal, known), count, penalty, least)
    edges = [count]
    while edges[-1] > 0:
        edges.append(int(before[edges[-1]]))
    return np.array(edges[::-1], dtype=np.intp)


class _Costs:
    """The cost of any stretch from cumulative sums."""

    def __init__(self, signal: Column, known: NDArray[np.bool_] | None):
        weight = np.ones(signal.shape) if known is None else known.astype(np.float64)
        # Centred, so that the sums lose no digits to a large common level.
        centred = weight * (signal - np.sum(weight * signal, axis=0) / np.maximum(np.sum(weight, axis=0), 1.0))
        start = np.zeros((signal.shape[1], 1))
        self.counts = np.hstack((start, np.cumsum(weight.T, axis=1)))
        self.sums = np.hstack((start, np.cumsum(centred.T, axis=1)))
        self.squares = np.concatenate(([0.0], np.cumsum(np.sum(centred**2, axis=1))))

    def between(self, starts: Indices, ends: Indices) -> Column:
        """Squared deviations of each stretch, shape ``(len(ends), len(starts))``; without meaning where none is."""
        cost: Column = self.squares[ends][:, None] - self.squares[starts]
        for sums, counts in zip(self.sums, self.counts, strict=True):
            cost -= (sums[ends][:, None] - sums[starts]) ** 2 / np.maximum(counts[ends][:, None] - counts[starts], 1.0)
        return cost


def _winners(costs: _Costs, count: int, penalty: float, least: int) -> Indices:
    """For each end the start of its last stretch in the cheapest cut up to there."""
    best = np.full(count + 1, np.inf)
    best[0] = -penalty
    before = np.zeros(count + 1, dtype=np.intp)
    blocks = np.zeros(0, dtype=np.intp)  # the last candidate of each block that can still win
    bounds = np.zeros(0)
    tail = 0  # the first candidate that is in no block yet
    together = min(least, MOST_AT_ONCE)
    members = np.arange(1 - BLOCK, 1)
    for first in range(least, count + 1, together):
        # The last stretch has at least ``least`` values, so these ends depend only on what is known before the first.
        ends = np.arange(first, min(first + together, count + 1))
        likely = np.append(np.arange(tail, ends[-1] - least + 1), before[first - 1])
        _improve(best, before, costs, ends, likely, penalty, least)
        lower = bounds + costs.between(blocks, ends)
        near = blocks[np.any(lower + penalty <= best[ends][:, None], axis=0)]
        if len(near):
            _improve(best, before, costs, ends, (near[:, None] + members).ravel(), penalty, least)
        # What at an end is costlier than a cut there, even before the penalty of that cut, can be replaced by it from
        # ``least`` later on: just when the next lot begins, unless a lot is shorter; then it is kept.
        if together == least:
            alive = lower[0] <= best[first]
            blocks, bounds = blocks[alive], bounds[alive]
        while tail + BLOCK <= ends[-1] + 1 - least:
            inner = np.arange(tail, tail + BLOCK - 1)
            last = tail + BLOCK - 1
            within = best[inner] + costs.between(inner, np.array([last]))[0]
            blocks, bounds = np.append(blocks, last), np.append(bounds, min(within.min(), best[last]))
            tail += BLOCK
    return before


def _improve(
    best: Column, before: Indices, costs: _Costs, ends: Indices, starts: Indices, penalty: float, least: int
) -> None:
    """Take for each end the best of these starts where it beats what is known."""
    total = best[starts] + costs.between(starts, ends) + penalty
    total[ends[:, None] - starts < least] = np.inf
    winner = np.argmin(total, axis=1)
    cheapest = total[np.arange(len(ends)), winner]
    better = cheapest < best[ends]
    best[ends[better]] = cheapest[better]
    before[ends[better]] = starts[winner[better]]
