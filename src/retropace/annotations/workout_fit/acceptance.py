"""Test of whether a planned workout fits an activity; one that does not labels nothing, and the reason is reported."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import Item, Plan, PlanStep, StepResult, count_steps
from retropace.annotations.workout_fit.activity_grid import ActivityGrid
from retropace.annotations.workout_fit.alignment import AlignedStep
from retropace.annotations.workout_fit.cost_model import compute_length_deviation_sd
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.core.units import format_duration

MIN_COVERED_SHARE = 0.6
"""A plan is rejected if its steps cover less than this share of the session."""
MIN_COMPLETED_SHARE = 0.6
"""A plan is rejected if less than this share of its steps was carried out."""
MAX_OUTSIDE_CHANGES = 3
"""A plan is rejected if so many change points, or more, lie before its first step, or after its last."""
MAX_LENGTH_RMS_SD = 1.5
"""A plan is rejected if the root mean square deviation of its steps' lengths exceeds so many standard deviations."""
MAX_LENGTH_OUTLIER_SHARE = 0.15
"""A plan is rejected if more than this share of its steps deviate in length by more than three standard deviations."""
MIN_DISTINCTNESS = 3.0
"""Nats by which a distinct step fits its own median pace and cadence better than its neighbours': odds of 20 to 1."""
MIN_LEVEL_DISTANCE_SD = 0.8
"""Standard deviations by which a distinct step's median pace and cadence must at least differ from its neighbours'."""
MIN_DISTINCT_BACKWARD_SHARE = 0.7
"""A plan is rejected if less than this share of its backward steps is distinct."""
MIN_DISTINCT_SHARE = 0.5
"""A plan is rejected if less than this share of all its steps is distinct."""
MAX_REST_SPEED_MPS = 0.4
"""Highest mean speed (m/s) of a rest spent pacing about; walking, even backward, is at least 0.5 m/s."""
MIN_STANDING_SHARE = 0.4
"""Least share of a rest spent standing or paused, unless its mean speed is at most ``MAX_REST_SPEED_MPS``."""
MAX_GAP_MOVING_SHARE = 0.05
"""A plan is rejected if the runner moves for more than this share of the session, plus 15 s, between its steps."""
MIN_EXPLAINED_SHARE = 0.5
"""A plan is rejected if its steps explain less than this fraction of the variation in pace and cadence."""
MAX_LOOKALIKE_COST_PER_S = 0.3
"""Largest mean cost (nats) of a second at which a stretch resembles a step: one to two standard deviations of noise."""
LOOKALIKE_LENGTH_RANGE = (0.6, 1.6)
"""Shortest and longest duration of a stretch that can resemble a step, as multiples of the step's median duration."""


def precheck(plan: Plan, cleaned: CleanedActivity) -> str:
    """Return why a plan cannot fit, judged by its total time, distance and number of steps; empty if it may fit."""
    planned_s, planned_m = _sum_planned(plan.items)
    total_m, total = float(cleaned.curves["distance_m"][-1]), format_duration(cleaned.elapsed_s)
    if planned_s > 1.6 * cleaned.elapsed_s + 60.0:
        return f"its timed steps alone take {format_duration(planned_s)}, the activity lasts {total}"
    if cleaned.distance_source == "none" and planned_m > 0.0:
        return "it has steps by distance, and the recording holds none"
    if planned_m > 1.6 * total_m + 100.0:
        return f"its steps by distance alone are {planned_m:.0f} m, the activity is {total_m:.0f} m long"
    if count_steps(plan.items) * 3.0 > cleaned.elapsed_s:
        return f"it has {count_steps(plan.items)} steps, the activity lasts {total}"
    return ""


def _sum_planned(items: tuple[Item, ...]) -> tuple[float, float]:
    seconds = metres = 0.0
    for item in items:
        if isinstance(item, PlanStep):
            item_s, item_m = item.seconds or 0.0, item.metres or 0.0
        else:
            item_s, item_m = (item.count * total for total in _sum_planned(item.body))
        seconds, metres = seconds + item_s, metres + item_m
    return seconds, metres


@dataclass(frozen=True, slots=True)
class AcceptanceTest:
    """An aligned plan on a grid of one-second cells, and the tests of whether it fits the activity."""

    plan: Plan
    steps: tuple[AlignedStep, ...]
    levels: dict[int, FloatArray]
    """Median pace and cadence of each step of the plan; the keys are ``AlignedStep.plan_index``."""
    grid: ActivityGrid
    edges_s: FloatArray
    """The change points of the activity in elapsed seconds, with its start and end."""

    def compute_distinctness(self, number: int) -> float:
        """Return by how many nats pace and cadence in a step fit its own median better than either neighbour's.

        Infinity for a rest that was spent standing, 0 for one that was not; NaN without own median or neighbour.
        """
        aligned, grid, levels = self.steps[number], self.grid, self.levels
        rows = grid.moving_rows(*aligned.rows)
        if aligned.step.direction == "rest":
            seconds = aligned.rows[1] - aligned.rows[0]
            is_standing = seconds == 0 or 1.0 - len(rows) / seconds >= MIN_STANDING_SHARE
            metres = grid.increment(grid.distance_m, aligned.start_s, aligned.end_s)
            return np.inf if is_standing or metres / max(aligned.duration_s, 1.0) <= MAX_REST_SPEED_MPS else 0.0
        beside = (*self.steps[max(number - 1, 0) : number], *self.steps[number + 1 : number + 2])
        neighbours = [neighbour for neighbour in beside if neighbour.plan_index != aligned.plan_index]
        if aligned.plan_index not in levels or not neighbours:
            return np.nan
        own_level, signals = levels[aligned.plan_index], grid.signals.select(rows)
        own_cost = signals.cost_to_level(own_level)
        least = np.inf
        for other in neighbours:
            level = levels.get(other.plan_index)
            if level is None:
                continue
            if float(np.nansum((level - own_level) ** 2)) < MIN_LEVEL_DISTANCE_SD**2:
                return 0.0
            if other.step.direction != "rest":
                least = min(least, float((signals.cost_to_level(level) - own_cost).sum()))
        return least

    def find_rejection_reason(self, results: tuple[StepResult, ...], distinctness: list[float]) -> str:
        """Return why the plan does not fit, given :meth:`compute_distinctness` of each step; empty if it fits."""
        planned_count, total_s = count_steps(self.plan.items), float(self.grid.edge_s[-1])
        if len(self.steps) < MIN_COMPLETED_SHARE * planned_count:
            return f"only {len(self.steps)} of its {planned_count} steps would have been done"
        covered_s = sum(aligned.duration_s for aligned in self.steps)
        if covered_s < MIN_COVERED_SHARE * total_s:
            return f"it explains only {format_duration(covered_s)} of {format_duration(total_s)}"
        return (
            self._check_lengths(results)
            or self._check_rests(distinctness)
            or self._check_gait()
            or self._check_distinctness(distinctness)
            or self._check_explained_share()
            or self._check_outside()
            or self._find_lookalike()
        )

    def _check_lengths(self, results: tuple[StepResult, ...]) -> str:
        measured = [pair for pair in zip(results, self.steps, strict=True) if np.isfinite(pair[0].ratio)]
        if not measured:
            return ""
        deviations_sd = np.abs(
            [compute_length_deviation_sd(result.step, result.ratio, step.is_outer) for result, step in measured]
        )
        has_outliers = np.mean(deviations_sd > 3.0) > MAX_LENGTH_OUTLIER_SHARE
        if np.sqrt(np.mean(np.square(deviations_sd))) <= MAX_LENGTH_RMS_SD and not has_outliers:
            return ""
        worst = measured[int(np.argmax(deviations_sd))][0]
        return (
            f'its lengths are not those of the activity: "{worst.step}" would have to be '
            f"{_format_span(worst.start_s, worst.end_s)}, {100.0 * worst.ratio:.0f} % of what was planned"
        )

    def _check_rests(self, distinctness: list[float]) -> str:
        rests = self._select(distinctness, "rest")
        if rests.count(0.0) > 0.5 * len(rests):
            return "nobody rested where its rests would have to be: if you walked or jogged there, say so"
        return ""

    def _check_distinctness(self, distinctness: list[float]) -> str:
        backward = self._select(distinctness, "backward")
        indistinct = sum(value <= MIN_DISTINCTNESS for value in backward)
        if backward and indistinct > (1.0 - MIN_DISTINCT_BACKWARD_SHARE) * len(backward):
            return (
                f"{indistinct} of its {len(backward)} backward stretches do not stand out by pace or cadence from what "
                "is beside them, where they would have to be"
            )
        known = [value for value in distinctness if not np.isnan(value)]
        if known and sum(value > MIN_DISTINCTNESS for value in known) < MIN_DISTINCT_SHARE * len(known):
            return "pace and cadence do not change where its steps would have to"
        return ""

    def _select(self, distinctness: list[float], direction: str) -> list[float]:
        pairs = zip(distinctness, self.steps, strict=True)
        return [value for value, aligned in pairs if aligned.step.direction == direction]

    def _check_gait(self) -> str:
        """Return a reason if most steps planned as walks were run, or most planned as runs were walked."""
        grid = self.grid
        for gait, wrong_s, texts in (
            ("walk", grid.running_s, "walked were run"),
            ("run", grid.walking_s, "run were walked"),
        ):
            spans = [(aligned.start_s, aligned.end_s) for aligned in self.steps if aligned.step.label.gait == gait]
            wrong = sum(grid.increment(wrong_s, *span) > 0.6 * grid.increment(grid.moved_s, *span) for span in spans)
            if wrong > 0.5 * len(spans):
                return f"{wrong} of the {len(spans)} stretches that it says were {texts}"
        return ""

    def _check_outside(self) -> str:
        """Return a reason if the runner moved for long between steps, or if pace changed often outside of all steps."""
        grid, steps, total_s = self.grid, self.steps, float(self.grid.edge_s[-1])
        gaps = [(before.end_s, after.start_s) for before, after in pairwise(steps) if before.end_s < after.start_s]
        moved_s = [grid.increment(grid.moved_s, *gap) for gap in gaps]
        if sum(moved_s) > MAX_GAP_MOVING_SHARE * total_s + 15.0:
            return f"somebody moved on from {_format_span(*gaps[int(np.argmax(moved_s))])}, where it has no step"
        for start, end in ((0.0, steps[0].start_s), (steps[-1].end_s, total_s)):
            count = np.count_nonzero((self.edges_s > start + 5.0) & (self.edges_s < end - 5.0))
            if count >= MAX_OUTSIDE_CHANGES and end - start > 0.1 * total_s:
                return f"pace changes {count} times from {_format_span(start, end)}, where it has no steps"
        return ""

    def _check_explained_share(self) -> str:
        """Return a reason if the steps explain little of the variation in pace and cadence.

        Variation explained by the steps' medians is compared with that explained by the medians of all stretches
        between change points; both are measured against one common median.
        """
        grid = self.grid
        first, end = self.steps[0].rows[0], self.steps[-1].rows[1]
        rows = grid.moving_rows(first, end)
        if len(rows) == 0:
            return ""

        def own_cost(rows: NDArray[np.intp]) -> float:
            return grid.total_cost(rows, grid.signals.median_level(rows)) if len(rows) else 0.0

        single_level_cost = own_cost(rows)
        parts = [
            grid.moving_rows(max(int(part_start), first), min(int(part_end), end))
            for part_start, part_end in pairwise(self.edges_s.tolist())
        ]
        change_point_cost = sum(own_cost(part) for part in parts)
        step_cost = sum(
            grid.total_cost(grid.moving_rows(*aligned.rows), self.levels[aligned.plan_index])
            for aligned in self.steps
            if aligned.plan_index in self.levels and aligned.step.direction != "rest"
        )
        # A steady session has nothing to explain; the distinctness of its steps is checked separately.
        explainable = single_level_cost - change_point_cost
        share = 1.0 if explainable < 0.02 * len(rows) else (single_level_cost - step_cost) / explainable
        if share >= MIN_EXPLAINED_SHARE:
            return ""
        return f"its steps explain {100.0 * max(share, 0.0):.0f} % of the changes of pace and cadence in the activity"

    def _find_lookalike(self) -> str:
        """Return a reason if a stretch outside the backward steps resembles one, as the plan then lacks a rep."""
        grid, levels = self.grid, self.levels
        durations_s: dict[int, list[float]] = {}
        step_at = np.full(len(grid.is_moving) + 1, -1)
        for aligned in self.steps:
            step_at[slice(*aligned.rows)] = aligned.plan_index
            if aligned.step.direction == "backward" and aligned.plan_index in levels:
                durations_s.setdefault(aligned.plan_index, []).append(aligned.duration_s)
        # The first and last stretch of an activity cannot be a rep.
        inner_edges_s = self.edges_s[(self.edges_s > 0.0) & (self.edges_s < grid.edge_s[-1] - 1.0)]
        for start, end in pairwise(inner_edges_s.tolist()):
            rows = grid.moving_rows(int(np.ceil(start)), int(end))
            if len(rows) < 10 or np.any(np.isin(step_at[rows], list(durations_s))):
                continue
            current_index = int(step_at[rows[len(rows) // 2]])
            current_cost = grid.total_cost(rows, levels[current_index]) if current_index in levels else np.inf
            for index, seconds in durations_s.items():
                cost = grid.total_cost(rows, levels[index])
                is_better = current_cost - cost > 2.0 * MIN_DISTINCTNESS
                shortest_s, longest_s = np.multiply(LOOKALIKE_LENGTH_RANGE, np.median(seconds))
                is_similar = cost < MAX_LOOKALIKE_COST_PER_S * len(rows) and shortest_s <= end - start <= longest_s
                if is_better and is_similar:
                    return f"{_format_span(start, end)} looks like its backward stretches, but it has no step for it"
        return ""


def _format_span(start_s: float, end_s: float) -> str:
    return f"{format_duration(start_s)} to {format_duration(end_s)}"
