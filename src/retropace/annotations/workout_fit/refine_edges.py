"""Refinement of aligned steps' edges to the second, all together, each within a few seconds of its coarse place.

The alignment works on a coarse grid and leaves the pace of a warm-up free. Here each step has a level on both sides of
an edge and a planned length, so that pace, cadence and length determine the edge.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.workout_fit.activity_grid import ActivityGrid
from retropace.annotations.workout_fit.alignment import AlignedStep, Alignment
from retropace.annotations.workout_fit.cost_model import compute_step_cost
from retropace.core.spans import FloatArray

MAX_SHIFT_S = 8.0
"""The farthest that an edge moves beyond the width of a coarse cell, in seconds."""
LENGTH_STRICTNESS = 1.6
"""The divisor of lengths' standard deviations: lengths of steps known to exist say more about their edges."""
LEVEL_WINDOW_S = 40.0
"""The length of the part of a warm-up or cool-down beside an edge that gives its level, in seconds."""


def refine_edges(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, cell_s: float
) -> list[AlignedStep]:
    """Move the edges of an alignment, found on cells of ``cell_s``, to their best seconds on a grid of one second."""
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
    """Find the indices of each step's two edges, which are adjacent."""
    index_of = {edge: index for index, edge in enumerate(edges)}
    return [(index_of[aligned.start_s], index_of[aligned.end_s]) for aligned in steps]


def _find_search_window(
    index: int, edges: list[float], cell_s: float, grid: ActivityGrid
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Find the seconds at which an edge may lie, up to half-way to its neighbours; the activity's ends stay."""
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
    """Find the level of a step; of a warm-up or cool-down only that of the part beside the other steps."""
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
    """Recover the best edges from the last to the first, and move the steps to them."""
    choice = int(np.argmin(best_cost[-1]))
    if not np.isfinite(best_cost[-1][choice]):
        return list(steps)
    moved = {edges[-1]: float(windows[-1][choice])}
    for index in range(len(edges) - 2, -1, -1):
        choice = int(best_start[index][choice])
        moved[edges[index]] = float(windows[index][choice])
    return [replace(aligned, start_s=moved[aligned.start_s], end_s=moved[aligned.end_s]) for aligned in steps]
