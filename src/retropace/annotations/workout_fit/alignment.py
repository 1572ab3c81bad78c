"""A plan laid along an activity: which stretch is which step, found by dynamic programming over all of them at once.

Steps come in order. A set may lack its last reps or have some more, the recovery of its last rep may be left out, and
the last steps of a plan may be missing; time between steps that belongs to none, and before and after them, costs by
the second. All costs are nats (:mod:`.costs`). Rounds of alignment and of learning each kind of step's pace and
cadence take turns, as in segmental k-means (Juang & Rabiner 1990, IEEE Trans Acoust 38:1639).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from retropace.annotations.model.plan import Item, Plan, Repeat, Step, steps_of
from retropace.annotations.workout_fit.activity_grid import Course, course_of
from retropace.annotations.workout_fit.cost_model import Pairs, pairs_of
from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column
from retropace.segmentation.signals import Signals

MOST_CELLS = 1200
"""The grid is as fine as a second in twenty minutes, and coarser in longer sessions; polishing makes up for it."""
ROUNDS = 4
MISSING_REP = 12.0
EXTRA_REP = 10.0
MOST_EXTRA = 2
NO_LAST_RECOVERY = 1.0
MISSING_STEP = 12.0
GAP = 8.0
GAP_MOVING, GAP_STANDING = 0.5, 0.05
"""For a stretch between steps that belongs to none, and each second of it."""
OUTSIDE = 2.0
OUTSIDE_MOVING, OUTSIDE_STANDING = 0.25, 0.02
"""The same before the first step and after the last: watches are started early and stopped late."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A step and where it lies, ``[start_s, end_s)`` in elapsed seconds; ``kind`` is its place in the text."""

    step: Step
    kind: int
    start_s: float
    end_s: float
    outer: bool


@dataclass(frozen=True, slots=True)
class Path:
    """The steps as they came to lie, and how many reps and steps there are too few or too many."""

    placed: tuple[Placed, ...]
    missing: int
    extra: int
    cell_s: float
    """How fine the grid was."""


def align(plan: Plan, track: Track, signals: Signals, edges_s: Column) -> Path | None:
    """The cheapest way to lay a plan along an activity cut at ``edges_s``; None if there is none at all."""
    course = course_of(track, signals, edges_s, MOST_CELLS)
    kinds = {id(step): kind for kind, step in enumerate(steps_of(plan.items))}
    levels: dict[int, Column] = {}
    path: Path | None = None
    for _ in range(ROUNDS):
        found = _Round(plan, course, kinds, levels).best()
        if found is None:
            return path
        if path is not None and found.placed == path.placed:
            break
        path = found
        levels = kind_levels(path, course)
    return path


def kind_levels(path: Path, course: Course) -> dict[int, Column]:
    """The median pace and cadence of each kind of step, from the middle of all its reps."""
    rows: dict[int, list[np.ndarray[tuple[int], np.dtype[np.intp]]]] = {}
    for one in path.placed:
        trim = min(5.0, 0.2 * (one.end_s - one.start_s))
        inner = np.arange(int(one.start_s + trim), int(np.ceil(one.end_s - trim)))
        rows.setdefault(one.kind, []).append(inner[course.moving[inner]])
    levels: dict[int, Column] = {}
    for kind, parts in rows.items():
        picked = np.concatenate(parts)
        if len(picked) >= 5:
            levels[kind] = course.signals.rows(picked).level(slice(None))
    return levels


@dataclass(slots=True)
class _Layer:
    """One step carried out once: the least cost at which it ends at each edge, after what came before it."""

    step: Step
    kind: int
    outer: bool
    before: _Merge
    pairs: Pairs
    cost: Column


@dataclass(slots=True)
class _Merge:
    """Ways to have come to a point of the plan: layers (None is the start), each with what the way itself costs."""

    ways: list[tuple[_Layer | None, float, int, int]]
    """Layer, cost, reps or steps missing, reps too many."""
    cost: Column = field(default_factory=lambda: np.empty(0))
    with_gap: Column = field(default_factory=lambda: np.empty(0))


@dataclass(slots=True)
class _Round:
    plan: Plan
    course: Course
    kinds: dict[int, int]
    levels: dict[int, Column]
    pairs: dict[tuple[int, bool], Pairs] = field(default_factory=dict)

    def best(self) -> Path | None:
        steps = list(steps_of(self.plan.items))
        start = self._merged([(None, 0.0, 0, 0)])
        finals: list[tuple[_Layer | None, float, int, int]] = []
        reached = start
        items = self.plan.items
        left = [MISSING_STEP if isinstance(item, Step) else np.inf for item in items]
        for number, item in enumerate(items):
            reached = self._item(item, reached, 0, outer=steps[0] is item or steps[-1] is item)
            behind = len(items) - number - 1
            skipped = float(sum(left[number + 1 :]))
            if np.isfinite(skipped):
                finals += [(layer, cost + skipped, lost + behind, more) for layer, cost, lost, more in reached.ways]
        merged = self._merged(finals)
        whole = merged.cost + self._behind()
        at = int(np.argmin(whole))
        if not np.isfinite(whole[at]):
            return None
        return self._traced(merged, at)

    def _item(self, item: Item, entry: _Merge, depth: int, *, outer: bool) -> _Merge:
        if isinstance(item, Step):
            return self._merged([(self._layer(item, entry, outer=outer), 0.0, 0, 0)])
        return self._set(item, entry, depth)

    def _set(self, repeat: Repeat, entry: _Merge, depth: int) -> _Merge:
        """All reps of a set, and those that it may lack or have beyond."""
        most = repeat.times + (MOST_EXTRA if depth == 0 and repeat.times > 1 else 0)
        least = repeat.times - repeat.times // 3 if depth == 0 else repeat.times
        ways: list[tuple[_Layer | None, float, int, int]] = []
        reached = entry
        for rep in range(1, most + 1):
            short: _Merge | None = None
            for at, item in enumerate(repeat.body):
                if at == len(repeat.body) - 1 and at > 0:
                    short = reached
                reached = self._item(item, reached, depth + 1, outer=False)
            if rep < least:
                continue
            lost, more = max(repeat.times - rep, 0), max(rep - repeat.times, 0)
            cost = MISSING_REP * lost + EXTRA_REP * more
            ways += [(layer, own + cost, a + lost, b + more) for layer, own, a, b in reached.ways]
            if short is not None and _recovers(repeat.body):
                cost += NO_LAST_RECOVERY
                ways += [(layer, own + cost, a + lost, b + more) for layer, own, a, b in short.ways]
        return self._merged(ways)

    def _layer(self, step: Step, before: _Merge, *, outer: bool) -> _Layer:
        kind = self.kinds[id(step)]
        key = (kind, outer)
        if key not in self.pairs:
            self.pairs[key] = pairs_of(step, self.course, outer=outer, level=self.levels.get(kind))
        pairs = self.pairs[key]
        cost = np.full(len(self.course) + 1, np.inf)
        if len(pairs.start):
            cost[pairs.ends] = np.minimum.reduceat(before.with_gap[pairs.start] + pairs.cost, pairs.first)
        return _Layer(step, kind, outer, before, pairs, cost)

    def _merged(self, ways: list[tuple[_Layer | None, float, int, int]]) -> _Merge:
        merge = _Merge(ways)
        merge.cost = np.min([self._cost_of(layer) + cost for layer, cost, _, _ in ways], axis=0)
        ticking = self._ticking(GAP_MOVING, GAP_STANDING)
        merge.with_gap = np.minimum(merge.cost, np.minimum.accumulate(merge.cost - ticking) + ticking + GAP)
        return merge

    def _cost_of(self, layer: _Layer | None) -> Column:
        return self._before() if layer is None else layer.cost

    def _ticking(self, moving: float, standing: float) -> Column:
        """What passing over costs up to each edge."""
        return moving * (self.course.timer_s - self.course.stand_s) + standing * self.course.stand_s

    def _before(self) -> Column:
        """What it costs to pass over everything before each edge."""
        ticking = self._ticking(OUTSIDE_MOVING, OUTSIDE_STANDING)
        return np.where(self.course.at_s > 0.0, ticking + OUTSIDE, 0.0)

    def _behind(self) -> Column:
        """What it costs to pass over everything behind each edge."""
        ticking = self._ticking(OUTSIDE_MOVING, OUTSIDE_STANDING)
        return np.where(self.course.at_s < self.course.at_s[-1], ticking[-1] - ticking + OUTSIDE, 0.0)

    def _traced(self, merge: _Merge, at: int) -> Path:
        placed: list[Placed] = []
        missing = extra = 0
        edge = at
        while True:
            layer, _, lost, more = min(merge.ways, key=lambda way: float(self._cost_of(way[0])[edge]) + way[1])
            missing, extra = missing + lost, extra + more
            if layer is None:
                break
            pairs = layer.pairs
            number = int(np.searchsorted(pairs.ends, edge))
            begin = int(pairs.first[number])
            stop = int(pairs.first[number + 1]) if number + 1 < len(pairs.first) else len(pairs.start)
            choices = layer.before.with_gap[pairs.start[begin:stop]] + pairs.cost[begin:stop]
            start = int(pairs.start[begin + int(np.argmin(choices))])
            at_s = self.course.at_s
            placed.append(Placed(layer.step, layer.kind, float(at_s[start]), float(at_s[edge]), layer.outer))
            merge, edge = layer.before, self._before_gap(layer.before, start)
        return Path(tuple(reversed(placed)), missing, extra, self.course.cell_s)

    def _before_gap(self, merge: _Merge, start: int) -> int:
        """Where the step before ended: here, or before a gap."""
        if merge.cost[start] <= merge.with_gap[start]:
            return start
        ticking = self._ticking(GAP_MOVING, GAP_STANDING)
        return int(np.argmin(merge.cost[: start + 1] - ticking[: start + 1]))


def _recovers(body: Iterable[Item]) -> bool:
    """Whether the last step of a body is a recovery that may be left out after the last rep."""
    last = list(body)[-1]
    return isinstance(last, Step) and last.label.direction != "backward"
