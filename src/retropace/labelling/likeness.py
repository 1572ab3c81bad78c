"""What the likeness of bouts and that of dips to marked repetitions share: scaled differences and log-odds."""

import numpy as np

from retropace.core.spans import FloatArray
from retropace.labelling.priors import LabellingProblem

MAX_DIFFERENCE = 4.0
"""Largest scaled difference; larger ones count as this."""
UNKNOWN_DIFFERENCE = 1.0
"""Scaled difference that is assumed where a signal is unknown."""
MAX_OTHER_PROBABILITY = 0.1
"""Highest probability of backward of a stretch that is in no dip, or in a bout too short to be a repetition."""
COMPLETE_LOG_ODDS = -4.0
"""Log-odds added where annotations are complete, because a runner who names all repetitions forgets few."""
CALIBRATION_SLOPE = 1.3
"""Calibrated log-odds per log-odds of likeness, fitted on the fit half of half-made sessions."""
CALIBRATION_LOG_ODDS = 1.25
"""Log-odds of likeness at which half of the stretches truly are backward: the most alike are so partly by chance."""
MAX_MODEL_LOG_ODDS = 6.0
"""Largest log-odds of the model, for or against backward; larger ones count as this."""


def scale_differences(differences: FloatArray, scales: FloatArray) -> FloatArray:
    """Return differences in units of ``scales``, ``(n,)``, cut off at ``MAX_DIFFERENCE``; unknown ones are replaced."""
    scaled = np.minimum(differences / scales, MAX_DIFFERENCE)
    return np.where(np.isnan(scaled), UNKNOWN_DIFFERENCE, scaled)


def split_by_sign(difference: float) -> tuple[float, float]:
    """Return how far a difference is below 0, and how far above it; NaN stays NaN."""
    return np.maximum(-difference, 0.0), np.maximum(difference, 0.0)


def combine_marks(problem: LabellingProblem, log_odds: float, rep_count: int) -> float:
    """Return the probability from the log-odds of likeness to the most similar of ``rep_count`` marked repetitions."""
    if problem.is_complete:
        log_odds += COMPLETE_LOG_ODDS
    calibrated = CALIBRATION_SLOPE * (log_odds - np.log(rep_count) - CALIBRATION_LOG_ODDS)
    return float(1.0 / (1.0 + np.exp(-calibrated)))


def logit(probability: float) -> float:
    """Return the log-odds of a probability, at most ``MAX_MODEL_LOG_ODDS`` either way."""
    limit = 1.0 / (1.0 + np.exp(-MAX_MODEL_LOG_ODDS))
    # A mean of probabilities may exceed 1 by rounding.
    bounded = np.clip(probability, 1.0 - limit, limit)
    return float(np.log(bounded / (1.0 - bounded)))
