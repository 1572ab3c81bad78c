"""Bouts: successive stretches that may be backward, each compared with the forward movement minutes beside it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs
from retropace.labelling.priors import LabellingProblem

CADENCE_SLOPES = {"run": 0.1, "walk": 0.2}
"""Rise of log cadence over log speed forward: medians of half the controls (``tests/benchmarks/runner_priors.py``)."""
MAX_REFERENCE_GAP_S = 180.0
"""Longest time (s) between a bout and the forward movement that it is compared with: reps have rests of minutes."""
MAX_REFERENCE_S = 90.0
"""Seconds of forward movement before a bout, and after it, that it is compared with."""
MIN_REFERENCE_S = 15.0
"""Fewest seconds of forward movement that a bout is compared with; with less on a side, that side is left out."""
MIN_STRETCH_S = 10.0
"""Shortest stretch (s) that a bout is compared with; in shorter ones speed only changes."""


class Bout(NamedTuple):
    """The stretches ``first`` to ``end`` (not included), of one gait, compared with forward movement beside them."""

    first: int
    end: int
    gait: str
    duration_s: float
    log_speed_change: float  # log of the speed over the forward speed beside, both adjusted to the flat; else NaN
    log_cadence_excess: float  # log of the cadence over that expected forward at this speed by ``CADENCE_SLOPES``
    hr_rise_bpm: float  # steady-state heart rate minus that of the forward movement beside
    grade: float  # mean rise per metre; 0 where altitude is unknown
    side_count: int  # number of sides with forward movement of the same gait: 0, 1 or 2


def find_bouts(problem: LabellingProblem, is_candidate: NDArray[np.bool_], label: int = -1) -> list[Bout]:
    """Return all bouts: runs of successive candidate stretches of one gait whose ``marked`` is ``label``."""
    bouts: list[Bout] = []
    for gait in CADENCE_SLOPES:
        is_member = (problem.features.gait == gait) & is_candidate & (problem.marked == label)
        bouts.extend(_compare(problem, is_candidate, first, end) for first, end in true_runs(is_member).tolist())
    return bouts


def _compare(problem: LabellingProblem, is_candidate: NDArray[np.bool_], first: int, end: int) -> Bout:
    features = problem.features
    gait = str(features.gait[first])
    columns = np.column_stack((features.log_grade_adjusted_speed, features.log_cadence, features.steady_state_hr_bpm))
    is_reference = (features.gait == gait) & ~is_candidate & (problem.marked != 1)
    is_reference &= (features.duration_s >= MIN_STRETCH_S) & np.isfinite(columns[:, :2]).all(axis=1)
    candidate_s = np.where(is_candidate, features.duration_s, 0.0)
    known = []
    for rows, gap_s in list_sides(problem, first, end):
        # Other reps and the rests between them may lie between.
        other_reps_s = np.cumsum(candidate_s[rows])
        rows = rows[is_reference[rows] & (gap_s - other_reps_s <= MAX_REFERENCE_GAP_S)]
        rows = rows[np.cumsum(features.duration_s[rows]) - features.duration_s[rows] < MAX_REFERENCE_S]
        if features.duration_s[rows].sum() >= MIN_REFERENCE_S:
            known.append(weighted_mean(columns[rows], features.duration_s[rows]))
    own = weighted_mean(columns[first:end], features.duration_s[first:end])
    change = own - np.mean(known, axis=0) if known else np.full(3, np.nan)
    return Bout(
        first,
        end,
        gait,
        float(features.duration_s[first:end].sum()),
        float(change[0]),
        float(change[1] - CADENCE_SLOPES[gait] * change[0]),
        float(change[2]),
        float(np.average(features.grade[first:end], weights=features.duration_s[first:end])),
        len(known),
    )


def list_sides(problem: LabellingProblem, first: int, end: int) -> list[tuple[NDArray[np.intp], FloatArray]]:
    """Return the stretches before ``first``, and those from ``end`` on, nearest first, each with its gap in seconds."""
    before, after = np.arange(first - 1, -1, -1), np.arange(end, len(problem.features))
    before_s, after_s = problem.start_s[first] - problem.end_s[before], problem.start_s[after] - problem.end_s[end - 1]
    return [(before, before_s), (after, after_s)]


def weighted_mean(columns: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weighted means of the known values of columns ``(n, m)``, shape ``(m,)``; NaN if none is known."""
    weights = np.where(np.isfinite(columns), weight[:, None], 0.0)
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.sum(np.where(weights > 0.0, columns, 0.0) * weights, axis=0) / weights.sum(axis=0)
    return mean
