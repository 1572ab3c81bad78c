"""Likeness of bouts to marked repetitions, by a regression fitted on sessions (``tests/benchmarks/real_runs.py``)."""

import numpy as np

from retropace.core.spans import FloatArray
from retropace.labelling.bouts import Bout, find_bouts
from retropace.labelling.common_sense import MIN_CANDIDATE_PROBABILITY
from retropace.labelling.likeness import MAX_OTHER_PROBABILITY, combine_marks, logit, scale_differences, split_by_sign
from retropace.labelling.priors import LabellingProblem

BASE_LOG_ODDS = 1.99
"""Log-odds that a bout that differs in nothing from a marked repetition is backward, where the model has even odds."""
MODEL_LOG_ODDS = 0.5
"""Factor on the model's log-odds of backward."""
ENCLOSED_LOG_ODDS = 1.11
"""Log-odds of backward added if there is forward movement of the same gait before and after the bout."""
DIFFERENCE_SCALES = np.array((0.1, 0.03, 6.0, 6.0))
"""Units of the differences between bout and repetition: log speed, log cadence, lower and higher heart rate (bpm)."""
DIFFERENCE_LOG_ODDS = np.array((-0.44, -0.28, -0.37, -0.33))
"""Log-odds of backward per unit of each of the differences in ``DIFFERENCE_SCALES``."""
MIN_REP_S = 20.0
"""Shortest bout (s) that may be a repetition; a shorter one is forward, or judged by the model beside an annotation."""
MIN_REP_SHARE = 0.5
"""Shortest bout that may be a repetition, as a share of the shortest marked one, where that is below ``MIN_REP_S``."""
MAX_LOG_DURATION_DIFFERENCE = 0.7
"""Largest difference in log duration that is counted, as sets have long and short repetitions."""
SHORTER_LOG_ODDS = -3.85
"""Log-odds of backward per unit of log duration by which a bout is shorter than the repetition."""
LONGER_LOG_ODDS = -3.3
"""Log-odds of backward per unit of log duration by which a bout is longer than the repetition."""


def judge_bouts_by_marked(problem: LabellingProblem, probability: FloatArray) -> FloatArray:
    """Return the probabilities of backward, ``(n,)``, with those of bouts by their likeness to marked repetitions."""
    is_candidate = ((probability >= MIN_CANDIDATE_PROBABILITY) & (problem.marked < 0)) | (problem.marked == 1)
    reps = [rep for rep in find_bouts(problem, is_candidate, label=1) if rep.side_count]
    if not reps:
        return probability
    judged = probability.copy()
    min_rep_s = min(MIN_REP_S, *(MIN_REP_SHARE * rep.duration_s for rep in reps))
    for bout in find_bouts(problem, is_candidate):
        rows = np.arange(bout.first, bout.end)
        if bout.duration_s < min_rep_s:
            adjoins = np.any(problem.marked[max(bout.first - 1, 0) : bout.end + 1] == 1)
            judged[rows] = probability[rows] if adjoins else np.minimum(probability[rows], MAX_OTHER_PROBABILITY)
            continue
        model = float(np.average(probability[rows], weights=problem.features.duration_s[rows]))
        log_odds = max(compare_bouts(bout, rep) for rep in reps) + MODEL_LOG_ODDS * logit(model)
        judged[rows] = combine_marks(problem, log_odds, len(reps))
    return judged


def compare_bouts(bout: Bout, rep: Bout) -> float:
    """Return the log-odds that a bout is a repetition like ``rep``, without what the model says."""
    hr_difference_bpm = bout.hr_rise_bpm - rep.hr_rise_bpm
    differences = np.array(
        (
            abs(bout.log_speed_change - rep.log_speed_change),
            abs(bout.log_cadence_excess - rep.log_cadence_excess),
            *split_by_sign(hr_difference_bpm),
        )
    )
    scaled = scale_differences(differences, DIFFERENCE_SCALES)
    log_duration = float(np.log(bout.duration_s / rep.duration_s))
    per_log_duration = SHORTER_LOG_ODDS if log_duration < 0.0 else LONGER_LOG_ODDS
    return float(
        BASE_LOG_ODDS
        + DIFFERENCE_LOG_ODDS @ scaled
        + per_log_duration * min(abs(log_duration), MAX_LOG_DURATION_DIFFERENCE)
        + ENCLOSED_LOG_ODDS * (bout.side_count == 2)
    )
