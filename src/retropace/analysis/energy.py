"""Energy that running and walking cost above rest, as a range, since published values differ (``docs/energy.md``)."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.grade import mean_grade
from retropace.core.segments import DIRECTIONS, Segments
from retropace.core.spans import FloatArray

MOVING_GAITS = ("walk", "run")
"""Gaits in which a metre costs energy."""
ACSM_LEVEL_ML_PER_KG_M: Mapping[str, float] = {"walk": 0.1, "run": 0.2}
"""Millilitres of oxygen above rest per kilogram and metre on the level (ACSM's Guidelines, 10th ed., table 6.3)."""
ACSM_RISE_ML_PER_KG_M: Mapping[str, float] = {"walk": 1.8, "run": 0.9}
"""Additional millilitres of oxygen per kilogram for each metre of rise (ACSM, table 6.3); not for descents."""
KCAL_PER_LITRE_OXYGEN = (4.69, 5.05)
"""Kilocalories per litre of oxygen if only fat is burnt, and if only carbohydrate (Lusk 1924, J Biol Chem 59:41)."""
MINETTI_COEFFICIENTS: Mapping[str, tuple[float, ...]] = {
    "walk": (280.5, -58.7, -76.8, 51.9, 19.6, 2.5),
    "run": (155.4, -30.4, -43.3, 46.3, 19.5, 3.6),
}
"""Polynomial of the cost above rest (J/kg/m), grades -0.45 to 0.45 (Minetti 2002, J Appl Physiol 93:1039)."""
J_PER_KCAL = 4184.0
"""Joules per thermochemical kilocalorie."""
COST_SD_BETWEEN_RUNNERS = 0.07
"""Relative standard deviation of energy cost between people: 0.24 of 3.40 J/kg/m on the level (Minetti 2002)."""
BACKWARD_COST_RATIO: Mapping[str, tuple[float, float]] = {"walk": (1.3, 1.8), "run": (1.15, 1.35)}
"""Lowest and highest ratio of backward to forward energy cost above rest at the same speed, around published values.
Running: 1.18 (Williford 1998, Med Sci Sports Exerc 30:1419) to 1.35 (Wright & Weyand 2001, J Exp Biol 204:1805; Rasica
2020, Eur J Appl Physiol 120:2507). Walking: 1.40 (Williford 1998) and 1.52 (Compendium of Physical Activities, 17320,
Ainsworth 2011, Med Sci Sports Exerc 43:1575)."""


class Energy(NamedTuple):
    """Kilocalories per kilogram of body weight above rest, each with a low and a high end; NaN where unknown."""

    segment_low_kcal_per_kg: FloatArray
    segment_high_kcal_per_kg: FloatArray
    direction_low_kcal_per_kg: FloatArray
    """Sum of the known energies of the segments of each of ``DIRECTIONS``; NaN if it has segments and none is known."""
    direction_high_kcal_per_kg: FloatArray
    low_kcal_per_kg: float
    high_kcal_per_kg: float
    assumes_level_ground: bool  # whether altitude is unknown, so that the ground was taken to be level


def compute_energy(cleaned: CleanedActivity, segments: Segments) -> Energy:
    """Return the energy above rest of every segment, of every direction and of the activity; NaN where unknown."""
    distance_m, moving_s = (cleaned.increments(name, segments.edges_s) for name in ("distance_m", "moving_s"))
    grade = mean_grade(cleaned, segments.start_s, segments.end_s)
    (walk_low, walk_high), (run_low, run_high) = (_cost_bounds(gait, segments, grade) for gait in MOVING_GAITS)
    is_gait = [segments.direction == "rest", *(segments.gait == gait for gait in MOVING_GAITS)]
    low = np.select(is_gait, [0.0, walk_low, run_low], np.minimum(walk_low, run_low))
    high = np.select(is_gait, [0.0, walk_high, run_high], np.maximum(walk_high, run_high))
    distance_m = np.maximum(distance_m, 0.0)  # interpolation may let a curve fall by a rounding error
    has_no_distance = cleaned.distance_source == "none"
    is_known = (segments.direction != "unknown") & (not has_no_distance)
    is_known &= (segments.direction == "rest") | (distance_m > 0.0) | (moving_s <= 0.0)
    low, high = np.where(is_known, low * distance_m, np.nan), np.where(is_known, high * distance_m, np.nan)
    is_member = segments.direction[None, :] == np.array(DIRECTIONS)[:, None]
    is_any = np.ones((1, len(segments)), dtype=bool)
    (directions_low, directions_high), (total_low, total_high) = (
        [_group_sums(ends, groups, has_no_distance) for ends in (low, high)] for groups in (is_member, is_any)
    )
    is_level = int(np.isfinite(cleaned.altitude_m).sum()) < 2
    return Energy(low, high, directions_low, directions_high, float(total_low[0]), float(total_high[0]), is_level)


def forward_cost(gait: str, grade: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the low (downhill, Minetti's) and high (ACSM's) cost of moving forward at a gait, in kcal/kg/m."""
    litres = (ACSM_LEVEL_ML_PER_KG_M[gait] + ACSM_RISE_ML_PER_KG_M[gait] * np.maximum(grade, 0.0)) / 1000.0
    minetti = np.polyval(MINETTI_COEFFICIENTS[gait], grade) / J_PER_KCAL
    low = np.minimum(KCAL_PER_LITRE_OXYGEN[0] * litres, minetti) * (1.0 - COST_SD_BETWEEN_RUNNERS)
    high = np.maximum(KCAL_PER_LITRE_OXYGEN[1] * litres, minetti) * (1.0 + COST_SD_BETWEEN_RUNNERS)
    return low, high


def backward_cost(gait: str, grade: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the low and the high cost of moving backward, in kcal/kg/m, at the gait ``walk`` or ``run``.

    The smallest ratio is not for climbing: 35 % more than forward running (Rasica 2020), 17–20 % walking (Hooper 2004).
    """
    (low, high), (min_ratio, max_ratio) = forward_cost(gait, grade), BACKWARD_COST_RATIO[gait]
    level_low, _ = forward_cost(gait, np.zeros(1))
    return low + (min_ratio - 1.0) * np.minimum(low, level_low), max_ratio * high


def _cost_bounds(gait: str, segments: Segments, grade: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the low and the high cost of each segment if it were run or walked at ``gait``, in kcal/kg/m."""
    forward_low, forward_high = forward_cost(gait, grade)
    backward_low, backward_high = backward_cost(gait, grade)
    is_backward = segments.direction == "backward"
    is_certain = is_backward & (segments.basis != "suspected")
    return np.where(is_certain, backward_low, forward_low), np.where(is_backward, backward_high, forward_high)


def _group_sums(values: FloatArray, groups: NDArray[np.bool_], has_no_distance: bool) -> FloatArray:
    """Return the sum of the known values in each row of the mask ``groups`` ``(k, n)``; NaN if none is known."""
    is_known = np.isfinite(values)
    sums: FloatArray = groups.astype(np.float64) @ np.where(is_known, values, 0.0)
    is_zero = ~np.any(groups, axis=1) & (not has_no_distance)
    return np.where(is_zero | np.any(groups & is_known, axis=1), sums, np.nan)
