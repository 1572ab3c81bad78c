"""Search for the largest part of a series that never falls; the values outside of it are taken for errors."""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs


def find_longest_nondecreasing(values: FloatArray) -> NDArray[np.intp]:
    """Return the indices of as many values as possible such that none is smaller than the one before."""
    fits = (values == np.maximum.accumulate(values)) & (values == np.minimum.accumulate(values[::-1])[::-1])
    for first, end in true_runs(~fits).tolist():
        fits[first + _search_by_bisection(values[first:end])] = True
    return np.flatnonzero(fits)


def _search_by_bisection(values: FloatArray) -> NDArray[np.intp]:
    """Return the indices of a longest nondecreasing subsequence in O(n log n) (Fredman 1975, Discrete Math 11:29)."""
    tails: list[float] = []
    tail_index: list[int] = []
    previous = np.full(len(values), -1, dtype=np.intp)
    for index, value in enumerate(values.tolist()):
        length = bisect_right(tails, value)
        if length:
            previous[index] = tail_index[length - 1]
        if length == len(tails):
            tails.append(value)
            tail_index.append(index)
        else:
            tails[length], tail_index[length] = value, index
    chain = [tail_index[-1]]
    while previous[chain[-1]] >= 0:
        chain.append(int(previous[chain[-1]]))
    return np.array(chain[::-1], dtype=np.intp)
