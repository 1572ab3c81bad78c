"""Activities that do not fit the runner: another's watch, a bike ride saved as a run. Pointed out, not dropped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import Column
from retropace.season.runs import FORWARD, Season

LEAST = 8
"""What is usual needs so many activities."""
FAR = 5.0
"""How many spreads from the usual are too many: in normal values one in two million, and people are less regular."""
SPREAD = {"forward speed": 0.06, "forward cadence": 0.03, "forward step length": 0.06, "forward heart rate": 0.05}
"""The least spread of the logs: nobody is more regular than so, however few sessions say it."""
MAD_TO_SPREAD = 1.4826
"""Of normal values the median of the distances from the median, times this, is the standard deviation."""
BIKE_STEP_M = 2.3
"""No runner makes steps so long over a whole session: elite men at 20 km/h make steps of 1.8 m."""
BIKE_MPS = 6.4
"""Nor is anybody so fast for long: the marathon in two hours is 5.9 m/s, 3 000 m in the world record 6.8."""


@dataclass(frozen=True, slots=True)
class Odd:
    """An activity with what is odd about it."""

    row: int
    why: tuple[str, ...]


def odd_ones(season: Season) -> list[Odd]:
    """The activities that do not fit, in order, each with why in words."""
    columns = {
        "forward speed": _speed(season),
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
    riding = (columns["forward speed"] > BIKE_MPS) | (columns["forward step length"] > BIKE_STEP_M)
    for row in np.flatnonzero(riding).tolist():
        found.setdefault(row, []).append("as fast as a bicycle")
    for name, values in columns.items():
        away, usual = _away(values, SPREAD[name])
        for row in np.flatnonzero(np.abs(away) > FAR).tolist():
            text = texts[name]
            found.setdefault(row, []).append(f"{name} {text.format(values[row])}, usually {text.format(usual)}")
    return [Odd(row, tuple(why)) for row, why in sorted(found.items())]


def _speed(season: Season) -> Column:
    moving = season.moving_s[:, FORWARD]
    speed: Column = np.full(len(season), np.nan)
    there = (moving >= 60.0) & (season.distance_m[:, FORWARD] > 0.0)
    return np.divide(season.distance_m[:, FORWARD], moving, out=speed, where=there)


def _away(values: Column, least_spread: float) -> tuple[Column, float]:
    """How many spreads each value lies from the median, in logs, and the median; NaN where too few are known."""
    known = np.isfinite(values) & (values > 0.0)
    if known.sum() < LEAST:
        return np.full(len(values), np.nan), np.nan
    logs = np.log(np.where(known, values, 1.0))
    usual = float(np.median(logs[known]))
    spread = max(MAD_TO_SPREAD * float(np.median(np.abs(logs[known] - usual))), least_spread)
    return np.where(known, (logs - usual) / spread, np.nan), float(np.exp(usual))
