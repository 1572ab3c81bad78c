"""Comparison of forward and backward reps of equal length within one session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Rep
from retropace.intervals.sets import IntervalSet

MAX_LOG_DURATION_DIFF = 0.1
"""Maximum difference between the log median durations of a forward and a backward set without planned lengths. Sets
that differ more are not compared."""
RATIO_METRICS = ("seconds", "speed_mps", "cadence_spm", "step_length_m", "steps")
"""Fields of :class:`Rep` whose ratio of backward to forward is computed."""


@dataclass(frozen=True, slots=True)
class DirectionRatios:
    """Backward value over forward value for each metric; NaN if one of the two is missing.

    ``heart_rate_bpm`` is a difference instead: backward minus forward.
    """

    seconds: float
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    steps: float
    heart_rate_bpm: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Forward and backward reps of one planned length or, without planned lengths, of similar duration."""

    length: str
    """Planned length as text, or the sets' mean duration as ``about 90 s``."""
    forward: tuple[Rep, ...]
    backward: tuple[Rep, ...]
    pairs: tuple[tuple[Rep, Rep, DirectionRatios], ...]
    """Each forward rep with the backward rep run in turn with it, and the ratios of the two."""
    overall: DirectionRatios
    """Mean of each ratio over ``pairs``. Without pairs, each ratio is the median of all backward reps over the median
    of all forward reps."""


def compare_directions(sets: Sequence[IntervalSet]) -> tuple[Comparison, ...]:
    """Return a comparison for each length that was run both forward and backward, in the order of the sets."""
    comparisons = []
    groups: dict[tuple[str, float], tuple[list[Rep], list[Rep]]] = {}
    for interval_set in sets:
        for rep in interval_set.reps:
            nominal = rep.nominal or (interval_set.nominal if interval_set.kind == "pairs" else None)
            if interval_set.kind == "pairs" and nominal is None:
                nominal = NominalLength("m", round(float(np.nanmedian([other.metres for other in interval_set.reps]))))
            if nominal is not None:
                sides = groups.setdefault((nominal.unit, nominal.size), ([], []))
                sides[rep.direction == "backward"].append(rep)
    for (unit, size), (forward, backward) in groups.items():
        if forward and backward:
            rep_pairs = _find_rep_pairs(sets, forward, backward)
            comparisons.append(_build_comparison(str(NominalLength(unit, size)), forward, backward, rep_pairs))
    if not comparisons:
        comparisons += _compare_similar_durations(sets)
    return tuple(comparisons)


def compute_ratios(forward: Sequence[Rep], backward: Sequence[Rep]) -> DirectionRatios:
    """Return, for each metric, the median of the backward reps over the median of the forward reps; NaN if unknown.

    For heart rate the difference of the medians, backward minus forward, is returned.
    """

    def find_median(reps: Sequence[Rep], name: str) -> float:
        values = np.array([getattr(rep, name) for rep in reps])
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) else np.nan

    forward_medians = {name: find_median(forward, name) for name in RATIO_METRICS}
    values = {name: find_median(backward, name) / value if value else np.nan for name, value in forward_medians.items()}
    return DirectionRatios(
        **values, heart_rate_bpm=find_median(backward, "heart_rate_bpm") - find_median(forward, "heart_rate_bpm")
    )


def _find_rep_pairs(
    sets: Sequence[IntervalSet], forward: Sequence[Rep], backward: Sequence[Rep]
) -> list[tuple[Rep, Rep]]:
    """Return the forward and the backward rep of each pair in sets of pairs, if both are among the given reps.

    A pair is one forward and one backward rep of equal length, run in turn.
    """
    rep_pairs = []
    for interval_set in sets:
        if interval_set.kind != "pairs":
            continue
        for number in range(1, interval_set.count + 1):
            halves = {rep.direction: rep for rep in interval_set.reps if rep.number == number}
            if len(halves) == 2 and halves["forward"] in forward and halves["backward"] in backward:
                rep_pairs.append((halves["forward"], halves["backward"]))
    return rep_pairs


def _build_comparison(
    length: str, forward: Sequence[Rep], backward: Sequence[Rep], rep_pairs: Sequence[tuple[Rep, Rep]]
) -> Comparison:
    pairs = tuple(
        (forward_rep, backward_rep, compute_ratios([forward_rep], [backward_rep]))
        for forward_rep, backward_rep in rep_pairs
    )
    overall = compute_ratios(forward, backward)
    if pairs:
        means = {
            name: _finite_mean([getattr(pair_ratios, name) for _, _, pair_ratios in pairs])
            for name in DirectionRatios.__slots__
        }
        overall = DirectionRatios(**means)
    return Comparison(length, tuple(forward), tuple(backward), pairs, overall)


def _finite_mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else np.nan


def _compare_similar_durations(sets: Sequence[IntervalSet]) -> list[Comparison]:
    """Return a comparison for every two sets, one forward and one backward, whose median durations are similar."""
    forward, backward = (
        [candidate for candidate in sets if {rep.direction for rep in candidate.reps} == {direction}]
        for direction in ("forward", "backward")
    )
    comparisons = []
    for forward_set in forward:
        for backward_set in backward:
            medians_s = [
                float(np.median([rep.seconds for rep in interval_set.reps]))
                for interval_set in (forward_set, backward_set)
            ]
            if abs(np.log(medians_s[1] / medians_s[0])) <= MAX_LOG_DURATION_DIFF:
                comparisons.append(
                    _build_comparison(f"about {np.mean(medians_s):.0f} s", forward_set.reps, backward_set.reps, [])
                )
    return comparisons
