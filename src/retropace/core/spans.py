"""Spans: half-open stretches of time ``[start_s, end_s)``, as ``(n, 2)`` float64 arrays, and set operations on them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
"""Array of numbers, ``(n,)`` float64, NaN where a value is missing."""
Spans = NDArray[np.float64]
"""Array of spans of time, ``(n, 2)`` float64: start and excluded end in elapsed seconds, one span per row."""


def as_spans(pairs: Iterable[tuple[float, float]]) -> Spans:
    """Return spans given by start and end as an ``(n, 2)`` array; no spans give shape ``(0, 2)``."""
    return np.array(list(pairs), dtype=np.float64).reshape(-1, 2)


def union(spans: Spans) -> Spans:
    """Return disjoint, sorted spans that cover the same time; overlapping and adjacent ones are merged.

    Example:
        >>> union(as_spans([(5.0, 8.0), (0.0, 2.0), (2.0, 3.0)])).tolist()
        [[0.0, 3.0], [5.0, 8.0]]

    """
    spans = spans[spans[:, 1] > spans[:, 0]]
    if len(spans) == 0:
        return as_spans([])
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(spans[:, 1])
    first = np.concatenate(([True], spans[1:, 0] > reach[:-1]))
    starts = np.flatnonzero(first)
    return np.column_stack((spans[starts, 0], reach[np.append(starts[1:], len(spans)) - 1]))


def clip(spans: Spans, start_s: float, end_s: float) -> Spans:
    """Cut each span to what lies in ``[start_s, end_s)``; spans outside are dropped."""
    cut = np.clip(spans, start_s, end_s)
    return cut[cut[:, 1] > cut[:, 0]]


def true_runs(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the index ranges in which a mask is True without interruption, as ``(m, 2)`` first and excluded last.

    Example:
        >>> true_runs(np.array([True, True, False, True])).tolist()
        [[0, 2], [3, 4]]

    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return edges.reshape(-1, 2)


def mask_from_runs(runs: NDArray[np.intp], length: int) -> NDArray[np.bool_]:
    """Return the mask that is True within the index ranges ``runs`` and False elsewhere, ``(length,)``.

    It is the inverse of :func:`true_runs`; the ranges must be disjoint.
    """
    steps = np.zeros(length + 1, dtype=np.int8)
    steps[runs[:, 0]] += 1
    steps[runs[:, 1]] -= 1
    return np.cumsum(steps[:-1]) > 0


def contains(spans: Spans, times_s: FloatArray) -> NDArray[np.bool_]:
    """Return for each time whether any of the spans contains it; the spans must be disjoint and sorted."""
    if len(spans) == 0:
        return np.zeros(len(times_s), dtype=bool)
    before = np.searchsorted(spans[:, 0], times_s, side="right") - 1
    inside: NDArray[np.bool_] = (before >= 0) & (times_s < spans[before, 1])
    return inside


def subtract(spans: Spans, minus: Spans) -> Spans:
    """Return the parts of ``spans`` that ``minus`` does not cover; the spans of both must be disjoint and sorted.

    Example:
        >>> subtract(as_spans([(0.0, 10.0)]), as_spans([(2.0, 3.0)])).tolist()
        [[0.0, 2.0], [3.0, 10.0]]

    """
    edges = np.unique(np.concatenate((spans.ravel(), minus.ravel())))
    middle = (edges[1:] + edges[:-1]) / 2.0
    left = contains(spans, middle) & ~contains(minus, middle)
    pieces = np.column_stack((edges[:-1], edges[1:]))[left]
    # An edge of minus splits a span only where minus covers it: merge the other pieces again.
    if len(pieces) == 0:
        return as_spans([])
    inner = (pieces[1:, 0] == pieces[:-1, 1]) & ~np.isin(pieces[1:, 0], spans[:, 0])
    first = np.flatnonzero(np.concatenate(([True], ~inner)))
    return np.column_stack((pieces[first, 0], pieces[np.append(first[1:], len(pieces)) - 1, 1]))


def total_s(spans: Spans) -> float:
    """Return the total seconds in disjoint spans."""
    return float(np.sum(spans[:, 1] - spans[:, 0]))
