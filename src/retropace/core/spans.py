"""Spans: half-open stretches of time ``[start_s, end_s)``, as ``(n, 2)`` float64 arrays, and set operations on them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
"""Array of float64, mostly ``(n,)``; NaN where a value is missing."""
Spans = NDArray[np.float64]
"""Array of spans of time, ``(n, 2)`` float64: start and excluded end in elapsed seconds, one span per row."""


def as_spans(pairs: Iterable[tuple[float, float]]) -> Spans:
    """Return spans given by start and end as an ``(n, 2)`` array; no spans give shape ``(0, 2)``."""
    return np.array(list(pairs), dtype=np.float64).reshape(-1, 2)


def union(spans: Spans) -> Spans:
    """Return disjoint, sorted spans that cover the same time; overlapping and adjacent ones are merged."""
    spans = spans[spans[:, 1] > spans[:, 0]]
    if len(spans) == 0:
        return as_spans([])
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(spans[:, 1])
    starts = np.flatnonzero(np.concatenate(([True], spans[1:, 0] > reach[:-1])))
    return np.column_stack((spans[starts, 0], reach[np.append(starts[1:], len(spans)) - 1]))


def clip(spans: Spans, start_s: float, end_s: float) -> Spans:
    """Cut each span to what lies in ``[start_s, end_s)``; spans outside are dropped."""
    cut = np.clip(spans, start_s, end_s)
    return cut[cut[:, 1] > cut[:, 0]]


def true_runs(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the index ranges in which a mask is True without interruption, as ``(m, 2)`` first and excluded last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return edges.reshape(-1, 2)


def mask_from_runs(runs: NDArray[np.intp], length: int) -> NDArray[np.bool_]:
    """Return the mask that is True within disjoint index ranges, ``(length,)``: the inverse of :func:`true_runs`."""
    steps = np.zeros(length + 1, dtype=np.int8)
    steps[runs[:, 0]] += 1
    steps[runs[:, 1]] -= 1
    return np.cumsum(steps[:-1]) > 0


def contains(spans: Spans, times_s: FloatArray) -> NDArray[np.bool_]:
    """Return for each time whether any of the spans contains it; the spans must be disjoint and sorted."""
    return find_span(spans, times_s) < len(spans)


def find_span(spans: Spans, times_s: FloatArray) -> NDArray[np.intp]:
    """Return for each time the index of the disjoint, sorted span that contains it; ``len(spans)`` if none does."""
    before = np.searchsorted(spans[:, 0], times_s, side="right") - 1
    return np.where((before >= 0) & (times_s < np.append(spans[:, 1], -np.inf)[before]), before, len(spans))


def cumulate(increments: FloatArray) -> FloatArray:
    """Return the cumulative sums of the increments, starting with 0, shape ``(len(increments) + 1,)``."""
    return np.concatenate(([0.0], np.cumsum(increments)))


def midpoints(edges: FloatArray) -> FloatArray:
    """Return the middle between each two adjacent edges, shape ``(len(edges) - 1,)``."""
    return (edges[1:] + edges[:-1]) / 2.0


def spread_over_rows(t_s: FloatArray, rows: NDArray[np.intp], steps: FloatArray) -> FloatArray:
    """Return the share of each step between the times ``t_s`` in amounts given for longer steps between some of them.

    Each of ``steps``, ``(len(rows) - 1,)``, is spread evenly over the time from one of ``rows`` to the next. The
    result, ``(len(t_s) - 1,)``, is NaN before the first and after the last of them.

    >>> spread_over_rows(np.array([0.0, 1.0, 2.0, 4.0]), np.array([1, 3]), np.array([6.0])).tolist()
    [nan, 2.0, 4.0]
    """
    rates = np.append(steps / np.diff(t_s[rows]), np.nan)  # index -1, before the first row, finds the last rate too
    spread: FloatArray = rates[np.searchsorted(rows, np.arange(len(t_s) - 1), side="right") - 1] * np.diff(t_s)
    return spread


def find_owner(edges_s: FloatArray, times_s: FloatArray) -> NDArray[np.intp]:
    """Return for each time the index of the segment, between adjacent rising edges, that contains it or is nearest.

    >>> find_owner(np.array([0.0, 10.0, 20.0]), np.array([-1.0, 0.0, 10.0, 20.0])).tolist()
    [0, 0, 1, 1]
    """
    return np.clip(np.searchsorted(edges_s, times_s, side="right") - 1, 0, len(edges_s) - 2)


def subtract(spans: Spans, minus: Spans) -> Spans:
    """Return the parts of ``spans`` that ``minus`` does not cover; the spans of both must be disjoint and sorted."""
    edges = np.unique(np.concatenate((spans.ravel(), minus.ravel())))
    middle = midpoints(edges)
    left = contains(spans, middle) & ~contains(minus, middle)
    pieces = np.column_stack((edges[:-1], edges[1:]))[left]
    # An edge of minus splits a span only where minus covers it: merge the other pieces again.
    if len(pieces) == 0:
        return as_spans([])
    inner = (pieces[1:, 0] == pieces[:-1, 1]) & ~np.isin(pieces[1:, 0], spans[:, 0])
    first = np.flatnonzero(np.concatenate(([True], ~inner)))
    return np.column_stack((pieces[first, 0], pieces[np.append(first[1:], len(pieces)) - 1, 1]))


def covered_share(spans: Spans, edges_s: FloatArray) -> FloatArray:
    """Return which share of the time between each two adjacent edges lies in disjoint, sorted spans.

    >>> covered_share(as_spans([(2.0, 4.0), (9.0, 30.0)]), np.array([0.0, 8.0, 10.0])).tolist()
    [0.25, 0.5]
    """
    if len(spans) == 0:
        return np.zeros(len(edges_s) - 1)
    covered_s = np.cumsum(np.diff(spans.ravel(), prepend=0.0) * np.tile((0.0, 1.0), len(spans)))
    share: FloatArray = np.diff(np.interp(edges_s, spans.ravel(), covered_s)) / np.diff(edges_s)
    return share


def total_s(spans: Spans) -> float:
    """Return the total seconds in disjoint spans."""
    return float(np.sum(spans[:, 1] - spans[:, 0]))
