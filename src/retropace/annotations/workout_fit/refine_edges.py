"""Refinement of the edges of aligned steps to the second where pace, cadence and planned length fit best."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.workout_fit.activity_grid import ActivityGrid
from retropace.annotations.workout_fit.alignment import AlignedStep, Alignment
from retropace.annotations.workout_fit.cost_model import StepModel, compute_step_cost
from retropace.core.spans import FloatArray

MAX_SHIFT_S = 8.0
"""Most seconds by which an edge may move, beside the width of one cell of the alignment."""
LENGTH_STRICTNESS = 1.6
"""Number by which the standard deviation of a step's length is divided here: the step was certainly carried out."""
LEVEL_WINDOW_S = 40.0
"""Longest part (s) of a warm-up or cool-down, beside its inner edge, from which its pace and cadence are taken."""


def refine_edges(alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid) -> list[AlignedStep]:
    """Return the aligned steps with each edge moved to its best whole second; ``grid`` has cells of one second."""
    steps = alignment.steps
    edges = sorted({edge for aligned in steps for edge in (aligned.start_s, aligned.end_s)})
    windows = [_find_search_window(number, edges, alignment.cell_s, grid) for number in range(len(edges))]
    step_from = {aligned.start_s: (number, aligned) for number, aligned in enumerate(steps)}
    best_cost = np.zeros(len(windows[0]))
    best_starts: list[NDArray[np.intp]] = []
    for edge, pair in zip(edges[:-1], pairwise(windows), strict=True):
        starts, ends = np.meshgrid(*pair, indexing="ij")
        cost = np.zeros(starts.shape)
        if edge in step_from:
            number, aligned = step_from[edge]
            level = _find_level(number, alignment, levels, grid)
            model = StepModel(aligned.step, aligned.is_outer, level, length_strictness=LENGTH_STRICTNESS)
            cost = compute_step_cost(model, grid, starts, np.maximum(ends, starts + 1))
        total = np.where(starts < ends, best_cost[:, None] + cost, np.inf)
        best_starts.append(np.argmin(total, axis=0))
        best_cost = np.min(total, axis=0)
    # The best edges follow from the last to the first.
    choice = int(np.argmin(best_cost))
    if not np.isfinite(best_cost[choice]):
        return list(steps)
    moved = {edges[-1]: float(windows[-1][choice])}
    for edge, window, starts in zip(edges[-2::-1], windows[-2::-1], best_starts[::-1], strict=True):
        choice = int(starts[choice])
        moved[edge] = float(window[choice])
    return [replace(aligned, start_s=moved[aligned.start_s], end_s=moved[aligned.end_s]) for aligned in steps]


def _find_search_window(index: int, edges: list[float], cell_s: float, grid: ActivityGrid) -> NDArray[np.intp]:
    """Return the seconds at which an edge may lie, up to half-way to the edges beside it; the activity's ends stay."""
    edge, last = edges[index], len(grid)
    low = high = edge
    if 0.0 < edge < grid.edge_s[-1]:
        reach_s = MAX_SHIFT_S + cell_s
        low = edge - reach_s if index == 0 else max(edge - reach_s, (edges[index - 1] + edge) / 2.0)
        high = edge + reach_s if index == len(edges) - 1 else min(edge + reach_s, (edges[index + 1] + edge) / 2.0)
    seconds = np.arange(int(np.ceil(max(low, 0.0))), min(int(np.floor(high)), last) + 1, dtype=np.intp)
    return seconds if len(seconds) else np.array([min(round(edge), last)], dtype=np.intp)


def _find_level(
    number: int, alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid
) -> FloatArray | None:
    """Return a step's median pace and cadence, if known; of a warm-up or cool-down only beside its neighbour."""
    aligned, is_first, is_last = alignment.steps[number], number == 0, number == len(alignment.steps) - 1
    level = levels.get(aligned.plan_index)
    if not aligned.is_outer or aligned.step.direction != "forward" or not (is_first or is_last):
        return level
    margin_s = min(MAX_SHIFT_S, aligned.duration_s / 4.0)
    start_s, end_s = aligned.start_s + margin_s, aligned.end_s - margin_s
    if is_first:
        rows = grid.moving_rows(max(int(end_s - LEVEL_WINDOW_S), int(aligned.start_s)), int(end_s))
    else:
        rows = grid.moving_rows(int(start_s), min(int(start_s + LEVEL_WINDOW_S), int(aligned.end_s)))
    return grid.signals.median_level(rows) if len(rows) >= 5 else level
