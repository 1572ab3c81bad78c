"""Activities that do not fit the runner, such as a bicycle ride; they are reported, not removed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.season.runs import FORWARD, Season

MIN_ACTIVITIES = 8
"""Minimum number of activities in which a metric is known; with fewer, no activity is reported for this metric."""
MAX_ROBUST_Z = 5.0
"""Largest robust z-score (distance from the median in robust standard deviations) of a usual value. An activity with a
larger one is reported. One in two million normally distributed values exceeds it; real sessions vary more."""
MIN_LOG_SD = {"forward speed": 0.06, "forward cadence": 0.03, "forward step length": 0.06, "forward heart rate": 0.05}
"""Smallest standard deviation of the log of each metric with which z-scores are computed. The measured one may be too
small by chance if there are few sessions."""
MAD_TO_SD = 1.4826
"""Standard deviation over median absolute deviation for a normal distribution."""
MAX_STEP_LENGTH_M = 2.3
"""Largest mean step length (m) of a run; an activity with a longer one is taken for a bicycle ride. Elite men at 20
km/h take steps of 1.8 m."""
MAX_SPEED_MPS = 6.4
"""Largest mean speed (m/s) of a run; an activity with a higher one is taken for a bicycle ride. A two-hour marathon is
5.9 m/s, the 3000 m world record 6.8 m/s."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """An activity that does not fit the runner, and why."""

    row: int
    """Index of the activity in the season."""
    reasons: tuple[str, ...]
    """Why the activity does not fit the runner: one text for each unusual metric."""


def find_outliers(season: Season) -> list[Outlier]:
    """Return the activities with an unusual forward speed, cadence, step length or heart rate, in order of time."""
    columns = {
        "forward speed": _compute_forward_speed_mps(season),
        "forward cadence": season.cadence_spm[:, FORWARD],
        "forward step length": season.step_length_m[:, FORWARD],
        "forward heart rate": season.heart_rate_bpm[:, FORWARD],
    }
    formats = {
        "forward speed": "{:.1f} m/s",
        "forward cadence": "{:.0f} spm",
        "forward step length": "{:.2f} m",
        "forward heart rate": "{:.0f} bpm",
    }
    reasons: dict[int, list[str]] = {}
    is_riding = (columns["forward speed"] > MAX_SPEED_MPS) | (columns["forward step length"] > MAX_STEP_LENGTH_M)
    for row in np.flatnonzero(is_riding).tolist():
        reasons.setdefault(row, []).append("as fast as a bicycle")
    for name, values in columns.items():
        z, median = _robust_z(values, MIN_LOG_SD[name])
        for row in np.flatnonzero(np.abs(z) > MAX_ROBUST_Z).tolist():
            template = formats[name]
            reasons.setdefault(row, []).append(
                f"{name} {template.format(values[row])}, usually {template.format(median)}"
            )
    return [Outlier(row, tuple(texts)) for row, texts in sorted(reasons.items())]


def _compute_forward_speed_mps(season: Season) -> FloatArray:
    """Return the mean forward speed of each activity, shape ``(n,)``; NaN if less than a minute was moved forward."""
    moving_s = season.moving_s[:, FORWARD]
    speed_mps: FloatArray = np.full(len(season), np.nan)
    is_known = (moving_s >= 60.0) & (season.distance_m[:, FORWARD] > 0.0)
    return np.divide(season.distance_m[:, FORWARD], moving_s, out=speed_mps, where=is_known)


def _robust_z(values: FloatArray, min_sd: float) -> tuple[FloatArray, float]:
    """Return robust z-scores of the log values, and the median of the values; NaN for fewer than ``MIN_ACTIVITIES``.

    A robust z-score is the distance from the median, divided by 1.48 times the median absolute deviation or by
    ``min_sd``, whichever is larger.
    """
    is_known = np.isfinite(values) & (values > 0.0)
    if is_known.sum() < MIN_ACTIVITIES:
        return np.full(len(values), np.nan), np.nan
    logs = np.log(np.where(is_known, values, 1.0))
    median_log = float(np.median(logs[is_known]))
    sd = max(MAD_TO_SD * float(np.median(np.abs(logs[is_known] - median_log))), min_sd)
    return np.where(is_known, (logs - median_log) / sd, np.nan), float(np.exp(median_log))
