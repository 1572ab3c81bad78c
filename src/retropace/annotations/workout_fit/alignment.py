"""Alignment of a plan to an activity: segmental k-means (Juang & Rabiner 1990, IEEE Trans Acoust 38:1639)."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import Item, Plan, PlanStep, Repeat, iter_steps
from retropace.annotations.workout_fit.activity_grid import ActivityGrid, build_activity_grid
from retropace.annotations.workout_fit.cost_model import CandidateSpans, StepModel, find_candidate_spans
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.segmentation.signals import StandardizedSignals

MAX_CELLS = 1200
"""Largest number of cells of the time grid, which are wider than a second in sessions of more than twenty minutes."""
MAX_ROUNDS = 4
"""Largest number of rounds of alignment and estimation."""
MISSING_REP_COST = 12.0
"""Cost (nats) of each planned rep that was not carried out."""
EXTRA_REP_COST = 10.0
"""Cost (nats) of each rep carried out beyond the planned number."""
MAX_MISSING_REPS = 2
"""Largest number of reps of a set that may not have been carried out, and at most a third of them."""
MAX_EXTRA_REPS = 2
"""Largest number of reps that may be carried out beyond the planned number of a set."""
NO_LAST_RECOVERY_COST = 1.0
"""Cost (nats) of leaving out the recovery after the last rep of a set."""
MISSING_STEP_COST = 12.0
"""Cost (nats) of each step left out at the end of the plan."""
GAP_COST = 8.0
"""Cost (nats) of each gap, a time between two steps that belongs to no step."""
GAP_MOVING_COST_PER_S = 0.5
"""Cost (nats) of each second of moving in a gap between two steps."""
GAP_STANDING_COST_PER_S = 0.05
"""Cost (nats) of each second of standing in a gap between two steps."""
OUTSIDE_COST = 2.0
"""Cost (nats) of any time before the first step, and again of any after the last."""
OUTSIDE_MOVING_COST_PER_S = 0.25
"""Cost (nats) of each second of moving before the first or after the last step."""
OUTSIDE_STANDING_COST_PER_S = 0.02
"""Cost (nats) of each second of standing before the first or after the last step."""


@dataclass(frozen=True, slots=True)
class AlignedStep:
    """One execution of a planned step, at ``[start_s, end_s)`` in elapsed seconds."""

    step: PlanStep
    plan_index: int  # index of the step among the steps of the plan as written, in which a repeated step appears once
    start_s: float
    end_s: float
    is_outer: bool  # whether the step is the first or last of the plan and in no repeat, such as a warm-up or cool-down

    @property
    def duration_s(self) -> float:
        """Elapsed seconds from start to end."""
        return self.end_s - self.start_s

    @property
    def rows(self) -> tuple[int, int]:
        """Half-open range of seconds that the step covers: the first index, and the index after the last."""
        return int(self.start_s), int(np.ceil(self.end_s))


@dataclass(frozen=True, slots=True)
class Alignment:
    """The executed steps of a plan with their times, the number of missing reps and steps, and that of extra reps."""

    steps: tuple[AlignedStep, ...]
    missing_count: int
    extra_count: int
    cell_s: float


def align_plan(
    plan: Plan, cleaned: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray
) -> Alignment | None:
    """Return the alignment of a plan to an activity with change points ``edges_s``; None if none is possible."""
    grid = build_activity_grid(cleaned, signals, edges_s, MAX_CELLS)
    plan_indices = {id(step): plan_index for plan_index, step in enumerate(iter_steps(plan.items))}
    levels: dict[int, FloatArray] = {}
    alignment: Alignment | None = None
    for _ in range(MAX_ROUNDS):
        candidate = _AlignmentRound(plan, grid, plan_indices, levels).find_cheapest()
        if candidate is None:
            return alignment
        if alignment is not None and candidate.steps == alignment.steps:
            break
        alignment = candidate
        levels = compute_step_levels(alignment, grid)
    return alignment


def compute_step_levels(alignment: Alignment, grid: ActivityGrid) -> dict[int, FloatArray]:
    """Return the median pace and cadence (standardised) by plan index, for steps of at least five moving seconds."""
    parts: dict[int, list[NDArray[np.intp]]] = {}
    for aligned in alignment.steps:
        trim = min(5.0, 0.2 * aligned.duration_s)
        rows = grid.moving_rows(int(aligned.start_s + trim), int(np.ceil(aligned.end_s - trim)))
        parts.setdefault(aligned.plan_index, []).append(rows)
    rows_of_step = {plan_index: np.concatenate(rows) for plan_index, rows in parts.items()}
    return {index: grid.signals.median_level(rows) for index, rows in rows_of_step.items() if len(rows) >= 5}


@dataclass(slots=True)
class _Layer:
    """One execution of a step of the plan, whose start and end are still open."""

    step: PlanStep
    plan_index: int
    is_outer: bool
    entry: "_MergePoint"  # point of the plan after the previous step, from which this step starts
    candidates: CandidateSpans
    cost: FloatArray
    """Least total cost of everything up to the end of the step, for each edge of the grid at which it may end."""


class _Branch(NamedTuple):
    """One way to reach a point of the plan: which step comes last before it, and how many reps are missing or extra."""

    layer: _Layer | None  # step that comes last before the point; None at the start of the plan
    cost: float = 0.0  # cost (nats) of missing and extra reps, which is added to the cost of ``layer``
    missing: int = 0
    extra: int = 0


@dataclass(slots=True)
class _MergePoint:
    """A point of the plan between two steps, and the ways to reach it."""

    branches: list[_Branch]
    cost: FloatArray  # lowest cost of reaching the point, for each edge of the grid at which it may lie
    cost_with_gap: FloatArray
    """Lowest cost as in ``cost`` if a gap, which belongs to no step, may lie just before the point."""


@dataclass(slots=True)
class _AlignmentRound:
    """One round of alignment, given the median pace and cadence of the steps for which they are already known."""

    plan: Plan
    grid: ActivityGrid
    plan_indices: dict[int, int]
    levels: dict[int, FloatArray]
    candidates: dict[tuple[int, bool], CandidateSpans] = field(default_factory=dict)

    def find_cheapest(self) -> Alignment | None:
        """Return the alignment with the least total cost; None if no alignment is possible."""
        steps = list(iter_steps(self.plan.items))
        reached = self._merge([_Branch(None)])
        finals: list[_Branch] = []
        items = self.plan.items
        for number, item in enumerate(items, 1):
            reached = self._add_item(item, reached, 0, is_outer=steps[0] is item or steps[-1] is item)
            remaining = [item for item in items[number:] if not (isinstance(item, PlanStep) and item.is_unsaid)]
            if all(isinstance(item, PlanStep) for item in remaining):
                finals += _extend(reached.branches, MISSING_STEP_COST * len(remaining), missing=len(remaining))
        end_point, edge_s = self._merge(finals), self.grid.edge_s
        skip_cost = self._skip_cost(OUTSIDE_MOVING_COST_PER_S, OUTSIDE_STANDING_COST_PER_S)
        trailing_cost = np.where(edge_s < edge_s[-1], skip_cost[-1] - skip_cost + OUTSIDE_COST, 0.0)
        total_cost = end_point.cost + trailing_cost
        final_edge = int(np.argmin(total_cost))
        if not np.isfinite(total_cost[final_edge]):
            return None
        return self._trace_back(end_point, final_edge)

    def _add_item(self, item: Item, entry: _MergePoint, depth: int, *, is_outer: bool) -> _MergePoint:
        if isinstance(item, PlanStep):
            skipped = entry.branches if item.is_unsaid else []
            return self._merge([*skipped, _Branch(self._add_step(item, entry, is_outer=is_outer))])
        return self._add_set(item, entry, depth)

    def _add_set(self, repeat: Repeat, entry: _MergePoint, depth: int) -> _MergePoint:
        max_reps = repeat.count + (MAX_EXTRA_REPS if depth == 0 and repeat.count > 1 else 0)
        least = repeat.count if repeat.min_count is None else repeat.min_count
        min_reps = least - min(least // 3, MAX_MISSING_REPS) if depth == 0 else least
        branches: list[_Branch] = []
        reached = without_last = entry
        last_item = repeat.body[-1]
        for rep in range(1, max_reps + 1):
            for item in repeat.body:
                without_last = reached
                reached = self._add_item(item, reached, depth + 1, is_outer=False)
            if rep < min_reps:
                continue
            missing, extra = max(least - rep, 0), max(rep - repeat.count, 0)
            cost = MISSING_REP_COST * missing + EXTRA_REP_COST * extra
            branches += _extend(reached.branches, cost, missing, extra)
            if len(repeat.body) > 1 and isinstance(last_item, PlanStep) and last_item.direction != "backward":
                branches += _extend(without_last.branches, cost + NO_LAST_RECOVERY_COST, missing, extra)
        return self._merge(branches)

    def _add_step(self, step: PlanStep, entry: _MergePoint, *, is_outer: bool) -> _Layer:
        plan_index = self.plan_indices[id(step)]
        key = (plan_index, is_outer)
        if key not in self.candidates:
            is_free = is_outer and step.direction == "forward"
            model = StepModel(step, is_outer, self.levels.get(plan_index), is_free)
            self.candidates[key] = find_candidate_spans(model, self.grid)
        spans = self.candidates[key]
        cost = np.full(len(self.grid) + 1, np.inf)
        if len(spans.start_edges):
            total_cost = entry.cost_with_gap[spans.start_edges] + spans.cost
            cost[spans.end_edges] = np.minimum.reduceat(total_cost, spans.offsets)
        return _Layer(step, plan_index, is_outer, entry, spans, cost)

    def _merge(self, branches: list[_Branch]) -> _MergePoint:
        cost = np.min([self._branch_cost(layer) + own_cost for layer, own_cost, _, _ in branches], axis=0)
        skip_cost = self._skip_cost(GAP_MOVING_COST_PER_S, GAP_STANDING_COST_PER_S)
        gap_cost = np.minimum.accumulate(cost - skip_cost) + skip_cost + GAP_COST
        return _MergePoint(branches, cost, np.minimum(cost, gap_cost))

    def _branch_cost(self, layer: _Layer | None) -> FloatArray:
        if layer is not None:
            return layer.cost
        skip_cost = self._skip_cost(OUTSIDE_MOVING_COST_PER_S, OUTSIDE_STANDING_COST_PER_S)
        return np.where(self.grid.edge_s > 0.0, skip_cost + OUTSIDE_COST, 0.0)

    def _skip_cost(self, moving_cost_per_s: float, standing_cost_per_s: float) -> FloatArray:
        return moving_cost_per_s * self.grid.moved_s + standing_cost_per_s * self.grid.standing_s

    def _trace_back(self, point: _MergePoint, final_edge: int) -> Alignment:
        """Return the steps of the cheapest sequence, followed backward from the final point at edge ``final_edge``."""
        steps: list[AlignedStep] = []
        missing = extra = 0
        edge, edge_s = final_edge, self.grid.edge_s
        while True:
            branch = min(point.branches, key=lambda branch: float(self._branch_cost(branch.layer)[edge]) + branch.cost)
            missing, extra = missing + branch.missing, extra + branch.extra
            layer = branch.layer
            if layer is None:
                return Alignment(tuple(reversed(steps)), missing, extra, self.grid.cell_s)
            spans = layer.candidates
            group = int(np.searchsorted(spans.end_edges, edge))
            first, last = np.append(spans.offsets, len(spans.start_edges))[group : group + 2].tolist()
            choices = layer.entry.cost_with_gap[spans.start_edges[first:last]] + spans.cost[first:last]
            start = int(spans.start_edges[first + int(np.argmin(choices))])
            span = float(edge_s[start]), float(edge_s[edge])
            steps.append(AlignedStep(layer.step, layer.plan_index, *span, layer.is_outer))
            point, edge = layer.entry, self._find_gap_start(layer.entry, start)

    def _find_gap_start(self, point: _MergePoint, start: int) -> int:
        """Return the edge at which the previous step ended: ``start``, or an earlier one if a gap lies between."""
        if point.cost[start] <= point.cost_with_gap[start]:
            return start
        skip_cost = self._skip_cost(GAP_MOVING_COST_PER_S, GAP_STANDING_COST_PER_S)
        return int(np.argmin(point.cost[: start + 1] - skip_cost[: start + 1]))


def _extend(branches: list[_Branch], cost: float, missing: int = 0, extra: int = 0) -> list[_Branch]:
    return [_Branch(layer, own + cost, less + missing, more + extra) for layer, own, less, more in branches]
