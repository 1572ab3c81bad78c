"""Nominal lengths: the round distance or duration that a rep was planned as.

Sets are planned in round metres or round seconds. The most likely plan has the lowest sum of two costs in nats
(negative log-likelihood): one is higher for lengths that plans seldom use, the other for reps that miss the length.
Reps planned in metres vary less in metres than in seconds, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.core.units import format_duration
from retropace.intervals.efforts import Effort

RELATIVE_TOLERANCE = 0.03
"""Largest relative difference of a rep from its planned length; beyond it the rep has none: 785 m passes for 800 m, 750
m does not."""
MIN_TOLERANCE_M = 6.0
"""Smallest tolerance (m) for a rep planned in metres, however short it is, as its edges are known only to one or two
seconds."""
MIN_TOLERANCE_S = 3.0
"""Smallest tolerance (s) for a rep planned in seconds, however short it is, as its edges are known only to one or two
seconds."""
SET_TOLERANCE = 0.05
"""Largest relative difference of a set's mean length from the planned length. It exceeds that of a rep because runners
tend to stop a little late each time."""
MIN_SET_TOLERANCE_M = 6.0
"""Smallest tolerance (m) for a set planned in metres: its mean length may differ this much from the planned length,
however short the reps are."""
MIN_SET_TOLERANCE_S = 4.0
"""Smallest tolerance (s) for a set planned in seconds: its mean duration may differ this much from the planned one,
however short the reps are."""
REP_LOG_SD_METRES = 0.018
"""Standard deviation of the log length of equal reps planned in metres."""
EDGE_SD_M = 2.0
"""Standard deviation (m) of a rep's distance that comes from errors of its start and end."""
REP_LOG_SD_SECONDS = 0.024
"""Standard deviation of the log length of equal reps planned in seconds."""
EDGE_SD_S = 2.0
"""Standard deviation (s) of a rep's duration that comes from errors of its start and end."""
SESSION_LOG_SD_METRES = 0.015
"""Standard deviation of the log distance error that all reps of a session share (watch calibration)."""
SESSION_LOG_SD_SECONDS = 0.005
"""Standard deviation of the log duration error that all reps of a session share (timing habit of the runner)."""
STEP_COUNT_LOG_SD = 0.05
"""Standard deviation of the shared log distance error if distance comes from steps; watches are off by 5–10 % on
treadmills."""
STEP_COUNT_TOLERANCE = 0.1
"""Largest relative difference of a set's mean distance from the planned one if distance comes from steps."""
PYRAMID_TOLERANCE = 0.15
"""Largest relative difference of a rep from its planned length in a set of different lengths. It is large because
ratios to the other reps help to identify the length."""
WALK_METRES_COST_NATS = 6.0
"""Cost (nats) added to every planned distance if the reps of a set were walked, as walks are assumed to be planned by
time."""

_COST_NATS_BY_METRES = {
    **dict.fromkeys((100.0, 200.0, 400.0, 800.0, 1000.0), 0.0),
    **dict.fromkeys((50.0, 300.0, 500.0, 600.0, 1200.0, 1600.0, 2000.0, 3000.0, 5000.0), 0.7),
    **dict.fromkeys((60.0, 80.0, 150.0, 250.0, 1500.0, 2400.0, 2500.0, 4000.0, 10_000.0), 1.6),
    **dict.fromkeys((120.0, 350.0, 450.0, 700.0, 900.0, 1400.0, 1800.0, 3200.0), 2.6),
}
"""Cost (nats) of each planned distance in metres: higher for lengths that plans use less often. Assumed values."""
_COST_NATS_BY_SECONDS = {
    **dict.fromkeys((30.0, 60.0, 120.0, 180.0, 300.0, 600.0), 0.0),
    **dict.fromkeys((20.0, 45.0, 90.0, 240.0, 360.0, 480.0, 900.0, 1200.0), 0.7),
    **dict.fromkeys((15.0, 40.0, 75.0, 150.0, 420.0, 540.0, 720.0, 1500.0, 1800.0), 1.6),
    **dict.fromkeys((10.0, 50.0, 80.0, 100.0, 105.0, 135.0, 210.0, 270.0, 2400.0, 3000.0, 3600.0), 2.6),
}
"""Cost (nats) of each planned duration in seconds: higher for lengths that plans use less often. Assumed values."""


@dataclass(frozen=True, slots=True)
class NominalLength:
    """A round distance or duration that a rep was planned as."""

    unit: str
    """Unit of the length, ``m`` or ``s``."""
    size: float
    """Length in that unit."""

    def __str__(self) -> str:
        if self.unit == "s":
            return f"{self.size:.0f} s" if self.size < 60.0 else format_duration(self.size)
        return f"{self.size:.10g} m"

    def fits(self, effort: Effort) -> bool:
        """Whether the length of an effort is so close to this one that the effort may have been planned as it."""
        length, tolerance = (effort.metres, MIN_TOLERANCE_M) if self.unit == "m" else (effort.seconds, MIN_TOLERANCE_S)
        return bool(abs(length - self.size) <= max(RELATIVE_TOLERANCE * self.size, tolerance))


def find_nominal(efforts: Sequence[Effort], unit: str = "") -> NominalLength | None:
    """Return the most likely planned length of the reps of one set; None if no round length is near.

    ``unit`` (``m`` or ``s``) restricts the search.
    """
    candidates = [
        candidate
        for each_unit in ("m", "s")
        if each_unit.startswith(unit) and (candidate := _find_likeliest(efforts, each_unit)) is not None
    ]
    return min(candidates, key=lambda candidate: candidate[0])[1] if candidates else None


def find_nominals(efforts: Sequence[Effort]) -> list[list[NominalLength]]:
    """Return the most likely planned length of each effort, where these lengths may differ.

    The result has up to two lists, one in metres and one in seconds, the more likely first. A list is left out if an
    effort is near no round length in its unit.
    """
    solutions = []
    for unit in ("m", "s"):
        candidates = [_find_likeliest([effort], unit, is_loose=True) for effort in efforts]
        known = [candidate[1] for candidate in candidates if candidate is not None]
        sizes = np.array([length.size for length in known])
        if len(known) < len(efforts):
            continue
        lengths = _collect_lengths(efforts, unit)
        from_steps = unit == "m" and all(effort.distance_from_steps for effort in efforts)
        if np.median(np.abs(np.log(lengths / sizes))) <= (STEP_COUNT_TOLERANCE if from_steps else SET_TOLERANCE):
            prior_cost = sum(_get_prior_costs(unit)[size] for size in sizes.tolist())
            cost = _compute_misfit(lengths, unit, sizes, from_steps=from_steps) + prior_cost
            solutions.append((cost, known))
    return [known for _, known in sorted(solutions, key=lambda solution: solution[0])]


def _collect_lengths(efforts: Sequence[Effort], unit: str) -> FloatArray:
    return np.array([effort.metres if unit == "m" else effort.seconds for effort in efforts])


def _get_prior_costs(unit: str) -> dict[float, float]:
    return _COST_NATS_BY_METRES if unit == "m" else _COST_NATS_BY_SECONDS


def _find_likeliest(
    efforts: Sequence[Effort], unit: str, *, is_loose: bool = False
) -> tuple[float, NominalLength] | None:
    """Return the most likely planned length common to all efforts and its cost in nats; None if no length is near."""
    lengths = _collect_lengths(efforts, unit)
    min_tolerance = MIN_SET_TOLERANCE_M if unit == "m" else MIN_SET_TOLERANCE_S
    if not np.all(lengths > 0.0):
        return None
    from_steps = unit == "m" and all(effort.distance_from_steps for effort in efforts)
    tolerance = STEP_COUNT_TOLERANCE if from_steps else SET_TOLERANCE
    if is_loose:
        tolerance, min_tolerance = PYRAMID_TOLERANCE, 2.0 * min_tolerance
    walk_cost = WALK_METRES_COST_NATS if unit == "m" and all(effort.gait == "walk" for effort in efforts) else 0.0
    candidates = [
        (
            _compute_misfit(lengths, unit, np.full(len(lengths), size), from_steps=from_steps) + prior_cost + walk_cost,
            size,
        )
        for size, prior_cost in _get_prior_costs(unit).items()
        if abs(float(np.mean(lengths)) - size) <= max(tolerance * size, min_tolerance)
    ]
    if not candidates:
        return None
    cost, size = min(candidates)
    return cost, NominalLength(unit, size)


def _compute_misfit(lengths: FloatArray, unit: str, sizes: FloatArray, *, from_steps: bool) -> float:
    """Return the negative log-likelihood of actual lengths given the planned ones.

    Each rep has an error of its own, and all reps of a session share another.
    """
    rep_sd, edge_sd, shared_sd = REP_LOG_SD_METRES, EDGE_SD_M, SESSION_LOG_SD_METRES
    if unit == "s":
        rep_sd, edge_sd, shared_sd = REP_LOG_SD_SECONDS, EDGE_SD_S, SESSION_LOG_SD_SECONDS
    if from_steps:
        shared_sd = STEP_COUNT_LOG_SD
    weight = 1.0 / (rep_sd**2 + (edge_sd / sizes) ** 2)
    error = np.log(lengths / sizes)
    mean, mean_var = float((weight * error).sum() / weight.sum()), 1.0 / float(weight.sum())
    independent_cost = 0.5 * float((weight * (error - mean) ** 2).sum() - np.log(weight).sum() - np.log(mean_var))
    return independent_cost + 0.5 * float(mean**2 / (mean_var + shared_sd**2) + np.log(mean_var + shared_sd**2))
