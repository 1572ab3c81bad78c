"""Refinement of the edges of aligned steps to the second.

The alignment works on coarse cells and lets pace vary freely within a warm-up. Here all edges move together, each by a
few seconds, to where pace, cadence and planned length fit best: the median pace and cadence on both sides are known.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.workout_fit.activity_grid import ActivityGrid
from retropace.annotations.workout_fit.alignment import AlignedStep, Alignment
from retropace.annotations.workout_fit.cost_model import compute_step_cost
from retropace.core.spans import FloatArray

MAX_SHIFT_S = 8.0
"""Seconds by which an edge may move, in addition to the width of one cell of the alignment."""
LENGTH_STRICTNESS = 1.6
"""Divisor of the standard deviation of a step's length: once a step is known to exist, its length says more about its
edges."""
LEVEL_WINDOW_S = 40.0
"""Duration (s) of the part of a warm-up or cool-down beside its edge from which its pace and cadence are taken."""


def refine_edges(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, cell_s: float
) -> list[AlignedStep]:
    """Return the aligned steps with each edge moved to its best whole second.

    ``grid`` has cells of one second; ``cell_s`` is the cell width of the alignment. ``levels`` holds the median pace
    and cadence by ``plan_index``.
    """
    steps = alignment.steps
    edges = _find_edges(steps)
    windows = [_find_search_window(number, edges, cell_s, grid) for number in range(len(edges))]
    best_cost: list[FloatArray] = [np.zeros(len(windows[0]))]
    best_start: list[np.ndarray[tuple[int], np.dtype[np.intp]]] = []
    step_of_edge = {start: number for number, (start, _) in enumerate(_find_step_edges(steps, edges))}
    for index in range(len(edges) - 1):
        starts, ends = np.meshgrid(windows[index], windows[index + 1], indexing="ij")
        is_ordered = starts < ends
        cost = np.zeros(starts.shape)
        if index in step_of_edge:
            aligned = steps[step_of_edge[index]]
            level = _find_level(aligned, step_of_edge[index], levels, grid, len(steps))
            safe_ends = np.maximum(ends, starts + 1)
            cost = compute_step_cost(
                aligned.step,
                grid,
                starts,
                safe_ends,
                level=level,
                is_outer=aligned.is_outer,
                is_free=False,
                length_strictness=LENGTH_STRICTNESS,
            )
        total = np.where(is_ordered, best_cost[-1][:, None] + cost, np.inf)
        best_start.append(np.argmin(total, axis=0))
        best_cost.append(np.min(total, axis=0))
    return _trace_back(steps, edges, windows, best_cost, best_start)


def _find_edges(steps: tuple[AlignedStep, ...]) -> list[float]:
    return sorted({edge for aligned in steps for edge in (aligned.start_s, aligned.end_s)})


def _find_step_edges(steps: tuple[AlignedStep, ...], edges: list[float]) -> list[tuple[int, int]]:
    """Return for each step the index in ``edges`` of its start and of its end."""
    index_of = {edge: index for index, edge in enumerate(edges)}
    return [(index_of[aligned.start_s], index_of[aligned.end_s]) for aligned in steps]


def _find_search_window(
    index: int, edges: list[float], cell_s: float, grid: ActivityGrid
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the seconds at which an edge may lie, at most half-way to its neighbours; the activity's ends stay."""
    edge = edges[index]
    last = len(grid)
    if edge <= 0.0 or edge >= grid.edge_s[-1]:
        return np.array([min(round(edge), last)], dtype=np.intp)
    reach_s = MAX_SHIFT_S + cell_s
    low = edge - reach_s if index == 0 else max(edge - reach_s, (edges[index - 1] + edge) / 2.0)
    high = edge + reach_s if index == len(edges) - 1 else min(edge + reach_s, (edges[index + 1] + edge) / 2.0)
    seconds = np.arange(int(np.ceil(max(low, 0.0))), min(int(np.floor(high)), last) + 1, dtype=np.intp)
    return seconds if len(seconds) else np.array([min(round(edge), last)], dtype=np.intp)


def _find_level(
    aligned: AlignedStep, number: int, levels: dict[int, FloatArray], grid: ActivityGrid, count: int
) -> FloatArray | None:
    """Return a step's median pace and cadence; for a warm-up or cool-down only of the part beside its neighbour.

    None if unknown.
    """
    if not aligned.is_outer or aligned.step.label.direction != "forward":
        return levels.get(aligned.plan_index)
    margin_s = min(MAX_SHIFT_S, (aligned.end_s - aligned.start_s) / 4.0)
    if number == 0:
        rows = np.arange(
            max(int(aligned.end_s - margin_s - LEVEL_WINDOW_S), int(aligned.start_s)), int(aligned.end_s - margin_s)
        )
    elif number == count - 1:
        rows = np.arange(
            int(aligned.start_s + margin_s), min(int(aligned.start_s + margin_s + LEVEL_WINDOW_S), int(aligned.end_s))
        )
    else:
        return levels.get(aligned.plan_index)
    rows = rows[(rows >= 0) & (rows < len(grid.is_moving))]
    rows = rows[grid.is_moving[rows]]
    return grid.signals.select(rows).median_level(slice(None)) if len(rows) >= 5 else levels.get(aligned.plan_index)


def _trace_back(
    steps: tuple[AlignedStep, ...],
    edges: list[float],
    windows: list[np.ndarray[tuple[int], np.dtype[np.intp]]],
    best_cost: list[FloatArray],
    best_start: list[np.ndarray[tuple[int], np.dtype[np.intp]]],
) -> list[AlignedStep]:
    """Return the steps with their best edges, which are followed from the last to the first."""
    choice = int(np.argmin(best_cost[-1]))
    if not np.isfinite(best_cost[-1][choice]):
        return list(steps)
    moved = {edges[-1]: float(windows[-1][choice])}
    for index in range(len(edges) - 2, -1, -1):
        choice = int(best_start[index][choice])
        moved[edges[index]] = float(windows[index][choice])
    return [replace(aligned, start_s=moved[aligned.start_s], end_s=moved[aligned.end_s]) for aligned in steps]
