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

from retropace.annotations.model.plan import Item, Plan, PlanStep, Repeat, iter_steps
from retropace.annotations.workout_fit.activity_grid import ActivityGrid, build_activity_grid
from retropace.annotations.workout_fit.cost_model import CandidateSpans, find_candidate_spans
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.segmentation.signals import StandardizedSignals

MAX_CELLS = 1200
"""The grid is as fine as a second in twenty minutes, and coarser in longer sessions; polishing makes up for it."""
MAX_ROUNDS = 4
MISSING_REP_COST = 12.0
EXTRA_REP_COST = 10.0
MAX_EXTRA_REPS = 2
NO_LAST_RECOVERY_COST = 1.0
MISSING_STEP_COST = 12.0
GAP_COST = 8.0
GAP_MOVING_COST_PER_S, GAP_STANDING_COST_PER_S = 0.5, 0.05
"""For a stretch between steps that belongs to none, and each second of it."""
OUTSIDE_COST = 2.0
OUTSIDE_MOVING_COST_PER_S, OUTSIDE_STANDING_COST_PER_S = 0.25, 0.02
"""The same before the first step and after the last: watches are started early and stopped late."""


@dataclass(frozen=True, slots=True)
class AlignedStep:
    """A step and where it lies, ``[start_s, end_s)`` in elapsed seconds; ``kind`` is its place in the text."""

    step: PlanStep
    plan_index: int
    start_s: float
    end_s: float
    is_outer: bool


@dataclass(frozen=True, slots=True)
class Alignment:
    """The steps as they came to lie, and how many reps and steps there are too few or too many."""

    steps: tuple[AlignedStep, ...]
    missing_count: int
    extra_count: int
    cell_s: float
    """How fine the grid was."""


def align_plan(
    plan: Plan, track: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray
) -> Alignment | None:
    """The cheapest way to lay a plan along an activity cut at ``edges_s``; None if there is none at all."""
    course = build_activity_grid(track, signals, edges_s, MAX_CELLS)
    kinds = {id(step): kind for kind, step in enumerate(iter_steps(plan.items))}
    levels: dict[int, FloatArray] = {}
    path: Alignment | None = None
    for _ in range(MAX_ROUNDS):
        found = _AlignmentRound(plan, course, kinds, levels).find_cheapest()
        if found is None:
            return path
        if path is not None and found.steps == path.steps:
            break
        path = found
        levels = compute_step_levels(path, course)
    return path


def compute_step_levels(alignment: Alignment, grid: ActivityGrid) -> dict[int, FloatArray]:
    """The median pace and cadence of each kind of step, from the middle of all its reps."""
    rows: dict[int, list[np.ndarray[tuple[int], np.dtype[np.intp]]]] = {}
    for one in alignment.steps:
        trim = min(5.0, 0.2 * (one.end_s - one.start_s))
        inner = np.arange(int(one.start_s + trim), int(np.ceil(one.end_s - trim)))
        rows.setdefault(one.plan_index, []).append(inner[grid.is_moving[inner]])
    levels: dict[int, FloatArray] = {}
    for kind, parts in rows.items():
        picked = np.concatenate(parts)
        if len(picked) >= 5:
            levels[kind] = grid.signals.select(picked).median_level(slice(None))
    return levels


@dataclass(slots=True)
class _Layer:
    """One step carried out once: the least cost at which it ends at each edge, after what came before it."""

    step: PlanStep
    plan_index: int
    is_outer: bool
    entry: _MergePoint
    candidates: CandidateSpans
    cost: FloatArray


@dataclass(slots=True)
class _MergePoint:
    """Ways to have come to a point of the plan: layers (None is the start), each with what the way itself costs."""

    branches: list[tuple[_Layer | None, float, int, int]]
    """Layer, cost, reps or steps missing, reps too many."""
    cost: FloatArray = field(default_factory=lambda: np.empty(0))
    cost_with_gap: FloatArray = field(default_factory=lambda: np.empty(0))


@dataclass(slots=True)
class _AlignmentRound:
    plan: Plan
    grid: ActivityGrid
    plan_indices: dict[int, int]
    levels: dict[int, FloatArray]
    candidates: dict[tuple[int, bool], CandidateSpans] = field(default_factory=dict)

    def find_cheapest(self) -> Alignment | None:
        steps = list(iter_steps(self.plan.items))
        start = self._merge([(None, 0.0, 0, 0)])
        finals: list[tuple[_Layer | None, float, int, int]] = []
        reached = start
        items = self.plan.items
        left = [MISSING_STEP_COST if isinstance(item, PlanStep) else np.inf for item in items]
        for number, item in enumerate(items):
            reached = self._add_item(item, reached, 0, is_outer=steps[0] is item or steps[-1] is item)
            behind = len(items) - number - 1
            skipped = float(sum(left[number + 1 :]))
            if np.isfinite(skipped):
                finals += [(layer, cost + skipped, lost + behind, more) for layer, cost, lost, more in reached.branches]
        merged = self._merge(finals)
        whole = merged.cost + self._trailing_cost()
        at = int(np.argmin(whole))
        if not np.isfinite(whole[at]):
            return None
        return self._trace_back(merged, at)

    def _add_item(self, item: Item, entry: _MergePoint, depth: int, *, is_outer: bool) -> _MergePoint:
        if isinstance(item, PlanStep):
            return self._merge([(self._add_step(item, entry, is_outer=is_outer), 0.0, 0, 0)])
        return self._add_set(item, entry, depth)

    def _add_set(self, repeat: Repeat, entry: _MergePoint, depth: int) -> _MergePoint:
        """All reps of a set, and those that it may lack or have beyond."""
        most = repeat.count + (MAX_EXTRA_REPS if depth == 0 and repeat.count > 1 else 0)
        least = repeat.count - repeat.count // 3 if depth == 0 else repeat.count
        ways: list[tuple[_Layer | None, float, int, int]] = []
        reached = entry
        for rep in range(1, most + 1):
            short: _MergePoint | None = None
            for at, item in enumerate(repeat.body):
                if at == len(repeat.body) - 1 and at > 0:
                    short = reached
                reached = self._add_item(item, reached, depth + 1, is_outer=False)
            if rep < least:
                continue
            lost, more = max(repeat.count - rep, 0), max(rep - repeat.count, 0)
            cost = MISSING_REP_COST * lost + EXTRA_REP_COST * more
            ways += [(layer, own + cost, a + lost, b + more) for layer, own, a, b in reached.branches]
            if short is not None and _ends_with_recovery(repeat.body):
                cost += NO_LAST_RECOVERY_COST
                ways += [(layer, own + cost, a + lost, b + more) for layer, own, a, b in short.branches]
        return self._merge(ways)

    def _add_step(self, step: PlanStep, entry: _MergePoint, *, is_outer: bool) -> _Layer:
        kind = self.plan_indices[id(step)]
        key = (kind, is_outer)
        if key not in self.candidates:
            self.candidates[key] = find_candidate_spans(step, self.grid, is_outer=is_outer, level=self.levels.get(kind))
        pairs = self.candidates[key]
        cost = np.full(len(self.grid) + 1, np.inf)
        if len(pairs.start_edges):
            cost[pairs.end_edges] = np.minimum.reduceat(
                entry.cost_with_gap[pairs.start_edges] + pairs.cost, pairs.offsets
            )
        return _Layer(step, kind, is_outer, entry, pairs, cost)

    def _merge(self, branches: list[tuple[_Layer | None, float, int, int]]) -> _MergePoint:
        merge = _MergePoint(branches)
        merge.cost = np.min([self._branch_cost(layer) + cost for layer, cost, _, _ in branches], axis=0)
        ticking = self._skip_cost(GAP_MOVING_COST_PER_S, GAP_STANDING_COST_PER_S)
        merge.cost_with_gap = np.minimum(merge.cost, np.minimum.accumulate(merge.cost - ticking) + ticking + GAP_COST)
        return merge

    def _branch_cost(self, layer: _Layer | None) -> FloatArray:
        return self._leading_cost() if layer is None else layer.cost

    def _skip_cost(self, moving_cost_per_s: float, standing_cost_per_s: float) -> FloatArray:
        """What passing over costs up to each edge."""
        return (
            moving_cost_per_s * (self.grid.timer_s - self.grid.standing_s) + standing_cost_per_s * self.grid.standing_s
        )

    def _leading_cost(self) -> FloatArray:
        """What it costs to pass over everything before each edge."""
        ticking = self._skip_cost(OUTSIDE_MOVING_COST_PER_S, OUTSIDE_STANDING_COST_PER_S)
        return np.where(self.grid.edge_s > 0.0, ticking + OUTSIDE_COST, 0.0)

    def _trailing_cost(self) -> FloatArray:
        """What it costs to pass over everything behind each edge."""
        ticking = self._skip_cost(OUTSIDE_MOVING_COST_PER_S, OUTSIDE_STANDING_COST_PER_S)
        return np.where(self.grid.edge_s < self.grid.edge_s[-1], ticking[-1] - ticking + OUTSIDE_COST, 0.0)

    def _trace_back(self, merge: _MergePoint, final_edge: int) -> Alignment:
        placed: list[AlignedStep] = []
        missing = extra = 0
        edge = final_edge
        while True:
            layer, _, lost, more = min(merge.branches, key=lambda way: float(self._branch_cost(way[0])[edge]) + way[1])
            missing, extra = missing + lost, extra + more
            if layer is None:
                break
            pairs = layer.candidates
            number = int(np.searchsorted(pairs.end_edges, edge))
            begin = int(pairs.offsets[number])
            stop = int(pairs.offsets[number + 1]) if number + 1 < len(pairs.offsets) else len(pairs.start_edges)
            choices = layer.entry.cost_with_gap[pairs.start_edges[begin:stop]] + pairs.cost[begin:stop]
            start = int(pairs.start_edges[begin + int(np.argmin(choices))])
            at_s = self.grid.edge_s
            placed.append(
                AlignedStep(layer.step, layer.plan_index, float(at_s[start]), float(at_s[edge]), layer.is_outer)
            )
            merge, edge = layer.entry, self._find_gap_start(layer.entry, start)
        return Alignment(tuple(reversed(placed)), missing, extra, self.grid.cell_s)

    def _find_gap_start(self, merge: _MergePoint, start: int) -> int:
        """Where the step before ended: here, or before a gap."""
        if merge.cost[start] <= merge.cost_with_gap[start]:
            return start
        ticking = self._skip_cost(GAP_MOVING_COST_PER_S, GAP_STANDING_COST_PER_S)
        return int(np.argmin(merge.cost[: start + 1] - ticking[: start + 1]))


def _ends_with_recovery(body: Iterable[Item]) -> bool:
    """Whether the last step of a body is a recovery that may be left out after the last rep."""
    last = list(body)[-1]
    return isinstance(last, PlanStep) and last.label.direction != "backward"
