"""Exact change points of a piecewise constant signal: penalised least squares by PELT."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.spans import Column


def change_points(signal: Column, penalty: float, min_length: int = 1) -> NDArray[np.intp]:
    """The edges ``[0, …, n]`` of the cheapest cut of an ``(n, k)`` signal into stretches of constant mean.

    The cost of a cut is the sum of squared deviations from each stretch's mean, over all ``k`` columns, plus
    ``penalty`` for each edge between two stretches; no stretch is shorter than ``min_length``. The optimum is exact
    (Killick, Fearnhead & Eckley 2012, J Am Stat Assoc 107:1590). A candidate that has lost against an edge at ``t`` can
    still win until ``t + min_length``, because the two may not both be used before: it is dropped only then.

    Raises ``ValueError`` for a signal with missing values or of a wrong shape. A signal shorter than twice
    ``min_length`` is one stretch.
    """
    if signal.ndim != 2:
        raise ValueError(f"the signal must have shape (n, k), not {signal.shape}")
    if not np.all(np.isfinite(signal)):
        raise ValueError("the signal has missing or infinite values")
    count, least = len(signal), max(int(min_length), 1)
    if count < 2 * least:
        return np.array([0, count], dtype=np.intp) if count else np.array([0], dtype=np.intp)

    centred = signal - signal.mean(axis=0)  # the cumulative sums lose no digits to a large common level
    sums = np.vstack((np.zeros(signal.shape[1]), np.cumsum(centred, axis=0)))
    squares = np.concatenate(([0.0], np.cumsum(np.sum(centred**2, axis=1))))

    best = np.full(count + 1, np.inf)
    best[0] = -penalty
    before = np.zeros(count + 1, dtype=np.intp)
    candidates = np.zeros(0, dtype=np.intp)
    dies_at = np.zeros(0, dtype=np.intp)
    for end in range(least, count + 1):
        fresh = end - least
        if fresh == 0 or fresh >= least:
            alive = dies_at > end
            candidates = np.append(candidates[alive], fresh)
            dies_at = np.append(dies_at[alive], np.iinfo(np.intp).max)
        gap = sums[end] - sums[candidates]
        spread = squares[end] - squares[candidates] - np.einsum("ij,ij->i", gap, gap) / (end - candidates)
        total = best[candidates] + spread
        winner = int(np.argmin(total))
        best[end], before[end] = total[winner] + penalty, candidates[winner]
        lost = total > best[end]
        dies_at[lost] = np.minimum(dies_at[lost], end + least)
    edges = [count]
    while edges[-1] > 0:
        edges.append(int(before[edges[-1]]))
    return np.array(edges[::-1], dtype=np.intp)
