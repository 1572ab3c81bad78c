"""Test of whether a planned workout fits an activity; one that does not labels nothing, and the reason is reported."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.annotations.model.plan import Plan, StepResult, count_steps
from retropace.annotations.workout_fit.activity_grid import ActivityGrid
from retropace.annotations.workout_fit.alignment import MAX_MISSING_REPS, AlignedStep
from retropace.annotations.workout_fit.cost_model import compute_length_deviation_sd
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
MAX_STEP_LENGTH_SD = 3.0
"""Standard deviations beyond which the length of a single step is an outlier; a warm-up or cool-down must be none."""
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


@dataclass(frozen=True, slots=True)
class AcceptanceTest:
    """An aligned plan on a grid of one-second cells, and the tests of whether it fits the activity."""

    plan: Plan
    steps: tuple[AlignedStep, ...]
    levels: dict[int, FloatArray]
    """Median pace and cadence of each step of the plan; the keys are ``AlignedStep.plan_index``."""
    grid: ActivityGrid
    edges_s: FloatArray  # change points of the activity in elapsed seconds, with its start and end

    def compute_distinctness(self, number: int) -> float:
        """Return a step's distinctness: infinity for a rest spent standing, 0 for one that was not, NaN if unknown."""
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

    def find_rejection_reason(
        self, results: tuple[StepResult, ...], distinctness: list[float], missing_count: int
    ) -> str:
        """Return why the plan does not fit, given :meth:`compute_distinctness` of each step; empty if it fits."""
        planned_count, total_s = count_steps(self.plan.items), float(self.grid.edge_s[-1])
        first, last = self.steps[0], self.steps[-1]
        said = [number for number, aligned in enumerate(self.steps) if not aligned.step.is_unsaid]
        if len(said) < MIN_COMPLETED_SHARE * planned_count:
            last_said = f", the last, {self._describe(said[-1])}" if said else ""
            return f"only {len(said)} of its {planned_count} steps would have been done{last_said}: say fewer"
        covered_s = sum(aligned.duration_s for aligned in self.steps)
        if covered_s < MIN_COVERED_SHARE * total_s:
            return (
                f"it explains only {format_duration(covered_s)} of {format_duration(total_s)}, "
                f"{_format_span(first.start_s, last.end_s)}: say what was done before, between and after its steps"
            )
        return (
            self._check_lengths(results)
            or self._check_rests(distinctness)
            or self._check_gait()
            or self._check_distinctness(distinctness)
            or self._check_missing(results, distinctness, missing_count)
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
        is_outlier = deviations_sd > MAX_STEP_LENGTH_SD
        is_outer = np.array([step.is_outer for _, step in measured])
        has_outliers = np.mean(is_outlier) > MAX_LENGTH_OUTLIER_SHARE or np.any(is_outlier & is_outer)
        if np.sqrt(np.mean(np.square(deviations_sd))) <= MAX_LENGTH_RMS_SD and not has_outliers:
            return ""
        worst = measured[int(np.argmax(deviations_sd))][0]
        return (
            f'its lengths are not those of the activity: "{worst.step}" would have to be '
            f"{_format_span(worst.start_s, worst.end_s)}, {100.0 * worst.ratio:.0f} % of what was planned: "
            "correct its length, or add what is missing beside it"
        )

    def _check_rests(self, distinctness: list[float]) -> str:
        rests = self._select(distinctness, "rest")
        if rests.count(0.0) > 0.5 * len(rests):
            index = next(index for index, value in enumerate(distinctness) if value == 0.0 and self._is_rest(index))
            return (
                f"nobody rested where {self._describe(index)} would have to be: if you walked or jogged there, say so"
            )
        return ""

    def _check_distinctness(self, distinctness: list[float]) -> str:
        backward = self._select(distinctness, "backward")
        indistinct = sum(value <= MIN_DISTINCTNESS for value in backward)
        if backward and indistinct > (1.0 - MIN_DISTINCT_BACKWARD_SHARE) * len(backward):
            index = distinctness.index(min(backward))
            return (
                f"{indistinct} of its {len(backward)} backward stretches do not stand out by pace or cadence from what "
                f"is beside them, where they would have to be, such as {self._describe(index)}: check lengths and order"
            )
        known = [value for value in distinctness if not np.isnan(value)]
        if known and sum(value > MIN_DISTINCTNESS for value in known) < MIN_DISTINCT_SHARE * len(known):
            index = next(index for index, value in enumerate(distinctness) if value <= MIN_DISTINCTNESS)
            return f"pace and cadence do not change where its steps would have to, such as {self._describe(index)}"
        return ""

    def _is_rest(self, number: int) -> bool:
        return self.steps[number].step.direction == "rest"

    def _describe(self, number: int) -> str:
        """Return a step as the sentence names it, and its stretch: ``"400 m backward" at 10:00 to 13:24``."""
        aligned = self.steps[number]
        name = "what it does not say" if aligned.step.is_unsaid else f'"{aligned.step}"'
        return f"{name} at {_format_span(aligned.start_s, aligned.end_s)}"

    def _check_missing(self, results: tuple[StepResult, ...], distinctness: list[float], missing_count: int) -> str:
        """Return a reason if more reps are missing than may be, those counted that were laid where none was run."""
        wrong = [
            number
            for number, result in enumerate(results)
            if result.step.direction == "backward"
            and (
                distinctness[number] <= MIN_DISTINCTNESS
                or compute_length_deviation_sd(result.step, result.ratio, self.steps[number].is_outer)
                < -MAX_STEP_LENGTH_SD
            )
        ]
        if not wrong or not 0 < missing_count <= MAX_MISSING_REPS < missing_count + len(wrong):
            return ""
        return (
            f"it has at least {missing_count + len(wrong)} reps more than the activity: "
            f"{self._describe(wrong[0])} is none: say fewer"
        )

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
            wrong = [
                span for span in spans if grid.increment(wrong_s, *span) > 0.6 * grid.increment(grid.moved_s, *span)
            ]
            if len(wrong) > 0.5 * len(spans):
                where = _format_span(*wrong[0])
                return (
                    f"{len(wrong)} of the {len(spans)} stretches that it says were {texts}, such as {where}: correct it"
                )
        return ""

    def _check_outside(self) -> str:
        """Return a reason if the runner moved for long between steps, or if pace changed often outside of all steps."""
        grid, steps, total_s = self.grid, self.steps, float(self.grid.edge_s[-1])
        gaps = [(before.end_s, after.start_s) for before, after in pairwise(steps)]
        moved_s = [grid.increment(grid.moved_s, *gap) for gap in gaps]
        if sum(moved_s) > MAX_GAP_MOVING_SHARE * total_s + 15.0:
            longest = int(np.argmax(moved_s))
            where, step = _format_span(*gaps[longest]), self._describe(longest)
            return f"somebody moved on from {where}, where it has no step: say what was done after {step}"
        for start, end in ((0.0, steps[0].start_s), (steps[-1].end_s, total_s)):
            count = np.count_nonzero((self.edges_s > start + 5.0) & (self.edges_s < end - 5.0))
            if count >= MAX_OUTSIDE_CHANGES and end - start > 0.1 * total_s:
                where = _format_span(start, end)
                return f"pace changes {count} times from {where}, where it has no steps: say what was done"
        return ""

    def _check_explained_share(self) -> str:
        """Return a reason if steps explain much less of pace and cadence than stretches between change points do."""
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
        return (
            f"its steps explain {100.0 * max(share, 0.0):.0f} % of the changes of pace and cadence "
            f"from {_format_span(float(first), float(end))}: say more of what was done"
        )

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
                    where = _format_span(start, end)
                    return f"{where} looks like its backward stretches, but it has no step for it: add it"
        return ""


def _format_span(start_s: float, end_s: float) -> str:
    return f"{format_duration(start_s)} to {format_duration(end_s)}"
