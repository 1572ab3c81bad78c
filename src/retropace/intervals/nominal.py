"""The length a rep stands for: 785 m is 800 m, 750 m is not.

A set is planned in metres or in seconds, and in round numbers. Which of them its reps were meant to be is told by how
well they fit it together: round lengths that many plans use are likelier, and reps planned in metres vary less in
metres than in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray
from retropace.core.units import format_duration
from retropace.intervals.efforts import Effort

RELATIVE_TOLERANCE = 0.03
"""A rep stands for a length that it misses by at most 3 %: 785 m is 800 m, 750 m is not."""
MIN_TOLERANCE_M, MIN_TOLERANCE_S = 6.0, 3.0
"""Short ones may miss by so much: edges are known to a second or two."""
SET_TOLERANCE, MIN_SET_TOLERANCE_M, MIN_SET_TOLERANCE_S = 0.05, 6.0, 4.0
"""The mean of a set may miss it by more: who ran six by the clock stopped a little late each time."""
REP_LOG_SD_METRES, EDGE_SD_M = 0.018, 2.0
REP_LOG_SD_SECONDS, EDGE_SD_S = 0.024, 2.0
"""How far a rep strays from its plan (standard deviation): a share of its length, and what its edges add."""
SESSION_LOG_SD_METRES, SESSION_LOG_SD_SECONDS = 0.015, 0.005
"""What all reps of a session share: how much the watch misjudges metres, and the runner the clock."""
STEP_COUNT_LOG_SD, STEP_COUNT_TOLERANCE = 0.05, 0.1
"""The same where the watch has only steps to count by (it misjudges treadmills by 5–10 %), and how far off that is."""
PYRAMID_TOLERANCE = 0.15
"""Lengths of a pyramid are told apart by their ratios: single ones may miss by so much."""
WALK_METRES_COST_NATS = 6.0
"""Nobody plans walking in metres: what that costs, in nats."""

_COST_NATS_BY_METRES = {
    **dict.fromkeys((100.0, 200.0, 400.0, 800.0, 1000.0), 0.0),
    **dict.fromkeys((50.0, 300.0, 500.0, 600.0, 1200.0, 1600.0, 2000.0, 3000.0, 5000.0), 0.7),
    **dict.fromkeys((60.0, 80.0, 150.0, 250.0, 1500.0, 2400.0, 2500.0, 4000.0, 10_000.0), 1.6),
    **dict.fromkeys((120.0, 350.0, 450.0, 700.0, 900.0, 1400.0, 1800.0, 3200.0), 2.6),
}
_COST_NATS_BY_SECONDS = {
    **dict.fromkeys((30.0, 60.0, 120.0, 180.0, 300.0, 600.0), 0.0),
    **dict.fromkeys((20.0, 45.0, 90.0, 240.0, 360.0, 480.0, 900.0, 1200.0), 0.7),
    **dict.fromkeys((15.0, 40.0, 75.0, 150.0, 420.0, 540.0, 720.0, 1500.0, 1800.0), 1.6),
    **dict.fromkeys((10.0, 50.0, 80.0, 100.0, 105.0, 135.0, 210.0, 270.0, 2400.0, 3000.0, 3600.0), 2.6),
}
"""Lengths that plans use, with what it costs (in nats) to take them for meant: the rarer, the more. Assumed."""


@dataclass(frozen=True, slots=True)
class NominalLength:
    """A length as planned: ``unit`` is ``m`` or ``s``."""

    unit: str
    size: float

    def __str__(self) -> str:
        if self.unit == "s":
            return f"{self.size:.0f} s" if self.size < 60.0 else format_duration(self.size)
        return f"{self.size:.10g} m"

    def fits(self, effort: Effort) -> bool:
        """Whether a work stands for this length."""
        done, least = (effort.metres, MIN_TOLERANCE_M) if self.unit == "m" else (effort.seconds, MIN_TOLERANCE_S)
        return bool(abs(done - self.size) <= max(RELATIVE_TOLERANCE * self.size, least))


def find_nominal(efforts: Sequence[Effort], unit: str = "") -> NominalLength | None:
    """The length for which reps of one set stand, in a unit if one is given; None if they are near none."""
    found = [one for way in ("m", "s") if way.startswith(unit) and (one := _find_likeliest(efforts, way)) is not None]
    return min(found, key=lambda one: one[0])[1] if found else None


def find_nominals(efforts: Sequence[Effort]) -> list[list[NominalLength]]:
    """The lengths of works that differ from one another: all in metres, all in seconds, the likelier first.

    A way in which some are near no round length is none.
    """
    found = []
    for unit in ("m", "s"):
        each = [_find_likeliest([work], unit, is_loose=True) for work in efforts]
        told = [one for one in each if one is not None]
        sizes = np.array([one.size for _, one in told])
        if len(told) < len(efforts):
            continue
        done = _collect_lengths(efforts, unit)
        by_steps = unit == "m" and all(work.distance_from_steps for work in efforts)
        if np.median(np.abs(np.log(done / sizes))) <= (STEP_COUNT_TOLERANCE if by_steps else SET_TOLERANCE):
            rare = sum(_get_prior_costs(unit)[size] for size in sizes.tolist())
            found.append((_compute_misfit(done, unit, sizes, from_steps=by_steps) + rare, [one for _, one in told]))
    return [lengths for _, lengths in sorted(found, key=lambda one: one[0])]


def _collect_lengths(efforts: Sequence[Effort], unit: str) -> FloatArray:
    return np.array([work.metres if unit == "m" else work.seconds for work in efforts])


def _get_prior_costs(unit: str) -> dict[float, float]:
    return _COST_NATS_BY_METRES if unit == "m" else _COST_NATS_BY_SECONDS


def _find_likeliest(
    efforts: Sequence[Effort], unit: str, *, is_loose: bool = False
) -> tuple[float, NominalLength] | None:
    """What it costs to take works for the length that suits them best, in nats, and that length."""
    done, least = _collect_lengths(efforts, unit), MIN_SET_TOLERANCE_M if unit == "m" else MIN_SET_TOLERANCE_S
    if not np.all(done > 0.0):
        return None
    by_steps = unit == "m" and all(work.distance_from_steps for work in efforts)
    reach = STEP_COUNT_TOLERANCE if by_steps else SET_TOLERANCE
    if is_loose:
        reach, least = PYRAMID_TOLERANCE, 2.0 * least
    walked = WALK_METRES_COST_NATS if unit == "m" and all(work.gait == "walk" for work in efforts) else 0.0
    ways = [
        (_compute_misfit(done, unit, np.full(len(done), size), from_steps=by_steps) + rare + walked, size)
        for size, rare in _get_prior_costs(unit).items()
        if abs(float(np.mean(done)) - size) <= max(reach * size, least)
    ]
    if not ways:
        return None
    cost, size = min(ways)
    return cost, NominalLength(unit, size)


def _compute_misfit(lengths: FloatArray, unit: str, sizes: FloatArray, *, from_steps: bool) -> float:
    """Negative log likelihood of the lengths' logs, given what reps stray by and what all of them share."""
    share, edges, shared = (
        (REP_LOG_SD_METRES, EDGE_SD_M, SESSION_LOG_SD_METRES)
        if unit == "m"
        else (REP_LOG_SD_SECONDS, EDGE_SD_S, SESSION_LOG_SD_SECONDS)
    )
    shared = STEP_COUNT_LOG_SD if from_steps else shared
    weight = 1.0 / (share**2 + (edges / sizes) ** 2)
    off = np.log(lengths / sizes)
    mean, mean_var = float((weight * off).sum() / weight.sum()), 1.0 / float(weight.sum())
    within = 0.5 * float((weight * (off - mean) ** 2).sum() - np.log(weight).sum() - np.log(mean_var))
    return within + 0.5 * float(mean**2 / (mean_var + shared**2) + np.log(mean_var + shared**2))
