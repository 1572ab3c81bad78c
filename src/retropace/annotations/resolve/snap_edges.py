"""People mark late and watches lag: edges that are unsure move to where pace and cadence change.

For each edge the levels of both sides are told from a few seconds away from it. It then lies where the seconds around
it fit the two sides best, held back by how sure it is: the likeliest single change point between two known levels
(Hinkley 1970, Biometrika 57:1) with a normal prior on its place.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation
from retropace.core.spans import FloatArray
from retropace.core.units import format_duration
from retropace.segmentation.signals import StandardizedSignals

LEVEL_WINDOW_S = 20.0
"""How far to look for the level of a side."""
MAX_SHIFT_SD = 2.5
"""An edge is off by at most this many of its standard deviations."""
MIN_CHANGE_SD = 1.3
"""How many noises pace and cadence must change by: less is no change that an edge could mean."""
ROUND_COUNT = 3


def snap_edges(
    annotations: tuple[Annotation, ...], signals: StandardizedSignals
) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """The annotations with their edges settled, and what moved by a second or more, in words.

    ``annotations`` are disjoint and in order. An edge moves by ``sure_s`` at most and never past another one;
    neighbours that touch keep touching; pressed laps stay where they are, which is closer than change points lie.
    """
    reach: dict[float, float] = {}
    for one in annotations:
        for edge in (one.start_s, one.end_s):
            reach[edge] = min(reach.get(edge, np.inf), one.edge_tolerance_s)
    given = np.array(sorted(reach))
    if len(given) == 0 or len(signals) == 0:
        return annotations, ()
    reach_s = np.array([reach[edge] for edge in given.tolist()])
    free = (reach_s > BUTTON_TOLERANCE_S) & (given > 0.0) & (given < len(signals) - 1.0)
    settled = given
    for number in range(ROUND_COUNT):
        margin_s = reach_s if number == 0 else np.minimum(reach_s, 4.0)
        settled = _snap_round(given, settled, np.where(free, reach_s, 0.0), margin_s, signals)
    to = dict(zip(given.tolist(), settled.tolist(), strict=True))
    placed = tuple(replace(one, start_s=to[one.start_s], end_s=to[one.end_s]) for one in annotations)
    said = tuple(
        word for before, after in zip(annotations, placed, strict=True) for word in _describe_moves(before, after)
    )
    return placed, said


def _snap_round(
    original_s: FloatArray,
    current_s: FloatArray,
    max_shift_s: FloatArray,
    margin_s: FloatArray,
    signals: StandardizedSignals,
) -> FloatArray:
    """One round: each edge at its best place, told by the sides as the last round left them."""
    bounds = np.concatenate(([0.0], current_s, [float(len(signals))]))
    moved = current_s.copy()
    for at in np.flatnonzero(max_shift_s > 0.0).tolist():
        edge, before, after = float(current_s[at]), float(bounds[at]), float(bounds[at + 2])
        left = signals.median_level(_side_window(edge, before, -1.0, float(margin_s[at])))
        right = signals.median_level(_side_window(edge, after, 1.0, float(margin_s[at])))
        if not float(np.nansum((right - left) ** 2)) >= MIN_CHANGE_SD**2:
            moved[at] = original_s[at]
            continue
        # Half-way to the neighbours of where they are now at most, so that edges never meet.
        low = max(float(original_s[at] - max_shift_s[at]), (before + edge) / 2.0, 0.0)
        high = min(float(original_s[at] + max_shift_s[at]), (after + edge) / 2.0, float(len(signals)))
        first, last = int(np.ceil(low)), int(np.floor(high))
        if last <= first:
            moved[at] = original_s[at]
            continue
        window = StandardizedSignals(signals.values[first:last], signals.known[first:last])
        gain = window.cost_to_level(left) - window.cost_to_level(right)
        places = np.arange(first, last + 1, dtype=np.float64)
        spread = max_shift_s[at] / MAX_SHIFT_SD
        cost = np.concatenate(([0.0], np.cumsum(gain))) + 0.5 * ((places - original_s[at]) / spread) ** 2
        moved[at] = places[int(np.argmin(cost))]
    return moved if np.all(np.diff(moved) > 0.0) else current_s


def _side_window(edge_s: float, neighbour_s: float, sign: float, margin_s: float) -> slice:
    """The seconds that tell the level of one side: near the edge, but not so near that it may be the other side."""
    length = abs(neighbour_s - edge_s)
    margin = min(margin_s, length / 4.0)
    near, far = edge_s + sign * margin, edge_s + sign * min(margin + LEVEL_WINDOW_S, max(length - margin, margin + 1.0))
    low, high = sorted((near, far))
    return slice(max(int(np.floor(low)), 0), max(int(np.ceil(high)), 1))


def _describe_moves(before: Annotation, after: Annotation) -> list[str]:
    names = (("start", before.start_s, after.start_s), ("end", before.end_s, after.end_s))
    return [
        f"{before.origin}: {name} moved from {format_duration(old)} to {format_duration(new)}, where pace and cadence change"
        for name, old, new in names
        if abs(new - old) >= 1.0
    ]
