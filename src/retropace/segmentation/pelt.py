"""Exact change points of a piecewise constant signal: penalised least squares, pruned as by PELT."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

IndexArray = NDArray[np.intp]

MAX_BLOCK_SIZE = 16
"""So many neighbouring positions share a bound at most. Any number gives the same answer; this one is quick."""
ENDS_PER_BATCH = 80
"""About so many ends are worked on together. Any number gives the same answer; this one is quick."""
MIN_BLOCKS_TO_RANK, MAX_BLOCKS_PER_ROUND = 16, 256
"""With more than ``FEW`` blocks in question the most promising go first; ``MOST`` at once bound the memory."""
TIE_BREAK_MULTIPLE = 64
"""Where several places of a cut cost the same, as in a stretch of which nothing is known, it is at a multiple of this
if there is one: any rule would do that gives one answer whatever is searched first."""
UNREACHED_COST = 1e300
"""Dearer than any cut, and finite, so that bounds can be reckoned with it."""


def change_points(
    signal: FloatArray, penalty: float, min_length: int = 1, known: NDArray[np.bool_] | None = None
) -> IndexArray:
    """The edges ``[0, …, n]`` of the cheapest cut of an ``(n, k)`` signal into stretches of constant mean.

    The cost of a cut is the sum of squared deviations from each stretch's mean, over all ``k`` columns, plus
    ``penalty`` for each edge between two stretches; no stretch is shorter than ``min_length``, unless the signal
    itself is. Where the ``(n, k)`` mask ``known`` is False a value, though finite, counts for nothing.

    Raises ``ValueError`` for a signal with missing values or of a wrong shape and for a penalty that is not
    positive and finite. The method is that of :func:`change_points_for_each`.
    """
    return find_change_points(signal, (penalty,), min_length, known)[0]


def find_change_points(
    signal: FloatArray, penalties: Sequence[float], min_size: int = 1, known: NDArray[np.bool_] | None = None
) -> list[IndexArray]:
    """The edges of :func:`change_points` for each of some penalties, which share most of the work.

    The optimum is exact: optimal partitioning (Jackson et al. 2005, IEEE Signal Process Lett 12:105) with the pruning
    of PELT (Killick, Fearnhead & Eckley 2012, J Am Stat Assoc 107:1590), by blocks as :class:`_Search` says.

    Raises ``ValueError`` as :func:`change_points` does.
    """
    if signal.ndim != 2:
        raise ValueError(f"the signal must have shape (n, k), not {signal.shape}")
    if not np.all(np.isfinite(signal)):
        raise ValueError("the signal has missing or infinite values")
    for penalty in penalties:
        if not 0.0 < penalty < np.inf:
            raise ValueError(f"the penalty must be positive and finite, not {penalty}")
    count, least = len(signal), max(int(min_size), 1)
    if count < 2 * least:
        return [np.array([0, count] if count else [0], dtype=np.intp) for _ in penalties]
    best, before = _PeltSearch(signal, known, np.array(penalties), least).solve()
    # Positions between which nothing is known have the same number of values before them.
    values = None if known is None or known.any(axis=1).all() else np.append(0, np.cumsum(known.any(axis=1)))
    return [_trace_back(*found, values, least) for found in zip(best, before, strict=True)]


def _trace_back(best: FloatArray, previous: IndexArray, value_counts: IndexArray | None, min_size: int) -> IndexArray:
    """The cut that the winning starts ``before`` each end make."""
    edges = [len(best) - 1]
    while edges[-1] > 0:
        end = edges[-1]
        start = int(previous[end])
        if value_counts is not None:
            low, high = (
                np.searchsorted(value_counts, value_counts[start]),
                np.searchsorted(value_counts, value_counts[start], side="right"),
            )
            alike = np.arange(low, min(high, end - min_size + 1))
            alike = alike[best[alike] == best[start]]
            even = alike[alike % TIE_BREAK_MULTIPLE == 0]
            start = int(even[-1] if len(even) else alike[0])
        edges.append(start)
    return np.array(edges[::-1], dtype=np.intp)


class _PeltSearch:
    """Optimal partitioning of one signal for several penalties, many ends at a time.

    The squares of a stretch ``[s, t)`` are those of all its values less what its mean ``saves``, so that the sum over
    all values drops out and the cheapest cut up to each end is ``best(t) = penalty + min(best(s) - saved(s, t))``.

    Positions are starts and ends alike and lie in blocks. Cutting a stretch never makes it costlier, hence
    ``saved(s, t) <= saved(s, e) + saved(e, f) + saved(f, t)`` where ``e`` is the last position of the block of ``s``
    and ``f`` the first of that of ``t``. So no start of the one block betters any end of the other unless
    ``start_bound - saved(e, f) + penalty < end_bound``, with ``start_bound`` the least ``best(s) - saved(s, e)`` and
    ``end_bound`` the greatest ``best(t) + saved(f, t)``: one comparison for all pairs of the two.

    ``best`` starts above what can be reached and only falls, by trying blocks of starts on all ends of a lot. A lot is
    done when for every pair of blocks either that comparison fails or the starts, as they are now, have been tried:
    then no start betters any end, which makes ``best`` exact. A block no better than a cut at some ``p`` that is made
    without a penalty never wins again, once ``min_length`` lies between ``p`` and the end: that is PELT's pruning.
    """

    def __init__(self, signal: FloatArray, known: NDArray[np.bool_] | None, penalties: FloatArray, least: int):
        self.count, self.least, self.penalties = len(signal), least, penalties[:, None]
        self.width = min(least, MAX_BLOCK_SIZE)
        blocks = self.count // self.width + 1
        self.at = np.arange(blocks * self.width).reshape(blocks, self.width)
        weight = np.ones((self.count, 1)) if known is None else known.astype(np.float64)
        # Centred, so that the sums lose no digits to a large common level.
        centred = weight * (signal - np.sum(weight * signal, axis=0) / np.maximum(np.sum(weight, axis=0), 1.0))
        if np.all(weight == weight[:, :1]):
            weight = weight[:, :1]
        self.columns = signal.shape[1]
        # Up to each position the sums of all columns, and how many values that is, once if all are alike.
        upto = np.zeros((self.columns + weight.shape[1], self.at.size))
        np.cumsum(np.hstack((centred, weight)).T, axis=1, out=upto[:, 1 : self.count + 1])
        upto[:, self.count + 1 :] = upto[:, self.count, None]
        self.upto = upto.reshape(-1, *self.at.shape)
        self.upto_first, self.upto_last = self.upto[:, :, 0].copy(), self.upto[:, :, -1].copy()
        self.to_last = self._compute_saving(self.upto, self.upto_last[:, :, None])
        # No stretch ends beyond the last position, or before the least length, so that nothing need be found there.
        from_first = self._compute_saving(self.upto_first[:, :, None], self.upto)
        from_first[(self.at < least) | (self.at > self.count)] = -np.inf
        self.from_first = from_first - penalties[:, None, None]
        self.best = np.full((len(penalties), *self.at.shape), UNREACHED_COST)
        self.best[:, 0, 0] = -penalties
        self.before = np.zeros(self.best.shape, dtype=np.intp)
        self.start_bound = np.min(self.best - self.to_last, axis=2)

    def solve(self) -> tuple[FloatArray, IndexArray]:
        """For each penalty and position ``best``, and the start of the last stretch in the cheapest cut up to there."""
        lot = max(ENDS_PER_BATCH // self.width, 1)
        begin = self.least // self.width
        alive, likely = np.arange(begin), np.zeros(1, dtype=np.intp)
        for first in range(begin, len(self.at), lot):
            own = slice(first, min(first + lot, len(self.at)))
            candidates = np.concatenate((alive, np.arange(own.start, own.stop)))
            alive = self._solve_batch(own, candidates, likely)
            likely = np.sort(self.before[:, own.stop - 1, -1]) // self.width
        rows, to_end = len(self.best), slice(self.count + 1)
        return self.best.reshape(rows, -1)[:, to_end], self.before.reshape(rows, -1)[:, to_end]

    def _solve_batch(self, batch: slice, candidates: IndexArray, likely_blocks: IndexArray) -> IndexArray:
        """Find the best of all candidates for each end of the lot ``own``; the candidates that may win after it.

        ``likely`` blocks are tried first: with good cuts known for the ends few others come into question.
        """
        between = self._compute_saving(self.upto_last.take(candidates, 1)[:, None], self.upto_first[:, batch, None])
        # No end of the one block is far enough from any start of the other.
        between[self.at[batch, -1:] - candidates * self.width < self.least] = -np.inf
        tried = np.zeros(len(self.at), dtype=bool)
        blocks, rounds = likely_blocks, 0
        while True:
            rounds += 1
            self._try_blocks(batch, blocks, tried)
            end_bound = np.maximum.reduce(self.best[:, batch] + self.from_first[:, batch], axis=2, keepdims=True)
            bound = self.start_bound.take(candidates, 1)[:, None] - between
            near = (bound < end_bound) & ~tried.take(candidates)
            in_question = np.logical_or.reduce(near, axis=(0, 1)).nonzero()[0]
            if len(in_question) == 0:
                break
            if len(in_question) > MIN_BLOCKS_TO_RANK and rounds < 3:
                bound[~near] = np.inf
                promising = np.zeros(len(candidates), dtype=bool)
                promising[np.argmin(bound, axis=2)[near.any(axis=2)]] = True
                in_question = promising.nonzero()[0]
            blocks = candidates[in_question[:MAX_BLOCKS_PER_ROUND]]
        # The last block of ends that lies the least length before the next lot.
        row = (batch.stop * self.width - self.least) // self.width - batch.start
        if row < 0:
            return candidates
        useful = np.any(bound[:, row] < self.best[:, batch.start + row, :1], axis=0)
        alive: IndexArray = candidates[useful | np.isneginf(between[row])]
        return alive

    def _try_blocks(self, batch: slice, blocks: IndexArray, tried: NDArray[np.bool_]) -> None:
        """Let all starts of some blocks compete for the ends of the lot, and note which blocks have been tried.

        ``blocks`` are in order.
        """
        tried[blocks] = True
        rows, starts = len(self.best), self.at.take(blocks, 0).ravel()
        saved = self._compute_saving(
            self.upto.take(blocks, 1).reshape(len(self.upto), 1, -1), self.upto[:, batch].reshape(len(self.upto), -1, 1)
        )
        total = self.best.take(blocks, 1).reshape(rows, 1, -1) - saved
        if starts[-1] + self.least > batch.start * self.width:
            np.copyto(total, np.inf, where=self.at[batch].reshape(-1, 1) - starts < self.least)
        winner = total.argmin(axis=2)
        at = np.arange(0, total.size, len(starts)).reshape(winner.shape) + winner
        best = self.best[:, batch]
        cheapest = (total.ravel().take(at) + self.penalties).reshape(best.shape)
        better = cheapest < best
        changed = np.logical_or.reduce(better, axis=(0, 2))
        if changed.any():
            np.copyto(best, cheapest, where=better)
            np.copyto(self.before[:, batch], starts.take(winner).reshape(best.shape), where=better)
            self.start_bound[:, batch] = np.minimum.reduce(best - self.to_last[batch], axis=2)
            tried[batch] &= ~changed

    def _compute_saving(self, upto_starts: FloatArray, upto_ends: FloatArray) -> FloatArray:
        """By how much the means of stretches lessen their squares, by the sums and counts up to their two sides."""
        gained = upto_ends - upto_starts
        sums, counts = gained[: self.columns], gained[self.columns :]
        sums *= sums
        np.maximum(counts, 1.0, out=counts)
        saved: FloatArray
        if len(counts) == 1:
            saved = np.add.reduce(sums, axis=0)
            saved /= counts[0]
        else:
            sums /= counts
            saved = np.add.reduce(sums, axis=0)
        return saved
