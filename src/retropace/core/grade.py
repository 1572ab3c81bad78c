"""Grade of the ground, and the speed that the same effort gives on the flat."""

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray

ALTITUDE_ERROR_LENGTH_M = 40.0
"""Length (m) added to a stretch's distance before its rise is divided by it, as altitude errs most on short ones."""
MAX_GRADE = 0.25
"""Steepest grade (rise per metre) that is run; steeper estimates are set to it."""
LOG_SPEED_PER_GRADE = 3.0
"""Loss of log speed per unit of grade: 1 % costs 5 % of energy (Minetti 2002), two thirds of it paid in speed."""


def mean_grade(cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray) -> FloatArray:
    """Return the mean grade (rise per metre) between the two ends of each stretch, ``(n,)``; 0 where unknown."""
    known = np.isfinite(cleaned.altitude_m)
    if known.sum() < 2:
        return np.zeros(len(start_s))
    times_s, altitude_m = cleaned.t_s[known], cleaned.altitude_m[known]
    rise_m = np.interp(end_s, times_s, altitude_m) - np.interp(start_s, times_s, altitude_m)
    distance_m = cleaned.value_at("distance_m", end_s) - cleaned.value_at("distance_m", start_s)
    return np.clip(rise_m / (distance_m + ALTITUDE_ERROR_LENGTH_M), -MAX_GRADE, MAX_GRADE)
