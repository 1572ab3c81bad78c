"""Forward against backward: where both were done over the same length, in one session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Rep
from retropace.intervals.sets import IntervalSet

MAX_LOG_DURATION_DIFF = 0.1
"""Reps that stand for no length are compared if they took as long up to this difference of logs."""
RATIO_METRICS = ("seconds", "speed_mps", "cadence_spm", "step_length_m", "steps")


@dataclass(frozen=True, slots=True)
class DirectionRatios:
    """Backward over forward; ``heart_rate_bpm`` is the difference instead. NaN where either is missing."""

    seconds: float
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    steps: float
    heart_rate_bpm: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All reps of both directions that stand for one length, or took about as long."""

    length: str
    forward: tuple[Rep, ...]
    backward: tuple[Rep, ...]
    pairs: tuple[tuple[Rep, Rep, DirectionRatios], ...]
    """Forward rep, backward rep and what follows from them, for those that were run as pairs."""
    overall: DirectionRatios
    """Of the pairs' means where there are pairs, else of all reps' medians."""


def compare_directions(sets: Sequence[IntervalSet]) -> tuple[Comparison, ...]:
    """Every length that was run both ways, in the order of the sets."""
    found = []
    groups: dict[tuple[str, float], tuple[list[Rep], list[Rep]]] = {}
    for one in sets:
        for rep in one.reps:
            nominal = rep.nominal or (one.nominal if one.kind == "pairs" else None)
            if one.kind == "pairs" and nominal is None:
                nominal = NominalLength("m", round(float(np.nanmedian([other.metres for other in one.reps]))))
            if nominal is not None:
                sides = groups.setdefault((nominal.unit, nominal.size), ([], []))
                sides[rep.direction == "backward"].append(rep)
    for (unit, size), (forward, backward) in groups.items():
        if forward and backward:
            couples = _find_rep_pairs(sets, forward, backward)
            found.append(_build_comparison(str(NominalLength(unit, size)), forward, backward, couples))
    if not found:
        found += _compare_similar_durations(sets)
    return tuple(found)


def compute_ratios(forward: Sequence[Rep], backward: Sequence[Rep]) -> DirectionRatios:
    """Medians of the one over medians of the other."""

    def middle(reps: Sequence[Rep], name: str) -> float:
        values = np.array([getattr(rep, name) for rep in reps])
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) else np.nan

    below = {name: middle(forward, name) for name in RATIO_METRICS}
    over = {name: middle(backward, name) / value if value else np.nan for name, value in below.items()}
    return DirectionRatios(
        **over, heart_rate_bpm=middle(backward, "heart_rate_bpm") - middle(forward, "heart_rate_bpm")
    )


def _find_rep_pairs(
    sets: Sequence[IntervalSet], forward: Sequence[Rep], backward: Sequence[Rep]
) -> list[tuple[Rep, Rep]]:
    couples = []
    for one in sets:
        if one.kind != "pairs":
            continue
        for number in range(1, one.count + 1):
            halves = {rep.direction: rep for rep in one.reps if rep.number == number}
            if len(halves) == 2 and halves["forward"] in forward and halves["backward"] in backward:
                couples.append((halves["forward"], halves["backward"]))
    return couples


def _build_comparison(
    length: str, forward: Sequence[Rep], backward: Sequence[Rep], rep_pairs: Sequence[tuple[Rep, Rep]]
) -> Comparison:
    pairs = tuple((one, other, compute_ratios([one], [other])) for one, other in rep_pairs)
    together = compute_ratios(forward, backward)
    if pairs:
        values = {
            name: _finite_mean([getattr(each, name) for _, _, each in pairs]) for name in DirectionRatios.__slots__
        }
        together = DirectionRatios(**values)
    return Comparison(length, tuple(forward), tuple(backward), pairs, together)


def _finite_mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else np.nan


def _compare_similar_durations(sets: Sequence[IntervalSet]) -> list[Comparison]:
    """A forward and a backward set whose reps took about as long."""
    forward, backward = (
        [one for one in sets if {rep.direction for rep in one.reps} == {word}] for word in ("forward", "backward")
    )
    found = []
    for one in forward:
        for other in backward:
            took = [float(np.median([rep.seconds for rep in some.reps])) for some in (one, other)]
            if abs(np.log(took[1] / took[0])) <= MAX_LOG_DURATION_DIFF:
                found.append(_build_comparison(f"about {np.mean(took):.0f} s", one.reps, other.reps, []))
    return found
