"""Ratio of backward to forward speed of one gait within one activity, and its trend over time."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.season.runs import GAITS, Season

MIN_DIRECTION_S = 60.0
"""Moving time (s) below which, in either direction, an activity gives no ratio."""
MIN_SESSIONS = 5
"""Number of ratios below which no trend is computed."""
CONFIDENCE_LEVEL = 0.95
"""Confidence level of the interval of the trend's slope."""
WEEK_S = 7.0 * 86_400.0
"""Seconds of a week."""
MIN_WEEKS = 2.0
"""Weeks between the first and the last ratio below which no trend is computed."""


@dataclass(frozen=True, slots=True)
class SpeedRatios:
    """Ratios of backward to forward speed of ``n`` activities, all of one gait."""

    gait: str  # ``run`` or ``walk``; empty if there are no ratios
    rows: NDArray[np.intp]  # indices of the activities in the season
    timestamp_s: FloatArray  # starts of the activities in seconds since 1970 UTC
    ratio: FloatArray


@dataclass(frozen=True, slots=True)
class Trend:
    """Regression line through the logs of backward over forward speed, with a 95 % confidence interval of its slope."""

    gait: str
    sessions: int
    weeks: float
    first_ratio: float  # value of the regression line at the first activity
    last_ratio: float  # value of the regression line at the last activity
    per_week: float  # slope of the log ratio per week; 0.01 is a rise of about one percent a week
    low_per_week: float  # lower bound of the confidence interval of ``per_week``
    high_per_week: float  # upper bound of the confidence interval of ``per_week``

    @property
    def is_significant(self) -> bool:
        """Whether the confidence interval of the slope excludes zero."""
        return self.low_per_week > 0.0 or self.high_per_week < 0.0


def compute_speed_ratios(season: Season) -> SpeedRatios:
    """Return the speed ratios of running, or those of walking if more activities have walking in both directions."""
    best = SpeedRatios("", np.empty(0, dtype=np.intp), np.empty(0), np.empty(0))
    for gait in ("run", "walk"):
        columns = [GAITS.index((direction, gait)) for direction in ("forward", "backward")]
        seconds, metres = season.gait_s[:, columns], season.gait_m[:, columns]
        rows = np.flatnonzero(np.all((seconds >= MIN_DIRECTION_S) & (metres > 0.0), axis=1))
        if len(rows) > len(best.rows):
            forward_mps, backward_mps = (metres[rows] / seconds[rows]).T
            best = SpeedRatios(gait, rows, season.start_timestamps_s[rows], backward_mps / forward_mps)
    return best


def fit_trend(speed_ratios: SpeedRatios) -> Trend | None:
    """Return the trend by least squares, errors by HC3 (MacKinnon & White 1985, J Econom 29:305); None if too short."""
    count = len(speed_ratios.ratio)
    weeks = (speed_ratios.timestamp_s - speed_ratios.timestamp_s[:1]) / WEEK_S
    if count < MIN_SESSIONS or weeks[-1] < MIN_WEEKS:
        return None
    logs = np.log(speed_ratios.ratio)
    centred = weeks - np.mean(weeks)
    sum_of_squares = float(np.sum(centred**2))
    slope = float(np.sum(centred * logs) / sum_of_squares)
    residuals = logs - np.mean(logs) - slope * centred
    leverage = 1.0 / count + centred**2 / sum_of_squares
    standard_error = math.sqrt(float(np.sum((centred * residuals / (1.0 - leverage)) ** 2))) / sum_of_squares
    half_width = compute_student_t_quantile(CONFIDENCE_LEVEL, count - 2) * standard_error
    intercept = float(np.mean(logs) - slope * np.mean(weeks))
    return Trend(
        gait=speed_ratios.gait,
        sessions=count,
        weeks=float(weeks[-1]),
        first_ratio=math.exp(intercept),
        last_ratio=math.exp(intercept + slope * float(weeks[-1])),
        per_week=slope,
        low_per_week=slope - half_width,
        high_per_week=slope + half_width,
    )


def compute_student_t_quantile(confidence: float, degrees_of_freedom: int) -> float:
    """Return Student's two-sided t quantile, within 0.3 % from 3 degrees of freedom (Abramowitz & Stegun 26.7.5)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    return (
        z
        + (z**3 + z) / (4.0 * degrees_of_freedom)
        + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * degrees_of_freedom**2)
        + (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / (384.0 * degrees_of_freedom**3)
        + (79.0 * z**9 + 776.0 * z**7 + 1482.0 * z**5 - 1920.0 * z**3 - 945.0 * z) / (92_160.0 * degrees_of_freedom**4)
    )
