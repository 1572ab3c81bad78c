"""Nominal lengths: the round distance or duration that a rep was most likely planned as, by costs in nats."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.core.units import format_duration
from retropace.intervals.efforts import Effort

RELATIVE_TOLERANCE = 0.03
"""Largest relative difference of a rep from its planned length: 785 m passes for 800 m, 750 m does not."""
SET_TOLERANCE = 0.05
"""Largest relative difference of a set's mean length from the planned one; runners tend to stop a little late."""
EDGE_SD = 2.0
"""Standard deviation (m or s) of a rep's length that comes from errors of its start and end."""
STEP_COUNT_LOG_SD = 0.05
"""Standard deviation of the log error that all reps share if distance comes from steps: 5–10 % on treadmills."""
STEP_COUNT_TOLERANCE = 0.1
"""Largest relative difference of a set's mean distance from the planned one if distance comes from steps."""
PYRAMID_TOLERANCE = 0.15
"""Largest relative difference of a rep from its planned length in a set of different lengths."""
WALK_METRES_COST_NATS = 6.0
"""Cost (nats) of every planned distance if the reps of a set were walked, as walks are mostly planned by time."""


@dataclass(frozen=True, slots=True)
class UnitModel:
    """How reps planned in metres, or in seconds, differ from the plan; lengths are in that unit."""

    min_tolerance: float  # least tolerance (m or s) for the length of a rep, as its edges are known to one or two s
    min_set_tolerance: float  # least tolerance (m or s) for the mean length of a set, however short the reps are
    rep_log_sd: float  # standard deviation of the log length of equal reps
    session_log_sd: float  # standard deviation of the log error that all reps share, by calibration or timing
    cost_nats: dict[float, float]  # cost (nats) of each planned length, higher for rarer ones (assumed)


UNIT_MODELS = {
    "m": UnitModel(
        *(6.0, 6.0, 0.018, 0.015),
        {
            **dict.fromkeys((100.0, 200.0, 400.0, 800.0, 1000.0), 0.0),
            **dict.fromkeys((50.0, 300.0, 500.0, 600.0, 1200.0, 1600.0, 2000.0, 3000.0, 5000.0), 0.7),
            **dict.fromkeys((60.0, 80.0, 150.0, 250.0, 1500.0, 2400.0, 2500.0, 4000.0, 10_000.0), 1.6),
            **dict.fromkeys((120.0, 350.0, 450.0, 700.0, 900.0, 1400.0, 1800.0, 3200.0), 2.6),
        },
    ),
    "s": UnitModel(
        *(3.0, 4.0, 0.024, 0.005),
        {
            **dict.fromkeys((30.0, 60.0, 120.0, 180.0, 300.0, 600.0), 0.0),
            **dict.fromkeys((20.0, 45.0, 90.0, 240.0, 360.0, 480.0, 900.0, 1200.0), 0.7),
            **dict.fromkeys((15.0, 40.0, 75.0, 150.0, 420.0, 540.0, 720.0, 1500.0, 1800.0), 1.6),
            **dict.fromkeys((10.0, 50.0, 80.0, 100.0, 105.0, 135.0, 210.0, 270.0, 2400.0, 3000.0, 3600.0), 2.6),
        },
    ),
}
"""The models of reps planned in metres and in seconds, by unit."""


@dataclass(frozen=True, slots=True)
class NominalLength:
    """A round distance or duration that a rep was planned as."""

    unit: str  # ``m`` or ``s``
    size: float

    def __str__(self) -> str:
        if self.unit == "s":
            return f"{self.size:.0f} s" if self.size < 60.0 else format_duration(self.size)
        return f"{self.size:.10g} m"

    def fits(self, effort: Effort) -> bool:
        """Return whether an effort is close enough to this length to have been planned as it."""
        length = effort.metres if self.unit == "m" else effort.seconds
        tolerance = max(RELATIVE_TOLERANCE * self.size, UNIT_MODELS[self.unit].min_tolerance)
        return bool(abs(length - self.size) <= tolerance)


def find_nominal(efforts: Sequence[Effort], unit: str = "") -> NominalLength | None:
    """Return the most likely planned length of the reps of one set, in ``unit`` if given; None if none is near."""
    candidates = [_find_likeliest(efforts, each_unit) for each_unit in UNIT_MODELS if each_unit.startswith(unit)]
    known = [candidate for candidate in candidates if candidate is not None]
    return min(known, key=lambda candidate: candidate[0])[1] if known else None


def find_nominals(efforts: Sequence[Effort]) -> list[list[NominalLength]]:
    """Return the most likely planned lengths of efforts that may differ, for metres and seconds, the likelier first."""
    solutions = []
    for unit, model in UNIT_MODELS.items():
        candidates = [_find_likeliest([effort], unit, is_loose=True) for effort in efforts]
        known = [candidate[1] for candidate in candidates if candidate is not None]
        if len(known) < len(efforts):
            continue
        sizes = np.array([length.size for length in known])
        lengths, from_steps = _collect_lengths(efforts, unit)
        if np.median(np.abs(np.log(lengths / sizes))) <= (STEP_COUNT_TOLERANCE if from_steps else SET_TOLERANCE):
            prior_cost = sum(model.cost_nats[size] for size in sizes.tolist())
            solutions.append((_compute_misfit(lengths, sizes, model, from_steps=from_steps) + prior_cost, known))
    return [known for _, known in sorted(solutions, key=lambda solution: solution[0])]


def _collect_lengths(efforts: Sequence[Effort], unit: str) -> tuple[FloatArray, bool]:
    """Return the lengths of efforts, and whether they are distances that come from steps."""
    if unit == "s":
        return np.array([effort.seconds for effort in efforts]), False
    return np.array([effort.metres for effort in efforts]), all(effort.distance_from_steps for effort in efforts)


def _find_likeliest(
    efforts: Sequence[Effort], unit: str, *, is_loose: bool = False
) -> tuple[float, NominalLength] | None:
    """Return the cost in nats and the most likely planned length common to all efforts; None if no length is near."""
    model, (lengths, from_steps) = UNIT_MODELS[unit], _collect_lengths(efforts, unit)
    if not np.all(lengths > 0.0):
        return None
    tolerance, min_tolerance = STEP_COUNT_TOLERANCE if from_steps else SET_TOLERANCE, model.min_set_tolerance
    if is_loose:
        tolerance, min_tolerance = PYRAMID_TOLERANCE, 2.0 * min_tolerance
    walk_cost = WALK_METRES_COST_NATS if unit == "m" and all(effort.gait == "walk" for effort in efforts) else 0.0
    costs = []
    for size, prior_cost in model.cost_nats.items():
        if abs(float(np.mean(lengths)) - size) <= max(tolerance * size, min_tolerance):
            misfit = _compute_misfit(lengths, np.full(len(lengths), size), model, from_steps=from_steps)
            costs.append((misfit + prior_cost + walk_cost, size))
    if not costs:
        return None
    cost, size = min(costs)
    return cost, NominalLength(unit, size)


def _compute_misfit(lengths: FloatArray, sizes: FloatArray, model: UnitModel, *, from_steps: bool) -> float:
    """Return the negative log-likelihood of lengths given planned ones, with an error of each and one common to all."""
    shared_sd = STEP_COUNT_LOG_SD if from_steps else model.session_log_sd
    weight = 1.0 / (model.rep_log_sd**2 + (EDGE_SD / sizes) ** 2)
    error = np.log(lengths / sizes)
    mean, mean_var = float((weight * error).sum() / weight.sum()), 1.0 / float(weight.sum())
    independent_cost = 0.5 * float((weight * (error - mean) ** 2).sum() - np.log(weight).sum() - np.log(mean_var))
    return independent_cost + 0.5 * float(mean**2 / (mean_var + shared_sd**2) + np.log(mean_var + shared_sd**2))
