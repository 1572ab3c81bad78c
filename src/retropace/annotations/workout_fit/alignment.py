"""Alignment of a planned workout to an activity: which stretch is which step.

Dynamic programming over all steps at once finds the alignment of least cost. Steps come in order. A set may lack its
last reps or have some more, the recovery of its last rep may be left out, and the last steps of a plan may be missing.
Time that belongs to no step costs by the second. All costs are in nats
(:mod:`retropace.annotations.workout_fit.cost_model`). Alignment and estimation of each step's pace and cadence
alternate, as in segmental k-means (Juang & Rabiner 1990, IEEE Trans Acoust 38:1639).
"""

from __future__ import annotations

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
"""Largest number of cells of the time grid. Up to twenty minutes a cell is one second; in longer sessions cells are
wider, and :mod:`.refine_edges` moves the edges to the second afterwards."""
MAX_ROUNDS = 4
"""Largest number of rounds; each aligns the steps and then estimates their pace and cadence from the alignment."""
MISSING_REP_COST = 12.0
"""Cost (nats) of each planned rep that was not carried out."""
EXTRA_REP_COST = 10.0
"""Cost (nats) of each rep carried out beyond the planned number."""
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
"""Cost (nats) of any time before the first step, and again of any after the last. It is low because watches are started
early and stopped late."""
OUTSIDE_MOVING_COST_PER_S = 0.25
"""Cost (nats) of each second of moving before the first or after the last step."""
OUTSIDE_STANDING_COST_PER_S = 0.02
"""Cost (nats) of each second of standing before the first or after the last step."""


@dataclass(frozen=True, slots=True)
class AlignedStep:
    """One execution of a planned step, at ``[start_s, end_s)`` in elapsed seconds."""

    step: PlanStep
    plan_index: int
    """Index of the step among the steps of the plan as written, in which a repeated step appears once."""
    start_s: float
    end_s: float
    is_outer: bool
    """Whether the step is the first or last of the plan and in no repeat, such as a warm-up or cool-down."""

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
    """Return the alignment of a plan to an activity with the least total cost; None if no alignment is possible.

    ``edges_s`` are the activity's change points in elapsed seconds, with its start and end.
    """
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
    """Return the median pace and cadence of each step of the plan over the middle of all its executions.

    Keys are ``plan_index``. Values are standardised as in ``grid.signals``; a step with under five seconds of movement
    is missing.
    """
    parts: dict[int, list[NDArray[np.intp]]] = {}
    for aligned in alignment.steps:
        trim = min(5.0, 0.2 * aligned.duration_s)
        rows = grid.moving_rows(int(aligned.start_s + trim), int(np.ceil(aligned.end_s - trim)))
        parts.setdefault(aligned.plan_index, []).append(rows)
    rows_of_step = {plan_index: np.concatenate(rows) for plan_index, rows in parts.items()}
    return {index: grid.signals.median_level(rows) for index, rows in rows_of_step.items() if len(rows) >= 5}


@dataclass(slots=True)
class _Layer:
    """One execution of a step of the plan, whose start and end are still open.

    ``cost`` holds, for each edge of the grid at which the step may end, the least total cost of everything up to there.
    """

    step: PlanStep
    plan_index: int
    is_outer: bool
    entry: _MergePoint
    """The point of the plan after the previous step, from which this step starts."""
    candidates: CandidateSpans
    cost: FloatArray


class _Branch(NamedTuple):
    """One way to reach a point of the plan: which step comes last before it, and how many reps are missing or extra.

    Several ways exist because a set may have fewer or more reps than planned.
    """

    layer: _Layer | None
    """The step that comes last before the point; None at the start of the plan."""
    cost: float = 0.0
    """Cost (nats) of missing and extra reps, which is added to the cost of ``layer``."""
    missing: int = 0
    extra: int = 0


@dataclass(slots=True)
class _MergePoint:
    """A point of the plan between two steps, which different numbers of reps may lead to.

    ``branches`` are the ways to reach it. ``cost`` holds, for each edge of the grid at which the point may lie, the
    lowest cost of reaching it.
    """

    branches: list[_Branch]
    cost: FloatArray = field(default_factory=lambda: np.empty(0))
    cost_with_gap: FloatArray = field(default_factory=lambda: np.empty(0))
    """Lowest cost of reaching the point at each edge if time that belongs to no step may lie just before it."""


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
        missing_costs = [MISSING_STEP_COST if isinstance(item, PlanStep) else np.inf for item in items]
        for number, item in enumerate(items):
            reached = self._add_item(item, reached, 0, is_outer=steps[0] is item or steps[-1] is item)
            remaining = len(items) - number - 1
            missing_cost = float(sum(missing_costs[number + 1 :]))
            if np.isfinite(missing_cost):
                finals += _extend(reached.branches, missing_cost, missing=remaining)
        end_point = self._merge(finals)
        total_cost = end_point.cost + self._trailing_cost()
        final_edge = int(np.argmin(total_cost))
        if not np.isfinite(total_cost[final_edge]):
            return None
        return self._trace_back(end_point, final_edge)

    def _add_item(self, item: Item, entry: _MergePoint, depth: int, *, is_outer: bool) -> _MergePoint:
        if isinstance(item, PlanStep):
            return self._merge([_Branch(self._add_step(item, entry, is_outer=is_outer))])
        return self._add_set(item, entry, depth)

    def _add_set(self, repeat: Repeat, entry: _MergePoint, depth: int) -> _MergePoint:
        max_reps = repeat.count + (MAX_EXTRA_REPS if depth == 0 and repeat.count > 1 else 0)
        min_reps = repeat.count - repeat.count // 3 if depth == 0 else repeat.count
        branches: list[_Branch] = []
        reached = without_last = entry
        last_item = repeat.body[-1]
        for rep in range(1, max_reps + 1):
            for item in repeat.body:
                without_last = reached
                reached = self._add_item(item, reached, depth + 1, is_outer=False)
            if rep < min_reps:
                continue
            missing, extra = max(repeat.count - rep, 0), max(rep - repeat.count, 0)
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
            cost[spans.end_edges] = np.minimum.reduceat(
                entry.cost_with_gap[spans.start_edges] + spans.cost, spans.offsets
            )
        return _Layer(step, plan_index, is_outer, entry, spans, cost)

    def _merge(self, branches: list[_Branch]) -> _MergePoint:
        point = _MergePoint(branches)
        point.cost = np.min([self._branch_cost(layer) + cost for layer, cost, _, _ in branches], axis=0)
        skip_cost = self._skip_cost(GAP_MOVING_COST_PER_S, GAP_STANDING_COST_PER_S)
        point.cost_with_gap = np.minimum(
            point.cost, np.minimum.accumulate(point.cost - skip_cost) + skip_cost + GAP_COST
        )
        return point

    def _branch_cost(self, layer: _Layer | None) -> FloatArray:
        return self._leading_cost() if layer is None else layer.cost

    def _skip_cost(self, moving_cost_per_s: float, standing_cost_per_s: float) -> FloatArray:
        return moving_cost_per_s * self.grid.moved_s + standing_cost_per_s * self.grid.standing_s

    def _leading_cost(self) -> FloatArray:
        skip_cost = self._skip_cost(OUTSIDE_MOVING_COST_PER_S, OUTSIDE_STANDING_COST_PER_S)
        return np.where(self.grid.edge_s > 0.0, skip_cost + OUTSIDE_COST, 0.0)

    def _trailing_cost(self) -> FloatArray:
        skip_cost = self._skip_cost(OUTSIDE_MOVING_COST_PER_S, OUTSIDE_STANDING_COST_PER_S)
        return np.where(self.grid.edge_s < self.grid.edge_s[-1], skip_cost[-1] - skip_cost + OUTSIDE_COST, 0.0)

    def _trace_back(self, point: _MergePoint, final_edge: int) -> Alignment:
        """Return the steps of the cheapest sequence, followed backward from the final point at edge ``final_edge``."""
        steps: list[AlignedStep] = []
        missing = extra = 0
        edge = final_edge
        while True:
            branch = min(point.branches, key=lambda branch: float(self._branch_cost(branch.layer)[edge]) + branch.cost)
            missing, extra = missing + branch.missing, extra + branch.extra
            layer = branch.layer
            if layer is None:
                break
            spans = layer.candidates
            group = int(np.searchsorted(spans.end_edges, edge))
            first = int(spans.offsets[group])
            last = int(spans.offsets[group + 1]) if group + 1 < len(spans.offsets) else len(spans.start_edges)
            choices = layer.entry.cost_with_gap[spans.start_edges[first:last]] + spans.cost[first:last]
            start = int(spans.start_edges[first + int(np.argmin(choices))])
            edge_s = self.grid.edge_s
            steps.append(
                AlignedStep(layer.step, layer.plan_index, float(edge_s[start]), float(edge_s[edge]), layer.is_outer)
            )
            point, edge = layer.entry, self._find_gap_start(layer.entry, start)
        return Alignment(tuple(reversed(steps)), missing, extra, self.grid.cell_s)

    def _find_gap_start(self, point: _MergePoint, start: int) -> int:
        """Return the edge at which the previous step ended: ``start``, or an earlier one if a gap lies between."""
        if point.cost[start] <= point.cost_with_gap[start]:
            return start
        skip_cost = self._skip_cost(GAP_MOVING_COST_PER_S, GAP_STANDING_COST_PER_S)
        return int(np.argmin(point.cost[: start + 1] - skip_cost[: start + 1]))


def _extend(branches: list[_Branch], cost: float, missing: int = 0, extra: int = 0) -> list[_Branch]:
    return [
        _Branch(branch.layer, branch.cost + cost, branch.missing + missing, branch.extra + extra) for branch in branches
    ]
