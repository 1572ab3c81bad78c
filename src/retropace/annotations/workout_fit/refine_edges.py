"""The edges of aligned steps to the second: all of them together, each within a few seconds of where it was found.

Aligning works on a grid and lets a warm-up be as it likes; here every step has a level on both sides, and how long it
should be, so that an edge is held by its pace, its cadence and its length.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.workout_fit.activity_grid import ActivityGrid
from retropace.annotations.workout_fit.alignment import AlignedStep, Alignment
from retropace.annotations.workout_fit.cost_model import compute_step_cost
from retropace.core.spans import FloatArray

MAX_SHIFT_S = 8.0
"""How far an edge may move beyond the coarseness of the grid."""
LENGTH_STRICTNESS = 1.6
"""Once a step is known to be there, its length says more of its edges than it did of whether it is there."""
LEVEL_WINDOW_S = 40.0
"""Where a warm-up is told by the part of it that is next to the edge."""


def refine_edges(
    alignment: Alignment, levels: dict[int, FloatArray], grid: ActivityGrid, cell_s: float
) -> list[AlignedStep]:
    """The steps of a path with edges at their best place; ``course`` is on a grid of one second."""
    placed = alignment.steps
    edges = _find_edges(placed)
    windows = [_find_search_window(number, edges, cell_s, grid) for number in range(len(edges))]
    best: list[FloatArray] = [np.zeros(len(windows[0]))]
    back: list[np.ndarray[tuple[int], np.dtype[np.intp]]] = []
    owner = {start: number for number, (start, _) in enumerate(_find_step_edges(placed, edges))}
    for at in range(len(edges) - 1):
        starts, ends = np.meshgrid(windows[at], windows[at + 1], indexing="ij")
        usable = starts < ends
        cost = np.zeros(starts.shape)
        if at in owner:
            one = placed[owner[at]]
            level = _find_level(one, owner[at], levels, grid, len(placed))
            safe_ends = np.maximum(ends, starts + 1)
            cost = compute_step_cost(
                one.step,
                grid,
                starts,
                safe_ends,
                level=level,
                is_outer=one.is_outer,
                is_free=False,
                length_strictness=LENGTH_STRICTNESS,
            )
        total = np.where(usable, best[-1][:, None] + cost, np.inf)
        back.append(np.argmin(total, axis=0))
        best.append(np.min(total, axis=0))
    return _trace_back(placed, edges, windows, best, back)


def _find_edges(steps: tuple[AlignedStep, ...]) -> list[float]:
    return sorted({edge for one in steps for edge in (one.start_s, one.end_s)})


def _find_step_edges(steps: tuple[AlignedStep, ...], edges: list[float]) -> list[tuple[int, int]]:
    """For each step the numbers of its two edges, which are neighbours."""
    number = {edge: at for at, edge in enumerate(edges)}
    return [(number[one.start_s], number[one.end_s]) for one in steps]


def _find_search_window(
    number: int, edges: list[float], cell_s: float, grid: ActivityGrid
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The seconds at which an edge may lie: not past half-way to its neighbours; the very ends stay."""
    edge = edges[number]
    last = len(grid)
    if edge <= 0.0 or edge >= grid.edge_s[-1]:
        return np.array([min(round(edge), last)], dtype=np.intp)
    reach = MAX_SHIFT_S + cell_s
    low = edge - reach if number == 0 else max(edge - reach, (edges[number - 1] + edge) / 2.0)
    high = edge + reach if number == len(edges) - 1 else min(edge + reach, (edges[number + 1] + edge) / 2.0)
    found = np.arange(int(np.ceil(max(low, 0.0))), min(int(np.floor(high)), last) + 1, dtype=np.intp)
    return found if len(found) else np.array([min(round(edge), last)], dtype=np.intp)


def _find_level(
    aligned: AlignedStep, number: int, levels: dict[int, FloatArray], grid: ActivityGrid, count: int
) -> FloatArray | None:
    """The level of a step's kind; of a warm-up or cool-down only that of its part beside the others."""
    if not aligned.is_outer or aligned.step.label.direction != "forward":
        return levels.get(aligned.plan_index)
    margin = min(MAX_SHIFT_S, (aligned.end_s - aligned.start_s) / 4.0)
    if number == 0:
        rows = np.arange(
            max(int(aligned.end_s - margin - LEVEL_WINDOW_S), int(aligned.start_s)), int(aligned.end_s - margin)
        )
    elif number == count - 1:
        rows = np.arange(
            int(aligned.start_s + margin), min(int(aligned.start_s + margin + LEVEL_WINDOW_S), int(aligned.end_s))
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
    best: list[FloatArray],
    back: list[np.ndarray[tuple[int], np.dtype[np.intp]]],
) -> list[AlignedStep]:
    choice = int(np.argmin(best[-1]))
    if not np.isfinite(best[-1][choice]):
        return list(steps)
    moved = {edges[-1]: float(windows[-1][choice])}
    for at in range(len(edges) - 2, -1, -1):
        choice = int(back[at][choice])
        moved[edges[at]] = float(windows[at][choice])
    return [replace(one, start_s=moved[one.start_s], end_s=moved[one.end_s]) for one in steps]
