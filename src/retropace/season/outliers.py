"""Activities that do not fit the runner, such as a bicycle ride; they are reported, not removed."""

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.season.runs import FORWARD, Season

MIN_ACTIVITIES = 8
"""Least number of activities with a known metric; with fewer, none is reported for this metric."""
MAX_ROBUST_Z = 5.0
"""Robust z-score above which an activity is reported: one in two million if normal; real sessions vary more."""
METRICS = (
    ("speed", 0.06, "{:.1f} m/s"),
    ("cadence", 0.03, "{:.0f} spm"),
    ("step length", 0.06, "{:.2f} m"),
    ("heart rate", 0.05, "{:.0f} bpm"),
)
"""Name of each forward metric, least standard deviation of its log used for z-scores, and format."""
MAD_TO_SD = 1.4826
"""Standard deviation over median absolute deviation for a normal distribution."""
MAX_STEP_LENGTH_M = 2.3
"""Mean step length (m) above which an activity is taken for a bicycle ride; elite men at 20 km/h have 1.8 m."""
MAX_SPEED_MPS = 6.4
"""Mean speed (m/s) above which an activity is taken for a bicycle ride; a two-hour marathon is 5.9 m/s."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """An activity that does not fit the runner, and why."""

    row: int  # index of the activity in the season
    reasons: tuple[str, ...]  # one text for each unusual metric


def find_outliers(season: Season) -> list[Outlier]:
    """Return the activities with an unusual forward speed, cadence, step length or heart rate, in order of time."""
    moving_s, metres, step_length_m = (
        table[:, FORWARD] for table in (season.moving_s, season.distance_m, season.step_length_m)
    )
    speed_mps = np.full(len(season), np.nan)  # stays unknown if less than a minute was moved forward
    np.divide(metres, moving_s, out=speed_mps, where=(moving_s >= 60.0) & (metres > 0.0))
    columns = (speed_mps, season.cadence_spm[:, FORWARD], step_length_m, season.heart_rate_bpm[:, FORWARD])
    is_riding = (speed_mps > MAX_SPEED_MPS) | (step_length_m > MAX_STEP_LENGTH_M)
    reasons = {row: ["as fast as a bicycle"] for row in np.flatnonzero(is_riding).tolist()}
    for (name, min_sd, template), values in zip(METRICS, columns, strict=True):
        z, median = _robust_z(values, min_sd)
        for row in np.flatnonzero(np.abs(z) > MAX_ROBUST_Z).tolist():
            reason = f"forward {name} {template.format(values[row])}, usually {template.format(median)}"
            reasons.setdefault(row, []).append(reason)
    return [Outlier(row, tuple(texts)) for row, texts in sorted(reasons.items())]


def _robust_z(values: FloatArray, min_sd: float) -> tuple[FloatArray, float]:
    """Return robust z-scores of the log values, and their median; NaN for fewer than ``MIN_ACTIVITIES`` values."""
    is_known = np.isfinite(values) & (values > 0.0)
    if is_known.sum() < MIN_ACTIVITIES:
        return np.full(len(values), np.nan), np.nan
    logs = np.log(np.where(is_known, values, 1.0))
    median_log = float(np.median(logs[is_known]))
    sd = max(MAD_TO_SD * float(np.median(np.abs(logs[is_known] - median_log))), min_sd)
    return np.where(is_known, (logs - median_log) / sd, np.nan), float(np.exp(median_log))
