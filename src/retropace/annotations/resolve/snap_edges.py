"""People mark late and watches lag: edges that are unsure move to where pace and cadence change.

For each edge the levels of both sides are told from a few seconds away from it. It then lies where the seconds around
it fit the two sides best, held back by how sure it is: the likeliest single change point between two known levels
(Hinkley 1970, Biometrika 57:1) with a normal prior on its place.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retropace.annotations.model.annotation import PRESSED_SURE_S, Annotation
from retropace.core.spans import Column
from retropace.core.units import clock
from retropace.segmentation.signals import Signals

LOOK_S = 20.0
"""How far to look for the level of a side."""
SPREADS = 2.5
"""An edge is off by at most this many of its standard deviations."""
LEAST_CHANGE = 1.3
"""How many noises pace and cadence must change by: less is no change that an edge could mean."""
ROUNDS = 3


def settle(annotations: tuple[Annotation, ...], signals: Signals) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
    """The annotations with their edges settled, and what moved by a second or more, in words.

    ``annotations`` are disjoint and in order. An edge moves by ``sure_s`` at most and never past another one;
    neighbours that touch keep touching; pressed laps stay where they are, which is closer than change points lie.
    """
    reach: dict[float, float] = {}
    for one in annotations:
        for edge in (one.start_s, one.end_s):
            reach[edge] = min(reach.get(edge, np.inf), one.sure_s)
    given = np.array(sorted(reach))
    if len(given) == 0 or len(signals) == 0:
        return annotations, ()
    reach_s = np.array([reach[edge] for edge in given.tolist()])
    free = (reach_s > PRESSED_SURE_S) & (given > 0.0) & (given < len(signals) - 1.0)
    settled = given
    for number in range(ROUNDS):
        margin_s = reach_s if number == 0 else np.minimum(reach_s, 4.0)
        settled = _settled(given, settled, np.where(free, reach_s, 0.0), margin_s, signals)
    to = dict(zip(given.tolist(), settled.tolist(), strict=True))
    placed = tuple(replace(one, start_s=to[one.start_s], end_s=to[one.end_s]) for one in annotations)
    said = tuple(word for before, after in zip(annotations, placed, strict=True) for word in _moved(before, after))
    return placed, said


def _settled(given: Column, now: Column, reach_s: Column, margin_s: Column, signals: Signals) -> Column:
    """One round: each edge at its best place, told by the sides as the last round left them."""
    bounds = np.concatenate(([0.0], now, [float(len(signals))]))
    moved = now.copy()
    for at in np.flatnonzero(reach_s > 0.0).tolist():
        edge, before, after = float(now[at]), float(bounds[at]), float(bounds[at + 2])
        left = signals.level(_side(edge, before, -1.0, float(margin_s[at])))
        right = signals.level(_side(edge, after, 1.0, float(margin_s[at])))
        if not float(np.nansum((right - left) ** 2)) >= LEAST_CHANGE**2:
            moved[at] = given[at]
            continue
        # Half-way to the neighbours of where they are now at most, so that edges never meet.
        low = max(float(given[at] - reach_s[at]), (before + edge) / 2.0, 0.0)
        high = min(float(given[at] + reach_s[at]), (after + edge) / 2.0, float(len(signals)))
        first, last = int(np.ceil(low)), int(np.floor(high))
        if last <= first:
            moved[at] = given[at]
            continue
        window = Signals(signals.levels[first:last], signals.known[first:last])
        gain = window.unlike(left) - window.unlike(right)
        places = np.arange(first, last + 1, dtype=np.float64)
        spread = reach_s[at] / SPREADS
        cost = np.concatenate(([0.0], np.cumsum(gain))) + 0.5 * ((places - given[at]) / spread) ** 2
        moved[at] = places[int(np.argmin(cost))]
    return moved if np.all(np.diff(moved) > 0.0) else now


def _side(edge_s: float, bound_s: float, way: float, margin_s: float) -> slice:
    """The seconds that tell the level of one side: near the edge, but not so near that it may be the other side."""
    length = abs(bound_s - edge_s)
    margin = min(margin_s, length / 4.0)
    near, far = edge_s + way * margin, edge_s + way * min(margin + LOOK_S, max(length - margin, margin + 1.0))
    low, high = sorted((near, far))
    return slice(max(int(np.floor(low)), 0), max(int(np.ceil(high)), 1))


def _moved(before: Annotation, after: Annotation) -> list[str]:
    names = (("start", before.start_s, after.start_s), ("end", before.end_s, after.end_s))
    return [
        f"{before.origin}: {name} moved from {clock(old)} to {clock(new)}, where pace and cadence change"
        for name, old, new in names
        if abs(new - old) >= 1.0
    ]
