"""Exact change points of a piecewise constant signal, by penalised least squares with the pruning rule of PELT."""

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

IndexArray = NDArray[np.intp]
"""Array of indices, ``(n,)``."""

MAX_BLOCK_SIZE = 16
"""Largest number of adjacent positions in a block, excluded from the search at once; it changes only the speed."""
ENDS_PER_BATCH = 80
"""Approximate number of segment ends that are searched together; it changes only the speed."""
MIN_BLOCKS_TO_RANK = 16
"""Largest number of undecided blocks that are all tried at once; of more, the most promising are tried first."""
MAX_BLOCKS_PER_ROUND = 256
"""Largest number of blocks of possible segment starts that are tried at once; it limits the memory."""
TIE_BREAK_MULTIPLE = 64
"""Of change points of equal cost, one at a multiple of this is taken, whatever the order of the search."""
UNREACHED_COST = 1e300
"""Initial cost of each position: above any real cost, and finite so that bounds can be computed with it."""


def find_change_points(
    signal: FloatArray, penalty: float, min_size: int = 1, known: NDArray[np.bool_] | None = None
) -> IndexArray:
    """Find the optimal segmentation of an ``(n, k)`` signal; returns its edges ``[0, …, n]``.

    The cost of a segmentation is the sum of squared deviations from each segment's mean, over all ``k`` columns, plus
    the penalty for each edge between two segments. No segment is shorter than ``min_size``, unless the signal is.
    Values where the ``(n, k)`` mask ``known`` is False are ignored, though they must be finite.

    The optimum is exact: optimal partitioning (Jackson et al. 2005, IEEE Signal Process Lett 12:105) with the pruning
    of PELT (Killick, Fearnhead & Eckley 2012, J Am Stat Assoc 107:1590).

    Raises ``ValueError`` for a signal of the wrong shape or with missing values and for a penalty that is not positive
    and finite.
    """
    if signal.ndim != 2:
        raise ValueError(f"the signal must have shape (n, k), not {signal.shape}")
    if not np.all(np.isfinite(signal)):
        raise ValueError("the signal has missing or infinite values")
    if not 0.0 < penalty < np.inf:
        raise ValueError(f"the penalty must be positive and finite, not {penalty}")
    count, min_size = len(signal), max(int(min_size), 1)
    if count < 2 * min_size:
        return np.array([0, count] if count else [0], dtype=np.intp)
    costs, previous = _PeltSearch(signal, known, penalty, min_size).solve()
    # Positions within an unknown stretch have equal numbers of known rows before them.
    known_counts = None if known is None or known.any(axis=1).all() else np.append(0, np.cumsum(known.any(axis=1)))
    return _trace_back(costs, previous, known_counts, min_size)


def _trace_back(
    best_cost: FloatArray, previous: IndexArray, known_counts: IndexArray | None, min_size: int
) -> IndexArray:
    """Return the edges, from the end back by ``previous`` best starts; ties go to :data:`TIE_BREAK_MULTIPLE`."""
    edges = [len(best_cost) - 1]
    while edges[-1] > 0:
        end = edges[-1]
        start = int(previous[end])
        if known_counts is not None:
            low, high = (
                np.searchsorted(known_counts, known_counts[start]),
                np.searchsorted(known_counts, known_counts[start], side="right"),
            )
            ties = np.arange(low, min(high, end - min_size + 1))
            ties = ties[best_cost[ties] == best_cost[start]]
            multiples = ties[ties % TIE_BREAK_MULTIPLE == 0]
            start = int(multiples[-1] if len(multiples) else ties[0])
        edges.append(start)
    return np.array(edges[::-1], dtype=np.intp)


class _PeltSearch:
    """Search for the optimal segmentation of one signal, for many segment ends at a time.

    The squared deviations of a segment ``[s, t)`` are its squares less the ``saving(s, t)`` of its mean. The sum of all
    squares is constant, so that the lowest cost up to each end is ``best(t) = penalty + min(best(s) - saving(s, t))``.

    Positions are possible starts and ends of segments and lie in blocks. Splitting a segment never raises its squared
    deviations, hence ``saving(s, t) <= saving(s, e) + saving(e, f) + saving(f, t)``, where ``e`` is the last position
    of the block of ``s`` and ``f`` the first of that of ``t``. No start of one block therefore improves any end of
    another unless ``start_bound - saving(e, f) + penalty < end_bound``, with ``start_bound`` the minimum of
    ``best(s) - saving(s, e)`` and ``end_bound`` the maximum of ``best(t) + saving(f, t)``. One comparison decides
    about all pairs of two blocks.

    ``best`` begins above any real cost and only falls, by trying blocks of starts on all ends of a batch. A batch is
    solved, and ``best`` exact, when for every pair of blocks either that comparison fails or the starts, with their
    present ``best``, have been tried. As in PELT, a block is pruned for good once an edge at some position ``p``, even
    without its penalty, is no worse for ends at least ``min_size`` beyond ``p``.
    """

    def __init__(self, signal: FloatArray, known: NDArray[np.bool_] | None, penalty: float, min_size: int):
        self.length, self.min_size, self.penalty = len(signal), min_size, penalty
        self.block_size = min(min_size, MAX_BLOCK_SIZE)
        blocks = self.length // self.block_size + 1
        self.positions = np.arange(blocks * self.block_size).reshape(blocks, self.block_size)
        weight = np.ones((self.length, 1)) if known is None else known.astype(np.float64)
        # Centring keeps the precision of the sums for signals with a large mean.
        centred = weight * (signal - np.sum(weight * signal, axis=0) / np.maximum(np.sum(weight, axis=0), 1.0))
        if np.all(weight == weight[:, :1]):
            weight = weight[:, :1]
        self.column_count = signal.shape[1]
        # Sums of all columns before each position, and the counts of known values, once if all columns share them.
        sums = np.zeros((self.column_count + weight.shape[1], self.positions.size))
        np.cumsum(np.hstack((centred, weight)).T, axis=1, out=sums[:, 1 : self.length + 1])
        sums[:, self.length + 1 :] = sums[:, self.length, None]
        self.sums = sums.reshape(-1, *self.positions.shape)
        self.sums_to_first, self.sums_to_last = self.sums[:, :, 0].copy(), self.sums[:, :, -1].copy()
        self.saving_to_last = self._compute_saving(self.sums, self.sums_to_last[:, :, None])
        # No segment ends beyond the last position or before min_size.
        saving_from_first = self._compute_saving(self.sums_to_first[:, :, None], self.sums)
        saving_from_first[(self.positions < min_size) | (self.positions > self.length)] = -np.inf
        self.net_saving_from_first = saving_from_first - penalty
        self.best = np.full(self.positions.shape, UNREACHED_COST)
        self.best[0, 0] = -penalty
        self.previous = np.zeros(self.best.shape, dtype=np.intp)
        self.start_bound = np.min(self.best - self.saving_to_last, axis=1)

    def solve(self) -> tuple[FloatArray, IndexArray]:
        """Return the lowest cost of a segmentation up to each position, and the start of its last segment."""
        batch_blocks = max(ENDS_PER_BATCH // self.block_size, 1)
        first_block = self.min_size // self.block_size
        alive, likely_blocks = np.arange(first_block), np.zeros(1, dtype=np.intp)
        for first in range(first_block, len(self.positions), batch_blocks):
            batch = slice(first, min(first + batch_blocks, len(self.positions)))
            candidates = np.concatenate((alive, np.arange(batch.start, batch.stop)))
            alive = self._solve_batch(batch, candidates, likely_blocks)
            likely_blocks = self.previous[batch.stop - 1, -1:] // self.block_size
        return self.best.ravel()[: self.length + 1], self.previous.ravel()[: self.length + 1]

    def _solve_batch(self, batch: slice, candidates: IndexArray, likely_blocks: IndexArray) -> IndexArray:
        """Find the best start for each end, ``likely_blocks`` first; return the blocks that later ends may need."""
        saving_between = self._compute_saving(
            self.sums_to_last.take(candidates, 1)[:, None], self.sums_to_first[:, batch, None]
        )
        # Exclude pairs of blocks whose starts and ends are all closer than min_size.
        saving_between[self.positions[batch, -1:] - candidates * self.block_size < self.min_size] = -np.inf
        is_tried = np.zeros(len(self.positions), dtype=bool)
        blocks, rounds = likely_blocks, 0
        while True:
            rounds += 1
            self._try_blocks(batch, blocks, is_tried)
            end_bound = np.maximum.reduce(self.best[batch] + self.net_saving_from_first[batch], axis=1, keepdims=True)
            bound = self.start_bound.take(candidates) - saving_between
            is_open = (bound < end_bound) & ~is_tried.take(candidates)
            open_blocks = np.logical_or.reduce(is_open, axis=0).nonzero()[0]
            if len(open_blocks) == 0:
                break
            if len(open_blocks) > MIN_BLOCKS_TO_RANK and rounds < 3:
                bound[~is_open] = np.inf
                is_promising = np.zeros(len(candidates), dtype=bool)
                is_promising[np.argmin(bound, axis=1)[is_open.any(axis=1)]] = True
                open_blocks = is_promising.nonzero()[0]
            blocks = candidates[open_blocks[:MAX_BLOCKS_PER_ROUND]]
        # The last block of ends that lies min_size before the next batch.
        row = (batch.stop * self.block_size - self.min_size) // self.block_size - batch.start
        if row < 0:
            return candidates
        is_useful = bound[row] < self.best[batch.start + row, 0]
        alive: IndexArray = candidates[is_useful | np.isneginf(saving_between[row])]
        return alive

    def _try_blocks(self, batch: slice, blocks: IndexArray, is_tried: NDArray[np.bool_]) -> None:
        """Try all starts in the sorted ``blocks`` for all ends of the batch; update ``best``, mark blocks as tried."""
        is_tried[blocks] = True
        starts = self.positions.take(blocks, 0).ravel()
        saving = self._compute_saving(
            self.sums.take(blocks, 1).reshape(len(self.sums), 1, -1), self.sums[:, batch].reshape(len(self.sums), -1, 1)
        )
        cost = self.best.take(blocks, 0).ravel() - saving
        if starts[-1] + self.min_size > batch.start * self.block_size:
            np.copyto(cost, np.inf, where=self.positions[batch].reshape(-1, 1) - starts < self.min_size)
        winner = cost.argmin(axis=1)
        flat_index = np.arange(0, cost.size, len(starts)) + winner
        best = self.best[batch]
        lowest = (cost.ravel().take(flat_index) + self.penalty).reshape(best.shape)
        is_better = lowest < best
        is_changed = np.logical_or.reduce(is_better, axis=1)
        if is_changed.any():
            np.copyto(best, lowest, where=is_better)
            np.copyto(self.previous[batch], starts.take(winner).reshape(best.shape), where=is_better)
            self.start_bound[batch] = np.minimum.reduce(best - self.saving_to_last[batch], axis=1)
            is_tried[batch] &= ~is_changed

    def _compute_saving(self, sums_to_start: FloatArray, sums_to_end: FloatArray) -> FloatArray:
        """Return ``saving`` (see the class) by sums and counts before each segment's start and before its end."""
        increments = sums_to_end - sums_to_start
        sums, counts = increments[: self.column_count], increments[self.column_count :]
        sums *= sums
        np.maximum(counts, 1.0, out=counts)
        saving: FloatArray
        if len(counts) == 1:
            saving = np.add.reduce(sums, axis=0)
            saving /= counts[0]
        else:
            sums /= counts
            saving = np.add.reduce(sums, axis=0)
        return saving
