"""The moment of a turn: speed and cadence step to another level, often with a dip between, which counts to neither."""

import numpy as np

from retropace.core.spans import FloatArray
from retropace.segmentation.signals import MAX_SQUARED_DEVIATION, StandardizedSignals

MAX_MOVE_S = 8.0
"""Largest shift of an edge in seconds; it also stays within half the distance to the next edge."""
WINDOW_S = 24.0
"""Seconds before and after an edge in which the signals are compared with the shape of a turn."""
MIN_SIDE_S = 5.0
"""Fewest seconds on each side of an edge from which the level there is taken; with less, the edge stays."""
SMOOTHING_S = 7.0
"""Seconds over which watches average speed."""
TURN_S = 3.0
"""Duration in seconds of the dip of speed while turning."""


def refine_turns(signals: StandardizedSignals, edges_s: FloatArray, beside_s: FloatArray) -> FloatArray:
    """Return each edge, ``(k,)``, moved to the likeliest turn between the edges ``beside_s``, ``(k, 2)``."""
    places = [
        _find_turn(signals, edge, *beside) for edge, beside in zip(edges_s.tolist(), beside_s.tolist(), strict=True)
    ]
    return np.array(places, dtype=np.float64)


def _find_turn(signals: StandardizedSignals, edge_s: float, previous_s: float, next_s: float) -> float:
    """Return the place of the turn near one edge; the edge itself if the signals on a side are too short or unknown."""
    first = int(np.ceil(max(previous_s, edge_s - WINDOW_S, 0.0)))
    end = int(np.floor(min(next_s, edge_s + WINDOW_S, float(len(signals)))))
    low_s = np.ceil(max(edge_s - MAX_MOVE_S, (previous_s + edge_s) / 2.0, first + MIN_SIDE_S))
    high_s = np.floor(min(edge_s + MAX_MOVE_S, (edge_s + next_s) / 2.0, end - MIN_SIDE_S))
    if low_s >= high_s:
        return edge_s
    places_s = np.arange(low_s, high_s + 1.0, dtype=np.float64)
    offsets_s = np.arange(first, end, dtype=np.float64) + 0.5 - places_s[:, None]
    columns = zip(signals.values[first:end].T, signals.known[first:end].T, strict=True)
    errors = [
        _fit_turns(offsets_s[:, known], values[known]) for values, known in columns if known.sum() > 2 * MIN_SIDE_S
    ]
    return float(places_s[int(np.argmin(np.sum(errors, axis=0)))]) if errors else edge_s


def _fit_turns(offsets_s: FloatArray, values: FloatArray) -> FloatArray:
    """Return the squared errors, ``(k,)``, of a smoothed step, with or without dip, at each of ``k`` places."""
    step = np.clip(offsets_s / SMOOTHING_S + 0.5, 0.0, 1.0)
    dip = np.clip(((SMOOTHING_S + TURN_S) / 2.0 - np.abs(offsets_s)) / TURN_S, 0.0, 1.0)
    shape = np.stack((np.ones_like(step), step, dip), axis=2)
    with_dip = _fit(shape, values)
    fitted = np.where(with_dip[:, 2:] < 0.0, with_dip, np.pad(_fit(shape[:, :, :2], values), ((0, 0), (0, 1))))
    deviation = values - np.einsum("knm,km->kn", shape, fitted)
    error: FloatArray = np.minimum(deviation**2, MAX_SQUARED_DEVIATION).sum(axis=1)
    return error


def _fit(shape: FloatArray, values: FloatArray) -> FloatArray:
    """Return the coefficients, ``(k, m)``, of the least-squares fit of ``values`` by each of ``k`` shapes."""
    transposed = shape.transpose(0, 2, 1)
    # A trace of ridge keeps shapes solvable that lie beyond the values.
    ridge = 1e-6 * np.eye(shape.shape[2])
    solution = np.linalg.solve(transposed @ shape + ridge, (transposed @ values)[..., None])[..., 0]
    return solution.astype(np.float64)
