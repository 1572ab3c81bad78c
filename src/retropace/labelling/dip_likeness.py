"""Likeness of dips of speed to marked repetitions of any gait (fitted in ``tests/benchmarks/real_runs.py``)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs
from retropace.labelling.bouts import MAX_REFERENCE_GAP_S, MAX_REFERENCE_S, list_sides, weighted_mean
from retropace.labelling.common_sense import MIN_ADJOINING_LOG_SPEED, MIN_ADJOINING_S
from retropace.labelling.likeness import MAX_OTHER_PROBABILITY, combine_marks, logit, scale_differences, split_by_sign
from retropace.labelling.priors import LabellingProblem

MIN_DIP_S = 10.0
"""Shortest dip (s) that is compared; shorter ones are forward."""
MAX_DIP_REST_S = 60.0
"""Longest standing (s) within a dip; a longer one divides it."""
DIFFERENCE_SCALES = np.array((0.1, 6.0, 6.0, 0.3, 0.7, 0.7))
"""Units of log speed beside, bpm of lower and higher heart rate, walking share, log duration if shorter, if longer."""
DIFFERENCE_LOG_ODDS = np.array((-0.69, -0.36, -0.28, -0.07, -1.4, -1.56))
"""Log-odds of backward per unit of each of the differences in ``DIFFERENCE_SCALES``."""
BASE_LOG_ODDS = 1.2
"""Log-odds that a dip that differs in nothing from a marked repetition is backward, where the model has even odds."""
MODEL_LOG_ODDS = 0.18
"""Factor on the model's log-odds of backward."""
ENCLOSED_LOG_ODDS = 2.2
"""Log-odds of backward added if there is faster movement on both sides of a dip."""
MIN_WALK_SHARE = 0.1
"""Least share of walking in a marked repetition at which walking in a dip may be backward."""


class Dip(NamedTuple):
    """The stretches ``first`` to ``end`` (not included), slower than what lies beside."""

    first: int
    end: int
    moving_s: float
    hr_bpm: float  # steady-state heart rate of the dip
    walk_share: float  # share of walking in moving time, 0 to 1
    side_count: int  # number of sides with faster movement: 0, 1 or 2
    log_speed_beside: float  # log speed (m/s, adjusted to the flat) of the movement beside the dip; NaN if none
    hr_beside_bpm: float  # steady-state heart rate of the movement beside the dip


def judge_dips_by_marked(problem: LabellingProblem, probability: FloatArray) -> FloatArray:
    """Return the probabilities of backward, ``(n,)``, with those of dips by their likeness to marked repetitions."""
    marked = [(rows, _midway_log_speed(problem, *rows)) for rows in true_runs(problem.marked == 1).tolist()]
    marked = [(rows, limit) for rows, limit in marked if np.isfinite(limit)]
    if not marked:
        return probability
    limit = max(limit for _, limit in marked)
    is_beside = _find_beside(problem, limit)
    reps = [_describe(problem, is_beside, *rows) for rows, _ in marked]
    may_not_walk = max(rep.walk_share for rep in reps) < MIN_WALK_SHARE
    judged = np.where(problem.marked == 1, probability, np.minimum(probability, MAX_OTHER_PROBABILITY))
    for dip in find_dips(problem, is_beside):
        rows = np.arange(dip.first, dip.end)
        model = float(np.average(probability[rows], weights=problem.features.duration_s[rows]))
        log_odds = max(compare_dips(dip, rep) for rep in reps) + MODEL_LOG_ODDS * logit(model)
        is_slow = ~(problem.features.log_speed[rows] > limit)
        if may_not_walk:
            is_slow &= problem.features.gait[rows] != "walk"
        is_slow[[0, -1]] &= ~_is_change_of_pace(problem, probability, rows[[0, -1]])
        judged[rows[is_slow]] = combine_marks(problem, log_odds, len(reps))
    return judged


def _is_change_of_pace(problem: LabellingProblem, probability: FloatArray, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which of the stretches at the ends of a dip only lead into it: short and by the model forward."""
    is_short: NDArray[np.bool_] = problem.features.duration_s[rows] < MIN_ADJOINING_S
    return is_short & (probability[rows] < 0.5)


def compare_dips(dip: Dip, rep: Dip) -> float:
    """Return the log-odds that a dip is a repetition like ``rep``, without what the model says."""
    hr_difference_bpm = (dip.hr_bpm - dip.hr_beside_bpm) - (rep.hr_bpm - rep.hr_beside_bpm)
    log_duration = np.log(dip.moving_s / rep.moving_s)
    differences = np.array(
        (
            abs(dip.log_speed_beside - rep.log_speed_beside),
            *split_by_sign(hr_difference_bpm),
            abs(dip.walk_share - rep.walk_share),
            *split_by_sign(log_duration),
        )
    )
    scaled = scale_differences(differences, DIFFERENCE_SCALES)
    return float(BASE_LOG_ODDS + DIFFERENCE_LOG_ODDS @ scaled + ENCLOSED_LOG_ODDS * (dip.side_count == 2))


def find_dips(problem: LabellingProblem, is_beside: NDArray[np.bool_]) -> list[Dip]:
    """Return the unmarked dips between the stretches ``is_beside``, without standing at their ends."""
    features = problem.features
    is_moving = features.gait != ""
    is_member = ~is_beside & (is_moving | (features.duration_s <= MAX_DIP_REST_S)) & (problem.marked < 1)
    dips = []
    for first, end in true_runs(is_member).tolist():
        rows = np.flatnonzero(is_moving[first:end]) + first
        if features.duration_s[rows].sum() >= MIN_DIP_S:
            dips.append(_describe(problem, is_beside, int(rows[0]), int(rows[-1]) + 1))
    return dips


def _midway_log_speed(problem: LabellingProblem, first: int, end: int) -> float:
    """Return the log speed midway between a repetition and the slower side beside it; NaN if no side is faster."""
    features = problem.features
    own = weighted_mean(features.log_speed[first:end, None], features.duration_s[first:end])[0]
    sides = []
    for rows, gap_s in list_sides(problem, first, end):
        is_faster = (features.log_speed[rows] > own + MIN_ADJOINING_LOG_SPEED) & (problem.marked[rows] < 1)
        is_faster &= (features.duration_s[rows] >= MIN_ADJOINING_S) & (gap_s <= MAX_REFERENCE_GAP_S)
        sides.extend(features.log_speed[rows[is_faster]][:1].tolist())
    return float(0.5 * (own + min(sides))) if sides else np.nan


def _find_beside(problem: LabellingProblem, limit: float) -> NDArray[np.bool_]:
    """Return which stretches are faster than ``limit`` (log speed) for long enough not to be part of a dip."""
    features = problem.features
    is_beside = (features.log_speed > limit) & (problem.marked < 1)
    for first, end in true_runs(is_beside).tolist():
        is_beside[first:end] = features.duration_s[first:end].sum() >= MIN_ADJOINING_S
    return is_beside


def _describe(problem: LabellingProblem, is_beside: NDArray[np.bool_], first: int, end: int) -> Dip:
    features = problem.features
    columns = np.column_stack((features.log_grade_adjusted_speed, features.steady_state_hr_bpm))
    beside = []
    for rows, gap_s in list_sides(problem, first, end):
        is_near = is_beside[rows] & (gap_s <= MAX_REFERENCE_GAP_S)
        rows = rows[is_near]
        rows = rows[np.cumsum(features.duration_s[rows]) - features.duration_s[rows] < MAX_REFERENCE_S]
        if len(rows):
            beside.append(weighted_mean(columns[rows], features.duration_s[rows]))
    log_speed_beside, hr_beside_bpm = np.mean(beside, axis=0) if beside else (np.nan, np.nan)
    moving_s = np.where(features.gait[first:end] != "", features.duration_s[first:end], 0.0)
    return Dip(
        first,
        end,
        float(moving_s.sum()),
        float(weighted_mean(columns[first:end], moving_s)[1]),
        float(moving_s @ (features.gait[first:end] == "walk") / moving_s.sum()),
        len(beside),
        float(log_speed_beside),
        float(hr_beside_bpm),
    )
