"""Activities that do not fit the runner: another's watch, a bike ride saved as a run. Pointed out, not dropped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.season.runs import FORWARD, Season

MIN_ACTIVITIES = 8
"""What is usual needs so many activities."""
MAX_ROBUST_Z = 5.0
"""How many spreads from the usual are too many: in normal values one in two million, and people are less regular."""
MIN_LOG_SD = {"forward speed": 0.06, "forward cadence": 0.03, "forward step length": 0.06, "forward heart rate": 0.05}
"""The least spread of the logs: nobody is more regular than so, however few sessions say it."""
MAD_TO_SD = 1.4826
"""Of normal values the median of the distances from the median, times this, is the standard deviation."""
MAX_STEP_LENGTH_M = 2.3
"""No runner makes steps so long over a whole session: elite men at 20 km/h make steps of 1.8 m."""
MAX_SPEED_MPS = 6.4
"""Nor is anybody so fast for long: the marathon in two hours is 5.9 m/s, 3 000 m in the world record 6.8."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """An activity with what is odd about it."""

    row: int
    reasons: tuple[str, ...]


def find_outliers(season: Season) -> list[Outlier]:
    """The activities that do not fit, in order, each with why in words."""
    columns = {
        "forward speed": _compute_forward_speed_mps(season),
        "forward cadence": season.cadence_spm[:, FORWARD],
        "forward step length": season.step_length_m[:, FORWARD],
        "forward heart rate": season.heart_rate_bpm[:, FORWARD],
    }
    texts = {
        "forward speed": "{:.1f} m/s",
        "forward cadence": "{:.0f} spm",
        "forward step length": "{:.2f} m",
        "forward heart rate": "{:.0f} bpm",
    }
    found: dict[int, list[str]] = {}
    riding = (columns["forward speed"] > MAX_SPEED_MPS) | (columns["forward step length"] > MAX_STEP_LENGTH_M)
    for row in np.flatnonzero(riding).tolist():
        found.setdefault(row, []).append("as fast as a bicycle")
    for name, values in columns.items():
        away, usual = _robust_z(values, MIN_LOG_SD[name])
        for row in np.flatnonzero(np.abs(away) > MAX_ROBUST_Z).tolist():
            text = texts[name]
            found.setdefault(row, []).append(f"{name} {text.format(values[row])}, usually {text.format(usual)}")
    return [Outlier(row, tuple(why)) for row, why in sorted(found.items())]


def _compute_forward_speed_mps(season: Season) -> FloatArray:
    moving = season.moving_s[:, FORWARD]
    speed: FloatArray = np.full(len(season), np.nan)
    there = (moving >= 60.0) & (season.distance_m[:, FORWARD] > 0.0)
    return np.divide(season.distance_m[:, FORWARD], moving, out=speed, where=there)


def _robust_z(values: FloatArray, min_sd: float) -> tuple[FloatArray, float]:
    """How many spreads each value lies from the median, in logs, and the median; NaN where too few are known."""
    known = np.isfinite(values) & (values > 0.0)
    if known.sum() < MIN_ACTIVITIES:
        return np.full(len(values), np.nan), np.nan
    logs = np.log(np.where(known, values, 1.0))
    usual = float(np.median(logs[known]))
    spread = max(MAD_TO_SD * float(np.median(np.abs(logs[known] - usual))), min_sd)
    return np.where(known, (logs - usual) / spread, np.nan), float(np.exp(usual))
