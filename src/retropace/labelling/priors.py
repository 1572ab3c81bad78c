"""Prior log-odds (natural) that a stretch is backward, before its speed, cadence and heart rate are looked at."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.grade import LOG_SPEED_PER_GRADE
from retropace.core.spans import FloatArray
from retropace.labelling.clustering import MERGE_CHI2, squared_distance
from retropace.labelling.features import StretchFeatures
from retropace.labelling.runner_model import Observations

MAX_ADJACENT_GAP_S = 3.0
"""Largest gap (s) between two stretches at which the later one still counts as directly following the earlier one."""
MAX_TRANSITION_S = 16.0
"""Longest gap (s), with a single stretch in it, over which a stretch still follows the one before."""
MAX_WARM_UP_S = 180.0
"""Time (s) over which ``first_stretch`` and ``last_stretch`` fade linearly from the ends of a session to 0."""
MAX_SAME_PACE_LOG_DIFFERENCE = 0.12
"""Largest difference in log speed at which two consecutive stretches count as one pace."""
EASY_RUN_S = 300.0
"""Seconds of running at the start of a session from which easy pace is taken, annotated backward ones left out."""
MIN_EASY_STRETCH_S = 20.0
"""Shortest running stretch (s) that counts for easy pace."""
FAST_LOG_SPEED_WIDTH = 0.02
"""Difference of log speed over which the probability that an effort was fast rises from 0.5 to 0.73 (logistic)."""


@dataclass(frozen=True, slots=True)
class LogOddsWeights:
    """Weights of the prior log-odds of backward (``docs/decisions.md``); negative ones and penalties speak against."""

    base: float = -0.3  # log-odds of backward of any cluster of stretches, before everything else
    first_stretch: float = -4.5  # log-odds of the first stretch of a session, as runners warm up forward
    last_stretch: float = -2.5  # log-odds of the last stretch of a session, as runners cool down forward
    known_runner_factor: float = 0.4  # factor on the first and last stretch if the runner is known to run backward
    after_fast_effort: float = -2.5  # log-odds of a stretch directly after a fast effort, which is likely its recovery
    fast_log_speed_margin: float = 0.10  # log speed above easy pace at which an effort is fast with odds of one to one
    similar_to_marked: float = 3.0  # log-odds of a cluster that looks just like one annotated backward
    other_context_factor: float = 0.5  # factor on the similarity of clusters in different parts of a session
    dissimilar_to_marked: float = -1.5  # log-odds of a cluster that resembles none of those annotated backward
    short_penalty: float = 1.5  # subtracted for each factor e by which running stretches are shorter than ``short_s``
    short_s: float = 30.0  # mean duration (s) of a cluster's running stretches below which ``short_penalty`` applies
    short_walk_penalty: float = 4.0  # subtracted for each factor e by which walks are shorter than ``short_walk_s``
    short_walk_s: float = 45.0
    short_total_penalty: float = 1.5
    """Log-odds subtracted for each factor e by which a cluster's total duration is below ``short_total_s``."""
    short_total_s: float = 90.0  # total duration (s) of a cluster below which ``short_total_penalty`` applies
    grade_weight: float = -1.5  # log-odds at a grade of ``grade_scale``, growing with its square
    grade_scale: float = 0.1  # grade (rise per metre) at which the log-odds are exactly ``grade_weight``
    no_cadence: float = -3.0  # log-odds of a stretch without cadence, if the runner is unknown
    min_cluster_s: float = 30.0  # shortest backward cluster (s) in total, if nothing shows the runner backward


@dataclass(frozen=True, slots=True, eq=False)
class LabellingProblem:
    """The stretches of one session, in order: their features, spans and annotated directions."""

    features: StretchFeatures
    start_s: FloatArray
    end_s: FloatArray
    marked: NDArray[np.intp]  # annotated direction, ``(n,)``: 1 backward, 0 forward, -1 not annotated
    is_complete: bool = False  # whether the annotations say all that was backward


class SequenceContext(NamedTuple):
    """Where each of the ``n`` stretches lies in its session, as ``(n,)`` columns of values from 0 to 1."""

    follows_fast_effort: FloatArray  # probability that the stretch directly follows a fast effort
    start_proximity: FloatArray  # 1 at the start of the first moving stretch, falling to 0 after ``MAX_WARM_UP_S``
    end_proximity: FloatArray  # 1 at the end of the last moving stretch, falling to 0 ``MAX_WARM_UP_S`` before it

    @property
    def position_code(self) -> NDArray[np.intp]:
        """Place of each stretch, ``(n,)``: 3 near the end, else 2 near the start, else 1 after fast effort, else 0."""
        places = (self.end_proximity, self.start_proximity, self.follows_fast_effort)
        return np.select([nearness > 0.5 for nearness in places], [3, 2, 1], 0).astype(np.intp)


def find_sequence_context(problem: LabellingProblem, weights: LogOddsWeights) -> SequenceContext:
    """Return where each stretch lies in its session; for stretches without a gait, as when standing, all are 0."""
    features = problem.features
    moving = np.flatnonzero(features.gait != "")
    follows, near_start, near_end = (np.zeros(len(features)) for _ in range(3))
    if len(moving) == 0:
        return SequenceContext(follows, near_start, near_end)
    since_start_s = problem.start_s[moving] - problem.start_s[moving[0]]
    near_start[moving] = np.clip(1.0 - since_start_s / MAX_WARM_UP_S, 0.0, 1.0)
    until_end_s = problem.end_s[moving[-1]] - problem.end_s[moving]
    near_end[moving] = np.clip(1.0 - until_end_s / MAX_WARM_UP_S, 0.0, 1.0)
    easy = find_easy_log_speed(problem)
    if np.isfinite(easy):
        excess = features.log_speed - easy - weights.fast_log_speed_margin
        excess = np.nan_to_num(excess, nan=-1.0)
        excess[(problem.marked == 1) | (near_start > 0.5)] = -1.0
        # A fast effort may be one stretch back, or two with a short transition between them.
        for step, max_gap_s in ((1, MAX_ADJACENT_GAP_S), (2, MAX_TRANSITION_S)):
            before, after = moving[:-step], moving[step:]
            is_direct = problem.start_s[after] - problem.end_s[before] < max_gap_s
            is_fast = 1.0 / (1.0 + np.exp(-excess[before] / FAST_LOG_SPEED_WIDTH))
            follows[after] = np.maximum(follows[after], np.where(is_direct, is_fast, 0.0))
        # A stretch that goes on at the same pace belongs to the same recovery.
        for previous, stretch in pairwise(moving.tolist()):
            log_difference = abs(features.log_speed[stretch] - features.log_speed[previous])
            is_adjacent = problem.start_s[stretch] - problem.end_s[previous] < MAX_ADJACENT_GAP_S
            if log_difference < MAX_SAME_PACE_LOG_DIFFERENCE and is_adjacent:
                follows[stretch] = max(follows[stretch], follows[previous])
    return SequenceContext(follows, near_start, near_end)


def find_easy_log_speed(problem: LabellingProblem, gait: str = "run") -> float:
    """Return the log of easy speed: the median by duration over the first ``EASY_RUN_S`` of a gait; NaN if none."""
    features = problem.features
    is_easy = (features.gait == gait) & (problem.marked != 1) & (features.duration_s >= MIN_EASY_STRETCH_S)
    rows = np.flatnonzero(is_easy & np.isfinite(features.log_speed))
    before_s = np.cumsum(features.duration_s[rows]) - features.duration_s[rows]
    rows = rows[before_s < EASY_RUN_S]
    if len(rows) == 0:
        return np.nan
    weight_s = np.minimum(features.duration_s[rows], EASY_RUN_S - before_s[: len(rows)])
    return weighted_median(features.log_speed[rows], weight_s)


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """Return the value below which half of the weight lies."""
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, 0.5 * cumulated[-1])])


def sequence_log_odds(
    problem: LabellingProblem,
    context: SequenceContext,
    cluster: NDArray[np.intp],
    weights: LogOddsWeights,
    *,
    known_backward: bool,
) -> FloatArray:
    """Return the log-odds of each ``cluster``, ``(k,)`` (-1: none), from where its stretches lie in the session."""
    duration_s = problem.features.duration_s
    ends = weights.first_stretch * context.start_proximity + weights.last_stretch * context.end_proximity
    at_ends = _cluster_mean(duration_s * ends, cluster) / np.maximum(_cluster_mean(duration_s, cluster), 1e-9)
    at_ends *= weights.known_runner_factor if known_backward else 1.0
    # A runner who annotated what follows a fast effort as backward recovers backward.
    if np.any((problem.marked == 1) & (context.follows_fast_effort > 0.5)):
        return at_ends
    return at_ends + weights.after_fast_effort * _cluster_mean(context.follows_fast_effort, cluster)


def grade_log_odds(features: StretchFeatures, cluster: NDArray[np.intp], weights: LogOddsWeights) -> FloatArray:
    """Return the log-odds of backward of each cluster, ``(k,)``, from the grade of its stretches."""
    steepness = (features.grade / weights.grade_scale) ** 2
    return weights.grade_weight * _cluster_mean(steepness, cluster)


def duration_log_odds(
    features: StretchFeatures, cluster: NDArray[np.intp], weights: LogOddsWeights, *, is_walk: bool
) -> FloatArray:
    """Return the log-odds of backward of each cluster, ``(k,)``, from its stretches' mean and total duration."""
    member = cluster >= 0
    total_s = np.bincount(cluster[member], features.duration_s[member])
    mean_s = total_s / np.bincount(cluster[member])
    penalty, short_s = weights.short_penalty, weights.short_s
    if is_walk:
        penalty, short_s = weights.short_walk_penalty, weights.short_walk_s
    short_total = np.maximum(np.log(weights.short_total_s / total_s), 0.0)
    return -penalty * np.maximum(np.log(short_s / mean_s), 0.0) - weights.short_total_penalty * short_total


def repetition_log_odds(
    observations: Observations, marked: NDArray[np.intp], position_code: NDArray[np.intp], weights: LogOddsWeights
) -> FloatArray:
    """Return the log-odds of backward of each cluster, ``(k,)``, from its likeness to clusters annotated backward."""
    backward, forward = np.flatnonzero(marked == 1), np.flatnonzero(marked == 0)
    if len(backward) == 0:
        return np.zeros(len(marked))
    values = np.column_stack(
        (observations.log_speed + LOG_SPEED_PER_GRADE * observations.grade, observations.log_cadence)
    )
    variance = np.column_stack((observations.log_speed_var, observations.log_cadence_var))

    def distances2(rows: NDArray[np.intp]) -> FloatArray:
        return squared_distance(values[:, None], variance[:, None], values[None, rows], variance[None, rows])

    backward2 = distances2(backward)
    same_position = position_code[:, None] == position_code[None, backward]
    context_factor = np.where(same_position, 1.0, weights.other_context_factor)
    similarity = np.max(np.exp(-0.5 * backward2 / MERGE_CHI2) * context_factor, axis=1)
    if len(forward):
        similarity = np.where(distances2(forward).min(axis=1) < backward2.min(axis=1), 0.0, similarity)
    log_odds: FloatArray = weights.similar_to_marked * similarity + weights.dissimilar_to_marked * (1.0 - similarity)
    return log_odds


def _cluster_mean(values: FloatArray, cluster: NDArray[np.intp]) -> FloatArray:
    """Return the mean of ``values`` over the members of each cluster; 0 for an empty one."""
    member = cluster >= 0
    return np.bincount(cluster[member], values[member]) / np.maximum(np.bincount(cluster[member]), 1)
