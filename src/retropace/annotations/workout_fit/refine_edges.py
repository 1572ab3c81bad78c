"""The edges of aligned steps to the second: all of them together, each within a few seconds of where it was found.

Aligning works on a grid and lets a warm-up be as it likes; here every step has a level on both sides, and how long it
should be, so that an edge is held by its pace, its cadence and its length.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.workout_fit.activity_grid import Course
from retropace.annotations.workout_fit.alignment import Path, Placed
from retropace.annotations.workout_fit.cost_model import cost_of
from retropace.core.spans import Column

REACH_S = 8.0
"""How far an edge may move beyond the coarseness of the grid."""
STRICT = 1.6
"""Once a step is known to be there, its length says more of its edges than it did of whether it is there."""
LOOK_S = 40.0
"""Where a warm-up is told by the part of it that is next to the edge."""


def polish(path: Path, levels: dict[int, Column], course: Course, cell_s: float) -> list[Placed]:
    """The steps of a path with edges at their best place; ``course`` is on a grid of one second."""
    placed = path.placed
    edges = _edges(placed)
    windows = [_window(number, edges, cell_s, course) for number in range(len(edges))]
    best: list[Column] = [np.zeros(len(windows[0]))]
    back: list[np.ndarray[tuple[int], np.dtype[np.intp]]] = []
    owner = {start: number for number, (start, _) in enumerate(_slots(placed, edges))}
    for at in range(len(edges) - 1):
        starts, ends = np.meshgrid(windows[at], windows[at + 1], indexing="ij")
        usable = starts < ends
        cost = np.zeros(starts.shape)
        if at in owner:
            one = placed[owner[at]]
            level = _level(one, owner[at], levels, course, len(placed))
            safe_ends = np.maximum(ends, starts + 1)
            cost = cost_of(one.step, course, starts, safe_ends, level=level, outer=one.outer, free=False, strict=STRICT)
        total = np.where(usable, best[-1][:, None] + cost, np.inf)
        back.append(np.argmin(total, axis=0))
        best.append(np.min(total, axis=0))
    return _traced(placed, edges, windows, best, back)


def _edges(placed: tuple[Placed, ...]) -> list[float]:
    return sorted({edge for one in placed for edge in (one.start_s, one.end_s)})


def _slots(placed: tuple[Placed, ...], edges: list[float]) -> list[tuple[int, int]]:
    """For each step the numbers of its two edges, which are neighbours."""
    number = {edge: at for at, edge in enumerate(edges)}
    return [(number[one.start_s], number[one.end_s]) for one in placed]


def _window(
    number: int, edges: list[float], cell_s: float, course: Course
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The seconds at which an edge may lie: not past half-way to its neighbours; the very ends stay."""
    edge = edges[number]
    last = len(course)
    if edge <= 0.0 or edge >= course.at_s[-1]:
        return np.array([min(round(edge), last)], dtype=np.intp)
    reach = REACH_S + cell_s
    low = edge - reach if number == 0 else max(edge - reach, (edges[number - 1] + edge) / 2.0)
    high = edge + reach if number == len(edges) - 1 else min(edge + reach, (edges[number + 1] + edge) / 2.0)
    found = np.arange(int(np.ceil(max(low, 0.0))), min(int(np.floor(high)), last) + 1, dtype=np.intp)
    return found if len(found) else np.array([min(round(edge), last)], dtype=np.intp)


def _level(one: Placed, number: int, levels: dict[int, Column], course: Course, count: int) -> Column | None:
    """The level of a step's kind; of a warm-up or cool-down only that of its part beside the others."""
    if not one.outer or one.step.label.direction != "forward":
        return levels.get(one.kind)
    margin = min(REACH_S, (one.end_s - one.start_s) / 4.0)
    if number == 0:
        rows = np.arange(max(int(one.end_s - margin - LOOK_S), int(one.start_s)), int(one.end_s - margin))
    elif number == count - 1:
        rows = np.arange(int(one.start_s + margin), min(int(one.start_s + margin + LOOK_S), int(one.end_s)))
    else:
        return levels.get(one.kind)
    rows = rows[(rows >= 0) & (rows < len(course.moving))]
    rows = rows[course.moving[rows]]
    return course.signals.rows(rows).level(slice(None)) if len(rows) >= 5 else levels.get(one.kind)


def _traced(
    placed: tuple[Placed, ...],
    edges: list[float],
    windows: list[np.ndarray[tuple[int], np.dtype[np.intp]]],
    best: list[Column],
    back: list[np.ndarray[tuple[int], np.dtype[np.intp]]],
) -> list[Placed]:
    choice = int(np.argmin(best[-1]))
    if not np.isfinite(best[-1][choice]):
        return list(placed)
    moved = {edges[-1]: float(windows[-1][choice])}
    for at in range(len(edges) - 2, -1, -1):
        choice = int(back[at][choice])
        moved[edges[at]] = float(windows[at][choice])
    return [replace(one, start_s=moved[one.start_s], end_s=moved[one.end_s]) for one in placed]
