"""How fast backward is beside forward, and whether that changes: a straight line through the logs of the ratios.

Like is compared with like: running backward with running forward, or walking with walking, within one activity, so that
a hill, the heat and a tired day stand on both sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.season.runs import GAITS, Season

MIN_DIRECTION_S = 60.0
"""A ratio needs a minute of each: a few steps say little."""
MIN_SESSIONS = 5
"""A line through fewer points says nothing of its own uncertainty."""
CONFIDENCE_LEVEL = 0.95
WEEK_S = 7.0 * 86_400.0
MIN_SPAN_S = 2.0 * WEEK_S
"""Nor does one through days."""


@dataclass(frozen=True, slots=True)
class SpeedRatios:
    """The ratio of backward to forward speed of ``n`` activities, one gait against itself."""

    gait: str
    """``run`` or ``walk``; empty where there is none."""
    rows: NDArray[np.intp]
    """Which activities of the season, ``(n,)``."""
    timestamp_s: FloatArray
    """When, in seconds since 1970."""
    ratio: FloatArray


@dataclass(frozen=True, slots=True)
class Trend:
    """The change of the ratio: a line through its logs. Bounds hold the truth in 95 of 100 cases."""

    gait: str
    sessions: int
    weeks: float
    """Between the first and the last."""
    first_ratio: float
    """On the line, at the first activity."""
    last_ratio: float
    per_week: float
    """By how much the log of the ratio changes in a week: 0.01 is one percent."""
    low_per_week: float
    high_per_week: float

    @property
    def is_significant(self) -> bool:
        """Whether the bounds leave no doubt of the direction."""
        return self.low_per_week > 0.0 or self.high_per_week < 0.0


def compute_speed_ratios(season: Season) -> SpeedRatios:
    """The ratios of the gait of which there are more: a beginner walks backward, later they run."""
    best = SpeedRatios("", np.empty(0, dtype=np.intp), np.empty(0), np.empty(0))
    if len(season) == 0:
        return best
    for gait in ("run", "walk"):
        forward, backward = GAITS.index(("forward", gait)), GAITS.index(("backward", gait))
        seconds, metres = season.gait_s, season.gait_m
        known = (
            (np.minimum(seconds[:, forward], seconds[:, backward]) >= MIN_DIRECTION_S)
            & (metres[:, forward] > 0.0)
            & (metres[:, backward] > 0.0)
        )
        rows = np.flatnonzero(known)
        if len(rows) > len(best.rows):
            speed = metres[rows] / np.where(seconds[rows] > 0.0, seconds[rows], 1.0)
            best = SpeedRatios(gait, rows, season.start_timestamps_s[rows], speed[:, backward] / speed[:, forward])
    return best


def fit_trend(speed_ratios: SpeedRatios) -> Trend | None:
    """The trend by ordinary least squares; None for too few sessions, or too few weeks.

    Its bounds come from the scatter around the line, allowing it to differ along the way (MacKinnon & White 1985,
    J Econometrics 29:305, their third estimator), with Student's t.
    """
    count = len(speed_ratios.ratio)
    if count < MIN_SESSIONS or np.ptp(speed_ratios.timestamp_s) < MIN_SPAN_S:
        return None
    weeks = (speed_ratios.timestamp_s - speed_ratios.timestamp_s[0]) / WEEK_S
    logs = np.log(speed_ratios.ratio)
    centred = weeks - np.mean(weeks)
    spread = float(np.sum(centred**2))
    slope = float(np.sum(centred * logs) / spread)
    left = logs - np.mean(logs) - slope * centred
    leverage = 1.0 / count + centred**2 / spread
    error = math.sqrt(float(np.sum((centred * left / (1.0 - leverage)) ** 2))) / spread
    reach = compute_student_t_quantile(CONFIDENCE_LEVEL, count - 2) * error
    start = float(np.mean(logs) - slope * np.mean(weeks))
    return Trend(
        gait=speed_ratios.gait,
        sessions=count,
        weeks=float(weeks[-1]),
        first_ratio=math.exp(start),
        last_ratio=math.exp(start + slope * float(weeks[-1])),
        per_week=slope,
        low_per_week=slope - reach,
        high_per_week=slope + reach,
    )


def compute_student_t_quantile(confidence: float, degrees_of_freedom: int) -> float:
    """How many errors to both sides hold that share of a Student t of so many degrees of freedom.

    Abramowitz & Stegun (1964), 26.7.5: within 0.3 % from 3 degrees of freedom on.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    return (
        z
        + (z**3 + z) / (4.0 * degrees_of_freedom)
        + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * degrees_of_freedom**2)
        + (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / (384.0 * degrees_of_freedom**3)
        + (79.0 * z**9 + 776.0 * z**7 + 1482.0 * z**5 - 1920.0 * z**3 - 945.0 * z) / (92_160.0 * degrees_of_freedom**4)
    )
