"""Rules that no likelihood outvotes, with limits chosen on half of the controls (``tests/benchmarks/real_runs.py``)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs
from retropace.labelling.bouts import Bout, find_bouts, weighted_mean
from retropace.labelling.priors import LabellingProblem, find_easy_log_speed, weighted_median

MAX_SPEED_SHARE = 0.95
"""Highest backward speed as a share of the runner's easy forward speed of the same session."""
MAX_MARKED_SPEED_SHARE = 1.12
"""Highest backward speed as a share of the fastest stretch marked backward, if above that by ``MAX_SPEED_SHARE``."""
MIN_ADJOINING_S = 15.0
"""Shortest movement (s) beside a repetition or dip that is more than a change of pace or a bad position."""
MIN_ADJOINING_LOG_SPEED = 0.05
"""Excess in log speed over a marked repetition from which a stretch beside it is forward."""
MIN_CANDIDATE_PROBABILITY = 0.02
"""Lowest probability by the model at which the rules look at a stretch."""
SUSPECTED_PROBABILITY = 0.95
"""Probability that a stretch that passes all rules is backward."""
SUGGESTED_PROBABILITY = 0.5
"""Probability of backward of what shows the signs but is too short, one-sided or too large a share to be suspected."""
MAX_REFUSED_PROBABILITY = 0.2
"""Highest probability of backward of a stretch that is neither suspected nor suggested."""
MAX_SUSPECTED_SHARE = 0.5
"""Largest share of moving time that may look backward; if more does, nothing is suspected."""
MIN_SHARE_OF_SLOW = 0.7
"""Least share of the time in all slower bouts that is suspected; with less, nothing is, as signs may be chance."""
MAX_LOG_SPEED_CHANGE = float(np.log(0.88))
"""Largest log of backward speed over the forward speed beside."""
MAX_GRADE = 0.03
"""Steepest mean grade (rise per metre), up or down, of a bout that is suspected; hills change steps and effort."""
MIN_SIGNS = 2.0
"""Least mean weight of the signs (cadence and heart rate, :func:`_weigh_signs`) of bouts that are suspected."""
MIN_SIGNS_WITHOUT_HR = 2.67
"""Value of ``MIN_SIGNS`` where heart rate is unknown: a cadence that is 8 % higher."""
MIN_HR_RISE_BPM = {"run": -3.0, "walk": 2.0}
"""Least mean rise of heart rate (bpm): backward at 0.7 of the speed costs as much as forward (Flynn 1994)."""
MIN_MEAN_CADENCE_EXCESS = -0.04
"""Least mean log cadence excess of bouts that are suspected."""
MIN_SINGLE_CADENCE_EXCESS = -0.05
"""Least log cadence excess of every single bout."""
MIN_SINGLE_HR_RISE_BPM = -5.0
"""Least rise of heart rate (bpm) of every single bout that is suspected."""
SUGGESTED_SIGNS = 1.4
"""Least weight of the signs of a single bout that is suggested."""
REPEATED_CADENCE_EXCESS = 0.05
"""Least log cadence excess of bouts that are suggested if they are several or long, even if heart rate falls."""
MIN_REPEATED = 3
"""Least number of bouts with ``REPEATED_CADENCE_EXCESS`` that are suggested together."""
MIN_LONG_S = 300.0
"""Duration (s) from which a bout with ``REPEATED_CADENCE_EXCESS`` is suggested by itself."""
CADENCE_EXCESS_SD = 0.03
"""Standard deviation of the log cadence excess of forward bouts; it weighs cadence against heart rate."""
HR_RISE_SD_BPM = 6.0
"""Standard deviation of the rise of heart rate (bpm) of forward bouts."""
MAX_COUNTED_HR_RISE_BPM = 15.0
"""Largest rise or fall of heart rate (bpm) that is counted, as heart rate lags."""


class GaitRules(NamedTuple):
    """Limits that backward movement of one gait must meet to be suspected."""

    min_bout_s: float  # shortest bout
    min_total_s: float  # shortest duration of all bouts of a session together
    min_log_speed_change: float  # smallest log of backward over forward speed; what is slower is nearly a stop


GAIT_RULES = {"run": GaitRules(40.0, 140.0, float(np.log(0.48))), "walk": GaitRules(90.0, 180.0, float(np.log(0.40)))}
"""Rules by gait; backward runners reach 0.55–0.85 of forward speed, walkers, often slowed, 0.45–0.75 (Laufer 2003)."""


def find_slow(problem: LabellingProblem) -> NDArray[np.bool_]:
    """Return which stretches, ``(n,)``, are slow enough to be backward, by their speed adjusted to the flat."""
    features, marked = problem.features, problem.marked
    is_slow = np.zeros(len(features), dtype=bool)
    speed = features.log_grade_adjusted_speed
    known = np.isfinite(speed)
    fastest_marked = float(speed[(marked == 1) & known].max(initial=-np.inf))
    for gait in GAIT_RULES:
        rows = np.flatnonzero((features.gait == gait) & (marked != 1) & known)
        if len(rows):
            median = weighted_median(speed[rows], features.duration_s[rows])
            easy = np.fmax(median, find_easy_log_speed(problem, gait))
            limit = max(easy + np.log(MAX_SPEED_SHARE), fastest_marked + np.log(MAX_MARKED_SPEED_SHARE))
            is_slow[rows] = speed[rows] <= limit
    return is_slow


def find_adjoining_forward(problem: LabellingProblem) -> NDArray[np.bool_]:
    """Return which stretches, ``(n,)``, are forward because they adjoin a stretch annotated backward and are faster."""
    features, count = problem.features, len(problem.features)
    is_forward = np.zeros(count, dtype=bool)
    for first, end in true_runs(problem.marked == 1).tolist():
        marked_log_speed = weighted_mean(features.log_speed[first:end, None], features.duration_s[first:end])[0]
        for beside in (range(first - 1, -1, -1), range(end, count)):
            rows = _list_adjoining(problem, beside)
            is_faster = features.log_speed[rows] > marked_log_speed + MIN_ADJOINING_LOG_SPEED
            is_forward[rows] = is_faster & (features.gait[rows] != "")
    return is_forward


def _list_adjoining(problem: LabellingProblem, beside: range) -> list[int]:
    """Return the stretches up to the first long one beside a repetition; none if another repetition comes first."""
    rows: list[int] = []
    for row in beside:
        if problem.marked[row] == 1:
            return []
        rows.append(row)
        if problem.features.duration_s[row] >= MIN_ADJOINING_S:
            break
    return rows


def judge_unmarked(problem: LabellingProblem, probability: FloatArray) -> FloatArray:
    """Return the probabilities of backward, ``(n,)``, of a runner of whom nothing is known to have been backward."""
    bouts = find_bouts(problem, (probability >= MIN_CANDIDATE_PROBABILITY) & (problem.marked < 0))
    judged = np.minimum(probability, MAX_REFUSED_PROBABILITY)
    moving_s = float(problem.features.duration_s[problem.features.gait != ""].sum())
    for gait, rules in GAIT_RULES.items():
        possible = [
            bout for bout in bouts if bout.gait == gait and bout.duration_s >= rules.min_bout_s and _is_possible(bout)
        ]
        telling = [bout for bout in possible if _is_telling(bout)]
        suspected = _select_convincing(telling, rules.min_total_s)
        repeated = [bout for bout in possible if bout.log_cadence_excess >= REPEATED_CADENCE_EXCESS]
        is_repeated = len(repeated) >= MIN_REPEATED and _total_s(repeated) >= rules.min_total_s
        is_repeated |= any(bout.duration_s >= MIN_LONG_S for bout in repeated)
        slow = [
            bout for bout in bouts if bout.gait == gait and _is_slower(bout) and bout.duration_s >= rules.min_bout_s
        ]
        is_chance = _total_s(suspected) < MIN_SHARE_OF_SLOW * _total_s(slow)
        if is_chance or _total_s(telling) > MAX_SUSPECTED_SHARE * moving_s:
            suspected = []
        for bout in possible:
            if bout in suspected:
                judged[bout.first : bout.end] = SUSPECTED_PROBABILITY
            elif _shows_signs([bout], SUGGESTED_SIGNS) or (is_repeated and bout in repeated):
                judged[bout.first : bout.end] = SUGGESTED_PROBABILITY
    return judged


def _is_slower(bout: Bout) -> bool:
    """Return whether a bout is slower than the forward movement beside it by as much as backward movement is."""
    return GAIT_RULES[bout.gait].min_log_speed_change <= bout.log_speed_change <= MAX_LOG_SPEED_CHANGE


def _is_possible(bout: Bout) -> bool:
    """Return whether speed and cadence of a bout may be those of backward movement."""
    return _is_slower(bout) and bout.log_cadence_excess >= MIN_SINGLE_CADENCE_EXCESS


def _is_telling(bout: Bout) -> bool:
    """Return whether a bout lies between forward movement, on the flat, without the heart rate of a recovery."""
    is_recovery = bout.hr_rise_bpm < MIN_SINGLE_HR_RISE_BPM
    return bout.side_count == 2 and abs(bout.grade) <= MAX_GRADE and not is_recovery


def _select_convincing(bouts: list[Bout], min_total_s: float) -> list[Bout]:
    """Return the bouts that together show the signs of backward, after those with the weakest signs are left out."""
    chosen = sorted(bouts, key=_weigh_signs, reverse=True)
    while _total_s(chosen) >= min_total_s and not _shows_signs(chosen, MIN_SIGNS):
        chosen.pop()
    return chosen if _total_s(chosen) >= min_total_s else []


def _weigh_signs(bout: Bout) -> float:
    """Return how much cadence and heart rate speak for backward, in standard deviations of forward bouts."""
    hr_rise_bpm = np.clip(np.nan_to_num(bout.hr_rise_bpm), -MAX_COUNTED_HR_RISE_BPM, MAX_COUNTED_HR_RISE_BPM)
    return float(bout.log_cadence_excess / CADENCE_EXCESS_SD + hr_rise_bpm / HR_RISE_SD_BPM)


def _shows_signs(bouts: list[Bout], min_signs: float) -> bool:
    """Return whether mean cadence and heart rate of bouts of one gait are those of backward, not of slow, movement."""
    columns = np.array([(bout.log_cadence_excess, bout.hr_rise_bpm, _weigh_signs(bout)) for bout in bouts])
    cadence_excess, hr_rise_bpm, signs = weighted_mean(columns, np.array([bout.duration_s for bout in bouts]))
    if cadence_excess < MIN_MEAN_CADENCE_EXCESS:
        return False
    if np.isnan(hr_rise_bpm):
        return bool(bouts[0].gait == "run" and signs >= MIN_SIGNS_WITHOUT_HR)
    return bool(hr_rise_bpm >= MIN_HR_RISE_BPM[bouts[0].gait] and signs >= min_signs)


def _total_s(bouts: list[Bout]) -> float:
    return sum(bout.duration_s for bout in bouts)
