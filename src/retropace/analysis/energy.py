"""What an activity cost above rest, as a range: never a single number, because no single number is known.

Forward, two published costs per metre and how far people differ give the two ends; backward, a published ratio to
forward at the same speed, a range itself, widens them. ``docs/energy.md`` says what the range covers and what not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segments import DIRECTIONS, Segments
from retropace.core.spans import FloatArray
from retropace.labelling.features import mean_grade

MOVING_GAITS = ("walk", "run")
ACSM_LEVEL_ML_PER_KG_M: Mapping[str, float] = {"walk": 0.1, "run": 0.2}
ACSM_RISE_ML_PER_KG_M: Mapping[str, float] = {"walk": 1.8, "run": 0.9}
"""Millilitres of oxygen per kilogram, for each metre on the level and for each metre of rise: the equations of the
American College of Sports Medicine without the 3.5 ml/kg/min of rest (ACSM's Guidelines for Exercise Testing and
Prescription, 10th ed., table 6.3; Bushman 2020, ACSM's Health Fit J 24(3):6). They do not hold downhill."""
KCAL_PER_LITRE_OXYGEN = (4.69, 5.05)
"""What a litre of oxygen yields: burning fat alone, and carbohydrate alone (Lusk 1924, J Biol Chem 59:41)."""
MINETTI_COEFFICIENTS: Mapping[str, tuple[float, ...]] = {
    "walk": (280.5, -58.7, -76.8, 51.9, 19.6, 2.5),
    "run": (155.4, -30.4, -43.3, 46.3, 19.5, 3.6),
}
"""Joules per kilogram and metre without rest, as a polynomial of the grade, highest power first; measured from -0.45 to
0.45, uphill and downhill (Minetti 2002, J Appl Physiol 93:1039). Level walking at its cheapest was measured at 1.64."""
J_PER_KCAL = 4184.0
"""The thermochemical kilocalorie."""
COST_SD_BETWEEN_RUNNERS = 0.07
"""By how much people differ: a standard deviation of 0.24 in 3.40 J/kg/m on the level (Minetti 2002)."""
BACKWARD_COST_RATIO: Mapping[str, tuple[float, float]] = {"walk": (1.3, 1.8), "run": (1.15, 1.35)}
"""How many times the cost of forward at the same speed, without rest. Running from 1.18 (Williford 1998, Med Sci Sports
Exerc 30:1419: 27.15 and 31.33 ml/kg/min) to 1.35 (Wright & Weyand 2001, J Exp Biol 204:1805; Rasica 2020, Eur J Appl
Physiol 120:2507); walking 1.40 (Williford 1998: 12.42 and 15.95 ml/kg/min) and 1.52 (Compendium of Physical Activities,
17320: 6.0 METs at 3.5 mph, forward 4.3; Ainsworth 2011, Med Sci Sports Exerc 43:1575)."""


@dataclass(frozen=True, slots=True)
class Energy:
    """Kilocalories per kilogram of body weight above rest, each with a low and a high end. NaN is missing."""

    segment_low_kcal_per_kg: FloatArray
    segment_high_kcal_per_kg: FloatArray
    """``(n,)``, a row per segment."""
    direction_low_kcal_per_kg: FloatArray
    direction_high_kcal_per_kg: FloatArray
    """What is known of each direction, in the order of ``DIRECTIONS``; NaN where it has segments and none is known."""
    low_kcal_per_kg: float
    high_kcal_per_kg: float
    """What is known of the whole activity; NaN if nothing is."""
    assumes_level_ground: bool
    """Whether the ground was taken as level because altitude is not known."""


def compute_energy(cleaned: CleanedActivity, segments: Segments) -> Energy:
    """The energy of every segment, direction and the whole. Low ends add up to the low end, high ends to the high end.

    Rest costs nothing above rest. Missing are unknown directions, and segments in which somebody moved and no distance
    is known. Where the gait cannot be told the range covers both, and that of what is suspected covers forward too.
    """
    way_m, moving_s = (cleaned.increments(name, segments.edges_s) for name in ("distance_m", "moving_s"))
    low, high = segment_costs(segments, mean_grade(cleaned, segments.start_s, segments.end_s))
    way_m = np.maximum(way_m, 0.0)  # a curve read between its samples may fall by the last bit
    known = (segments.direction != "unknown") & (cleaned.distance_source != "none")
    known &= (segments.direction == "rest") | (way_m > 0.0) | (moving_s <= 0.0)
    low, high = np.where(known, low * way_m, np.nan), np.where(known, high * way_m, np.nan)
    member = segments.direction[None, :] == np.array(DIRECTIONS)[:, None]
    everything = np.ones((1, len(segments)), dtype=bool)
    unmeasured = cleaned.distance_source == "none"
    return Energy(
        segment_low_kcal_per_kg=low,
        segment_high_kcal_per_kg=high,
        direction_low_kcal_per_kg=_group_sums(low, member, unmeasured),
        direction_high_kcal_per_kg=_group_sums(high, member, unmeasured),
        low_kcal_per_kg=float(_group_sums(low, everything, unmeasured)[0]),
        high_kcal_per_kg=float(_group_sums(high, everything, unmeasured)[0]),
        assumes_level_ground=int(np.isfinite(cleaned.altitude_m).sum()) < 2,
    )


def segment_costs(segments: Segments, grade: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The low and the high cost of each segment, kilocalories per kilogram and metre. ``grade`` is rise per metre."""
    ends = [_cost_bounds(gait, segments, grade) for gait in MOVING_GAITS]
    of_walk, of_run = segments.gait == "walk", segments.gait == "run"
    low = np.select([of_walk, of_run], [ends[0][0], ends[1][0]], np.minimum(ends[0][0], ends[1][0]))
    high = np.select([of_walk, of_run], [ends[0][1], ends[1][1]], np.maximum(ends[0][1], ends[1][1]))
    resting = segments.direction == "rest"
    return np.where(resting, 0.0, low), np.where(resting, 0.0, high)


def forward_cost(gait: str, grade: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The low and the high cost of forward at a gait, ``walk`` or ``run``, in kilocalories per kilogram and metre.

    Downhill, where the ACSM's equation does not hold, its cost on the level is the high end and Minetti's the low one.
    """
    litres = (ACSM_LEVEL_ML_PER_KG_M[gait] + ACSM_RISE_ML_PER_KG_M[gait] * np.maximum(grade, 0.0)) / 1000.0
    measured = np.polyval(MINETTI_COEFFICIENTS[gait], grade) / J_PER_KCAL
    low = np.minimum(KCAL_PER_LITRE_OXYGEN[0] * litres, measured) * (1.0 - COST_SD_BETWEEN_RUNNERS)
    high = np.maximum(KCAL_PER_LITRE_OXYGEN[1] * litres, measured) * (1.0 + COST_SD_BETWEEN_RUNNERS)
    return low, high


def backward_cost(gait: str, grade: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The same for backward. Uphill only its high end has the ratio on the rise, too.

    How much dearer backward is uphill is not agreed on: running by 35 % on average of grades up to 25 % (Rasica 2020),
    walking by 17–20 % at grades of 5–10 % (Hooper 2004, J Orthop Sports Phys Ther 34:65). For
    downhill no measurement was found.
    """
    (low, high), (least, most) = forward_cost(gait, grade), BACKWARD_COST_RATIO[gait]
    level, _ = forward_cost(gait, np.zeros(1))
    return low + (least - 1.0) * np.minimum(low, level), most * high


def _cost_bounds(gait: str, segments: Segments, grade: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The ends of each segment, had it been at this gait."""
    (forward_low, forward_high), (low, high) = forward_cost(gait, grade), backward_cost(gait, grade)
    backward = segments.direction == "backward"
    surely = backward & (segments.basis != "suspected")
    return np.where(surely, low, forward_low), np.where(backward, high, forward_high)


def _group_sums(values: FloatArray, groups: NDArray[np.bool_], has_no_distance: bool) -> FloatArray:
    """What is known of each group of segments; NaN where it has some and nothing is known of them."""
    known = np.isfinite(values)
    sums: FloatArray = groups.astype(np.float64) @ np.where(known, values, 0.0)
    empty = ~np.any(groups, axis=1) & (not has_no_distance)
    return np.where(empty | np.any(groups & known, axis=1), sums, np.nan)
